"""From the encoded rows of a product to their profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.counting import Counter
from loanwright.drift.effect import Answering, Answers, answers_of
from loanwright.drift.grid import Grid, grid_of_values
from loanwright.drift.profile import Profile
from loanwright.drift.tally import Tally
from loanwright.features.columns import matrix_from_columns
from loanwright.features.feature import Feature
from loanwright.features.product import Product

Column = NDArray[np.float64]

#: Edges are quantiles of at most so many rows.
ROWS_FOR_EDGES: Final = 200_000
#: A category of a table that no dictionary knows; it is no place of a code.
NEW: Final = -1.0


def watched_features(product: Product, segment: str) -> tuple[Feature, ...]:
    """Return what is watched of a segment: its raw inputs, then the model's other inputs.

    A date moves by itself; one is watched only where the model reads it.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> [one.name for one in watched_features(bundled_product("credit-card"), "new")]
    ['limit', 'education', 'education_level']
    """
    model = product.model_features(segment)
    raw = [one for one in product.inputs(segment) if one.type != "date" or one in model]
    return (*raw, *(one for one in model if one not in raw))


def grid_of_feature(feature: Feature, values: Column) -> Grid:
    """Return the bins of a feature of the dictionary, edges by the values of a sample."""
    if feature.type == "category":
        return Grid(name=feature.name, kind="category", codes=feature.codes)
    step = max(len(values) // ROWS_FOR_EDGES, 1)
    return grid_of_values(feature.name, values[::step], special=feature.special_values)


@dataclass(kw_only=True)
class Profiler:
    """Counts the rows of a segment, block by block.

    Parameters
    ----------
    product, segment
        Whose rows they are.
    grids
        By feature; those of the reference for a chunk, and for a reference those that
        `grid_of_feature` makes.
    model
        Whose answers are watched as well; None for none.
    most_explained
        Rows of each block whose contributions are computed; None for all.
    threads
        Columns that are counted side by side.
    """

    product: Product
    segment: str
    grids: Mapping[str, Grid]
    model: Answering | None = None
    most_explained: int | None = None
    threads: int = 1
    _counter: Counter = field(init=False, repr=False)
    _answers: Answers | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        """Begin with no row."""
        self._counter = Counter(list(self.grids.values()), threads=self.threads)

    def add(self, columns: Mapping[str, Column]) -> None:
        """Count encoded raw columns; `NEW` stands for a category that nobody knows.

        The model is not asked about rows with such a category: no application would be taken in.
        """
        values, known = watched_columns(self.product, self.segment, columns)
        self._counter.add({name: values[name] for name in self.grids})
        if self.model is None:
            return
        matrix = np.column_stack([values[name] for name in self.model.features])[known]
        said = answers_of(self.model, matrix, most_explained=self.most_explained)
        self._answers = said if self._answers is None else self._answers.plus(said)

    def profile(self) -> Profile:
        """Return what was counted until now."""
        return Profile(
            rows=self._counter.rows,
            tallies=Tally.all_of(self._counter, self.grids),
            answers=self._answers,
        )


def watched_columns(
    product: Product, segment: str, columns: Mapping[str, Column]
) -> tuple[dict[str, Column], NDArray[np.bool_]]:
    """Return raw and derived columns of a segment, and which rows have no new category."""
    raw = {one.name: columns[one.name] for one in product.inputs(segment)}
    known = np.ones(len(next(iter(raw.values()))), dtype=np.bool_)
    tidy = dict(raw)
    for one in product.inputs(segment):
        if one.type == "category":
            new = raw[one.name] < 0
            known &= ~new
            tidy[one.name] = np.where(new, np.nan, raw[one.name])
    matrix = matrix_from_columns(product, segment, tidy)
    derived = {
        one.name: matrix[:, place]
        for place, one in enumerate(product.model_features(segment))
        if one.name not in raw
    }
    return {**raw, **derived}, known


def profile_of_sample(
    product: Product,
    segment: str,
    columns: Mapping[str, Column],
    model: Answering | None = None,
) -> Profile:
    """Return the profile of a whole sample, with bins of its own.

    Parameters
    ----------
    product, segment
        Whose rows they are.
    columns
        Raw feature name to (n,) encoded column.
    model
        Whose answers are watched as well.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> columns = {"limit": np.array([2e5, 5e4, 1e5]), "education": np.array([1.0, np.nan, 2.0])}
    >>> found = profile_of_sample(bundled_product("credit-card"), "new", columns)
    >>> found.rows, found.tallies["education"].missing, found.tallies["limit"].grid.edges
    (3, 0.3333333333333333, (50000.0, 100000.0))
    """
    values, _ = watched_columns(product, segment, columns)
    features = watched_features(product, segment)
    grids = {one.name: grid_of_feature(one, values[one.name]) for one in features}
    profiler = Profiler(product=product, segment=segment, grids=grids, model=model)
    profiler.add(columns)
    return profiler.profile()


def with_single(profile: Profile, grids: Sequence[Grid]) -> Profile:
    """Return a profile whose own codes are those of its grids: rare ones foretell new ones."""
    own = {one.name for one in grids if one.kind == "category"}
    tallies = {
        name: replace(one, single=int(np.count_nonzero(one.counts[:-2] == 1)))
        if name in own
        else one
        for name, one in profile.tallies.items()
    }
    return replace(profile, tallies=tallies)
