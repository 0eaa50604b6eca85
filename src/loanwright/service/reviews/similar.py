"""Past decisions that resemble one, and what became of them: nobody's identity, only how it went.

Alike are decisions that the same model explains alike: the distance is the mean absolute
difference of the contributions to the log-odds, feature by feature. Those who decide see at a
glance how people whom the model saw in the same way have turned out.

The search is bounded: of the last decisions of the product those of the same model whose
probability of default is nearest are opened, and no more.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from loanwright.decisioning.performance import Performance
from loanwright.service.accounts.outcomes import Outcomes
from loanwright.service.decisions.schemas import DecisionLine, DecisionRecord
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.reviews.service import Reviews

#: How far back is looked, and how many are opened.
MOST_LOOKED_AT: Final = 2_000
MOST_OPENED: Final = 150
SHOWN: Final = 5
KNOWN: Final = (Performance.GOOD, Performance.BAD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resemblance:
    """One past decision that resembles another.

    Attributes
    ----------
    alike
        Between 0 and 1: 1 where every feature weighed the same, halved wherever the odds of one
        feature are, on average, doubled.
    outcome
        What stands: the word of a person where there is one.
    performance
        None where no account came of it.
    differs
        The features that weighed most differently, each with how much heavier it weighed there.
    """

    alike: float
    outcome: str
    by_person: bool
    probability_of_default: float
    grade: str
    month: str
    performance: Performance | None
    differs: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class Similar:
    """Finds past decisions that resemble one."""

    reviews: Reviews

    def find(self, about: DecisionRecord, *, most: int = SHOWN) -> list[Resemblance]:
        """Return the most alike past decisions on other people: known outcomes first."""
        accounts = self.reviews.accounts
        lines = accounts.decisions.list_recent(product=about.product, most=MOST_LOOKED_AT)
        near = nearest(about, lines, MOST_OPENED)
        opened = accounts.decisions.list_opened([one.id for one in near])
        outcomes = Outcomes(accounts=accounts, as_of=accounts.today())
        turned_out = outcomes.of({one.id: one.applicant_id for one in opened})
        overridden = self.reviews.overridden(about.product)
        own = weights_of(about)
        found = [
            resemble(own, one, turned_out.get(one.id), overridden.get(one.id)) for one in opened
        ]
        return sorted(found, key=_order)[:most]


def nearest(about: DecisionLine, lines: Sequence[DecisionLine], most: int) -> list[DecisionLine]:
    """Return decisions of the same model on other people, nearest in the log-odds of default."""
    here = _log_odds(about.probability_of_default)
    others = [
        one
        for one in lines
        if one.model_hash == about.model_hash
        and one.segment == about.segment
        and one.applicant_id != about.applicant_id
    ]
    return sorted(
        others, key=lambda one: (abs(_log_odds(one.probability_of_default) - here), one.sequence)
    )[:most]


def weights_of(record: DecisionRecord) -> dict[str, float]:
    """Return how much each feature weighed in a decision, on the log-odds."""
    snapshot = read_snapshot(record.snapshot)
    return dict(
        zip(snapshot["features"], map(float.fromhex, snapshot["contributions"]), strict=True)
    )


def resemble(
    own: Mapping[str, float],
    other: DecisionRecord,
    performance: Performance | None,
    overridden: str | None,
) -> Resemblance:
    """Return how far a past decision resembles one, and what became of it."""
    theirs = weights_of(other)
    apart = {name: theirs.get(name, 0.0) - weight for name, weight in own.items()}
    mean = sum(map(abs, apart.values())) / max(1, len(apart))
    most = sorted(apart.items(), key=lambda one: -abs(one[1]))[:2]
    return Resemblance(
        alike=0.5 ** (mean / math.log(2)),
        outcome=overridden or other.outcome,
        by_person=overridden is not None,
        probability_of_default=other.probability_of_default,
        grade=other.grade,
        month=f"{other.decided_at:%Y-%m}",
        performance=performance,
        differs=tuple(most),
    )


def _order(one: Resemblance) -> tuple[Any, ...]:
    return one.performance not in KNOWN, -one.alike


def _log_odds(probability: float) -> float:
    inside = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(inside / (1 - inside))
