"""From a decision to what a look at it is worth."""

from collections.abc import Mapping

from loanwright.features.product import Product
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.reviews.schemas import Referred
from loanwright.service.reviews.worth import Worth, closeness, size


def worth_of(about: Referred, products: Mapping[str, Product]) -> Worth:
    """Return what a look is worth before any challenger has spoken."""
    product = products.get(about.product)
    if product is None or about.score is None or about.cutoffs is None:
        return Worth()
    laid_down = product.accounts.offers
    most = None if laid_down is None else product.features[laid_down.amount].maximum
    return Worth(
        closeness=closeness(about.score, about.cutoffs, float(product.scale["pdo"])),
        size=size(about.asked, most),
    )


def referred_of(
    record: DecisionRecord, decisions: Decisions, products: Mapping[str, Product]
) -> Referred:
    """Return what a review needs of a decision that was made before."""
    return Referred(
        decision_id=record.id,
        applicant_id=record.applicant_id,
        product=record.product,
        score=record.score,
        cutoffs=decisions.policy_of(record).cutoffs.get(record.segment),
        asked=asked_in(read_snapshot(record.snapshot)["record"], products.get(record.product)),
    )


def asked_in(record: Mapping[str, object], product: Product | None) -> float | None:
    """Return the amount that is asked for, None where the product does not say which it is."""
    laid_down = None if product is None else product.accounts.offers
    asked = None if laid_down is None else record.get(laid_down.amount)
    plain = isinstance(asked, int | float) and not isinstance(asked, bool)
    return float(asked) if plain else None  # type: ignore[arg-type]
