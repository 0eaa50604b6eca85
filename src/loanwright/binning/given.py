"""Bins that a person gave: their edges and groups stay, only the counts are made anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.binning.bins import BinningNotUsable, FeatureBinning
from loanwright.errors import Rejected
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.information import SMOOTHING, weight_of_evidence
from loanwright.metrics.samples import labels

TINY: Final = 1e-6


class BinsAgainstDirection(Rejected):
    """The weights set by hand for {feature} go against the dictionary: it says that more is {word}, but {lower} is {other} than {upper} (woe {lower_woe:+.4f} and {upper_woe:+.4f}). Join the bins, or give one of them another weight or "auto"."""  # noqa: E501


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenBinning:
    """Bins as a person wants them.

    Attributes
    ----------
    binning
        The bins; their counts and weights are not used.
    woe
        For each bin the weight of evidence to take, or None to work it out from the sample.

    Notes
    -----
    Few rows may say the opposite of what the dictionary says. Weights that are worked out are
    then pooled, as by isotonic regression weighted by rows: neighbours that go against the
    direction get one weight and stay two bins. Between weights set by hand they keep to those.

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

    def contradictions(self, spec: ColumnSpec) -> Iterator[BinsAgainstDirection]:
        """Yield where weights set by hand go against the dictionary, whatever the sample.

        Parameters
        ----------
        spec
            What the dictionary says about the feature.

        Examples
        --------
        >>> bins = (Bin(kind="range", upper=1.0), Bin(kind="range", lower=1.0))
        >>> given = GivenBinning(binning=FeatureBinning(name="delay", bins=bins), woe=(-1.0, 1.0))
        >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
        >>> [error.lower for error in given.contradictions(spec)]
        ['≤ 1']
        """
        word = "riskier" if spec.direction > 0 else "safer"
        by_hand = [
            (one.label, woe)
            for one, woe in zip(self.binning.bins, self.woe, strict=True)
            if one.kind == "range" and woe is not None
        ]
        for (lower, lower_woe), (upper, upper_woe) in pairwise(by_hand):
            if (upper_woe - lower_woe) * spec.direction > 0:
                yield BinsAgainstDirection(
                    feature=spec.name,
                    word=word,
                    other=word,
                    lower=lower,
                    upper=upper,
                    lower_woe=lower_woe,
                    upper_woe=upper_woe,
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
            Where the dictionary gives a direction and weights set by hand go against it.
        """
        bad, bins = labels(default), self.binning.bins
        assigned = self.binning.assign(values)
        rows = np.bincount(assigned, minlength=len(bins))
        bads = np.bincount(assigned[bad], minlength=len(bins))
        return self.weigh(rows, bads, spec=spec, smoothing=smoothing)

    def weigh(
        self,
        rows: NDArray[np.int64],
        bads: NDArray[np.int64],
        *,
        spec: ColumnSpec,
        smoothing: float = SMOOTHING,
    ) -> FeatureBinning:
        """Return the bins with these counts, and the weights that follow from them.

        Parameters
        ----------
        rows, bads
            (k,) rows of a development sample in each bin, and how many of them defaulted.
        spec, smoothing
            As for `fit`.

        Raises
        ------
        BinsAgainstDirection
            As for `fit`.

        Examples
        --------
        >>> from loanwright.binning.bins import Bin
        >>> bins = (Bin(kind="range", upper=1.0), Bin(kind="range", lower=1.0))
        >>> given = GivenBinning(
        ...     binning=FeatureBinning(name="delay", bins=bins), woe=(None, None))
        >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
        >>> counted = given.weigh(np.array([50, 50]), np.array([5, 25]), spec=spec)
        >>> [one.woe for one in counted.bins]
        [1.265666, -0.847298]
        """
        for error in self.contradictions(spec):
            raise error
        bins = self.binning.bins
        found = weight_of_evidence(rows - bads, bads, smoothing=smoothing)
        ranges = [place for place, one in enumerate(bins) if one.kind == "range"]
        if spec.direction and ranges:
            by_hand = [self.woe[place] for place in ranges]
            found[ranges] = _pooled(found[ranges], rows[ranges], by_hand, rising=spec.direction < 0)
        weights = found.round(6).tolist()
        fitted = tuple(
            replace(one, count=int(rows[k]), bad=int(bads[k]), woe=_or(self.woe[k], weights[k]))
            for k, one in enumerate(bins)
        )
        return FeatureBinning(name=spec.name, bins=fitted)


def _or(given: float | None, found: float) -> float:
    return found if given is None else given


def _pooled(
    found: NDArray[np.float64],
    rows: NDArray[np.int64],
    by_hand: Sequence[float | None],
    *,
    rising: bool,
) -> NDArray[np.float64]:
    """Return weights in the order of the dictionary; those set by hand are its fixed points."""
    from scipy.optimize import isotonic_regression

    pooled = found.copy()
    fixed = [(place, woe) for place, woe in enumerate(by_hand) if woe is not None]
    ends = [
        (-1, -np.inf if rising else np.inf),
        *fixed,
        (len(found), np.inf if rising else -np.inf),
    ]
    for (before, first), (after, last) in pairwise(ends):
        run = slice(before + 1, after)
        if before + 1 < after:
            # A bin without rows says nothing, but scipy asks for a weight above zero.
            heavy = np.maximum(rows[run], TINY)
            ordered = isotonic_regression(found[run], weights=heavy, increasing=rising).x
            pooled[run] = np.clip(ordered, min(first, last), max(first, last))
    return pooled
