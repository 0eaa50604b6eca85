"""A search for less discriminatory alternatives: the frontier of AUC or profit and disparity."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from time import monotonic
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected
from loanwright.fairness.candidates import Candidate, Candidates
from loanwright.fairness.ratios import rate_ratio
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.comparison import PairedComparison, compare_auc
from loanwright.metrics.discrimination import auc
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.profit import Terms
from loanwright.sampling import split_sample

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: A group with fewer rows among the judged is left out of the ratio.
LEAST_ROWS: Final = 30
#: A next point of the frontier is at least this much nearer to equal treatment.
LEAST_STEP: Final = 0.01


class NothingToSearch(Rejected):
    """No less discriminatory alternative can be searched for: {problem}."""


@dataclass(frozen=True, kw_only=True)
class Applicants:
    """A sample with the groups of one protected feature, which no model sees.

    Attributes
    ----------
    matrix, columns
        (n, p) model inputs, and what the dictionary says about them.
    default
        (n,) labels, 1 is bad.
    groups
        (n,) number of the group of each row; negative where it is not known.
    people, date
        (n,) numbers, or None; as in `loanwright.sampling.split_sample`.
    """

    matrix: Floats
    columns: tuple[ColumnSpec, ...]
    default: NDArray[Any]
    groups: Rows
    people: Rows | None = None
    date: Floats | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchPlan:
    """How long and for what is searched.

    Attributes
    ----------
    family
        Of the models that are fitted.
    approval_rate
        The safest share that is approved; disparity is measured there.
    subsets
        How many random subsets of features are refitted, beside leaving out each one alone.
    seconds
        After which no new fit begins; None searches to the end. The order is fixed, so a search
        that was stopped is the beginning of the whole one.
    folds, seed
        Of the inner folds, and of everything that chance decides.
    terms
        What an approved applicant brings; None leaves profit out.
    """

    family: str = "scorecard"
    approval_rate: float = 0.7
    subsets: int = 20
    seconds: float | None = 60.0
    folds: int = 3
    seed: int = 0
    terms: Terms | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """One model of the frontier.

    Attributes
    ----------
    kind
        ``as it is``, ``fewer features`` or ``weights``.
    left_out
        Features that it does without.
    weights
        Feature to the factor of its contribution, where it is not 1.
    found
        AUC and parity on the inner folds, by which it was found: the least ratio of approval
        rates, turned around where it is above 1.
    auc, difference, ratio, profit
        On rows that the search never touched: AUC, paired difference to the model as it is, the
        least ratio of approval rates, and profit per applicant at the approval rate.
    """

    kind: str
    left_out: tuple[str, ...]
    weights: dict[str, float] = field(default_factory=dict)
    found: tuple[float, float]
    auc: Estimate
    difference: PairedComparison | None
    ratio: Estimate
    profit: float | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        compared = self.difference
        return {
            "kind": self.kind,
            "left_out": list(self.left_out),
            "weights": dict(self.weights),
            "found": [round(value, 6) for value in self.found],
            "auc": self.auc.to_mapping(),
            "auc_difference": None if compared is None else compared.difference.to_mapping(),
            "p_value": None if compared is None else round(compared.p_value, 6),
            "ratio": self.ratio.to_mapping(),
            "profit": None if self.profit is None else round(self.profit, 6),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class AlternativeSearch:
    """What a search found.

    Attributes
    ----------
    frontier
        The model as it is, and alternatives that none beats in both AUC and parity on the inner
        folds, from the highest AUC down, in steps of a hundredth of parity.
    tried
        How many were measured.
    finished
        Whether all were; otherwise the time was up.
    approval_rate
        Where disparity was measured.
    """

    frontier: tuple[Alternative, ...]
    tried: int
    finished: bool
    approval_rate: float

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "frontier": [one.to_mapping() for one in self.frontier],
            "tried": self.tried,
            "finished": self.finished,
            "approval_rate": self.approval_rate,
        }


@dataclass(frozen=True, kw_only=True)
class _Measured:
    candidate: Candidate
    area: float
    ratio: float


def search_alternatives(applicants: Applicants, plan: SearchPlan) -> AlternativeSearch:
    """Search for models that rank as well and treat groups more alike.

    A fifth of the rows (the latest one, where there are dates) is set aside. On the others every
    candidate answers for rows it has not learned from: the model as it is, without each feature,
    with random subsets of features, and with contributions of features weakened step by step
    (a weight from 0 to 1 keeps every direction of the dictionary). The frontier of AUC and ratio
    is then fitted again and judged on the rows set aside. Groups choose among models; no model
    sees them.

    Parameters
    ----------
    applicants
        The sample.
    plan
        How long and for what is searched.

    Raises
    ------
    NothingToSearch
        Where fewer than two groups have rows, or the approval rate approves all or none.
    SplitRefused, OneClassOnly
        Where the sample is too small.

    Notes
    -----
    The ratio is the approval rate of a group over that of the largest one; with several groups
    the least of them counts. On such searches see Gillis, Meursault, Ustun (2024).
    """
    if not 0 < plan.approval_rate < 1:
        raise NothingToSearch(problem=f"an approval rate of {plan.approval_rate} divides nobody")
    split = split_sample(
        applicants.default, applicant=applicants.people, date=applicants.date, seed=plan.seed
    )
    learned = np.sort(np.concatenate([split.development, split.calibration]))
    _refuse_one_group(applicants, learned, split.judged)
    candidates = Candidates.of(applicants, learned, plan)
    measured, finished = _search(candidates, applicants, learned, plan)
    frontier = [measured[0], *_frontier(measured)]
    judged = _judge(candidates, applicants, split.judged, frontier, plan)
    return AlternativeSearch(
        frontier=tuple(judged),
        tried=len(measured),
        finished=finished,
        approval_rate=plan.approval_rate,
    )


def _refuse_one_group(applicants: Applicants, *parts: Rows) -> None:
    for rows in parts:
        _, counts = np.unique(_known(applicants.groups[rows]), return_counts=True)
        if (counts >= LEAST_ROWS).sum() < 2:
            raise NothingToSearch(problem="fewer than two groups have 30 rows or more")


def _known(groups: Rows) -> Rows:
    return groups[groups >= 0]


def _search(
    candidates: Candidates, applicants: Applicants, learned: Rows, plan: SearchPlan
) -> tuple[list[_Measured], bool]:
    end = None if plan.seconds is None else monotonic() + plan.seconds
    default, groups = applicants.default[learned], applicants.groups[learned]

    def measure(candidate: Candidate, log_odds: Floats) -> _Measured:
        counts = approval_counts(log_odds, groups, plan.approval_rate)
        return _Measured(
            candidate=candidate,
            area=auc(default, log_odds).value,
            ratio=_parity(counts),
        )

    measured = []
    for candidate, log_odds in candidates.refitted():
        measured.append(measure(candidate, log_odds))
        if end is not None and monotonic() > end:
            return measured, False
    measured += _weakened(candidates, measure, measured[0])
    return measured, True


def _weakened(candidates: Candidates, measure: Any, start: _Measured) -> Iterator[_Measured]:
    """Halve, again and again, the one contribution that gives most ratio for its AUC."""
    now, best = candidates.even_weights, start
    for _ in range(2 * len(now)):
        tried = [measure(*candidates.weakened(now, place)) for place in range(len(now))]
        yield from tried
        gains = [_bargain(best, one) for one in tried]
        place = int(np.argmax(gains))
        if gains[place] <= 0:
            return
        best = tried[place]
        now = candidates.weights_of(best.candidate)


def _bargain(before: _Measured, after: _Measured) -> float:
    """Return the gain in ratio per loss of AUC; a loss of nothing counts as a little."""
    return (after.ratio - before.ratio) / max(before.area - after.area, 1e-4)


def approved_shares(log_odds: Floats, approval_rate: float) -> Floats:
    """Return for each row the share in which it is approved: 1, 0, or between at a tie.

    Rows that share the last place share it evenly: their order in the table decides nothing.

    Examples
    --------
    >>> approved_shares(np.array([3.0, 1.0, 2.0, 2.0]), 0.5).tolist()
    [0.0, 1.0, 0.5, 0.5]
    """
    places = approval_rate * len(log_odds)
    # As many whole rows as a sorted list has before the rate is reached, whatever it rounds to.
    whole = ceil(round(places, 9))
    last = np.partition(log_odds, max(whole, 1) - 1)[max(whole, 1) - 1]
    before, tied = log_odds < last, log_odds == last
    share = (whole - int(before.sum())) / int(tied.sum())
    return np.where(before, 1.0, np.where(tied, share, 0.0))


def approval_counts(
    log_odds: Floats, groups: Rows, approval_rate: float
) -> list[tuple[float, int]]:
    """Return approved and rows of each group with 30 rows or more, the largest group first.

    Where a tie is divided, the approved are an expected count.

    Parameters
    ----------
    log_odds
        (n,) of default; the lowest are approved.
    groups
        (n,) numbers; rows with negative ones are decided with the others and counted nowhere.
    approval_rate
        Share of all rows that is approved.

    Examples
    --------
    >>> groups = np.repeat([0, 1], [60, 40])
    >>> approval_counts(np.arange(100.0), groups, 0.5)
    [(50.0, 60), (0.0, 40)]
    """
    approved = approved_shares(log_odds, approval_rate)
    found = [
        (_clean(float(approved[groups == one].sum())), int((groups == one).sum()))
        for one in np.unique(_known(groups))
    ]
    large = [counts for counts in found if counts[1] >= LEAST_ROWS]
    return sorted(large, key=lambda counts: -counts[1])


def _clean(count: float) -> float:
    """Return a sum of shares without what rounding left in it."""
    return round(count, 9)


def _least_ratio(counts: Sequence[tuple[float, int]]) -> Estimate:
    reference = (max(counts[0][0], 1.0), counts[0][1])
    ratios = [rate_ratio(*group, *reference) for group in counts[1:]]
    return min(ratios, key=lambda one: one.value)


def _parity(counts: Sequence[tuple[float, int]]) -> float:
    """Return the least ratio, turned around where a group is favoured: 1 is equal treatment."""
    reference = max(counts[0][0], 1.0) / counts[0][1]
    ratios = [max(hits, 0.5) / rows / reference for hits, rows in counts[1:]]
    return min(min(ratio, 1 / ratio) for ratio in ratios)


def _frontier(measured: Sequence[_Measured]) -> list[_Measured]:
    """Return what nothing beats in both, without the first one, which is always shown."""
    best = 0.0
    kept = []
    ordered = sorted(enumerate(measured), key=lambda one: (-one[1].area, -one[1].ratio, one[0]))
    for place, one in ordered:
        if one.ratio > best + LEAST_STEP:
            best = one.ratio
            if place:
                kept.append(one)
    return kept


def _judge(
    candidates: Candidates,
    applicants: Applicants,
    judged: Rows,
    frontier: Sequence[_Measured],
    plan: SearchPlan,
) -> Iterator[Alternative]:
    default, groups = applicants.default[judged], applicants.groups[judged]
    first: Floats | None = None
    for one in frontier:
        log_odds = candidates.answer(one.candidate, judged)
        compared = None if first is None else compare_auc(default, log_odds, first)
        first = log_odds if first is None else first
        yield Alternative(
            kind=one.candidate.kind,
            left_out=one.candidate.left_out,
            weights=dict(one.candidate.weights),
            found=(one.area, one.ratio),
            auc=auc(default, log_odds),
            difference=compared,
            ratio=_least_ratio(approval_counts(log_odds, groups, plan.approval_rate)),
            profit=_profit(default, log_odds, plan),
        )


def _profit(default: NDArray[Any], log_odds: Floats, plan: SearchPlan) -> float | None:
    if plan.terms is None:
        return None
    approved = approved_shares(log_odds, plan.approval_rate)
    return float(plan.terms.profit(default) @ approved) / len(default)
