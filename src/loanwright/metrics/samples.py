"""What every metric demands of its input, and the errors that say what was wrong."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.errors import Rejected

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class ShapesDiffer(Rejected):
    """{left} has shape {left_shape} and {right} has shape {right_shape}; one length is needed."""


class ValuesNotFinite(Rejected):
    """{name} holds {count} values that are NaN or infinite."""


class LabelsNotBinary(Rejected):
    """Labels must be 1 for default and 0 for none; found {found}."""


class OneClassOnly(Rejected):
    """A sample of {rows} rows with {defaults} defaults holds one class only: both are needed."""


class SampleTooSmall(Rejected):
    """{rows} rows are too few: at least {least} are needed."""


class ProbabilityOutOfRange(Rejected):
    """{count} probabilities are not strictly between 0 and 1."""


class ParameterOutOfRange(Rejected):
    """{name} is {value}, but {demand}."""


class Sample(NamedTuple):
    """Labels and risks of equal length; higher risk means more likely to default."""

    default: Booleans
    risk: Floats

    @property
    def defaults(self) -> int:
        """Number of rows that defaulted."""
        return int(self.default.sum())


def labels(default: ArrayLike) -> Booleans:
    """Return labels as booleans, True for default.

    Raises
    ------
    LabelsNotBinary, ShapesDiffer
        Where they are not zeros and ones in one dimension.
    """
    values = np.asarray(default)
    if values.ndim != 1:
        raise ShapesDiffer(
            left="default", left_shape=values.shape, right="a sample", right_shape="(n,)"
        )
    wrong = values[(values != 0) & (values != 1)]
    if wrong.size:
        raise LabelsNotBinary(found=repr(wrong[:3].tolist()))
    return values.astype(np.bool_)


def finite(values: ArrayLike, *, name: str) -> Floats:
    """Return values as finite float64 in one dimension, or raise `ValuesNotFinite`."""
    array = np.asarray(values, dtype=np.float64)
    wrong = array.size - int(np.count_nonzero(np.isfinite(array)))
    if wrong:
        raise ValuesNotFinite(name=name, count=wrong)
    return array


def sample(default: ArrayLike, risk: ArrayLike, *, both_classes: bool = True) -> Sample:
    """Return checked labels and risks.

    Raises
    ------
    ShapesDiffer, ValuesNotFinite, LabelsNotBinary, SampleTooSmall, OneClassOnly
        Each says what was wrong.
    """
    checked = Sample(default=labels(default), risk=finite(risk, name="risk"))
    if checked.risk.shape != checked.default.shape:
        raise ShapesDiffer(
            left="default",
            left_shape=checked.default.shape,
            right="risk",
            right_shape=checked.risk.shape,
        )
    rows = len(checked.default)
    if rows < 2:
        raise SampleTooSmall(rows=rows, least=2)
    if both_classes and checked.defaults in (0, rows):
        raise OneClassOnly(rows=rows, defaults=checked.defaults)
    return checked


def probabilities(default: ArrayLike, probability: ArrayLike, *, both_classes: bool) -> Sample:
    """Return checked labels and probabilities strictly between 0 and 1."""
    checked = sample(default, probability, both_classes=both_classes)
    wrong = int(np.count_nonzero((checked.risk <= 0) | (checked.risk >= 1)))
    if wrong:
        raise ProbabilityOutOfRange(count=wrong)
    return checked


def check_level(level: float) -> float:
    """Return the confidence level, or raise `ParameterOutOfRange`."""
    if not 0 < level < 1:
        raise ParameterOutOfRange(name="level", value=level, demand="it must lie between 0 and 1")
    return level
