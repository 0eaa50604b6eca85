"""Rows on which an export is compared with the engine: where formats are likeliest to differ."""

from collections.abc import Iterable
from functools import singledispatch
from math import inf, isfinite, nan, nextafter

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.additive import AdditiveTable
from loanwright.engine.additive_terms import CategoryTerm, LinearTerm, PairTerm, StepTerm
from loanwright.engine.ensemble import TreeEnsemble
from loanwright.engine.neural import NeuralTable
from loanwright.engine.scorecard import ScorecardTable
from loanwright.exporting.model import Blend, Model, read_files
from loanwright.features.columns import ColumnSpec, column_specs, matrix
from loanwright.packaging.golden import read_golden
from loanwright.packaging.package import ModelPackage

Matrix = NDArray[np.float64]
GENERATED_ROWS = 5000
SEED = 20261121


def golden_matrix(package: ModelPackage) -> Matrix:
    """Return the golden rows of a package as its matrix."""
    lines = read_golden(read_files(package).contents["golden.jsonl"])
    return matrix(package.product, package.segment, [line["record"] for line in lines])


def compared_rows(package: ModelPackage, model: Model) -> Matrix:
    """Return the golden rows, then generated ones.

    Every cell of a generated row is drawn from the golden values of its feature, every number
    where the model changes its mind with its two neighbours in floating point, special values,
    category codes and missing, so far as the dictionary allows them; features are independent.
    """
    golden = golden_matrix(package)
    specs = column_specs(package.product, package.segment)
    features = package.product.model_features(package.segment)
    random = np.random.default_rng(SEED)
    edges = edges_of(model, len(specs))
    columns = []
    for place, spec in enumerate(specs):
        # A missing value that the engine would refuse is nothing to be compared on.
        may_miss = features[place].missing.allowed or np.isnan(golden[:, place]).any()
        truth = features[place].type == "boolean"
        values = [0.0, 1.0] if truth else _values(spec, golden[:, place], edges[place])
        columns.append(random.choice([*values, nan] if may_miss else values, GENERATED_ROWS))
    return np.ascontiguousarray(np.vstack([golden, np.column_stack(columns)]))


def _values(spec: ColumnSpec, golden: Matrix, edges: Iterable[float]) -> list[float]:
    seen = set(golden[~np.isnan(golden)].tolist())
    if spec.kind == "category":
        return sorted(map(float, range(spec.categories)))
    near = {
        one
        for edge in edges
        if isfinite(edge)
        for one in (edge, nextafter(edge, inf), nextafter(edge, -inf))
    }
    return sorted(seen | near | set(spec.special) | {0.0})


@singledispatch
def edges_of(model: object, _features: int) -> list[set[float]]:
    """Return for each column the numbers where a model changes its mind."""
    raise TypeError(type(model).__name__)


@edges_of.register
def _(model: TreeEnsemble, features: int) -> list[set[float]]:
    found: list[set[float]] = [set() for _ in range(features)]
    for tree in model.trees:
        for split in tree.splits:
            if split.categories is None:
                found[split.feature].add(split.threshold)
    return found


@edges_of.register
def _(model: ScorecardTable, _features: int) -> list[set[float]]:
    return [
        {one.upper for one in feature.bins if one.upper is not None} for feature in model.features
    ]


@edges_of.register
def _(model: AdditiveTable, features: int) -> list[set[float]]:
    found: list[set[float]] = [set() for _ in range(features)]
    places = {name: place for place, name in enumerate(model.features)}
    for term in model.terms:
        if isinstance(term, StepTerm):
            found[places[term.feature]].update(term.edges)
        elif isinstance(term, LinearTerm):
            found[places[term.feature]].update((term.low, term.high))
        elif isinstance(term, PairTerm):
            for axis in term.axes:
                found[places[axis.feature]].update(axis.edges or ())
        elif not isinstance(term, CategoryTerm):
            raise TypeError(type(term).__name__)
    return found


@edges_of.register
def _(model: NeuralTable, _features: int) -> list[set[float]]:
    return [set(column.knots) for column in model.columns]


@edges_of.register
def _(model: Blend, features: int) -> list[set[float]]:
    parts = [edges_of(part, features) for _, part in model.parts]
    return [set().union(*columns) for columns in zip(*parts, strict=True)]
