"""The points scorecard: bins, weights of evidence and a constrained logistic regression."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from loanwright.binning.bins import FeatureBinning
from loanwright.binning.fit import DEFAULT_OPTIONS, BinningOptions, fit_binnings
from loanwright.binning.given import GivenBinning
from loanwright.engine.scorecard import ScorecardTable
from loanwright.errors import NotFound
from loanwright.features.columns import ColumnSpec
from loanwright.models.card_weights import MANY_ROWS, bin_log_odds, fit_weights
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.points import points_card


class GivenFeatureUnknown(NotFound):
    """Bins are given for {feature}, which the model does not have; it has {known}."""


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
    bins
        Bins given by a person, by feature (`loanwright.binning.document.read_bins`); the other
        features are binned here.
    options
        How fine bins may be; None takes the defaults.
    max_bins, min_share, gain, free_gain
        Of the options, one by one, for a search; None leaves what ``options`` has.
    penalty
        L2 penalty on the coefficients, per unit of development log-likelihood; None takes 10
        below 5,000 rows and 1 from there on.
    pdo, anchor_score, anchor_odds
        The product's scale, for the printed points of bins only: points that double the odds,
        and the score given at these odds good : bad.
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
        bins: Mapping[str, GivenBinning] | None = None,
        options: BinningOptions | None = None,
        max_bins: int | None = None,
        min_share: float | None = None,
        gain: float | None = None,
        free_gain: float | None = None,
        penalty: float | None = None,
        pdo: float = 20.0,
        anchor_score: float = 600.0,
        anchor_odds: float = 30.0,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.bins = bins
        self.options = options
        self.max_bins = max_bins
        self.min_share = min_share
        self.gain = gain
        self.free_gain = free_gain
        self.penalty = penalty
        self.pdo = pdo
        self.anchor_score = anchor_score
        self.anchor_odds = anchor_odds
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        self.binnings_ = self._binnings(X, default)
        fitted = fit_weights(self._woe(X), default, penalty=self.penalty)
        self.intercept_ = fitted.intercept
        self.coefficients_ = fitted.coefficients
        self.dropped_ = tuple(self.columns_[index].name for index in fitted.dropped)

    def _binnings(self, X: Matrix, default: NDArray[np.bool_]) -> tuple[FeatureBinning, ...]:
        given = dict(self.bins or {})
        names = [spec.name for spec in self.columns_]
        for unknown in sorted(set(given) - set(names)):
            raise GivenFeatureUnknown(feature=unknown, known=", ".join(names))
        options = self._options(len(X))
        free = [index for index, name in enumerate(names) if name not in given]
        specs = [self.columns_[index] for index in free]
        found = dict(zip(free, fit_binnings(X[:, free], default, specs, options), strict=True))
        for index, spec in enumerate(self.columns_):
            if spec.name in given:
                found[index] = given[spec.name].fit(
                    X[:, index], default, spec=spec, smoothing=options.smoothing
                )
        return tuple(found[index] for index in range(len(names)))

    def _options(self, rows: int) -> BinningOptions:
        named = ("max_bins", "min_share", "gain", "free_gain")
        chosen = {name: getattr(self, name) for name in named}
        stated = {name: value for name, value in chosen.items() if value is not None}
        return replace(self.options or _default_options(rows), **stated)

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
        return bin_log_odds(float(self.coefficients_[index]), self.binnings_[index].woe)

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
        plain = {"schema": 1, "intercept": self.intercept_, "features": features}
        scale = {
            "pdo": self.pdo,
            "anchor_score": self.anchor_score,
            "anchor_odds": self.anchor_odds,
        }
        card = points_card(ScorecardTable.from_mapping(plain), **scale)
        for feature, points in zip(features, card.points, strict=True):
            for one, number in zip(feature["bins"], points, strict=True):
                one["points"] = number
        return {**plain, "points": {**scale, **card.to_mapping()}}

    def _feature(self, index: int, binning: FeatureBinning) -> dict[str, Any]:
        log_odds, share = self.bin_log_odds(index), binning.share
        given = (self.bins or {}).get(binning.name)
        by_hand = [woe is not None for woe in given.woe] if given else [False] * len(share)
        bins = [
            {
                **one.to_mapping(),
                "log_odds": float(log_odds[position]),
                "share": float(share[position]),
                **({"by_hand": True} if by_hand[position] else {}),
            }
            for position, one in enumerate(binning.bins)
        ]
        coefficient = float(self.coefficients_[index])
        return {"name": binning.name, "coefficient": coefficient, "bins": bins}

    def native_files(self) -> dict[str, bytes]:
        """Return ``scorecard.json``.

        The score before calibration is ``points.base`` plus the ``points`` of one bin a feature,
        to within ``points.greatest_difference``.
        """
        text = json.dumps(self.to_mapping(), ensure_ascii=False, indent=1, allow_nan=False)
        return {"scorecard.json": (text + "\n").encode()}


def _default_options(rows: int) -> BinningOptions:
    # Few rows say little about a rate that turns back, and a coarse bin wastes what they say.
    if rows >= MANY_ROWS:
        return DEFAULT_OPTIONS
    return replace(DEFAULT_OPTIONS, gain=0.0, free_gain=0.0, undirected="monotone")


def _spread(log_odds: Matrix, share: Matrix) -> float:
    mean = float(np.sum(log_odds * share))
    return float(np.sqrt(np.sum(share * (log_odds - mean) ** 2)))
