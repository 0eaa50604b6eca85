"""Recorded decisions as applications of a simulation."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.performance import Performance
from loanwright.decisioning.schedule import BASIS_POINTS
from loanwright.features.columns import encode
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.service.accounts.outcomes import Outcomes
from loanwright.service.decisions.schemas import DecisionLine, DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.kit.months import ALWAYS, Span
from loanwright.simulation.applications import Applications, AskedCredit, Values
from loanwright.simulation.asked_columns import MISSING, OWN, CreditColumns
from loanwright.simulation.errors import GroupUnknown, PricesRefused
from loanwright.simulation.tally import BAD, GOOD, UNKNOWN

#: Decisions of one block: large enough for the engine, small enough to be held.
BLOCK: Final = 8_192
#: Columns of a decision that it can be grouped by, beside features.
TOLD: Final[Mapping[str, Callable[[DecisionRecord], str]]] = {
    "month": lambda one: f"{one.decided_at:%Y-%m}",
    "model": lambda one: one.model_hash[:12],
    "policy": lambda one: one.policy_hash[:12],
}
KNOWN: Final = {Performance.GOOD: GOOD, Performance.BAD: BAD}


@dataclass(frozen=True, kw_only=True)
class History:
    """The decisions on a product, the newest first; those on erased persons are left out.

    Parameters
    ----------
    product, segment
        Whose they are; None for all segments.
    dictionaries
        By segment: every dictionary that a version reads its applications by.
    by
        ``segment``, ``grade``, ``month``, ``model``, ``policy``, or a feature of the records.
    credit
        Amount, rate and term: a feature's name, or one number for all.
    total
        How many there are, for progress.
    within
        Only what was decided in this span of time.
    notice
        Is shown every decision that is read, before its block.
    told
        Further columns to group by: what they say of a decision.
    """

    decisions: Decisions
    outcomes: Outcomes
    product: Product
    segment: str | None = None
    dictionaries: Mapping[str, Sequence[Product]]
    by: Sequence[str] = ()
    credit: CreditColumns = field(default_factory=CreditColumns)
    total: int = 0
    within: Span = ALWAYS
    notice: Callable[[DecisionRecord], None] = lambda _one: None
    told: Mapping[str, Callable[[DecisionRecord], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse to group by what no decision has."""
        known = (*OWN, *TOLD, *self.told, *self.product.features)
        for name in self.by:
            if name not in known:
                raise GroupUnknown(column=name, known=", ".join(known))

    def __iter__(self) -> Iterator[Applications]:
        waiting: dict[str, list[DecisionRecord]] = {name: [] for name in self._segments}
        read = erased = 0
        for one in self.decisions.read_all(product=self.product.name, within=self.within):
            read += 1
            if one.segment not in waiting:
                continue
            if not isinstance(one, DecisionRecord):
                erased += 1
                continue
            self.notice(one)
            waiting[one.segment].append(one)
            if len(waiting[one.segment]) >= BLOCK:
                yield self._block(one.segment, waiting[one.segment], read, erased)
                waiting[one.segment], erased = [], 0
        for segment, held in waiting.items():
            if held or erased:
                yield self._block(segment, held, read, erased)
                erased = 0

    @property
    def _segments(self) -> tuple[str, ...]:
        return tuple(self.product.segments) if self.segment is None else (self.segment,)

    def _block(
        self, segment: str, held: Sequence[DecisionRecord], read: int, erased: int
    ) -> Applications:
        records = [read_snapshot(one.snapshot)["record"] for one in held]
        dictionaries = self.dictionaries[segment]
        columns, good = _encoded(dictionaries, segment, records)
        kept = [one for one, fine in zip(held, good, strict=True) if fine]
        records = [one for one, fine in zip(records, good, strict=True) if fine]
        return Applications(
            segment=segment,
            columns=columns,
            known=self._known(kept),
            answers=_answers(kept),
            before=np.array([Outcome(one.outcome).severity for one in kept], dtype=np.int8),
            groups={
                name: _values(name, kept, records, self.told) for name in self.by if name not in OWN
            },
            asked=self._asked(records),
            share=min(1.0, read / max(self.total, 1)),
            rejected=len(held) - len(kept) + erased,
        )

    def _known(self, kept: Sequence[DecisionLine]) -> NDArray[np.int8]:
        found = self.outcomes.of({one.id: one.applicant_id for one in kept})
        return np.array([KNOWN.get(found.get(one.id), UNKNOWN) for one in kept], dtype=np.int8)  # type: ignore[arg-type]

    def _asked(self, records: Sequence[Mapping[str, Any]]) -> AskedCredit:
        credit = self.credit
        return AskedCredit(
            amounts=_scaled(credit.amount, credit.minor, records),
            rates_bp=_scaled(credit.annual_rate, BASIS_POINTS, records),
            terms=_scaled(credit.term, 1, records),
        )


def _encoded(
    dictionaries: Sequence[Product], segment: str, records: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Mapping[str, NDArray[np.float64]]], list[bool]]:
    """Return encoded columns of the records that every dictionary can read, and which those are."""
    good = [True] * len(records)
    read: dict[str, dict[str, list[float]]] = {}
    for product in dictionaries:
        features = (*product.inputs(segment), *product.readable_inputs(segment))
        rows = [_row(features, record) for record in records]
        good = [fine and row is not None for fine, row in zip(good, rows, strict=True)]
        read[product.hash] = {
            one.name: [nan if row is None else row[place] for row in rows]
            for place, one in enumerate(features)
        }
    chosen = np.array(good, dtype=np.bool_)
    columns = {
        name: {each: np.array(values, dtype=np.float64)[chosen] for each, values in own.items()}
        for name, own in read.items()
    }
    return columns, good  # type: ignore[return-value]


nan: Final = float("nan")


def _row(features: Sequence[Feature], record: Mapping[str, Any]) -> list[float] | None:
    """Return the encoded inputs of one record; None where this dictionary cannot read it."""
    try:
        return [encode(one, record.get(one.name)) for one in features]
    except (KeyError, ValueError):
        return None


def _answers(kept: Sequence[DecisionRecord]) -> Assessed:
    names = sorted({one.grade for one in kept})
    return Assessed(
        scores=np.array([one.score for one in kept], dtype=np.int64),
        probabilities=np.array([one.probability_of_default for one in kept], dtype=np.float64),
        grades=np.array([names.index(one.grade) for one in kept], dtype=np.int64),
        names=tuple(names),
    )


def _values(
    name: str,
    kept: Sequence[DecisionRecord],
    records: Sequence[Mapping[str, Any]],
    told: Mapping[str, Callable[[DecisionRecord], str]],
) -> Values:
    tell = {**TOLD, **told}.get(name)
    if tell is None:
        texts = [_shown(record.get(name)) for record in records]
    else:
        texts = [tell(one) for one in kept]
    names = sorted(set(texts))
    places = {text: place for place, text in enumerate(names)}
    return Values(places=np.array([places[text] for text in texts], dtype=np.int64), names=names)


def _shown(value: object) -> str:
    return MISSING if value is None else f"{value}"


def _scaled(
    given: str | float | None, times: int, records: Iterable[Mapping[str, Any]]
) -> NDArray[np.int64] | None:
    if given is None:
        return None
    if not isinstance(given, str):
        return np.array([round(given * times) for _ in records], dtype=np.int64)
    values = [record.get(given) for record in records]
    if not all(isinstance(value, int | float) for value in values):
        raise PricesRefused(problem=f"the feature {given} is missing in a record, or no number")
    return np.array([round(value * times) for value in values], dtype=np.int64)  # type: ignore[operator]
