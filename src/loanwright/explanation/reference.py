"""What a package knows of the sample it has learned from.

Two things that a decision needs and a model does not hold: which values the sample had, so that
a strange applicant is recognised, and how the applicants just above a cut-off weighed, so that a
reason says what sets this applicant apart from those who were narrowly approved.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.reservation import (
    OUT_OF_RANGE,
    TOO_MANY_MISSING,
    UNSEEN_CATEGORY,
    Reservation,
)
from loanwright.errors import Rejected
from loanwright.features.columns import ColumnSpec

Floats = NDArray[np.float64]

SCHEMA: Final = 1
#: Share of the sample that counts as "just above the cut-off".
NEAREST: Final = 0.1
#: A band holds at least this share of the rows, and at least so many: it describes nobody alone.
BAND_SHARE: Final = 0.01
BAND_ROWS: Final = 20


class SampleKnowledgeRefused(Rejected):
    """What a package says of its sample cannot be used: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownInput:
    """What the development sample held of one model input.

    Attributes
    ----------
    name
        The feature.
    lowest, highest
        Of its quantities, None where it had none; a category has none.
    codes
        The category positions, or the special values, that were seen.
    missing
        Share of the rows without a value.
    """

    name: str
    lowest: float | None
    highest: float | None
    codes: tuple[float, ...]
    missing: float

    def reservation(self, value: float) -> Reservation | None:
        """Return what is strange about a value, None where the sample had its like.

        Examples
        --------
        >>> age = KnownInput(name="age", lowest=18.0, highest=75.0, codes=(), missing=0.0)
        >>> age.reservation(80.0).code, age.reservation(75.0)
        ('humility.out_of_range', None)
        """
        if value != value:
            return Reservation(code=TOO_MANY_MISSING, feature=self.name)
        if value in self.codes:
            return None
        if self.lowest is None or self.highest is None:
            return Reservation(code=UNSEEN_CATEGORY, feature=self.name)
        if self.lowest <= value <= self.highest:
            return None
        return Reservation(code=OUT_OF_RANGE, feature=self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreBand:
    """Applicants of neighbouring scores and their mean contributions.

    Attributes
    ----------
    score_from, score_to
        Lowest and highest score, both in the band.
    rows
        How many applicants.
    contributions
        Mean contribution of each model input, on the raw log-odds.
    """

    score_from: int
    score_to: int
    rows: int
    contributions: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class KnownSample:
    """What is known of a development sample; equal to itself alone, so that it is quick to find.

    Attributes
    ----------
    rows
        Rows that the ranges were taken from.
    inputs
        One entry for each model input, in the order of the vector.
    bands
        From the lowest scores to the highest; empty where contributions were not measured.
    """

    rows: int
    inputs: tuple[KnownInput, ...]
    bands: tuple[ScoreBand, ...]

    def reference_for(self, cutoff: int) -> tuple[float, ...] | None:
        """Return the mean contributions of the applicants just above a cut-off.

        They are the nearest tenth of the measured applicants at or above it, whole bands, from
        the first that lies wholly above. The bits depend on nothing but the file.

        Parameters
        ----------
        cutoff
            The score from which is approved.

        Returns
        -------
        tuple of float or None
            One for each input; None where nobody scored so high.

        Examples
        --------
        >>> bands = [
        ...     ScoreBand(score_from=500, score_to=549, rows=30, contributions=(0.5,)),
        ...     ScoreBand(score_from=550, score_to=559, rows=30, contributions=(0.25,)),
        ...     ScoreBand(score_from=560, score_to=700, rows=30, contributions=(-0.75,)),
        ... ]
        >>> known = KnownSample(rows=90, inputs=(), bands=tuple(bands))
        >>> known.reference_for(545), known.reference_for(701)
        ((0.25,), None)
        """
        wanted = NEAREST * sum(band.rows for band in self.bands)
        above: list[ScoreBand] = []
        for band in self.bands:
            if band.score_from >= cutoff and sum(one.rows for one in above) < wanted:
                above.append(band)
        if not above:
            return None
        rows = sum(band.rows for band in above)
        places = range(len(above[0].contributions))
        return tuple(math.fsum(b.rows * b.contributions[i] for b in above) / rows for i in places)

    def reservations(self, vector: Sequence[float]) -> tuple[Reservation, ...]:
        """Return what is strange about a vector of model inputs; NaN is missing."""
        found = [one.reservation(value) for one, value in zip(self.inputs, vector, strict=True)]
        return tuple([one for one in found if one is not None])

    def strange_rows(self, matrix: Floats) -> NDArray[np.bool_]:
        """Return (n,) whether a row of an (n, p) matrix may have a reservation.

        It is never wrong about a row that it calls ordinary; one glance at a whole matrix spares
        looking at its rows one by one.
        """
        lowest = np.array([math.inf if one.lowest is None else one.lowest for one in self.inputs])
        highest = [-math.inf if one.highest is None else one.highest for one in self.inputs]
        ordinary = (matrix >= lowest) & (matrix <= np.array(highest))
        for place, one in enumerate(self.inputs):
            if one.codes:
                ordinary[:, place] |= np.isin(matrix[:, place], one.codes)
        return np.asarray(~ordinary.all(axis=1))

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; contributions as hexadecimal text, which keeps every bit."""
        return {
            "schema": SCHEMA,
            "rows": self.rows,
            "inputs": [
                {
                    "name": one.name,
                    "lowest": one.lowest,
                    "highest": one.highest,
                    "codes": list(one.codes),
                    "missing": one.missing,
                }
                for one in self.inputs
            ],
            "bands": [
                {
                    "score_from": band.score_from,
                    "score_to": band.score_to,
                    "rows": band.rows,
                    "contributions": [value.hex() for value in band.contributions],
                }
                for band in self.bands
            ],
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], features: Sequence[str]) -> Self:
        """Return what `to_mapping` wrote.

        Parameters
        ----------
        mapping
            The parsed ``reference.json``.
        features
            The model inputs it has to speak of, in their order.

        Raises
        ------
        SampleKnowledgeRefused
            If it is not such a mapping, or speaks of other inputs.

        Examples
        --------
        >>> KnownSample.from_mapping({"schema": 2}, ())
        Traceback (most recent call last):
        ...
        loanwright.explanation.reference.SampleKnowledgeRefused: What a package says of its ...
        """
        if mapping.get("schema") != SCHEMA:
            raise SampleKnowledgeRefused(problem=f"its schema is not {SCHEMA}")
        try:
            known = cls(
                rows=_count(mapping["rows"]),
                inputs=tuple(_input(one) for one in mapping["inputs"]),
                bands=tuple(_band(one) for one in mapping["bands"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise SampleKnowledgeRefused(problem=f"it is malformed ({error!r})") from error
        problem = _problem(known, features)
        if problem:
            raise SampleKnowledgeRefused(problem=problem)
        return known


def known_inputs(specs: Sequence[ColumnSpec], matrix: Floats) -> tuple[KnownInput, ...]:
    """Return what a development matrix held of each model input.

    Parameters
    ----------
    specs
        Of the p columns.
    matrix
        (n, p) development rows; NaN is missing.

    Examples
    --------
    >>> spec = ColumnSpec(name="age", kind="numeric", direction=0, special=(), categories=0)
    >>> found = known_inputs([spec], np.array([[30.0], [50.0], [np.nan], [40.0]]))
    >>> found[0].lowest, found[0].highest, found[0].missing
    (30.0, 50.0, 0.25)
    """
    return tuple(_known_input(spec, matrix[:, place]) for place, spec in enumerate(specs))


def _known_input(spec: ColumnSpec, column: Floats) -> KnownInput:
    values = np.unique(column[~np.isnan(column)])
    coded = np.full(len(values), spec.kind == "category") | np.isin(values, spec.special)
    quantities = values[~coded]
    return KnownInput(
        name=spec.name,
        lowest=float(quantities[0]) if len(quantities) else None,
        highest=float(quantities[-1]) if len(quantities) else None,
        codes=tuple(values[coded].tolist()),
        missing=round(float(np.isnan(column).mean()), 6) if len(column) else 0.0,
    )


def score_bands(scores: NDArray[np.int64], contributions: Floats) -> tuple[ScoreBand, ...]:
    """Return mean contributions by narrow band of scores.

    Parameters
    ----------
    scores
        (n,) points.
    contributions
        (n, p) on the raw log-odds.

    Returns
    -------
    tuple of ScoreBand
        Equal scores are never divided; each band has a hundredth of the rows or more, and 20 or
        more, as far as there are so many.

    Examples
    --------
    >>> scores = np.repeat([500, 510, 520], 20)
    >>> [band.rows for band in score_bands(scores, np.zeros((60, 2)))]
    [20, 20, 20]
    """
    order = np.argsort(scores, kind="stable")
    least = max(BAND_ROWS, math.ceil(BAND_SHARE * len(scores)))
    return tuple(_measured(scores, contributions, rows) for rows in _cut(order, scores, least))


def _cut(order: NDArray[np.int64], scores: NDArray[np.int64], least: int) -> list[NDArray[Any]]:
    ordered = scores[order]
    ends = [0]
    for end in (np.flatnonzero(np.diff(ordered)) + 1).tolist():
        if end - ends[-1] >= least:
            ends.append(end)
    if len(order) - ends[-1] < least and len(ends) > 1:
        ends.pop()
    return np.split(order, ends[1:]) if len(order) else []


def _measured(
    scores: NDArray[np.int64], contributions: Floats, rows: NDArray[np.int64]
) -> ScoreBand:
    return ScoreBand(
        score_from=int(scores[rows[0]]),
        score_to=int(scores[rows[-1]]),
        rows=len(rows),
        # fsum rounds once: the order of the rows, which a library may change, cannot matter.
        contributions=tuple(
            math.fsum(column) / len(rows) for column in contributions[rows].T.tolist()
        ),
    )


def _input(entry: Mapping[str, Any]) -> KnownInput:
    lowest, highest = entry["lowest"], entry["highest"]
    return KnownInput(
        name=str(entry["name"]),
        lowest=None if lowest is None else _finite(lowest),
        highest=None if highest is None else _finite(highest),
        codes=tuple(_finite(code) for code in entry["codes"]),
        missing=_finite(entry["missing"]),
    )


def _band(entry: Mapping[str, Any]) -> ScoreBand:
    return ScoreBand(
        score_from=_points(entry["score_from"]),
        score_to=_points(entry["score_to"]),
        rows=_count(entry["rows"]),
        contributions=tuple(_finite(float.fromhex(text)) for text in entry["contributions"]),
    )


def _finite(value: float) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no finite number")
    return float(value)


def _points(value: int) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r} is no score")
    return value


def _count(value: int) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is no number of rows")
    return value


def _problem(known: KnownSample, features: Sequence[str]) -> str | None:
    if [one.name for one in known.inputs] != list(features):
        return "its inputs are not those of the model"
    if any(len(band.contributions) != len(features) for band in known.bands):
        return "a band has not one contribution for each input"
    if any(not 0 <= one.missing <= 1 or _upside_down(one) for one in known.inputs):
        return "a range or a share is impossible"
    ends = [end for band in known.bands for end in (band.score_from, band.score_to)]
    if ends != sorted(ends) or len(set(ends[::2])) != len(known.bands):
        return "its bands do not rise"
    return None


def _upside_down(one: KnownInput) -> bool:
    if one.lowest is None or one.highest is None:
        return one.lowest is not one.highest
    return one.lowest > one.highest
