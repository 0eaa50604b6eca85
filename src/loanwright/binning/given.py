"""Bins that a person gave: their edges and groups stay, only the counts are made anew."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from loanwright.binning.bins import BinningNotUsable, FeatureBinning
from loanwright.errors import Rejected
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.information import SMOOTHING, weight_of_evidence
from loanwright.metrics.samples import labels


class BinsAgainstDirection(Rejected):
    """The bins of {feature} go against the dictionary: it says that more is {word}, but {lower} is {other} than {upper} (woe {lower_woe:+.4f} and {upper_woe:+.4f}). Join the two bins, or give one of them a woe by hand."""  # noqa: E501


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenBinning:
    """Bins as a person wants them.

    Attributes
    ----------
    binning
        The bins; their counts and weights are not used.
    woe
        For each bin the weight of evidence to take, or None to work it out from the sample.

    Examples
    --------
    >>> from loanwright.binning.bins import Bin
    >>> bins = (Bin(kind="range", upper=1.0), Bin(kind="range", lower=1.0), Bin(kind="missing"))
    >>> given = GivenBinning(binning=FeatureBinning(name="delay", bins=bins),
    ...                      woe=(None, None, -0.2))
    >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
    >>> print(given.fit([0.0] * 50 + [2.0] * 50, [0] * 45 + [1] * 5 + [0, 1] * 25, spec=spec))
    delay
      ≤ 1      count      50  bad       5  woe +1.2657
      > 1      count      50  bad      25  woe -0.8473
      missing  count       0  bad       0  woe -0.2000
    """

    binning: FeatureBinning
    woe: tuple[float | None, ...]

    def __post_init__(self) -> None:
        if len(self.woe) != len(self.binning.bins):
            raise BinningNotUsable(
                feature=self.binning.name, problem="bins and weights of evidence do not match"
            )

    def fit(
        self,
        values: ArrayLike,
        default: ArrayLike,
        *,
        spec: ColumnSpec,
        smoothing: float = SMOOTHING,
    ) -> FeatureBinning:
        """Return the bins with counts and weights of a development sample.

        Parameters
        ----------
        values
            (n,) numbers or category codes; NaN is missing.
        default
            (n,) labels, 1 is bad.
        spec
            What the dictionary says about the feature.
        smoothing
            Added to the goods and the bads of every bin before the weight of evidence.

        Raises
        ------
        ValueHasNoBin
            Where a value belongs to no bin.
        BinsAgainstDirection
            Where the dictionary gives a direction and the ranges go against it.
        """
        bad, bins = labels(default), self.binning.bins
        assigned = self.binning.assign(values)
        rows = np.bincount(assigned, minlength=len(bins))
        bads = np.bincount(assigned[bad], minlength=len(bins))
        found = weight_of_evidence(rows - bads, bads, smoothing=smoothing).round(6).tolist()
        fitted = tuple(
            replace(one, count=int(rows[k]), bad=int(bads[k]), woe=_or(self.woe[k], found[k]))
            for k, one in enumerate(bins)
        )
        binning = FeatureBinning(name=spec.name, bins=fitted)
        for error in _contradictions(binning, spec):
            raise error
        return binning


def _or(given: float | None, found: float) -> float:
    return found if given is None else given


def _contradictions(binning: FeatureBinning, spec: ColumnSpec) -> Iterator[BinsAgainstDirection]:
    ranges = [one for one in binning.bins if one.kind == "range"]
    for lower, upper in pairwise(ranges):
        if (upper.woe - lower.woe) * spec.direction > 0:
            riskier = spec.direction > 0
            yield BinsAgainstDirection(
                feature=spec.name,
                word="riskier" if riskier else "safer",
                other="riskier" if riskier else "safer",
                lower=lower.label,
                upper=upper.label,
                lower_woe=lower.woe,
                upper_woe=upper.woe,
            )
