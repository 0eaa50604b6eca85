"""What class weights, SMOTE and under-sampling would have done, so that nobody is tempted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.features.columns import ColumnSpec
from loanwright.metrics.discrimination import auc
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.probability import calibration_line, log_loss, reliability
from loanwright.models.registry import make_model
from loanwright.scaling import logistic

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: More rows to fit on change no sentence of this table.
MOST_ROWS: Final = 6_000
NEIGHBOURS: Final = 5
#: Quick settings: four fits are made of one, and only their differences count.
SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {"lightgbm": {"trees": 80, "learning_rate": 0.05, "monotone_method": "basic"}}
)
_FLOOR: Final = 1e-9
_BLOCK: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Balancing:
    """What one treatment of the classes does, on rows that no fit has seen.

    Attributes
    ----------
    treatment
        ``none``; ``class weights``: defaults count as much as good rows together; ``SMOTE``:
        defaults are invented between real ones until both classes are equal; ``under-sampling``:
        good rows are thrown away until they are.
    rows
        How many the model was fitted on.
    auc, log_loss
        Ranking, and the price of wrong probabilities.
    slope, in_the_large
        1 and 0 are right; below 0 in the large: fewer defaults than stated.
    calibration_error
        Mean distance of stated probability and default rate in ten groups.
    mean_probability, default_rate
        They ought to be equal.
    """

    treatment: str
    rows: int
    auc: Estimate
    log_loss: Estimate
    slope: Estimate
    in_the_large: Estimate
    calibration_error: float
    mean_probability: float
    default_rate: float

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "treatment": self.treatment,
            "rows": self.rows,
            **{
                name: getattr(self, name).to_mapping()
                for name in ("auc", "log_loss", "slope", "in_the_large")
            },
            **{
                name: round(getattr(self, name), 6)
                for name in ("calibration_error", "mean_probability", "default_rate")
            },
        }


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """Rows to fit on, before and after a treatment."""

    matrix: Floats
    bad: Flags
    columns: tuple[ColumnSpec, ...]
    random: np.random.Generator


def imbalance_study(
    matrix: Floats,
    default: NDArray[Any],
    *,
    columns: tuple[ColumnSpec, ...],
    judged: Rows,
    family: str = "lightgbm",
    seed: int = 0,
) -> tuple[Balancing, ...]:
    """Fit the same model four times, with the classes treated in four ways.

    Parameters
    ----------
    matrix, default
        (n, p) model inputs and (n,) labels, 1 is bad.
    columns
        What the dictionary says about the columns.
    judged
        Numbers of the rows that are kept from every fit and judge it.
    family
        Of the model; boosted trees have quick settings here, and their number is fixed.
    seed
        Of the models, of drawing, and of SMOTE.

    Returns
    -------
    tuple of Balancing
        ``none`` first. Probabilities are as the model states them, not calibrated.

    Notes
    -----
    SMOTE: Chawla et al. (2002), with five neighbours among standardised columns; a category, and
    a value missing on either side, is the first parent's. Weights repeat rows, which is the same.
    """
    rest = np.setdiff1d(np.arange(len(default)), judged)
    random = np.random.default_rng(seed)
    if len(rest) > MOST_ROWS:
        rest = np.sort(random.choice(rest, size=MOST_ROWS, replace=False))
    bad = np.asarray(default, dtype=np.bool_)
    start = _Fit(matrix=matrix[rest], bad=bad[rest], columns=columns, random=random)
    settings = SETTINGS.get(family, {})
    found = []
    for name, treat in TREATMENTS.items():
        treated, label = treat(start)
        model = make_model(family, columns=columns, seed=seed, **settings)
        model.fit(treated, label.astype(np.int8))
        stated = logistic(model.decision_function(matrix[judged]))
        found.append(_balancing(name, len(label), bad[judged], stated))
    return tuple(found)


def _balancing(name: str, rows: int, bad: Flags, stated: Floats) -> Balancing:
    probability = np.clip(stated, _FLOOR, 1 - _FLOOR)
    line = calibration_line(bad, probability)
    return Balancing(
        treatment=name,
        rows=rows,
        auc=auc(bad, probability),
        log_loss=log_loss(bad, probability),
        slope=line.slope,
        in_the_large=line.in_the_large,
        calibration_error=reliability(bad, probability).ece,
        mean_probability=float(probability.mean()),
        default_rate=float(bad.mean()),
    )


def _as_it_is(fit: _Fit) -> tuple[Floats, Flags]:
    return fit.matrix, fit.bad


def _weighted(fit: _Fit) -> tuple[Floats, Flags]:
    times = max(1, round(float((~fit.bad).sum() / fit.bad.sum())))
    rows = np.concatenate([np.flatnonzero(~fit.bad), np.repeat(np.flatnonzero(fit.bad), times)])
    return fit.matrix[rows], fit.bad[rows]


def _thinned(fit: _Fit) -> tuple[Floats, Flags]:
    bad, good = np.flatnonzero(fit.bad), np.flatnonzero(~fit.bad)
    kept = fit.random.choice(good, size=min(len(good), len(bad)), replace=False)
    rows = np.sort(np.concatenate([bad, kept]))
    return fit.matrix[rows], fit.bad[rows]


def _invented(fit: _Fit) -> tuple[Floats, Flags]:
    bad = fit.matrix[fit.bad]
    wanted = max(0, int((~fit.bad).sum()) - len(bad))
    neighbour = _neighbours(bad)
    parent = fit.random.integers(len(bad), size=wanted)
    other = neighbour[parent, fit.random.integers(neighbour.shape[1], size=wanted)]
    way = fit.random.random((wanted, 1))
    made = bad[parent] + way * (bad[other] - bad[parent])
    category = np.array([spec.kind == "category" for spec in fit.columns])
    made = np.where(np.isnan(made) | category, bad[parent], made)
    label = np.concatenate([fit.bad, np.ones(wanted, dtype=np.bool_)])
    return np.vstack([fit.matrix, made]), label


def _neighbours(matrix: Floats) -> Rows:
    """Return the nearest rows of each row, by standardised columns; missing is the median."""
    filled = np.where(np.isnan(matrix), np.nan_to_num(_medians(matrix)), matrix)
    spread = filled.std(axis=0)
    points = (filled - filled.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    count = min(NEIGHBOURS, len(points) - 1)
    squares = (points**2).sum(axis=1)
    found = []
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        distance = squares - 2 * block @ points.T
        distance[np.arange(len(block)), start + np.arange(len(block))] = np.inf
        found.append(np.argsort(distance, axis=1, kind="stable")[:, :count])
    return np.vstack(found)


def _medians(matrix: Floats) -> Floats:
    present = [column[~np.isnan(column)] for column in matrix.T]
    return np.array([np.median(column) if len(column) else 0.0 for column in present])


#: The treatments, in the order of the table.
TREATMENTS: Final[Mapping[str, Callable[[_Fit], tuple[Floats, Flags]]]] = MappingProxyType(
    {
        "none": _as_it_is,
        "class weights": _weighted,
        "SMOTE": _invented,
        "under-sampling": _thinned,
    }
)
