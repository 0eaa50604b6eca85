"""What the declined would have done: a range under stated assumptions, never one number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.metrics.estimate import Estimate
from loanwright.metrics.probability import fit_line
from loanwright.metrics.samples import ParameterOutOfRange, SampleTooSmall, finite, probabilities

Floats = NDArray[np.float64]

#: How much worse the declined may be than accepted people of the same score.
FACTORS: Final = (1.0, 1.25, 1.5, 2.0)
BANDS: Final = 10
LEAST_ROWS: Final = 30
LEAST_IN_BAND: Final = 20
REPLICATES: Final = 200
#: Fewer people accepted by lot estimate nothing.
LEAST_RANDOMISED: Final = 30
_LABELLINGS: Final = 101


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectEstimate:
    """Bad rate and AUC of all applicants under one assumption about the declined.

    Attributes
    ----------
    method
        ``none``: the declined are left out; ``parcelling``: they default ``factor`` times as
        often as accepted people of the same band of scores; ``fuzzy augmentation``: as often as
        the accepted of the same probability, in log-odds moved by ``ln(factor)``;
        ``randomised``: as those of them who were accepted by lot.
    factor
        Of the assumption; None where it has none.
    bad_rate, auc
        Of all applicants, accepted and declined, with bootstrap intervals.
    """

    method: str
    factor: float | None
    bad_rate: Estimate
    auc: Estimate

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "method": self.method,
            "factor": self.factor,
            "bad_rate": self.bad_rate.to_mapping(),
            "auc": self.auc.to_mapping(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectRange:
    """What can be said about all applicants when outcomes of the accepted alone are known.

    Attributes
    ----------
    accepted, rejected
        Rows.
    estimates
        One for each assumption.
    bad_rate, auc
        Lowest lower end and highest upper end over all assumptions but ``none``.
    bad_rate_bounds, auc_bounds
        What no assumption can exceed: all the declined good or all bad; their labels set as
        kindly, or as unkindly, to the ranking as can be.
    """

    accepted: int
    rejected: int
    estimates: tuple[RejectEstimate, ...]
    bad_rate: tuple[float, float]
    auc: tuple[float, float]
    bad_rate_bounds: tuple[float, float]
    auc_bounds: tuple[float, float]

    @property
    def share_rejected(self) -> float:
        """Return the share of all applicants who were declined."""
        return self.rejected / (self.accepted + self.rejected)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        ranges = {
            name: [round(end, 6) for end in getattr(self, name)]
            for name in ("bad_rate", "auc", "bad_rate_bounds", "auc_bounds")
        }
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "share_rejected": round(self.share_rejected, 6),
            "estimates": [one.to_mapping() for one in self.estimates],
            **ranges,
        }


class _People(NamedTuple):
    """Accepted people in rising order of risk, and declined ones."""

    risk: Floats
    bad: Floats
    rejected: Floats


def reject_range(
    accepted_probability: ArrayLike,
    accepted_default: ArrayLike,
    rejected_probability: ArrayLike,
    *,
    randomised: ArrayLike | None = None,
    factors: Sequence[float] = FACTORS,
    seed: int = 0,
) -> RejectRange:
    """Return bad rate and AUC of all applicants under every assumption of a stated grid.

    Parameters
    ----------
    accepted_probability, accepted_default
        (n,) stated probabilities and labels of those who were accepted.
    rejected_probability
        (m,) stated probabilities of those who were declined.
    randomised
        (n,) True for accepted people who would have been declined and were drawn by lot. They
        stand for the declined, and leave the rate of the regularly accepted alone.
    factors
        How much worse the declined may be than accepted people of the same score.
    seed
        Of the bootstrap (200 replicates of the accepted).

    Raises
    ------
    ParameterOutOfRange
        Where nobody was declined, or a factor is not positive.
    ProbabilityOutOfRange, OneClassOnly, SampleTooSmall, ShapesDiffer, LabelsNotBinary
        Where the accepted are no sample.

    Notes
    -----
    Bounds: Manski (1989). Parcelling and fuzzy augmentation give no new knowledge; they show how
    much depends on what is assumed. What the declined would have done is known only where some
    of them are accepted by lot.

    Examples
    --------
    >>> stated = np.linspace(0.01, 0.3, 400)
    >>> bad = np.arange(400) % 10 == 0
    >>> found = reject_range(stated, bad, np.linspace(0.2, 0.6, 100))
    >>> round(found.share_rejected, 2), found.bad_rate_bounds
    (0.2, (0.08, 0.28))
    >>> found.bad_rate[0] < found.bad_rate[1]
    True
    """
    checked = probabilities(accepted_default, accepted_probability, both_classes=True)
    declined = np.sort(finite(rejected_probability, name="rejected_probability"))
    if not len(declined) or declined[0] <= 0 or declined[-1] >= 1:
        demand = "someone must have been declined, with a probability between 0 and 1"
        raise ParameterOutOfRange(name="rejected_probability", value=len(declined), demand=demand)
    if min(factors, default=1.0) <= 0:
        raise ParameterOutOfRange(name="factors", value=min(factors), demand="they are positive")
    if len(checked.risk) < LEAST_ROWS:
        raise SampleTooSmall(rows=len(checked.risk), least=LEAST_ROWS)
    drawn = _drawn(randomised, len(checked.risk))
    order = np.argsort(checked.risk[~drawn], kind="stable")
    bad = checked.default.astype(np.float64)
    people = _People(checked.risk[~drawn][order], bad[~drawn][order], declined)
    estimates = tuple(_estimates(people, factors, seed))
    if drawn.sum() >= LEAST_RANDOMISED:
        estimates = (*estimates, _by_lot(people, checked.risk[drawn], bad[drawn], seed))
    return _range(people, estimates)


@dataclass(frozen=True, kw_only=True, slots=True)
class AssumedRates:
    """How often each of some declined applicants would default, under one assumption."""

    method: str
    factor: float
    rates: Floats


def assumed_rates(
    accepted_probability: ArrayLike,
    accepted_default: ArrayLike,
    rejected_probability: ArrayLike,
    *,
    factors: Sequence[float] = FACTORS,
) -> tuple[AssumedRates, ...]:
    """Return how often declined applicants would default, under every assumption of the grid.

    Parameters
    ----------
    accepted_probability, accepted_default, rejected_probability, factors
        As in `reject_range`.

    Returns
    -------
    tuple
        For parcelling and fuzzy augmentation with each factor: (m,) rates in the order of
        ``rejected_probability``.

    Examples
    --------
    >>> stated = np.linspace(0.01, 0.3, 400)
    >>> bad = np.arange(400) % 10 == 0
    >>> found = assumed_rates(stated, bad, [0.4, 0.2], factors=[1.0])
    >>> [one.method for one in found]
    ['parcelling', 'fuzzy augmentation']
    """
    checked = probabilities(accepted_default, accepted_probability, both_classes=True)
    if len(checked.risk) < LEAST_ROWS:
        raise SampleTooSmall(rows=len(checked.risk), least=LEAST_ROWS)
    order = np.argsort(checked.risk, kind="stable")
    declined = finite(rejected_probability, name="rejected_probability")
    bad = checked.default[order].astype(np.float64)
    people = _People(checked.risk[order], bad, declined)
    every = np.ones(len(bad))
    banded, odds = _band_rates(people, every), _line_odds(people, every)
    found = []
    for factor in factors:
        rates = np.minimum(banded * factor, 1.0)
        found.append(AssumedRates(method="parcelling", factor=factor, rates=rates))
        moved = _rate(odds + np.log(factor))
        found.append(AssumedRates(method="fuzzy augmentation", factor=factor, rates=moved))
    return tuple(found)


def _drawn(randomised: ArrayLike | None, rows: int) -> NDArray[np.bool_]:
    if randomised is None:
        return np.zeros(rows, dtype=np.bool_)
    return np.asarray(randomised, dtype=np.bool_)


def _estimates(people: _People, factors: Sequence[float], seed: int) -> Iterator[RejectEstimate]:
    rows = list(_weights(people.bad, seed))
    nobody = np.empty(0)
    left_out = _People(people.risk, people.bad, nobody)
    yield _summed("none", None, [_measured(left_out, w, nobody) for w in rows])
    banded = [_band_rates(people, w) for w in rows]
    lines = [_line_odds(people, w) for w in rows]
    for factor in factors:
        pairs = zip(rows, banded, strict=True)
        found = [_measured(people, w, np.minimum(rate * factor, 1.0)) for w, rate in pairs]
        yield _summed("parcelling", factor, found)
        moved = zip(rows, lines, strict=True)
        fuzzy = [_measured(people, w, _rate(odds + np.log(factor))) for w, odds in moved]
        yield _summed("fuzzy augmentation", factor, fuzzy)


def _weights(bad: Floats, seed: int) -> Iterator[Floats]:
    """Return ones, and then how often each accepted person comes in each replicate."""
    random, count = np.random.default_rng(seed), len(bad)
    yield np.ones(count)
    made = 0
    while made < REPLICATES:
        weight = random.multinomial(count, np.full(count, 1 / count)).astype(np.float64)
        # A tiny sample may lose a class; such a replicate has no value.
        if 0 < weight @ bad < count:
            made += 1
            yield weight


def _rate(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


def _band_rates(people: _People, weight: Floats) -> Floats:
    """Return the bad rate of accepted people in the band of each declined one.

    Bands hold equal shares of all applicants. One with fewer than twenty accepted people takes
    the rate that the nearest safer band had, raised by the ratio of stated probabilities.
    """
    everyone = np.concatenate([people.risk, people.rejected])
    edges = np.unique(np.quantile(everyone, np.arange(1, BANDS) / BANDS))
    band, rejected = (np.searchsorted(edges, part) for part in (people.risk, people.rejected))
    cells = len(edges) + 1
    count = np.bincount(band, weights=weight, minlength=cells)
    bad = np.bincount(band, weights=weight * people.bad, minlength=cells)
    stated = np.bincount(band, weights=weight * people.risk, minlength=cells)
    known = count >= LEAST_IN_BAND
    if not known.any():
        return np.full(len(rejected), bad.sum() / count.sum())
    ratio = np.where(known, bad / np.maximum(stated, 1e-300), np.nan)
    nearest = np.flatnonzero(known)[
        np.maximum(np.searchsorted(np.flatnonzero(known), np.arange(cells), "right") - 1, 0)
    ]
    return np.minimum(ratio[nearest][rejected] * people.rejected, 1.0)


def _line_odds(people: _People, weight: Floats) -> Floats:
    """Return log-odds of the declined, from the line of the accepted's labels on log-odds."""
    times = weight.astype(np.int64)
    odds = np.log(people.risk / (1 - people.risk))
    line = fit_line(np.repeat(people.bad, times), np.repeat(odds, times), precision=16.0)
    declined = np.log(people.rejected / (1 - people.rejected))
    return np.asarray(line.intercept + line.slope * declined, dtype=np.float64)


def _measured(people: _People, weight: Floats, rejected_rate: Floats) -> tuple[float, float]:
    """Return bad rate and AUC of all; a declined person is part bad and part good."""
    risk = np.concatenate([people.risk, people.rejected])
    bad = np.concatenate([weight * people.bad, rejected_rate])
    good = np.concatenate([weight * (1 - people.bad), 1 - rejected_rate])
    return float(bad.sum() / (bad.sum() + good.sum())), _auc(risk, bad, good)


def _auc(risk: Floats, bad: Floats, good: Floats) -> float:
    """Return the AUC of weighted rows; ties count one half."""
    _, start = np.unique(np.sort(risk), return_index=True)
    order = np.argsort(risk, kind="stable")
    b, g = (np.add.reduceat(part[order], start) for part in (bad, good))
    below = np.cumsum(g) - g
    return float(np.sum(b * (below + g / 2)) / (b.sum() * g.sum()))


def _summed(
    method: str, factor: float | None, found: Sequence[tuple[float, float]]
) -> RejectEstimate:
    values = np.array(found)
    rate, area = (_interval(values[:, column]) for column in (0, 1))
    return RejectEstimate(method=method, factor=factor, bad_rate=rate, auc=area)


def _interval(values: Floats) -> Estimate:
    value = float(values[0])
    lower, upper = np.quantile(values[1:], (0.025, 0.975))
    return Estimate(
        value=value,
        lower=float(min(lower, value)),
        upper=float(max(upper, value)),
        level=0.95,
        method=f"bootstrap of the accepted, {REPLICATES} replicates",
    )


def _by_lot(people: _People, risk: Floats, bad: Floats, seed: int) -> RejectEstimate:
    """Return the estimate in which those accepted by lot stand for all of the declined."""
    random = np.random.default_rng([seed, 1])
    share = (len(people.rejected) + len(risk)) / len(risk)
    everyone = np.concatenate([people.risk, risk])
    labels = np.concatenate([people.bad, bad])
    found = []
    for replicate in range(REPLICATES + 1):
        own, lot = np.ones(len(people.bad)), np.ones(len(risk))
        if replicate:
            own, lot = (
                random.multinomial(len(w), np.full(len(w), 1 / len(w))).astype(np.float64)
                for w in (own, lot)
            )
        weight = np.concatenate([own, lot * share])
        b, g = weight * labels, weight * (1 - labels)
        found.append((float(b.sum() / weight.sum()), _auc(everyone, b, g)))
    return _summed("randomised", None, found)


def _range(people: _People, estimates: tuple[RejectEstimate, ...]) -> RejectRange:
    assumed = [one for one in estimates if one.method != "none"]
    rows, declined, bad = len(people.bad), len(people.rejected), float(people.bad.sum())
    kind, unkind = (_labelled(people, kindly=kindly) for kindly in (True, False))
    return RejectRange(
        accepted=rows,
        rejected=declined,
        estimates=estimates,
        bad_rate=(
            min(one.bad_rate.lower for one in assumed),
            max(one.bad_rate.upper for one in assumed),
        ),
        auc=(min(one.auc.lower for one in assumed), max(one.auc.upper for one in assumed)),
        bad_rate_bounds=(bad / (rows + declined), (bad + declined) / (rows + declined)),
        auc_bounds=(unkind, kind),
    )


def _labelled(people: _People, *, kindly: bool) -> float:
    """Return the highest (or lowest) AUC that labels of the declined can give.

    For any number of bads among them it is reached when the riskiest (or safest) are bad.
    """
    declined = len(people.rejected)
    areas = []
    for count in np.unique(np.linspace(0, declined, _LABELLINGS).astype(int)):
        place = np.arange(declined)
        label = place >= declined - count if kindly else place < count
        areas.append(_measured(people, np.ones(len(people.bad)), label.astype(np.float64))[1])
    return max(areas) if kindly else min(areas)
