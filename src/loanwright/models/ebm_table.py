"""From a fitted explainable boosting machine to the engine's table of terms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.additive import AdditiveTable
from loanwright.engine.additive_terms import CategoryTerm, PairAxis, PairTerm, StepTerm
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import Matrix

Cells = NDArray[np.int64]
# Interpret puts missing values first and unknown ones last in every table of scores.
_MISSING: Final = 0
_UNKNOWN: Final = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """How one feature is cut: cells are bins or codes, then missing, then (codes) any other."""

    spec: ColumnSpec
    edges: NDArray[np.float64]
    known: NDArray[np.int64]
    share: NDArray[np.float64]
    cells: Cells

    @property
    def category(self) -> bool:
        """Return whether the cells are category codes."""
        return self.spec.kind == "category"

    @property
    def order(self) -> Cells:
        """Return for each cell the place of its score in a table of interpret's."""
        tail = [_MISSING, _UNKNOWN] if self.category else [_MISSING]
        return np.concatenate([self.known, tail]).astype(np.int64)


def make_axis(spec: ColumnSpec, level: Any, values: Matrix) -> Axis:
    """Return the axis of a level of interpret's bins: cut points, or a mapping of codes.

    A value at a cut point belongs to the bin above it, as in `StepTerm`.
    """
    missing = np.isnan(values)
    if spec.kind == "category":
        edges, known = np.empty(0), _places_of_codes(level, spec.categories)
        plain = (values >= 0) & (values < len(known)) & (values == np.floor(values))
        cells = np.where(plain, np.where(plain, values, 0.0), len(known) + 1).astype(np.int64)
        size = len(known) + 2
    else:
        edges = np.asarray(level, dtype=np.float64)
        known = np.arange(1, len(edges) + 2)
        cells = np.searchsorted(edges, np.where(missing, 0.0, values), side="right")
        size = len(known) + 1
    cells[missing] = len(known)
    share = np.bincount(cells, minlength=size) / len(values)
    return Axis(spec=spec, edges=edges, known=known, share=share, cells=cells)


def _places_of_codes(level: Mapping[str, int], categories: int) -> Cells:
    places = np.full(categories, _UNKNOWN)
    for code, place in level.items():
        if 0 <= float(code) < categories:
            places[int(float(code))] = place
    return places


@dataclass(slots=True)
class Main:
    """The scores of one feature on its own axis, and what its pairs leave to it."""

    axis: Axis
    scores: Matrix
    parts: list[tuple[Axis, Matrix]] = field(default_factory=list)

    def joined(self, values: Matrix) -> tuple[Axis, Matrix]:
        """Return one axis that cuts wherever any part cuts, and the sum of all on it."""
        axes = [self.axis, *(axis for axis, _ in self.parts)]
        if self.axis.category:
            return self.axis, self.scores + sum(part for _, part in self.parts)
        edges = np.unique(np.concatenate([axis.edges for axis in axes]))
        axis = make_axis(self.axis.spec, edges, values)
        # One value from within each bin; a bin holds its lower edge.
        inside = np.append(edges[0] - 1 if len(edges) else 0.0, edges)
        if len(edges):
            inside[0] = np.nextafter(edges[0], -np.inf)
        total = np.zeros(len(edges) + 2)
        for old, scores in [(self.axis, self.scores), *self.parts]:
            places = np.searchsorted(old.edges, inside, side="right")
            total += scores[np.append(places, len(old.known))]
        return axis, total


def table_of(ebm: Any, specs: Sequence[ColumnSpec], X: Matrix) -> AdditiveTable:
    """Return the table that gives the log-odds of a fitted machine.

    Parameters
    ----------
    ebm
        A fitted ``interpret.glassbox.ExplainableBoostingClassifier`` without terms of more than
        two features.
    specs
        The columns.
    X
        (n, p) development sample: means and shares are taken over it.

    Notes
    -----
    A pair as it was boosted holds parts that belong to one feature alone. They are moved to that
    feature's own term: from the table h its mean over each axis is taken out, the other feature
    being distributed as in the development sample, h'(a, b) = h(a, b) − g(a) − k(b) + c. The sum
    stays what it was, to rounding.
    """
    mains: dict[int, Main] = {}
    pairs: list[PairTerm] = []
    for features, scores in zip(ebm.term_features_, ebm.term_scores_, strict=True):
        if len(features) == 1:
            axis = make_axis(specs[features[0]], ebm.bins_[features[0]][0], X[:, features[0]])
            mains[features[0]] = Main(axis, np.asarray(scores, np.float64)[axis.order])
            continue
        levels = [ebm.bins_[index][min(len(ebm.bins_[index]), 2) - 1] for index in features]
        axes = tuple(
            make_axis(specs[index], level, X[:, index])
            for index, level in zip(features, levels, strict=True)
        )
        table = np.asarray(scores, np.float64)[np.ix_(axes[0].order, axes[1].order)]
        table, left = _centred(table, axes[0].share, axes[1].share)
        for index, axis, part in zip(features, axes, left, strict=True):
            mains[index].parts.append((axis, part))
        pairs.append(_pair(axes[0], axes[1], table))
    own = tuple(_own(*main.joined(X[:, index])) for index, main in sorted(mains.items()))
    return AdditiveTable(
        intercept=float(np.ravel(ebm.intercept_)[0]),
        features=tuple(spec.name for spec in specs),
        terms=(*own, *pairs),
    )


def _centred(table: Matrix, first: Matrix, second: Matrix) -> tuple[Matrix, tuple[Matrix, Matrix]]:
    rows, columns = table @ second, first @ table
    mean = float(first @ rows)
    return table - rows[:, None] - columns + mean, (rows, columns - mean)


def _pair(first: Axis, second: Axis, table: Matrix) -> PairTerm:
    return PairTerm(
        axes=(_plain_axis(first), _plain_axis(second)),
        log_odds=tuple(tuple(row) for row in table.tolist()),
        mean=float(table[first.cells, second.cells].mean()),
    )


def _plain_axis(axis: Axis) -> PairAxis:
    return PairAxis(
        feature=axis.spec.name,
        edges=None if axis.category else tuple(axis.edges.tolist()),
        share=tuple(axis.share.tolist()),
    )


def _own(axis: Axis, scores: Matrix) -> StepTerm | CategoryTerm:
    numbers, share = scores.tolist(), axis.share.tolist()
    bins, mean = len(axis.known), float(axis.share @ scores)
    if axis.category:
        return CategoryTerm(
            feature=axis.spec.name,
            log_odds=tuple(numbers[:bins]),
            share=tuple(share[:bins]),
            missing=numbers[bins],
            other=numbers[bins + 1],
            mean=mean,
        )
    return StepTerm(
        feature=axis.spec.name,
        edges=tuple(axis.edges.tolist()),
        log_odds=tuple(numbers[:bins]),
        share=tuple(share[:bins]),
        missing=numbers[bins],
        mean=mean,
    )


def monotone_terms(ebm: Any, directions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Return the place and the direction of each term that may only rise or only fall."""
    for place, features in enumerate(ebm.term_features_):
        if len(features) == 1 and directions[features[0]]:
            yield place, directions[features[0]]
