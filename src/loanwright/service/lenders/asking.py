"""What a lender asks of whoever asks it."""

from loanwright.features.product import Product
from loanwright.service.products.form import STATED


def accepted_by(product: Product, segment: str) -> frozenset[str]:
    """Return the answers that an application of a segment may hold, but amount and term."""
    asked = (*product.inputs(segment), *product.extra_inputs(segment))
    named = {feature.name for feature in asked if feature.source in STATED}
    laid_down = product.accounts.offers
    return frozenset(named - ({laid_down.amount, laid_down.term_months} if laid_down else set()))
