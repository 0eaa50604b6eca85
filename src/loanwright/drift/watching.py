"""Chunks against their reference: measures, thresholds, alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from loanwright.calibration.curve import Calibration
from loanwright.drift.effect import SCORE, Answers, Effect, effect_of
from loanwright.drift.errors import NothingWatched
from loanwright.drift.method import METHODS, Measured, find_method
from loanwright.drift.profile import Chunk, Reference
from loanwright.drift.tally import Tally
from loanwright.metrics.comparison import holm
from loanwright.metrics.samples import ParameterOutOfRange
from loanwright.scaling import Scale

#: What raises alerts where nothing else is said: one test of the distribution, and two of what
#: should not happen at all. The others are measured and shown.
DECISIVE: Final = ("psi", "missing", "new_categories")
#: Differences that are too small to matter, however certain they are.
LEAST: Final[Mapping[str, float]] = MappingProxyType(
    {
        "psi": 0.02,
        "ks": 0.03,
        "jensen_shannon": 0.0036,
        "wasserstein": 0.05,
        "missing": 0.01,
        "new_categories": 0.0,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """When a measure becomes an alert: it is more than chance, and large enough to matter.

    Attributes
    ----------
    methods
        Those that raise alerts.
    significance
        How often a chunk without drift may raise any alert at all, over all features.
    least
        By method, the least size that matters.

    Examples
    --------
    >>> Threshold(methods=("psi", "ks"), significance=0.01).least["psi"]
    0.02
    """

    methods: tuple[str, ...] = DECISIVE
    significance: float = 0.05
    least: Mapping[str, float] = field(default_factory=lambda: LEAST)

    def __post_init__(self) -> None:
        """Refuse what no measure could be held against."""
        for name in (*self.methods, *self.least):
            find_method(name)
        if not 0 < self.significance < 1:
            raise ParameterOutOfRange(
                name="significance", value=self.significance, demand="it must lie between 0 and 1"
            )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "methods": list(self.methods),
            "significance": self.significance,
            "least": dict(self.least),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What was found of one feature in one chunk.

    Attributes
    ----------
    feature
        Its name; ``score`` for the score.
    reference, chunk
        What was counted.
    measured
        By method.
    corrected
        By decisive method, the p-value after Holm over all of the chunk's.
    alerts
        Methods that raised one.
    effect
        What the drift did; None for what is no input of the model.
    """

    feature: str
    reference: Tally = field(repr=False)
    chunk: Tally = field(repr=False)
    measured: Mapping[str, Measured]
    corrected: Mapping[str, float]
    alerts: tuple[str, ...]
    effect: Effect | None

    @property
    def weight(self) -> tuple[float, float, float]:
        """Return by what features are ranked: approvals, PD, and then the size of the shift."""
        found, psi = self.effect, self.measured.get("psi")
        return (
            abs(found.probability) if found else 0.0,
            abs(found.approvals or 0.0) if found else 0.0,
            psi.value if psi else 0.0,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """A feature that has moved more than chance allows, and far enough to matter.

    Attributes
    ----------
    chunk, feature, method
        Where, what, and by which measure.
    value, critical, p_value
        The measure, what chance alone exceeds once in twenty, and its p-value after Holm.
    effect
        What the drift did to contributions, PD and approvals.
    """

    chunk: str
    feature: str
    method: str
    value: float
    critical: float | None
    p_value: float
    effect: Effect | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "chunk": self.chunk,
            "feature": self.feature,
            "method": self.method,
            "value": self.value,
            "critical": self.critical,
            "p_value": self.p_value,
            "effect": None if self.effect is None else self.effect.to_mapping(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A chunk compared with its reference.

    Attributes
    ----------
    chunk
        The one.
    features
        Inputs and other features, those with the largest effect on PD and approvals first.
    score
        The score; None where no model was asked.
    tests
        How many p-values Holm corrected.
    alerts
        In the order of the features, the score first.
    """

    chunk: Chunk
    features: tuple[Watched, ...] = field(repr=False)
    score: Watched | None = field(repr=False)
    tests: int
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """What chunks are held against.

    Parameters
    ----------
    reference
        The sample.
    threshold
        When a measure becomes an alert.
    methods
        What is measured; the decisive methods are in any case.
    model
        Calibration and scale of the model whose answers the profiles hold; None for none.
    approve_from
        The score from which is approved; None where there is no such cut-off.
    """

    reference: Reference
    threshold: Threshold = field(default_factory=Threshold)
    methods: Sequence[str] = tuple(METHODS)
    model: tuple[Calibration, Scale] | None = None
    approve_from: int | None = None

    def compare(self, chunk: Chunk) -> Comparison:
        """Return what has moved in a chunk.

        Raises
        ------
        NothingWatched
            Where the chunk shares no feature with the reference.
        """
        pairs = self._pairs(chunk)
        if not pairs:
            raise NothingWatched
        measured = {name: self._measure(*pair) for name, pair in pairs.items()}
        corrected = self._corrected(measured)
        found = [
            self._watched(name, pairs[name], measured[name], corrected, chunk) for name in pairs
        ]
        score = next((one for one in found if one.feature == SCORE), None)
        features = sorted((one for one in found if one is not score), key=_rank, reverse=True)
        ordered = ([score] if score else []) + features
        return Comparison(
            chunk=chunk,
            features=tuple(features),
            score=score,
            tests=len(corrected),
            alerts=tuple(alert for one in ordered for alert in _alerts(chunk.name, one)),
        )

    def _pairs(self, chunk: Chunk) -> dict[str, tuple[Tally, Tally]]:
        before, after = self.reference.profile, chunk.profile
        pairs = {
            name: (tally, after.tallies[name])
            for name, tally in before.tallies.items()
            if name in after.tallies and tally.rows and after.tallies[name].rows
        }
        said = (before.answers, after.answers)
        if all(one is not None and one.rows for one in said):
            grid = said[0].score_grid()  # type: ignore[union-attr]
            first, second = (one.score_tally(grid) for one in said)  # type: ignore[union-attr]
            pairs[SCORE] = first, second
        return pairs

    def _measure(self, reference: Tally, chunk: Tally) -> dict[str, Measured]:
        wanted = dict.fromkeys((*self.methods, *self.threshold.methods))
        found = {name: find_method(name)(reference, chunk) for name in wanted}
        return {name: one for name, one in found.items() if one is not None}

    def _corrected(
        self, measured: Mapping[str, Mapping[str, Measured]]
    ) -> dict[tuple[str, str], float]:
        tests = {
            (feature, name): one.p_value
            for feature, found in measured.items()
            for name, one in found.items()
            if name in self.threshold.methods
        }
        return dict(zip(tests, holm(list(tests.values())).tolist(), strict=True)) if tests else {}

    def _watched(
        self,
        feature: str,
        pair: tuple[Tally, Tally],
        measured: Mapping[str, Measured],
        corrected: Mapping[tuple[str, str], float],
        chunk: Chunk,
    ) -> Watched:
        own = {name: p for (one, name), p in corrected.items() if one == feature}
        least = self.threshold.least
        alerts = tuple(
            name
            for name, p in own.items()
            if p < self.threshold.significance
            and abs(measured[name].value) >= least.get(name, 0.0)
            and measured[name].value
        )
        return Watched(
            feature=feature,
            reference=pair[0],
            chunk=pair[1],
            measured=measured,
            corrected=own,
            alerts=alerts,
            effect=self._effect(feature, chunk.profile.answers),
        )

    def _effect(self, feature: str, after: Answers | None) -> Effect | None:
        before = self.reference.profile.answers
        if self.model is None or before is None or after is None:
            return None
        return effect_of(feature, before, after, model=self.model, approve_from=self.approve_from)


def _rank(one: Watched) -> tuple[float, float, float]:
    return one.weight


def _alerts(chunk: str, one: Watched) -> list[Alert]:
    return [
        Alert(
            chunk=chunk,
            feature=one.feature,
            method=name,
            value=one.measured[name].value,
            critical=one.measured[name].critical,
            p_value=one.corrected[name],
            effect=one.effect,
        )
        for name in one.alerts
    ]
