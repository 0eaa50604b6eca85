"""A scorecard on the bench: rows as codes, so that every change of a bin is counted at once.

What is learned is what `loanwright.models.scorecard` learns from the same rows with the same
bins: the weights of evidence, the regression and the points are made by the same functions.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from loanwright.binning.bins import FeatureBinning
from loanwright.binning.given import GivenBinning
from loanwright.engine.scorecard import ScorecardTable
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.discrimination import gini
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.stability import PopulationStability, psi_of_counts
from loanwright.models.card_weights import bin_log_odds, fit_weights
from loanwright.models.points import PointsCard, points_card

MOST_STOPS: Final = 200
DAYS: Final = "datetime64[D]"
MONTHS: Final = "datetime64[M]"


@dataclass(frozen=True, kw_only=True)
class BenchFeature:
    """A feature of the rows on the bench.

    Attributes
    ----------
    stops
        (k,) rising edges to choose from; none of a category.
    cells
        One value that stands for every group of values that no choice of edges can divide; the
        last one, NaN, for what is missing.
    """

    spec: ColumnSpec
    stops: NDArray[np.float64] = field(repr=False)
    cells: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class BenchRows:
    """The rows that a scorecard learns from, each feature as the number of its cell.

    Attributes
    ----------
    codes
        (n, p) numbers of cells.
    default
        (n,) labels.
    month
        (n,) months since 1970, or None where the product names no date.
    """

    features: tuple[BenchFeature, ...]
    codes: NDArray[np.uint16] = field(repr=False)
    default: NDArray[np.bool_] = field(repr=False)
    month: NDArray[np.int32] | None = field(default=None, repr=False)

    def place_of(self, name: str) -> int:
        """Return the column of a feature."""
        return next(i for i, one in enumerate(self.features) if one.spec.name == name)

    def count(self, place: int, binning: FeatureBinning) -> tuple[Any, Any]:
        """Return rows and defaults in each bin of a feature."""
        cells = self.features[place].cells
        of_cell = binning.assign(cells)
        rows = np.bincount(self.codes[:, place], minlength=len(cells))
        bads = np.bincount(self.codes[self.default, place], minlength=len(cells))
        bins = len(binning.bins)
        counted = (np.bincount(of_cell, weights=one, minlength=bins) for one in (rows, bads))
        found, bad = (np.rint(one).astype(np.int64) for one in counted)
        return found, bad

    def months(self) -> NDArray[np.int32]:
        """Return the months that any row is of, rising."""
        none = np.empty(0, dtype=np.int32)
        return none if self.month is None else np.unique(self.month)

    def stability(
        self, place: int, binning: FeatureBinning
    ) -> Iterator[tuple[int, PopulationStability]]:
        """Yield for each month how far its bins are from those of all rows."""
        if self.month is None:
            return
        of_row = binning.assign(self.features[place].cells)[self.codes[:, place]]
        bins = len(binning.bins)
        whole = np.bincount(of_row, minlength=bins)
        for month in self.months().tolist():
            part = np.bincount(of_row[self.month == month], minlength=bins)
            yield month, psi_of_counts(whole, part)

    def to_bytes(self) -> bytes:
        """Return the rows as a file."""
        held = io.BytesIO()
        specs = [asdict(one.spec) for one in self.features]
        columns = {
            f"{what}_{i}": getattr(one, what)
            for i, one in enumerate(self.features)
            for what in ("stops", "cells")
        }
        month = np.empty(0, dtype=np.int32) if self.month is None else self.month
        text = np.frombuffer(json.dumps(specs).encode(), dtype=np.uint8)
        np.savez_compressed(
            held, specs=text, codes=self.codes, default=self.default, month=month, **columns
        )
        return held.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the rows that a file holds."""
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            specs = json.loads(held["specs"].tobytes())
            features = tuple(
                BenchFeature(
                    spec=ColumnSpec(**{**one, "special": tuple(one["special"])}),
                    stops=held[f"stops_{i}"],
                    cells=held[f"cells_{i}"],
                )
                for i, one in enumerate(specs)
            )
            month = held["month"]
            return cls(
                features=features,
                codes=held["codes"],
                default=held["default"],
                month=month if len(month) else None,
            )


@dataclass(frozen=True, kw_only=True)
class BenchCard:
    """A scorecard as it would be trained with these bins on these rows.

    Attributes
    ----------
    log_odds
        For each feature what each bin adds to the raw log-odds of default.
    gini
        Of the raw log-odds on the rows that it learns from.
    dropped
        Names of the features whose coefficient would have had the wrong sign.
    """

    binnings: tuple[FeatureBinning, ...]
    coefficients: tuple[float, ...]
    intercept: float
    log_odds: tuple[NDArray[np.float64], ...] = field(repr=False)
    points: PointsCard
    gini: Estimate
    dropped: tuple[str, ...]


def lay_rows(
    matrix: NDArray[np.float64],
    default: NDArray[Any],
    specs: Sequence[ColumnSpec],
    *,
    binnings: Sequence[FeatureBinning] = (),
    days: NDArray[np.float64] | None = None,
) -> BenchRows:
    """Return rows as codes, fine enough for the edges that are there and many others.

    Parameters
    ----------
    matrix
        (n, p) features; NaN is missing, categories are codes.
    default
        (n,) labels, 1 is bad.
    specs
        What the dictionary says about the columns.
    binnings
        Bins whose edges must be among those to choose from.
    days
        (n,) days since 1970-01-01, or None.

    Examples
    --------
    >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
    >>> rows = lay_rows(np.array([[0.0], [2.0], [np.nan], [0.0]]), [0, 1, 1, 0], [spec])
    >>> rows.features[0].stops.tolist(), rows.codes[:, 0].tolist()
    ([0.0], [0, 1, 2, 0])
    """
    known = {one.name: one for one in binnings}
    columns, features = [], []
    for place, spec in enumerate(specs):
        feature, codes = _lay(matrix[:, place], spec, known.get(spec.name))
        features.append(feature)
        columns.append(codes)
    month = None
    if days is not None:
        month = days.astype(np.int64).astype(DAYS).astype(MONTHS).astype(np.int32)
    return BenchRows(
        features=tuple(features),
        codes=np.column_stack(columns).astype(np.uint16),
        default=np.asarray(default).astype(np.bool_),
        month=month,
    )


def weigh_card(
    rows: BenchRows,
    given: Mapping[str, GivenBinning],
    *,
    scale: Mapping[str, float],
    penalty: float | None = None,
) -> BenchCard:
    """Return the card that these bins make of these rows.

    Parameters
    ----------
    rows
        What it learns from.
    given
        The bins of every feature.
    scale
        ``pdo``, ``anchor_score`` and ``anchor_odds`` of the printed points.
    penalty
        As of `loanwright.models.scorecard.ScorecardClassifier`.

    Raises
    ------
    BinsAgainstDirection
        Where weights set by hand go against the dictionary.
    """
    binnings = []
    for place, feature in enumerate(rows.features):
        wanted = given[feature.spec.name]
        counted = rows.count(place, wanted.binning)
        binnings.append(wanted.weigh(*counted, spec=feature.spec))
    weights = [
        binning.transform(feature.cells)[rows.codes[:, place]]
        for place, (binning, feature) in enumerate(zip(binnings, rows.features, strict=True))
    ]
    fitted = fit_weights(np.column_stack(weights), rows.default, penalty=penalty)
    log_odds = [
        bin_log_odds(float(coefficient), binning.woe)
        for coefficient, binning in zip(fitted.coefficients, binnings, strict=True)
    ]
    total = np.full(len(rows.default), fitted.intercept)
    for place, (binning, feature) in enumerate(zip(binnings, rows.features, strict=True)):
        total = total + log_odds[place][binning.assign(feature.cells)][rows.codes[:, place]]
    return BenchCard(
        binnings=tuple(binnings),
        coefficients=tuple(fitted.coefficients.tolist()),
        intercept=fitted.intercept,
        log_odds=tuple(log_odds),
        points=points_card(_table(fitted.intercept, binnings, log_odds), **scale),
        gini=gini(rows.default, total),
        dropped=tuple(rows.features[index].spec.name for index in fitted.dropped),
    )


def _table(
    intercept: float, binnings: Sequence[FeatureBinning], log_odds: Sequence[NDArray[np.float64]]
) -> ScorecardTable:
    features = [
        {
            "name": binning.name,
            "bins": [
                {**one.to_mapping(), "log_odds": float(added), "share": float(share)}
                for one, added, share in zip(binning.bins, several, binning.share, strict=True)
            ],
        }
        for binning, several in zip(binnings, log_odds, strict=True)
    ]
    return ScorecardTable.from_mapping({"schema": 1, "intercept": intercept, "features": features})


def _lay(
    values: NDArray[np.float64], spec: ColumnSpec, known: FeatureBinning | None
) -> tuple[BenchFeature, NDArray[np.int64]]:
    none = np.empty(0)
    if spec.kind == "category":
        groups, stops = np.arange(spec.categories, dtype=np.float64), none
        place = np.where(np.isnan(values), 0, values).astype(np.int64)
        return _finish(spec, groups, stops, place, values)
    usual = ~(np.isnan(values) | np.isin(values, spec.special))
    edges = _edges(values[usual], known)
    place = np.searchsorted(edges, values, side="left")
    groups = np.full(len(edges) + 1, np.nan)
    # The greatest value of a group stands for it: an edge may be a special value, a value not.
    np.fmax.at(groups, place[usual], values[usual])
    used = np.flatnonzero(~np.isnan(groups))
    narrow = np.zeros(len(groups), dtype=np.int64)
    narrow[used] = np.arange(len(used))
    return _finish(spec, groups[used], edges, narrow[place], values)


def _finish(
    spec: ColumnSpec,
    groups: NDArray[np.float64],
    stops: NDArray[np.float64],
    place: NDArray[np.int64],
    values: NDArray[np.float64],
) -> tuple[BenchFeature, NDArray[np.int64]]:
    """Add the special values and what is missing, each a cell of its own."""
    cells = np.concatenate([groups, np.asarray(spec.special, dtype=np.float64), [np.nan]])
    codes = place.copy()
    for number, special in enumerate(spec.special, start=len(groups)):
        codes[values == special] = number
    codes[np.isnan(values)] = len(cells) - 1
    return BenchFeature(spec=spec, stops=stops, cells=cells), codes


def _edges(values: NDArray[np.float64], known: FeatureBinning | None) -> NDArray[np.float64]:
    """Return where bins may end: at every value, or at many quantiles, and where they end now."""
    found = np.unique(values)
    if len(found) > MOST_STOPS:
        places = np.linspace(0, len(values) - 1, MOST_STOPS + 1).astype(np.int64)
        found = np.unique(np.sort(values)[places])
    ends = [one.upper for one in known.bins if one.upper is not None] if known else []
    # Above the last value there is nothing to part.
    return np.unique(np.concatenate([found[:-1], np.asarray(ends, dtype=np.float64)]))
