"""Reads the decisions of a month, and decides them again by the versions of another one."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from loanwright.decisioning.policy import Policy
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.service.accounts.outcomes import Outcomes
from loanwright.service.business.changes import APPROVED, MonthRead
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.kit.months import span_of
from loanwright.service.simulations.history import History
from loanwright.simulation.applications import Applications, Values, Version
from loanwright.simulation.asked_columns import MISSING
from loanwright.simulation.errors import NothingToSimulate
from loanwright.simulation.running import Simulator

FINAL: Final = "decided in the end"


@dataclass(frozen=True, kw_only=True)
class MonthReader:
    """Reads months of one product under fixed versions.

    Parameters
    ----------
    policy
        The policy that all months are decided by.
    packages
        The models that all months are assessed by, by segment; a segment without one keeps the
        answers that were given then, which is the same where one model gave them all.
    final
        What people decided in the place of decisions, by decision.
    """

    decisions: Decisions
    outcomes: Outcomes
    product: Product
    policy: Policy
    packages: Mapping[str, ModelPackage]
    final: Mapping[str, str]
    features: Sequence[Feature]
    advance: Callable[[float], None] = lambda _share: None

    def read(self, month: str, total: int) -> MonthRead:
        """Read one month of about so many decisions."""
        reasons: Counter[str] = Counter()
        parts = _Parts(names=[one.name for one in self.features])
        simulator = self._simulator()
        history = self._history(month, simulator, lambda one: _add_reasons(reasons, one), total)
        for block in history:
            parts.add(block, simulator)
            self.advance(block.share)
        return parts.joined(month, self.features, reasons)

    def _simulator(self) -> Simulator:
        told = {"policy": self.policy, "product": self.product}
        then = Version(name="answers of then", **told)  # type: ignore[arg-type]
        fixed = Version(name="fixed models", packages=self.packages, **told)  # type: ignore[arg-type]
        return Simulator(
            versions=(fixed, then),
            by=(FINAL, *(one.name for one in self.features)),
            currency=self.product.currency,
            product=self.product,
        )

    def _history(
        self,
        month: str,
        simulator: Simulator,
        notice: Callable[[DecisionRecord], None],
        total: int,
    ) -> History:
        dictionaries = {
            segment: list(
                {
                    one.dictionary(segment).hash: one.dictionary(segment)
                    for one in simulator.versions
                }.values()
            )
            for segment in self.product.segments
        }
        return History(
            decisions=self.decisions,
            outcomes=self.outcomes,
            product=self.product,
            dictionaries=dictionaries,
            by=simulator.by,
            total=total,
            within=span_of(month),
            notice=notice,
            told={FINAL: lambda one: self.final.get(one.id, one.outcome)},
        )


@dataclass(kw_only=True)
class _Parts:
    """The rows of a month, block by block."""

    names: Sequence[str]
    grades: list[str] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    final: list[str] = field(default_factory=list)
    flags: dict[str, list[Any]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    unread: int = 0

    def add(self, block: Applications, simulator: Simulator) -> None:
        """Add the rows of a block that every version can decide."""
        judged = simulator.judge(block)
        fixed, then = judged.decided
        names = fixed.answers.names
        self.grades += [names[place] for place in fixed.answers.grades.tolist()]
        self.segments += [judged.segment] * len(judged.known)
        self.final += _texts(judged.groups[FINAL])
        for name in self.names:
            self.columns.setdefault(name, []).extend(_texts(judged.groups[name]))
        told = {
            "fixed": fixed.outcomes.outcomes,
            "models": then.outcomes.outcomes,
            "decided": judged.before,
        }
        for flag, severities in told.items():
            self.flags.setdefault(flag, []).append(severities == APPROVED)
        self.unread += judged.rejected + judged.not_assessable

    def joined(self, month: str, features: Iterable[Feature], reasons: Counter[str]) -> MonthRead:
        """Return the month."""
        if not self.grades:
            raise NothingToSimulate(why=f"nothing that can be read was decided in {month}")
        flags = {name: np.concatenate(parts) for name, parts in self.flags.items()}
        return MonthRead(
            month=month,
            grades=self.grades,
            segments=self.segments,
            columns={one.name: _values(one, self.columns[one.name]) for one in features},
            final=np.array([one == "approve" for one in self.final]),
            reasons=reasons,
            unread=self.unread,
            **flags,
        )


def _texts(group: tuple[Any, Sequence[str]] | Values) -> list[str]:
    places, names = group if isinstance(group, tuple) else (group.places, group.names)
    return [names[place] for place in places.tolist()]


def _values(feature: Feature, texts: Sequence[str]) -> list[object]:
    if not feature.numeric:
        return [None if one == MISSING else one for one in texts]
    return [None if one == MISSING else float(one) for one in texts]


def _add_reasons(reasons: Counter[str], one: DecisionRecord) -> None:
    """Count each reason of a refused or referred application once."""
    if one.outcome == "approve":
        return
    reasons.update({code for code, *_ in read_snapshot(one.snapshot)["reasons"]})
