"""The points scorecard: bins, weights of evidence and a constrained logistic regression."""

import json
from collections.abc import Mapping
from math import log
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from loanwright.binning.bins import FeatureBinning
from loanwright.binning.fit import DEFAULT_OPTIONS, BinningOptions, fit_binning
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.logistic import fit_non_negative

DIGITS = 6
"""Digits after the point of coefficients and contributions: a card is made to be read."""


class ScorecardClassifier(DefaultClassifier):
    """A points scorecard.

    Every feature is binned, every bin weighed, and the log-odds of default are
    ``intercept − Σ coefficient · woe``. Coefficients are kept at zero or above, so that a safer
    bin never costs points; a feature whose coefficient would be negative gets 0 and is named in
    ``dropped_``.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    options
        How fine bins may be; None takes the defaults.
    penalty
        L2 penalty on the coefficients, per unit of development log-likelihood.
    pdo
        Points that double the odds, for the printed points of bins only.
    random_state
        Not used: the fit has no chance in it. Here because every family takes a seed.

    Attributes
    ----------
    binnings_
        One `FeatureBinning` per column.
    coefficients_, intercept_
        Of the weights of evidence, rounded to 6 digits.
    dropped_
        Names of the features that would have had the wrong sign.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(2000, 2))
    >>> y = random.random(2000) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = ScorecardClassifier().fit(X, y)
    >>> bool(model.decision_function([[2.0, 0.0]])[0] > model.decision_function([[-2.0, 0.0]])[0])
    True
    """

    family: ClassVar[str] = "scorecard"

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        options: BinningOptions | None = None,
        penalty: float = 1.0,
        pdo: float = 20.0,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.options = options
        self.penalty = penalty
        self.pdo = pdo
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        options = self.options or DEFAULT_OPTIONS
        self.binnings_ = tuple(
            fit_binning(X[:, index], default, spec=spec, options=options)
            for index, spec in enumerate(self.columns_)
        )
        risk = -self._woe(X)
        fitted = fit_non_negative(risk, default, penalty=self.penalty)
        self.intercept_ = round(fitted.intercept, DIGITS)
        self.coefficients_ = fitted.coefficients.round(DIGITS)
        self.dropped_ = tuple(self.columns_[index].name for index in fitted.dropped)

    def _woe(self, X: Matrix) -> Matrix:
        weights = [b.transform(X[:, index]) for index, b in enumerate(self.binnings_)]
        return np.column_stack(weights)

    def _log_odds(self, X: Matrix) -> Matrix:
        # Features are added one after the other, so that a row has the same bits in any batch.
        total = np.full(len(X), self.intercept_)
        for index, binning in enumerate(self.binnings_):
            total = total + self.bin_log_odds(index)[binning.assign(X[:, index])]
        return total

    def bin_log_odds(self, index: int) -> Matrix:
        """Return what each bin of this column adds to the raw log-odds of default."""
        return (-self.coefficients_[index] * self.binnings_[index].woe).round(DIGITS) + 0.0

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the spread of log-odds over the development sample."""
        spread = [
            _spread(self.bin_log_odds(index), binning.share)
            for index, binning in enumerate(self.binnings_)
        ]
        total = sum(spread) or 1.0
        return {spec.name: value / total for spec, value in zip(self.columns_, spread, strict=True)}

    def to_mapping(self) -> dict[str, Any]:
        """Return the card as plain values: what ``scorecard.json`` holds."""
        features = [self._feature(index, binning) for index, binning in enumerate(self.binnings_)]
        return {"schema": 1, "intercept": self.intercept_, "features": features}

    def _feature(self, index: int, binning: FeatureBinning) -> dict[str, Any]:
        log_odds, share = self.bin_log_odds(index), binning.share
        mean = float(np.sum(log_odds * share))
        points = np.rint((mean - log_odds) * (self.pdo / log(2))).astype(np.int64)
        bins = [
            {
                **one.to_mapping(),
                "log_odds": float(log_odds[position]),
                "points": int(points[position]),
                "share": float(share[position]),
            }
            for position, one in enumerate(binning.bins)
        ]
        coefficient = float(self.coefficients_[index])
        return {"name": binning.name, "coefficient": coefficient, "bins": bins}

    def native_files(self) -> dict[str, bytes]:
        """Return ``scorecard.json``; ``points`` are against the average applicant."""
        text = json.dumps(self.to_mapping(), ensure_ascii=False, indent=1, allow_nan=False)
        return {"scorecard.json": (text + "\n").encode()}


def _spread(log_odds: Matrix, share: Matrix) -> float:
    mean = float(np.sum(log_odds * share))
    return float(np.sqrt(np.sum(share * (log_odds - mean) ** 2)))
