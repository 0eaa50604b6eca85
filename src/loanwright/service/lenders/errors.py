"""What can go wrong with quotes."""

from loanwright.errors import Rejected


class NobodyLends(Rejected):
    """No lender here lends {product}; lent are {known}."""
