"""Methods: what they measure of one feature in two samples, and what chance alone would do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.chance import (
    Chance,
    chi_squared_chance,
    drawn_samples,
    drawn_shares,
    is_sparse,
    kolmogorov_chance,
    pooled_p_value,
    proportions_p_value,
    simulated_chance,
    unseen_p_value,
)
from loanwright.drift.errors import MethodUnknown
from loanwright.drift.tally import Tally

Floats = NDArray[np.float64]
LEVEL: Final = 0.95
SMOOTHING: Final = 0.5
#: What a divergence in bits is to chi-squared.
BITS: Final = 1 / (8 * log(2))


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What one method found of one feature.

    Attributes
    ----------
    method
        Its name.
    value
        The size of the difference; 0 is none.
    critical
        What chance alone exceeds once in twenty at these sizes; None where that has no sense.
    p_value
        How often chance alone reaches the value.
    simulated
        Whether that was found by drawing samples.
    """

    method: str
    value: float
    p_value: float
    critical: float | None = None
    simulated: bool = False

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "value": self.value,
            "critical": self.critical,
            "p_value": self.p_value,
            "simulated": self.simulated,
        }


Measure = Callable[[Tally, Tally], "Measured | None"]


def psi(reference: Tally, chunk: Tally, *, smoothing: float = SMOOTHING) -> Measured | None:
    """Return the population stability index, missing and special values in bins of their own.

    Notes
    -----
    Σ (c − r) · ln(c / r) over shares to whose counts ``smoothing`` was added; bins that are empty
    in both samples are left out. Chance: (1/n + 1/m) · χ²(bins − 1) (Yurdakul 2018); by drawing
    samples where a bin is rare.

    Examples
    --------
    >>> from loanwright.drift.grid import Grid
    >>> grid = Grid(name="age", edges=(40.0,))
    >>> before, after = (Tally.of(grid, np.array(one)) for one in ([500, 500, 0], [400, 600, 0]))
    >>> found = psi(before, after)
    >>> round(found.value, 4), round(found.critical, 4), found.p_value < 0.001
    (0.0405, 0.0077, True)
    """
    return _of_bins("psi", partial(_psi, smoothing=smoothing), 1.0, reference, chunk)


def _psi(before: Floats, after: Floats, *, smoothing: float) -> Floats:
    bins = before.shape[-1]
    r = (before + smoothing) / (before.sum(axis=-1, keepdims=True) + smoothing * bins)
    c = (after + smoothing) / (after.sum(axis=-1, keepdims=True) + smoothing * bins)
    return np.asarray(((c - r) * np.log(c / r)).sum(axis=-1))


def jensen_shannon(reference: Tally, chunk: Tally) -> Measured | None:
    """Return the Jensen–Shannon divergence of the bins, in bits: 0 alike, 1 nothing in common.

    Notes
    -----
    Chance: (1/n + 1/m) · χ²(bins − 1) / (8 ln 2); by drawing samples where a bin is rare.
    """
    return _of_bins("jensen_shannon", _jensen_shannon, BITS, reference, chunk)


def _jensen_shannon(before: Floats, after: Floats) -> Floats:
    r = before / before.sum(axis=-1, keepdims=True)
    c = after / after.sum(axis=-1, keepdims=True)
    middle = (r + c) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(r > 0, r * np.log2(r / middle), 0.0)
        second = np.where(c > 0, c * np.log2(c / middle), 0.0)
    return np.asarray(np.maximum((first + second).sum(axis=-1) / 2, 0.0))


def _of_bins(
    name: str,
    statistic: Callable[[Floats, Floats], Floats],
    unit: float,
    reference: Tally,
    chunk: Tally,
) -> Measured | None:
    before, after = reference.bin_counts, chunk.bin_counts
    if not before.sum() or not after.sum():
        return None
    used = before + after > 0
    before, after = before[used], after[used]
    value = float(statistic(before[np.newaxis], after[np.newaxis])[0])
    if is_sparse(before, after) and len(before) > 1:
        tail = pooled_p_value(before, after)
        draw = drawn_samples(before, after)
        chance = simulated_chance(statistic, value, draw, level=LEVEL, tail=tail)
    else:
        scale = float(unit * (1 / before.sum() + 1 / after.sum()))
        chance = chi_squared_chance(value, scale=scale, degrees=len(before) - 1, level=LEVEL)
    return _measured(name, value, chance)


def _measured(name: str, value: float, chance: Chance) -> Measured:
    return Measured(
        method=name,
        value=value,
        critical=chance.critical,
        p_value=chance.p_value,
        simulated=chance.simulated,
    )


def ks(reference: Tally, chunk: Tally) -> Measured | None:
    """Return the greatest distance of the distribution functions at the edges of the fine bins.

    Of numbers only; missing and special values are left out. Between edges the functions may be
    further apart: the test is then too careful, never too quick.
    """
    before, after = _quantities(reference, chunk)
    if before is None or after is None:
        return None
    distance = float(np.abs(_rising(after) - _rising(before)).max(initial=0.0))
    sizes = int(before.sum()), int(after.sum())
    return _measured("ks", distance, kolmogorov_chance(distance, sizes, level=LEVEL))


def wasserstein(reference: Tally, chunk: Tally) -> Measured | None:
    """Return how far the values would have to move, in standard deviations of the reference.

    Notes
    -----
    The area between the distribution functions: straight between the edges of the fine bins,
    and beyond them as far as values lie there on average. Chance by drawing samples.
    """
    before, after = _quantities(reference, chunk)
    if before is None or after is None or not reference.deviation:
        return None
    inner = np.diff(np.array(reference.grid.edges)) / reference.deviation
    tails = _tails(reference, chunk) / reference.deviation

    def area(first: Floats, second: Floats) -> Floats:
        gaps = np.abs(_rising(second) - _rising(first))
        between = (gaps[..., 1:] + gaps[..., :-1]) / 2
        return np.asarray((between * inner).sum(axis=-1) + gaps[..., [0, -1]] @ tails)

    value = float(area(before[np.newaxis], after[np.newaxis])[0])
    distance = float(np.abs(_rising(after) - _rising(before)).max(initial=0.0))
    sizes = int(before.sum()), int(after.sum())
    tail = kolmogorov_chance(distance, sizes, level=LEVEL).p_value
    draw = (drawn_samples if is_sparse(before, after) else drawn_shares)(before, after)
    chance = simulated_chance(area, value, draw, level=LEVEL, tail=tail)
    return _measured("wasserstein", value, chance)


def _rising(counts: Floats) -> Floats:
    return np.asarray(counts.cumsum(axis=-1)[..., :-1] / counts.sum(axis=-1, keepdims=True))


def _quantities(reference: Tally, chunk: Tally) -> tuple[Floats | None, Floats | None]:
    grid = reference.grid
    if grid.kind == "category" or not grid.edges:
        return None, None
    before, after = (one.counts[: grid.ranges].astype(np.float64) for one in (reference, chunk))
    return (before, after) if before.sum() and after.sum() else (None, None)


def _tails(reference: Tally, chunk: Tally) -> Floats:
    """Return how far beyond the first and the last edge values lie on average."""
    ends = [0, reference.grid.ranges - 1]
    rows = reference.counts[ends] + chunk.counts[ends]
    outside = np.array(reference.outside) + np.array(chunk.outside)
    return np.asarray(np.divide(outside, rows, out=np.zeros(2), where=rows > 0))


def missing(reference: Tally, chunk: Tally) -> Measured | None:
    """Return by how much the share of missing values rose, and the test of two proportions."""
    hits = int(reference.counts[-1]), int(chunk.counts[-1])
    rows = reference.rows, chunk.rows
    if not min(rows):
        return None
    return Measured(
        method="missing",
        value=hits[1] / rows[1] - hits[0] / rows[0],
        p_value=proportions_p_value(hits, rows),
    )


def new_categories(reference: Tally, chunk: Tally) -> Measured | None:
    """Return the share of rows whose category nobody knows; of categories only.

    Chance says how many of such rows to expect after a reference of its size.
    """
    if reference.grid.kind != "category" or not reference.rows or not chunk.rows:
        return None
    rows = int(chunk.counts[-2])
    p_value = unseen_p_value(
        rows, chunk.rows, known=reference.rows, single=reference.single + int(reference.counts[-2])
    )
    return Measured(method="new_categories", value=rows / chunk.rows, p_value=p_value)


METHODS: Final[Mapping[str, Measure]] = {
    "psi": psi,
    "ks": ks,
    "jensen_shannon": jensen_shannon,
    "wasserstein": wasserstein,
    "missing": missing,
    "new_categories": new_categories,
}


def find_method(name: str) -> Measure:
    """Return a method by its name, or raise `MethodUnknown`."""
    if name not in METHODS:
        raise MethodUnknown(method=name, known=", ".join(METHODS))
    return METHODS[name]
