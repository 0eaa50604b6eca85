"""What can go wrong with figures of booked credit."""

from loanwright.errors import NotFound, Rejected


class ProductUnwatched(NotFound):
    """There is no product {product}; there are: {known}."""


class DayRefused(Rejected):
    """`as_of` and `known_on` are days that have come: {problem}."""
