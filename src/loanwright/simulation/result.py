"""The result of a simulation, readable as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from loanwright.batch.outcomes import severities_of
from loanwright.simulation.curve import Curve, curve_of
from loanwright.simulation.figures import Figures, Judged, SwapSet
from loanwright.simulation.running import ALL, Counted, Counts, Simulator
from loanwright.simulation.solving import Demands, Solution, solve
from loanwright.simulation.unknown import Assumptions

SCHEMA = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The figures of the applications that share one value of a column."""

    column: str
    value: str
    figures: Figures

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {"column": self.column, "value": self.value, **self.figures.to_mapping()}


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionResult:
    """What one version does.

    Attributes
    ----------
    name, policy_hash, model_hashes
        Which it is; the models by segment.
    figures
        Of all applications.
    groups
        By the columns that were asked for.
    swap_sets
        Against what was compared with; empty where that is nothing.
    curves
        Every cut-off of every segment.
    solution
        The best cut-offs within the demands; None where nothing was demanded.
    """

    name: str
    policy_hash: str
    model_hashes: Mapping[str, str]
    figures: Figures
    groups: tuple[Group, ...]
    swap_sets: Mapping[str, SwapSet]
    curves: tuple[Curve, ...] = field(repr=False)
    solution: Solution | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "name": self.name,
            "policy_hash": self.policy_hash,
            "model_hashes": dict(self.model_hashes),
            **self.figures.to_mapping(),
            "groups": [one.to_mapping() for one in self.groups],
            "swap_sets": {name: one.to_mapping() for name, one in self.swap_sets.items()},
            "curves": [point for curve in self.curves for point in curve.points()],
            "solution": None if self.solution is None else self.solution.to_mapping(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulation:
    """What several versions do to the same applications."""

    applications: int
    rejected: int
    not_assessable: int
    against: str | None
    currency: str
    versions: tuple[VersionResult, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "schema": SCHEMA,
            "applications": self.applications,
            "rejected": self.rejected,
            "not_assessable": self.not_assessable,
            "against": self.against,
            "currency": self.currency,
            "versions": [one.to_mapping() for one in self.versions],
        }


def summarise(
    counts: Counts, simulator: Simulator, *, demands: Demands, against: str | None
) -> Simulation:
    """Return the figures of what was counted.

    Parameters
    ----------
    counts
        As the simulator returned them.
    simulator
        That did.
    demands
        For the best cut-offs; those that ask for nothing are passed over.
    against
        What to call what swap sets compare with; None where there is nothing.
    """
    return Simulation(
        applications=counts.applications,
        rejected=counts.rejected,
        not_assessable=counts.not_assessable,
        against=against,
        currency=simulator.currency,
        versions=tuple(
            result_of(one, counts, demands, priced=simulator.prices is not None, against=against)
            for one in counts.versions
        ),
    )


def result_of(
    counted: Counted,
    counts: Counts,
    demands: Demands,
    *,
    priced: bool,
    against: str | None,
    assumed: Mapping[str, Assumptions] | None = None,
) -> VersionResult:
    """Return what one version does.

    Parameters
    ----------
    counted, counts
        What was counted of it, and beside what.
    demands
        For the best cut-offs.
    priced
        Whether money was computed.
    against
        What to call what swap sets compare with; None where there is nothing.
    assumed
        Of those whose outcome nobody knows, by column; None works it out.
    """
    version, cells = counted.version, counted.cells[ALL]
    assumed = assumed or _assumed(counted)
    judged = _judged(counted, ALL, counts.segments, priced=priced, assumed=assumed)
    everyone = np.ones(len(cells), dtype=np.bool_)
    curves = _curves(judged, counted, counts.segments)
    return VersionResult(
        name=version.name,
        policy_hash=version.policy.hash,
        model_hashes={segment: one.hash for segment, one in version.packages.items()},
        figures=judged.figures(everyone),
        groups=tuple(_groups(counted, counts.segments, priced=priced, assumed=assumed)),
        swap_sets={} if against is None else judged.swap_sets(everyone),
        curves=curves,
        solution=solve(curves, demands) if demands.asked and curves else None,
    )


def curves_of(
    counted: Counted,
    segments: Sequence[str],
    *,
    priced: bool,
    assumed: Mapping[str, Assumptions],
) -> tuple[Curve, ...]:
    """Return every cut-off of every segment of one version."""
    judged = _judged(counted, ALL, segments, priced=priced, assumed=assumed)
    return _curves(judged, counted, segments)


def _assumed(counted: Counted) -> dict[str, Assumptions]:
    return {name: Assumptions.about(cells) for name, cells in counted.cells.items()}


def _judged(
    counted: Counted,
    column: str,
    segments: Sequence[str],
    *,
    priced: bool,
    assumed: Mapping[str, Assumptions],
) -> Judged:
    cells = counted.cells[column]
    outcomes = np.zeros(len(cells), dtype=np.int8)
    for place, segment in enumerate(segments):
        own = cells.segment == place
        by_score = severities_of(counted.version.policy, segment, cells.score[own])
        outcomes[own] = np.maximum(by_score, cells.floor[own])
    return Judged(cells=cells, outcomes=outcomes, assumptions=assumed[column], priced=priced)


def _curves(judged: Judged, counted: Counted, segments: Sequence[str]) -> tuple[Curve, ...]:
    policy = counted.version.policy
    return tuple(
        curve_of(judged, place, segment, policy.cutoffs_of(segment).refer_from)
        for place, segment in enumerate(segments)
        if segment in policy.cutoffs
    )


def _groups(
    counted: Counted,
    segments: Sequence[str],
    *,
    priced: bool,
    assumed: Mapping[str, Assumptions],
) -> list[Group]:
    found = []
    for column, cells in counted.cells.items():
        if column == ALL:
            continue
        judged = _judged(counted, column, segments, priced=priced, assumed=assumed)
        found += [
            Group(column=column, value=value, figures=judged.figures(cells.group == place))
            for place, value in enumerate(counted.groups[column])
            # Not every grade need occur.
            if (cells.group == place).any()
        ]
    return found
