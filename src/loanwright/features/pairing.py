"""Pairs of columns whose ratio, product or difference tells more than the columns side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from loanwright.features.profiling import ColumnProfile
from loanwright.features.repeated import Suggestion, plain
from loanwright.features.text import Text

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]

MOST_PAIRS: Final = 4
GROUPS: Final = 20
SHRINKING: Final = 20.0
CHANCE: Final = 0.05
LEAST_MONEY: Final = 1000.0
LARGEST_RATE: Final = 3.0
LEAST_INSIDE: Final = 0.95
_PENALTY: Final = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Operand:
    """Something a pair can be made of.

    Attributes
    ----------
    name
        For the name of the pair.
    expression
        Its quantity, in the language of derived features.
    shown
        What people call it, by language.
    values
        (n,) NaN where missing.
    """

    name: str
    expression: str
    shown: Text
    values: Array

    @property
    def middle(self) -> float:
        """Return the median of the values that are there."""
        known = self.values[~np.isnan(self.values)]
        return float(np.median(known)) if len(known) else 0.0

    @property
    def zeros(self) -> float:
        """Return the share of values that are zero or below, for which a ratio means little."""
        known = self.values[~np.isnan(self.values)]
        return float((known <= 0).mean()) if len(known) else 1.0

    @property
    def money(self) -> bool:
        """Return whether it looks like an amount: large, and with many different values."""
        known = self.values[~np.isnan(self.values)]
        some = known[known != 0]
        large = len(some) > 0 and float(np.quantile(some, 0.9)) >= LEAST_MONEY
        return large and float(np.median(some)) >= 100 and len(np.unique(some)) > 2 * GROUPS

    @property
    def rate(self) -> bool:
        """Return whether it looks like a share of something: small fractions, none negative."""
        known = self.values[~np.isnan(self.values)]
        fractions = bool((known != np.round(known)).any())
        return fractions and 0 <= self.middle <= LARGEST_RATE and float(known.min()) >= 0

    @property
    def count(self) -> bool:
        """Return whether it looks like a count or a duration: whole, and no code of few values.

        A code written as a number (1 single, 2 married) seldom holds zeros and has few values.
        """
        known = self.values[~np.isnan(self.values)]
        whole = len(known) > 0 and bool((known == np.round(known)).all())
        return whole and not self.money and (self.zeros >= 0.05 or len(np.unique(known)) >= GROUPS)


def raw_operand(profile: ColumnProfile, values: Array) -> Operand:
    """Return a column as an operand, its codes taken for missing."""
    shown = Text(en=profile.column, ru=profile.column)
    return Operand(name=profile.name, expression=plain(profile), shown=shown, values=values)


def candidate_pairs(operands: Sequence[Operand]) -> Iterator[Suggestion]:
    """Yield the ratios, products and differences that could mean something.

    Amounts are divided by amounts and by counts, multiplied by rates, and subtracted; a count is
    divided by a count that it is part of.
    """
    for first, second in combinations(operands, 2):
        if first.money and second.money:
            yield _ratio(*sorted((first, second), key=_as_denominator, reverse=True))
            yield _difference(first, second)
        elif first.money or second.money:
            amount, other = (first, second) if first.money else (second, first)
            if other.rate:
                yield _product(other, amount)
            elif other.count:
                yield _ratio(amount, other)
        elif first.count and second.count:
            part, whole = sorted((first, second), key=lambda one: one.middle)
            if _part_of(part, whole):
                yield _ratio(part, whole)


def _as_denominator(operand: Operand) -> tuple[float, float]:
    """Return what makes a good denominator least: zeros first, then a small size."""
    return round(operand.zeros, 2), -operand.middle


def _part_of(part: Operand, whole: Operand) -> bool:
    """Return whether the one count nearly always stays within the other."""
    both = ~(np.isnan(part.values) | np.isnan(whole.values))
    inside = part.values[both] <= whole.values[both]
    return bool(both.any()) and float(inside.mean()) >= LEAST_INSIDE


def _ratio(over: Operand, under: Operand) -> Suggestion:
    below = under.expression
    extra = under.zeros > 0.01 and not under.money
    text = f"{over.expression} / {f'({below} + 1)' if extra else below}"
    plus = Text(en=" plus one", ru=" плюс один") if extra else Text(en="", ru="")
    return Suggestion(
        name=f"{_short(over)}_per_{_short(under)}",
        expression=text,
        title=Text(
            en=f"{over.shown.en} divided by {under.shown.en}{plus.en}",
            ru=f"{over.shown.ru}, делённое на {under.shown.ru}{plus.ru}",
        ),
        why="",
    )


def _product(rate: Operand, amount: Operand) -> Suggestion:
    return Suggestion(
        name=f"{_short(rate)}_times_{_short(amount)}",
        expression=f"{rate.expression} * {amount.expression}",
        title=Text(
            en=f"{rate.shown.en} times {amount.shown.en}",
            ru=f"{rate.shown.ru}, умноженное на {amount.shown.ru}",
        ),
        why="",
    )


def _difference(first: Operand, second: Operand) -> Suggestion:
    larger, smaller = (first, second) if first.middle >= second.middle else (second, first)
    return Suggestion(
        name=f"{_short(larger)}_less_{_short(smaller)}",
        expression=f"{larger.expression} - {smaller.expression}",
        title=Text(
            en=f"{larger.shown.en} less {smaller.shown.en}",
            ru=f"{larger.shown.ru} минус {smaller.shown.ru}",
        ),
        why="",
    )


def _short(operand: Operand) -> str:
    return operand.name[:24].strip("_")


def chosen_pairs(
    pairs: Mapping[str, Array], base: Sequence[Array], default: Array
) -> tuple[tuple[str, float], ...]:
    """Return the pairs that explain what the columns side by side leave unexplained.

    Parameters
    ----------
    pairs
        Candidate name to (n,) values.
    base
        (n,) columns that the model has anyway.
    default
        (n,) label, 1 = bad.

    Returns
    -------
    tuple of (str, float)
        At most four names, the best first, each with its p-value times the number of candidates
        (Bonferroni); all are below 0.05.

    Notes
    -----
    The sample is cut in two. On one half every column is grouped and weighed and an additive
    logistic regression is fitted; each candidate learns there which of its groups have more
    defaults than the regression says, and must foretell the same on the other half (a score
    test), both ways round. What is chosen joins the columns before the next one is sought.
    """
    columns = [_grouped(values) for values in base]
    left = {name: _grouped(values) for name, values in pairs.items()}
    halves = _halves(default)
    chosen: list[tuple[str, float]] = []
    while left and len(chosen) < MOST_PAIRS:
        gains = _gains(columns, left, default, halves)
        best = max(gains, key=lambda name: gains[name])
        corrected = len(pairs) * 0.5 * math.erfc(gains[best] / math.sqrt(2))
        if corrected >= CHANCE:
            break
        chosen.append((best, corrected))
        columns.append(left.pop(best))
    return tuple(chosen)


def _grouped(values: Array) -> npt.NDArray[np.int64]:
    """Return the quantile group of each value; missing is the last one."""
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) > GROUPS:
        distinct = np.unique(np.quantile(known, np.linspace(0, 1, GROUPS + 1)[1:-1]))
    groups = np.searchsorted(distinct, values).astype(np.int64)
    groups[np.isnan(values)] = len(distinct) + 1
    return groups


def _halves(default: Array) -> Rows:
    """Return a mask of half of the bad and half of the good rows, the same every time."""
    order = np.random.default_rng(0).permutation(len(default))
    order = order[np.argsort(default[order], kind="stable")]
    mask = np.zeros(len(default), dtype=np.bool_)
    mask[order[::2]] = True
    return mask


def _gains(
    columns: Sequence[npt.NDArray[np.int64]],
    left: Mapping[str, npt.NDArray[np.int64]],
    default: Array,
    half: Rows,
) -> dict[str, float]:
    """Return the z of each candidate: at most standard normal where it says nothing new.

    Both ways round compare the same two halves, so their mean, not their sum, is a fair z.
    """
    total = dict.fromkeys(left, 0.0)
    for fitted in (half, ~half):
        risk = _additive_risk(columns, default, fitted)
        rest, weight = default - risk, risk * (1 - risk)
        for name, groups in left.items():
            total[name] += _score_test(groups, rest, weight, fitted) / 2
    return total


def _score_test(groups: npt.NDArray[np.int64], rest: Array, weight: Array, fitted: Rows) -> float:
    size = int(groups.max()) + 1
    surplus = np.bincount(groups[fitted], rest[fitted], size)
    spread = np.bincount(groups[fitted], weight[fitted], size)
    effect = (surplus / (spread + SHRINKING))[groups[~fitted]]
    weight, rest = weight[~fitted], rest[~fitted]
    effect = effect - float((effect * weight).sum() / weight.sum())
    scale = math.sqrt(float((effect**2 * weight).sum()))
    return float((effect * rest).sum()) / scale if scale > 0 else 0.0


def _additive_risk(columns: Sequence[npt.NDArray[np.int64]], default: Array, fitted: Rows) -> Array:
    """Return the probability of default by weights of evidence learnt on the fitted rows."""
    weighed = [_weighed(groups, default, fitted) for groups in columns]
    design = np.column_stack([np.ones(len(default)), *weighed])
    own, label = design[fitted], default[fitted]
    penalty = np.full(design.shape[1], _PENALTY)
    penalty[0] = 0.0
    beta = np.zeros(design.shape[1])
    beta[0] = math.log(label.mean() / (1 - label.mean()))
    for _ in range(8):
        risk = _logistic(own @ beta)
        slope = own.T @ (label - risk) - penalty * beta
        curve = (own * (risk * (1 - risk))[:, None]).T @ own + np.diag(penalty)
        beta = beta + np.linalg.solve(curve + 1e-9 * np.eye(len(beta)), slope)
    return _logistic(design @ beta)


def _weighed(groups: npt.NDArray[np.int64], default: Array, fitted: Rows) -> Array:
    size = int(groups.max()) + 1
    count = np.bincount(groups[fitted], minlength=size).astype(np.float64)
    bad = np.bincount(groups[fitted], default[fitted], size)
    mean = float(default[fitted].mean())
    rate = (bad + SHRINKING * mean) / (count + SHRINKING)
    rate = np.clip(rate, 1e-4, 1 - 1e-4)
    weights: Array = (np.log(rate / (1 - rate)) - math.log(mean / (1 - mean)))[groups]
    return weights


def _logistic(log_odds: Array) -> Array:
    risk: Array = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return risk
