"""From a stored decision, and what followed it, to the record that a paper is made from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import msgspec

from loanwright.decisioning.money import minor_units
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.reason import SCORE_BELOW_CUTOFF, SCORE_MEETS_CUTOFF
from loanwright.explanation.reasons import never_named
from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.notices.record import NamedReason, OfferFacts, Record, Weight
from loanwright.notices.words import WORDS
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.notices.lender import BureauFile, used_bureau
from loanwright.service.notices.values import told_value
from loanwright.service.offers.schemas import Offer, State
from loanwright.service.reviews.codes import codes
from loanwright.service.reviews.schemas import Override

GENERAL: Final = (SCORE_BELOW_CUTOFF, SCORE_MEETS_CUTOFF)
COUNTEROFFER: Final = "counteroffer"
GONE: Final = (State.WITHDRAWN, State.PROPOSED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Everything that a paper about one decision is made from.

    Attributes
    ----------
    product
        The dictionary that the decision was made with.
    offered
        The product as it is offered; of a lender of its own it is another than the dictionary's.
    known_since
        When the lender's own records were written that it used, or None.
    """

    decision: DecisionRecord
    product: Product
    offered: Product | None = None
    received_at: datetime
    known_since: datetime | None = None
    overrides: Sequence[Override] = ()
    offers: Sequence[Offer] = ()
    bureaus: Sequence[BureauFile] = field(default=(), repr=False)
    paths: tuple[Text, ...] | None = None

    @property
    def snapshot(self) -> Mapping[str, Any]:
        """Return what the decision rests on."""
        return read_snapshot(self.decision.snapshot)

    @property
    def outcome(self) -> str:
        """Return the outcome that stands."""
        return self.overrides[-1].outcome if self.overrides else self.decision.outcome

    @property
    def day(self) -> date:
        """Return the day of the outcome that stands."""
        last = self.overrides[-1].made_at if self.overrides else self.decision.decided_at
        return last.date()


def record_of(sources: Sources) -> Record:
    """Return one decision as a paper speaks of it."""
    snapshot, product = sources.snapshot, sources.product
    bureau, score = used_bureau(product, snapshot["record"], sources.bureaus)
    offer = _offer(sources)
    return Record(
        decision_id=sources.decision.id,
        product=(sources.offered or product).title,
        occasion=_occasion(sources, offer),
        received_on=sources.received_at.date(),
        decided_on=sources.day,
        automated=not sources.overrides,
        reasons=_reasons(sources),
        weights=weights_of(sources),
        paths=None if sources.overrides else sources.paths,
        bureau=bureau,
        bureau_score=score,
        debt_burden=_burden(snapshot, offer),
        offer=None if offer is None else _offer_facts(offer),
    )


def weights_of(sources: Sources, *, all_of_them: bool = False) -> tuple[Weight, ...]:
    """Return the data that were used, with how each weighed; protected ones only if all are asked.

    What the model did not see itself is listed without a weight.
    """
    snapshot, product = sources.snapshot, sources.product
    hidden = set() if all_of_them else _hidden(sources)
    weighed = list(_weighed(snapshot))
    inputs = {name for name, _, _ in weighed}
    beside = [
        (name, value, None) for name, value in snapshot["record"].items() if name not in inputs
    ]
    return tuple(
        _weight(sources, name, value, contribution, hidden)
        for name, value, contribution in (*weighed, *beside)
        if name not in hidden and name in product.features
    )


def _weighed(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, Any, float]]:
    record = snapshot["record"]
    rows = zip(snapshot["features"], snapshot["vector"], snapshot["contributions"], strict=True)
    for name, value, contribution in rows:
        yield name, record.get(name, float.fromhex(value)), float.fromhex(contribution)


def _weight(
    sources: Sources, name: str, value: Any, contribution: float | None, hidden: set[str]
) -> Weight:
    feature, product = sources.product.feature(name), sources.product
    own = feature.source == "behaviour"
    since = sources.known_since if own else sources.received_at
    return Weight(
        feature=name,
        title=feature.title,
        value=told_value(product, feature, value, sources.snapshot["record"], hidden),
        contribution=contribution,
        source=WORDS["derived" if feature.derived else feature.source],
        since=None if since is None else since.date().isoformat(),
    )


def _hidden(sources: Sources) -> set[str]:
    product, segment = sources.product, sources.decision.segment
    protected = {name for name, one in product.features.items() if one.protected}
    return protected | never_named(product, segment)


def _reasons(sources: Sources) -> tuple[NamedReason, ...]:
    """Return the reasons of the outcome that stands, a person's first."""
    answered = msgspec.json.decode(sources.decision.reply)["decision"]["reasons"]
    hidden = _hidden(sources)
    own = [
        NamedReason(code=one["code"], text=Text(**one["text"]), general=one["code"] in GENERAL)
        for one in answered
        if one["feature"] not in hidden
    ]
    if not sources.overrides:
        return tuple(own)
    last = sources.overrides[-1]
    said = NamedReason(code=last.code, text=codes()[last.code].text)
    # What spoke for an approval is no reason to decline, nor the other way round.
    same = sources.decision.outcome == Outcome.REFER or sources.decision.outcome == last.outcome
    return (said, *own) if same and last.outcome == Outcome.DECLINE else (said,)


def _offer(sources: Sources) -> Offer | None:
    """Return the last offer that the applicant has seen."""
    seen = [one for one in sources.offers if one.state not in GONE]
    return max(seen, key=lambda one: (one.made_at, one.id), default=None)


def _occasion(sources: Sources, offer: Offer | None) -> str:
    laid_down = (sources.offered or sources.product).accounts.offers
    if offer is None or laid_down is None or sources.outcome != Outcome.APPROVE:
        return sources.outcome
    asked = sources.snapshot["record"].get(laid_down.amount)
    less = asked is not None and offer.amount < round(asked * minor_units(offer.currency))
    return COUNTEROFFER if less else sources.outcome


def _burden(snapshot: Mapping[str, Any], offer: Offer | None) -> float | None:
    if offer is not None and offer.debt_burden_after is not None:
        return offer.debt_burden_after
    found = snapshot.get("given", {}).get("debt_burden_after")
    return None if found is None else float.fromhex(found)


def _offer_facts(offer: Offer) -> OfferFacts:
    return OfferFacts(
        amount=offer.amount,
        currency=offer.currency,
        annual_rate_bp=offer.annual_rate_bp,
        term_months=offer.term_months,
        monthly_payment=offer.monthly_payment,
        full_cost_percent=offer.psk,
        full_cost_amount=offer.total_cost,
    )
