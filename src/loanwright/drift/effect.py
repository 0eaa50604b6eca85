"""What drift does: to contributions, to the probability of default and to approvals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.curve import Calibration
from loanwright.drift.errors import ProfileRefused
from loanwright.drift.grid import Grid, grid_of_values
from loanwright.drift.tally import Tally
from loanwright.engine.runtime import Runtime
from loanwright.scaling import Scale

Floats = NDArray[np.float64]

#: Raw log-odds are counted in steps of this width, up to this far from zero.
STEP: Final = 0.02
REACH: Final = 15.0
STEPS: Final = round(2 * REACH / STEP)
SCORE: Final = "score"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answering:
    """A model whose answers are watched.

    Attributes
    ----------
    runtime, calibration, scale
        From the matrix to the score; the engine that decides.
    features
        Names of the matrix's columns.
    """

    runtime: Runtime
    calibration: Calibration
    scale: Scale
    features: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Answers:
    """What a model said of the rows of one sample.

    Attributes
    ----------
    features
        The model's inputs.
    rows
        Rows that were assessed.
    probability
        Sum of their probabilities of default.
    scores
        Score to rows.
    log_odds
        (1500,) rows by raw log-odds, in steps of 0.02 from −15 to 15.
    explained
        Rows whose contributions were computed.
    contributions
        Sums of them, one for each input, on the raw log-odds.
    """

    features: tuple[str, ...]
    rows: int
    probability: float
    scores: Mapping[int, int] = field(repr=False)
    log_odds: NDArray[np.int64] = field(repr=False)
    explained: int
    contributions: tuple[float, ...]

    @property
    def mean_probability(self) -> float | None:
        """Return the mean probability of default, None where nobody was assessed."""
        return self.probability / self.rows if self.rows else None

    def mean_contribution(self, feature: str) -> float | None:
        """Return the mean contribution of an input; None where none was computed."""
        if feature not in self.features or not self.explained:
            return None
        return self.contributions[self.features.index(feature)] / self.explained

    def approval_rate(self, approve_from: int) -> float | None:
        """Return the share whose score is at least a cut-off."""
        above = sum(rows for score, rows in self.scores.items() if score >= approve_from)
        return above / self.rows if self.rows else None

    def score_grid(self) -> Grid:
        """Return bins of equal size in these scores."""
        scores = sorted(self.scores)
        values = np.repeat(np.array(scores, dtype=float), [self.scores[one] for one in scores])
        return grid_of_values(SCORE, values)

    def score_tally(self, grid: Grid) -> Tally:
        """Return the scores counted in a grid."""
        from loanwright.drift.counting import Counter

        scores = sorted(self.scores)
        counter = Counter([grid])
        values = np.repeat(np.array(scores, dtype=float), [self.scores[one] for one in scores])
        counter.add({grid.name: values})
        return Tally.all_of(counter, {grid.name: grid})[grid.name]

    def plus(self, other: "Answers") -> "Answers":
        """Return what was said of both samples."""
        scores = dict(self.scores)
        for score, rows in other.scores.items():
            scores[score] = scores.get(score, 0) + rows
        sums = zip(self.contributions, other.contributions, strict=True)
        return Answers(
            features=self.features,
            rows=self.rows + other.rows,
            probability=self.probability + other.probability,
            scores=scores,
            log_odds=self.log_odds + other.log_odds,
            explained=self.explained + other.explained,
            contributions=tuple(one + more for one, more in sums),
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        used = np.flatnonzero(self.log_odds).tolist()
        return {
            "features": list(self.features),
            "rows": self.rows,
            "probability": self.probability,
            "scores": [[score, self.scores[score]] for score in sorted(self.scores)],
            "log_odds": [[place, int(self.log_odds[place])] for place in used],
            "explained": self.explained,
            "contributions": list(self.contributions),
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return what `to_mapping` wrote."""
        features = tuple(str(one) for one in mapping["features"])
        counts = np.zeros(STEPS, dtype=np.int64)
        for place, rows in mapping["log_odds"]:
            if not 0 <= place < STEPS:
                raise ProfileRefused(problem="its log-odds are out of reach")
            counts[place] = rows
        found = cls(
            features=features,
            rows=int(mapping["rows"]),
            probability=float(mapping["probability"]),
            scores={int(score): int(rows) for score, rows in mapping["scores"]},
            log_odds=counts,
            explained=int(mapping["explained"]),
            contributions=tuple(float(one) for one in mapping["contributions"]),
        )
        if len(found.contributions) != len(features) or sum(found.scores.values()) != found.rows:
            raise ProfileRefused(problem="what it says of the model's answers does not add up")
        return found


def no_answers(features: Sequence[str]) -> Answers:
    """Return what a model says of nobody."""
    return Answers(
        features=tuple(features),
        rows=0,
        probability=0.0,
        scores={},
        log_odds=np.zeros(STEPS, dtype=np.int64),
        explained=0,
        contributions=(0.0,) * len(features),
    )


def answers_of(model: Answering, matrix: Floats, *, most_explained: int | None = None) -> Answers:
    """Return what a model says of the rows of a matrix.

    Parameters
    ----------
    model
        The engine that decides.
    matrix
        (n, p) encoded rows; NaN is missing.
    most_explained
        Rows whose contributions are computed, evenly spread; None for all.
    """
    if not len(matrix):
        return no_answers(model.features)
    log_odds = model.runtime.log_odds(matrix)
    calibrated = model.calibration.apply(log_odds)
    scores, rows = np.unique(model.scale.score(calibrated), return_counts=True)
    count = len(matrix) if most_explained is None else min(most_explained, len(matrix))
    chosen = np.unique(np.linspace(0, len(matrix) - 1, count).round().astype(np.int64))
    contributions = np.zeros(len(model.features))
    if count:
        contributions = model.runtime.explain(matrix[chosen])[1].sum(axis=0)
    return Answers(
        features=model.features,
        rows=len(matrix),
        probability=float(model.scale.probability(calibrated).sum()),
        scores=dict(zip(scores.tolist(), rows.tolist(), strict=True)),
        log_odds=np.bincount(_places(log_odds), minlength=STEPS),
        explained=len(chosen) if count else 0,
        contributions=tuple(contributions.tolist()),
    )


def _places(log_odds: Floats) -> NDArray[np.int64]:
    return np.clip((log_odds + REACH) / STEP, 0, STEPS - 1).astype(np.int64)


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What the drift of one feature did.

    Attributes
    ----------
    contribution
        By how much its mean contribution rose, on the raw log-odds; positive is riskier.
    probability
        How much of the chunk's mean probability of default goes with it.
    approvals
        How much of the chunk's approval rate goes with it; None without a cut-off.
    """

    contribution: float
    probability: float
    approvals: float | None

    def to_mapping(self) -> dict[str, float | None]:
        """Return plain values."""
        return {
            "contribution": self.contribution,
            "probability": self.probability,
            "approvals": self.approvals,
        }


def effect_of(
    feature: str,
    reference: Answers,
    chunk: Answers,
    *,
    model: tuple[Calibration, Scale],
    approve_from: int | None,
) -> Effect | None:
    """Return what the drift of a feature did; None where its contributions are not known.

    Notes
    -----
    The mean contribution of the feature rose by s from the reference to the chunk. The effect is
    the mean over the chunk of the probability at the log-odds as they are, less that at log-odds
    that are lower by s: what would be undone if the feature contributed as it did before. The
    same for approvals. Log-odds are taken from their histogram, so that no row is kept.
    """
    before, after = reference.mean_contribution(feature), chunk.mean_contribution(feature)
    if before is None or after is None or not chunk.rows:
        return None
    rise = after - before
    used = np.flatnonzero(chunk.log_odds)
    middles, weights = -REACH + (used + 0.5) * STEP, chunk.log_odds[used] / chunk.rows
    calibration, scale = model
    now, then = calibration.apply(middles), calibration.apply(middles - rise)
    approvals = None
    if approve_from is not None:
        gained = (scale.score(now) >= approve_from).astype(float)
        gained -= scale.score(then) >= approve_from
        approvals = float(weights @ gained)
    return Effect(
        contribution=rise,
        probability=float(weights @ (scale.probability(now) - scale.probability(then))),
        approvals=approvals,
    )
