"""How a model and its cutoff treat the groups of a protected feature."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.fairness.groups import Group
from loanwright.fairness.ratios import fisher_mid_p, mean_difference, rate_difference, rate_ratio
from loanwright.metrics.comparison import holm
from loanwright.metrics.discrimination import auc
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.probability import LineNotFound, calibration_line
from loanwright.metrics.samples import ShapesDiffer

#: Smaller groups are counted, and nothing is claimed about them.
LEAST_ROWS: Final = 30
#: Fewer defaults, or fewer good rows, say nothing about a ranking or a slope.
LEAST_OF_EACH: Final = 20

Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What was said about each applicant of a sample, and what became of them.

    Attributes
    ----------
    approved
        (n,) whether the cutoff approves.
    score
        (n,) points, higher is safer.
    probability
        (n,) probabilities of default.
    default
        (n,) labels, 1 is bad; None where outcomes are not known.
    """

    approved: Flags
    score: NDArray[Any]
    probability: NDArray[np.float64]
    default: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        parts = [self.score, self.probability, *([] if self.default is None else [self.default])]
        for part in parts:
            if np.shape(part) != np.shape(self.approved):
                raise ShapesDiffer(
                    left="approved",
                    left_shape=np.shape(self.approved),
                    right="another part",
                    right_shape=np.shape(part),
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupMeasures:
    """One group beside the reference group.

    Attributes
    ----------
    title
        Of the group, by language.
    reference
        Whether it is the one the others are compared with.
    rows, approved, defaults
        Counts; ``defaults`` is None where outcomes are not known.
    measures
        Name to estimate; what cannot be measured is absent. ``approval_rate``;
        ``adverse_impact_ratio``, the ratio of approval rates; ``score_difference``, in standard
        deviations, positive where the group scores as safer; ``equal_opportunity``, the
        difference of approval rates among those who repaid; ``false_approval``, the same among
        those who defaulted (together with the former: equalised odds); ``default_rate``;
        ``observed_to_expected`` defaults, above 1 where the model is too kind to the group;
        ``calibration_slope``; ``auc``.
    p_value, p_adjusted
        Of the exact test that approval rates are equal, and after Holm over all groups.
    """

    title: Mapping[str, str]
    reference: bool
    rows: int
    approved: int
    defaults: int | None
    measures: Mapping[str, Estimate]
    p_value: float | None = None
    p_adjusted: float | None = None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "title": dict(self.title),
            "reference": self.reference,
            "rows": self.rows,
            "approved": self.approved,
            "defaults": self.defaults,
            "measures": {name: one.to_mapping() for name, one in self.measures.items()},
            "p_value": _rounded(self.p_value),
            "p_adjusted": _rounded(self.p_adjusted),
        }


def group_measures(
    groups: Sequence[Group],
    treatment: Treatment,
    *,
    reference: str | None = None,
    level: float = 0.95,
) -> tuple[GroupMeasures, ...]:
    """Measure every group beside a reference group.

    Parameters
    ----------
    groups
        As `loanwright.fairness.groups.groups_of` returns them.
    treatment
        What was said about each applicant, and what became of them.
    reference
        English title of the group to compare with; the largest one where none is named.
    level
        Of the intervals.

    Returns
    -------
    tuple of GroupMeasures
        In the order of the groups. Groups of fewer than 30 rows are counted and not compared.

    Examples
    --------
    >>> from loanwright.features.text import Text
    >>> approved = np.arange(200) % 4 > 0
    >>> approved[:50] = np.arange(50) % 2 > 0
    >>> groups = [
    ...     Group(title=Text(en=name, ru=name), rows=rows)
    ...     for name, rows in (("young", np.arange(200) < 50), ("old", np.arange(200) >= 50))
    ... ]
    >>> said = Treatment(approved=approved, score=approved * 9, probability=0.2 - 0.1 * approved)
    >>> young = group_measures(groups, said)[0]
    >>> round(young.measures["adverse_impact_ratio"].value, 3), young.p_value < 0.01
    (0.664, True)
    """
    measured = [group for group in groups if group.rows.sum() >= LEAST_ROWS]
    against = _reference(measured, reference)
    found = [_measured(group, against, treatment, level) for group in groups]
    tested = [place for place, one in enumerate(found) if one.p_value is not None]
    adjusted = holm([float(found[place].p_value or 0.0) for place in tested]) if tested else ()
    for place, p_value in zip(tested, adjusted, strict=True):
        found[place] = replace(found[place], p_adjusted=float(p_value))
    return tuple(found)


def _reference(groups: Sequence[Group], title: str | None) -> Group | None:
    named = [group for group in groups if group.title.en == title]
    return named[0] if named else max(groups, key=lambda group: group.rows.sum(), default=None)


def _measured(group: Group, against: Group | None, said: Treatment, level: float) -> GroupMeasures:
    rows, hits = int(group.rows.sum()), int(said.approved[group.rows].sum())
    default = None if said.default is None else np.asarray(said.default, dtype=np.bool_)
    measures: dict[str, Estimate] = {"approval_rate": jeffreys(hits, rows, level=level)}
    p_value = None
    if against is not None and rows >= LEAST_ROWS and group is not against:
        measures |= _compared(group.rows, against.rows, said, level)
        p_value = _test(group.rows, against.rows, said.approved)
        if default is not None:
            measures |= _errors(group.rows, against.rows, said.approved, default, level=level)
    if default is not None and rows >= LEAST_ROWS:
        measures |= _truth(default[group.rows], said.probability[group.rows], level)
    return GroupMeasures(
        title=group.title.to_mapping(),
        reference=group is against,
        rows=rows,
        approved=hits,
        defaults=None if default is None else int(default[group.rows].sum()),
        measures=measures,
        p_value=p_value,
    )


def _counts(rows: Flags, hit: Flags) -> tuple[int, int]:
    return int((hit & rows).sum()), int(rows.sum())


def _compared(rows: Flags, reference: Flags, said: Treatment, level: float) -> dict[str, Estimate]:
    found = {}
    group, other = _counts(rows, said.approved), _counts(reference, said.approved)
    if other[0]:
        found["adverse_impact_ratio"] = rate_ratio(*group, *other, level=level)
    score = np.asarray(said.score, dtype=np.float64)
    found["score_difference"] = mean_difference(score[rows], score[reference], level=level)
    return found


def _test(rows: Flags, reference: Flags, approved: Flags) -> float:
    return fisher_mid_p(*_counts(rows, approved), *_counts(reference, approved))


def _errors(
    rows: Flags, reference: Flags, approved: Flags, default: Flags, *, level: float
) -> dict[str, Estimate]:
    found = {}
    for name, truth in (("equal_opportunity", ~default), ("false_approval", default)):
        mine, others = rows & truth, reference & truth
        if min(mine.sum(), others.sum()) >= LEAST_OF_EACH:
            counts = (*_counts(mine, approved), *_counts(others, approved))
            found[name] = rate_difference(*counts, level=level)
    return found


def _truth(default: Flags, probability: NDArray[np.float64], level: float) -> dict[str, Estimate]:
    bad, expected = int(default.sum()), float(probability.mean())
    rate = jeffreys(bad, len(default), level=level)
    found = {"default_rate": rate, "observed_to_expected": _over(rate, expected)}
    if min(bad, len(default) - bad) < LEAST_OF_EACH:
        return found
    found["auc"] = auc(default, probability, level=level)
    with suppress(LineNotFound):
        found["calibration_slope"] = calibration_line(default, probability, level=level).slope
    return found


def _over(rate: Estimate, expected: float) -> Estimate:
    return Estimate(
        value=rate.value / expected,
        lower=rate.lower / expected,
        upper=rate.upper / expected,
        level=rate.level,
        method="Jeffreys",
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
