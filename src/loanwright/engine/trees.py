"""The runtime of tree ensembles."""

import importlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from loanwright.engine import reference
from loanwright.engine.ensemble import TreeEnsemble
from loanwright.engine.layout import Layout, lay_out
from loanwright.engine.runtime import Backend, FloatArray, Runtime, as_matrix, chosen_backend

_SINGLE_ROWS: Final = 3


def tree_runtime(ensemble: TreeEnsemble, *, backend: Backend = "auto") -> Runtime:
    """Return a runtime of these trees.

    Parameters
    ----------
    ensemble : TreeEnsemble
        The trees, as `loanwright.engine.lightgbm_text.parse_lightgbm` reads them.
    backend : {"auto", "numba", "numpy"}
        Compiled, plain numpy, or compiled where numba can be imported. The bits are the same.

    Returns
    -------
    Runtime
        Its log-odds are the sum of leaf values in tree order; its contributions are the exact
        path-dependent Shapley values (Lundberg et al., 2020), computed by Gauss-Legendre
        quadrature with as many points as make it exact.

    Raises
    ------
    ImportError
        If numba is asked for by name and cannot be imported.

    Examples
    --------
    >>> from loanwright.engine.ensemble import Split, Tree
    >>> split = Split(feature=0, threshold=1.5, left=-1, right=-2, count=4)
    >>> tree = Tree(splits=(split,), leaf_values=(-1.0, 1.0), leaf_counts=(3, 1))
    >>> ensemble = TreeEnsemble(features=("delays",), trees=(tree,))
    >>> runtime = tree_runtime(ensemble, backend="numpy")
    >>> log_odds, contributions = runtime.explain([[0.0], [2.0]])
    >>> runtime.base, log_odds.tolist(), contributions.tolist()
    (-0.5, [-1.0, 1.0], [[-0.5], [1.5]])
    """
    layout = lay_out(ensemble)
    if chosen_backend(backend) == "numpy":
        return PlainTrees(layout=layout)
    return CompiledTrees(layout=layout)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainTrees:
    """Trees evaluated by numpy alone."""

    layout: Layout

    @property
    def feature_count(self) -> int:
        """Return the number of columns p."""
        return self.layout.size.features

    @property
    def base(self) -> float:
        """Return the log-odds of default before any feature is known."""
        return self.layout.base

    def log_odds(self, matrix: ArrayLike) -> FloatArray:
        """Return the raw log-odds of default, shape (n,), of an (n, p) matrix."""
        return reference.log_odds(self.layout, as_matrix(matrix, self.feature_count))

    def explain(self, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the raw log-odds (n,) and contributions (n, p) of an (n, p) matrix."""
        return reference.explain(self.layout, as_matrix(matrix, self.feature_count))


class CompiledTrees:
    """Trees evaluated by the compiled kernels; safe in any number of threads."""

    def __init__(self, *, layout: Layout) -> None:
        self._layout = layout
        self._blocks = importlib.import_module("loanwright.engine.kernels_blocks")
        self._rows = importlib.import_module("loanwright.engine.kernels_rows")
        self._sums = importlib.import_module("loanwright.engine.kernels_log_odds")

    @property
    def feature_count(self) -> int:
        """Return the number of columns p."""
        return self._layout.size.features

    @property
    def base(self) -> float:
        """Return the log-odds of default before any feature is known."""
        return self._layout.base

    def log_odds(self, matrix: ArrayLike) -> FloatArray:
        """Return the raw log-odds of default, shape (n,), of an (n, p) matrix."""
        rows = as_matrix(matrix, self.feature_count)
        answer = np.empty(len(rows))
        self._sums.log_odds_of_blocks(*self._arrays, rows, answer)
        return answer

    def explain(self, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the raw log-odds (n,) and contributions (n, p) of an (n, p) matrix."""
        rows = as_matrix(matrix, self.feature_count)
        answer, contributions = np.empty(len(rows)), np.empty(rows.shape)
        if len(rows) <= _SINGLE_ROWS:
            self._rows.explain_rows(*self._arrays, rows, answer, contributions)
        else:
            self._blocks.explain_blocks(*self._arrays, rows, answer, contributions)
        return answer, contributions

    @property
    def _arrays(self) -> tuple[object, ...]:
        return self._layout.columns, self._layout.forest, self._layout.size
