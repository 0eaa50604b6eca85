"""What every runtime offers, and how its backend is chosen."""

import importlib
from typing import Final, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.errors import Rejected

Backend: TypeAlias = Literal["auto", "numba", "numpy"]
BACKENDS: Final = ("auto", "numba", "numpy")
FloatArray: TypeAlias = NDArray[np.float64]


class MatrixInvalid(Rejected):
    """The engine needs a matrix of shape (n, {feature_count}); it was given {shape}."""


class BackendUnknown(Rejected):
    """There is no engine backend {backend}; known: {known}."""


class Runtime(Protocol):
    """A model ready to answer: raw log-odds of default and their exact contributions.

    Every answer has the same bits whether a row comes alone or in a batch, in any number of
    threads, and from either backend.

    Attributes
    ----------
    feature_count : int
        Number of columns p of the matrices it reads.
    base : float
        Log-odds of default before any feature is known: ``contributions.sum() + base`` is the raw
        log-odds of the row, to rounding (1e-9).
    """

    @property
    def feature_count(self) -> int:
        """Return the number of columns p."""
        ...

    @property
    def base(self) -> float:
        """Return the log-odds of default before any feature is known."""
        ...

    def log_odds(self, matrix: ArrayLike) -> FloatArray:
        """Return the raw log-odds of default, shape (n,), of an (n, p) matrix; NaN is missing."""
        ...

    def explain(self, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the raw log-odds (n,) and contributions (n, p); positive raises the risk."""
        ...


def as_matrix(matrix: ArrayLike, feature_count: int) -> FloatArray:
    """Return a C-contiguous float64 matrix of shape (n, feature_count), or refuse it.

    Raises
    ------
    MatrixInvalid
        If it is not two-dimensional or has another number of columns.

    Examples
    --------
    >>> as_matrix([[1, 2]], 2)
    array([[1., 2.]])
    """
    array: FloatArray = np.ascontiguousarray(matrix, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != feature_count:
        raise MatrixInvalid(feature_count=feature_count, shape=array.shape)
    return array


def chosen_backend(backend: Backend) -> Literal["numba", "numpy"]:
    """Return the backend to use: for ``auto``, numba where it can be imported, else numpy.

    Raises
    ------
    BackendUnknown
        If the name is none of auto, numba and numpy.
    ImportError
        If numba is asked for by name and cannot be imported.

    Examples
    --------
    >>> chosen_backend("numpy")
    'numpy'
    """
    if backend not in BACKENDS:
        raise BackendUnknown(backend=backend, known=", ".join(BACKENDS))
    if backend != "auto":
        return backend
    try:
        importlib.import_module("numba")
    except ImportError:
        return "numpy"
    return "numba"
