"""How far two people agree beyond chance."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.distributions import normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import SampleTooSmall, ShapesDiffer

FEWEST: Final = 2


def cohens_kappa(
    first: Sequence[str], second: Sequence[str], *, level: float = 0.95
) -> Estimate | None:
    """Return Cohen's kappa of two people who judged the same things.

    kappa = (p_o - p_e) / (1 - p_e), where p_o is the share on which both agree and p_e the share
    on which they would if each gave his or her answers at random as often as now.

    Parameters
    ----------
    first, second
        (n,) answers, at least two.

    Returns
    -------
    Estimate or None
        1 where they always agree, 0 where they agree as chance would, below 0 where less; with
        the normal interval of Fleiss, Cohen and Everitt (1969), cut off at -1 and 1. None where
        both gave one and the same answer throughout: chance alone would do that too.

    Examples
    --------
    >>> first = ["approve"] * 25 + ["decline"] * 25
    >>> second = ["approve"] * 20 + ["decline"] * 20 + ["approve"] * 10
    >>> print(cohens_kappa(first, second))
    0.4000 [0.1449, 0.6551]
    """
    if len(first) != len(second):
        raise ShapesDiffer(
            left="first", left_shape=(len(first),), right="second", right_shape=(len(second),)
        )
    if len(first) < FEWEST:
        raise SampleTooSmall(rows=len(first), least=FEWEST)
    joint = _joint(first, second)
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    observed, expected = float(np.trace(joint)), float(rows @ columns)
    if expected >= 1.0:
        return None
    kappa = (observed - expected) / (1 - expected)
    variance = _variance(joint, kappa, expected) / len(first)
    return normal_interval(
        kappa,
        standard_error(variance),
        level=level,
        method="normal, Fleiss, Cohen and Everitt (1969)",
        bounds=(-1.0, 1.0),
    )


def _joint(first: Sequence[str], second: Sequence[str]) -> NDArray[np.float64]:
    answers = sorted({*first, *second})
    place = {answer: index for index, answer in enumerate(answers)}
    counts = np.zeros((len(answers), len(answers)))
    for one, other in zip(first, second, strict=True):
        counts[place[one], place[other]] += 1
    return counts / len(first)


def _variance(joint: NDArray[np.float64], kappa: float, expected: float) -> float:
    """Return n times the variance of kappa, by the delta method."""
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    either = rows[:, None] + columns[None, :]
    same = np.diag(joint)
    agreed = float((same * (1 - np.diag(either) * (1 - kappa)) ** 2).sum())
    crossed = joint * (columns[:, None] + rows[None, :]) ** 2
    apart = float(crossed.sum() - np.diag(crossed).sum()) * (1 - kappa) ** 2
    correction = (kappa - expected * (1 - kappa)) ** 2
    return (agreed + apart - correction) / (1 - expected) ** 2
