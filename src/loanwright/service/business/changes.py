"""Why the approval rate of a product changed from one month to another."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.outcome import Outcome
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.metrics.estimate import Estimate
from loanwright.service.business.bands import band_names, place_of
from loanwright.service.business.shares import (
    Count,
    GroupChange,
    change_by_group,
    counted,
    difference,
)

Flags = NDArray[np.bool_]
APPROVED: Final = Outcome.APPROVE.severity


@dataclass(frozen=True, kw_only=True)
class MonthRead:
    """The applications of one month, row by row, as several worlds decide them.

    Attributes
    ----------
    grades, segments
        (n,) names; grades by the models of the first month.
    columns
        By feature: (n,) values as they were recorded, None where missing.
    fixed
        (n,) whether the policy and the models of the first month approve it.
    models
        (n,) whether the policy of the first month approves it by the model of then.
    decided
        (n,) whether it was approved.
    final
        (n,) whether it is approved after what people decided in its place.
    reasons
        How many of the refused were told each reason, by its code.
    unread
        Decisions on erased persons and others that cannot be read.
    """

    month: str
    grades: Sequence[str] = field(repr=False)
    segments: Sequence[str] = field(repr=False)
    columns: Mapping[str, Sequence[object]] = field(repr=False)
    fixed: Flags = field(repr=False)
    models: Flags = field(repr=False)
    decided: Flags = field(repr=False)
    final: Flags = field(repr=False)
    reasons: Counter[str] = field(repr=False)
    unread: int = 0

    def __len__(self) -> int:
        return len(self.decided)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One cause and what it adds to the change of the approval rate."""

    cause: str
    added: float


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureChange:
    """How the applicants changed in one feature, and what that adds.

    Attributes
    ----------
    mix
        What the change of shares adds, under the policy and the models of the first month.
    """

    feature: str
    mix: float
    groups: tuple[GroupChange, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonChange:
    """How often a reason was told, of all applications of a month."""

    code: str
    before: float
    after: float
    change: Estimate


@dataclass(frozen=True, kw_only=True, slots=True)
class Versions:
    """Which policy and models decided a month, with the share of its applications."""

    policies: Mapping[str, float]
    models: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Why the approval rate changed.

    Attributes
    ----------
    before, after
        Applications and approvals in the end, by month.
    change
        Of the rate, with its interval.
    parts
        Causes in the order in which a decision is made: applicants, models, policy, people. They
        add up to the change.
    grades, features
        How the applicants changed, under the policy and the models of the first month; the
        features in falling order of what they add.
    reasons
        In falling order of how much more often they were told.
    versions
        Of the first and of the second month.
    """

    product: str
    months: tuple[str, str]
    before: Count
    after: Count
    change: Estimate
    parts: tuple[Part, ...]
    grades: tuple[GroupChange, ...]
    features: tuple[FeatureChange, ...]
    reasons: tuple[ReasonChange, ...]
    versions: tuple[Versions, Versions]
    unread: int


def explain(
    product: Product,
    before: MonthRead,
    after: MonthRead,
    versions: tuple[Versions, Versions],
) -> Change:
    """Say why more or fewer were approved in the second month than in the first.

    What is due to applicants is measured under one policy and one set of models, those of the
    first month; what models add is measured on the same applicants, then what the policy adds,
    then what people decided otherwise. Whatever another version did within the first month is
    taken off, so that the parts add up to the whole change.
    """
    parts = [
        Part(cause="applicants", added=_rate(after.fixed) - _rate(before.fixed)),
        Part(cause="models", added=_gain(after, "fixed", "models", before)),
        Part(cause="policy", added=_gain(after, "models", "decided", before)),
        Part(cause="people", added=_gain(after, "decided", "final", before)),
    ]
    ends = _count(before.final), _count(after.final)
    return Change(
        product=product.name,
        months=(before.month, after.month),
        before=ends[0],
        after=ends[1],
        change=difference(*ends),
        parts=tuple(parts),
        grades=_groups(before, after, before.grades, after.grades, ordered=True),
        features=_features(product, before, after),
        reasons=_reasons(before, after),
        versions=versions,
        unread=before.unread + after.unread,
    )


def _rate(flags: Flags) -> float:
    return float(flags.mean())


def _count(flags: Flags) -> Count:
    return Count(all=len(flags), approved=int(flags.sum()))


def _gain(after: MonthRead, old: str, new: str, before: MonthRead) -> float:
    """Return what going from one world to another adds in the second month, less in the first."""
    gains = [_rate(getattr(one, new)) - _rate(getattr(one, old)) for one in (after, before)]
    return gains[0] - gains[1]


def _groups(
    before: MonthRead,
    after: MonthRead,
    old: Sequence[str],
    new: Sequence[str],
    *,
    ordered: bool = False,
) -> tuple[GroupChange, ...]:
    found = change_by_group(counted(old, before.fixed.tolist()), counted(new, after.fixed.tolist()))
    return tuple(sorted(found, key=lambda one: one.name)) if ordered else found


def _features(product: Product, before: MonthRead, after: MonthRead) -> tuple[FeatureChange, ...]:
    found = [_segments(before, after)] if len(product.segments) > 1 else []
    for name in before.columns:
        names = band_names(product.features[name], before.columns[name], after.columns[name])
        if names is None:
            continue
        groups = _groups(before, after, *names)
        found.append(_feature(name, tuple(sorted(groups, key=lambda one: place_of(one.name)))))
    return tuple(sorted(found, key=lambda one: -abs(one.mix)))


def _segments(before: MonthRead, after: MonthRead) -> FeatureChange:
    return _feature("segment", _groups(before, after, before.segments, after.segments))


def _feature(name: str, groups: tuple[GroupChange, ...]) -> FeatureChange:
    return FeatureChange(feature=name, mix=sum(one.mix for one in groups), groups=groups)


def _reasons(before: MonthRead, after: MonthRead) -> tuple[ReasonChange, ...]:
    codes = {**before.reasons, **after.reasons}
    found = []
    for code in codes:
        old = Count(all=len(before), approved=before.reasons[code])
        new = Count(all=len(after), approved=after.reasons[code])
        found.append(
            ReasonChange(
                code=code,
                before=old.rate or 0.0,
                after=new.rate or 0.0,
                change=difference(old, new),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.change.value, one.code)))


def told_features(product: Product) -> list[Feature]:
    """Return what applicants are told apart by: raw features that the law does not protect."""
    return [
        one
        for one in product.features.values()
        if not one.derived and not one.protected and one.type in ("category", "integer", "number",
                                                                  "money", "boolean")
    ]  # fmt: skip
