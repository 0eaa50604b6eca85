"""What each feature knows about default on its own, and how much the model uses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.binning.bins import FeatureBinning
from loanwright.binning.fit import fit_binning
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.discrimination import auc
from loanwright.metrics.estimate import Estimate
from loanwright.validation.samples import SamplesUnfit


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureSummary:
    """One model input on the development sample.

    Attributes
    ----------
    name, title
        The feature and its title by language.
    information_value
        Of its bins.
    single_auc
        AUC of the feature alone, through its bins; above 0.85 a leak is likely.
    importance
        Its share of the model's work, 0 to 1.
    missing
        Share of rows without a value.
    direction
        Sign of the effect on risk that the dictionary demands; 0 is free.
    """

    name: str
    title: Mapping[str, str]
    information_value: Estimate
    single_auc: Estimate
    importance: float
    missing: float
    direction: int

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "name": self.name,
            "title": dict(self.title),
            "information_value": self.information_value.to_mapping(),
            "single_auc": self.single_auc.to_mapping(),
            "importance": round(self.importance, 6),
            "missing": round(self.missing, 6),
            "direction": self.direction,
        }


def feature_summaries(
    columns: Sequence[ColumnSpec],
    matrix: NDArray[np.float64],
    default: NDArray[Any],
    *,
    titles: Mapping[str, Mapping[str, str]],
    importance: Mapping[str, float],
) -> tuple[FeatureSummary, ...]:
    """Return what each model input knows on its own, the most used first.

    Parameters
    ----------
    columns
        What the dictionary says about the columns of the matrix.
    matrix
        (n, p) development sample.
    default
        (n,) labels, 1 is bad.
    titles
        Titles by feature and language, such as ``{"limit": {"en": "Credit limit"}}``.
    importance
        Shares by feature, as a model's ``importance()`` returns them.

    Raises
    ------
    SamplesUnfit
        Where the matrix does not fit the columns.
    """
    if matrix.ndim != 2 or matrix.shape[1] != len(columns):
        raise SamplesUnfit(problem=f"{len(columns)} columns, but a matrix of {matrix.shape}")
    found = []
    for index, spec in enumerate(columns):
        values = matrix[:, index]
        binning = fit_binning(values, default, spec=spec)
        found.append(
            FeatureSummary(
                name=spec.name,
                title=titles.get(spec.name, {}),
                information_value=binning.information_value(),
                single_auc=_single_auc(binning, values, default),
                importance=float(importance.get(spec.name, 0.0)),
                missing=float(np.isnan(values).mean()),
                direction=spec.direction,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.importance, one.name)))


def _single_auc(
    binning: FeatureBinning, values: NDArray[np.float64], default: NDArray[Any]
) -> Estimate:
    return auc(default, -binning.transform(values))
