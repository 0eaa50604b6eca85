"""Points of a scorecard that a person can add up by hand."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.scorecard import ScorecardTable
from loanwright.scaling import Grade, Scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class PointsCard:
    """A scorecard in whole points: a score is ``base`` plus one number a feature.

    Attributes
    ----------
    base
        Points of everyone; near the score of the average applicant.
    points
        For each feature, for each of its bins, the points added; positive is safer.
    greatest_difference
        The most by which such a sum can differ, for any applicant, from the score before it is
        rounded.

    Examples
    --------
    >>> table = ScorecardTable.from_mapping({"schema": 1, "intercept": -2.0, "features": [
    ...     {"name": "delay", "bins": [
    ...         {"kind": "range", "upper": 1.0, "log_odds": -0.5, "share": 0.75},
    ...         {"kind": "range", "lower": 1.0, "log_odds": 0.5, "share": 0.25}]}]})
    >>> card = points_card(table, pdo=20, anchor_score=600, anchor_odds=50)
    >>> card.base, card.points, round(card.greatest_difference, 2)
    (552, ((7, -22),), 0.4)
    """

    base: int
    points: tuple[tuple[int, ...], ...]
    greatest_difference: float

    def to_mapping(self) -> dict[str, Any]:
        """Return what is true of the whole card, as plain values."""
        return {"base": self.base, "greatest_difference": round(self.greatest_difference, 4)}


def points_card(
    table: ScorecardTable,
    *,
    pdo: float,
    anchor_score: float,
    anchor_odds: float,
    slope: float = 1.0,
    shift: float = 0.0,
) -> PointsCard:
    """Return the points of a scorecard on a product's scale.

    Parameters
    ----------
    table
        The card.
    pdo, anchor_score, anchor_odds
        Of the scale: points that double the odds, and the score given at these odds good : bad.
    slope, shift
        Of a calibration by a straight line, ``shift + slope · log-odds``; none by default, and
        points then give the score before calibration.

    Notes
    -----
    A bin's exact points are −factor · slope · (log-odds − mean over the development sample), with
    factor = pdo / ln 2. Rounding every bin to the nearest whole point errs by up to half a point
    a feature. Here one threshold a feature says which fractions go up: it is put into the widest
    gap between the fractions of its bins, and what all of them err by alike goes into the base,
    which is rounded last. So a feature of two bins, or of equal fractions, hardly errs.
    """
    scale = Scale(
        pdo=pdo,
        anchor_score=anchor_score,
        anchor_odds=anchor_odds,
        grades=(Grade(name="A", score_from=0),),
    )
    factor = scale.factor * slope
    base = scale.offset - scale.factor * (shift + slope * table.intercept)
    least = most = 0.0
    points = []
    for feature in table.features:
        log_odds = np.array([one.log_odds for one in feature.bins])
        exact = -factor * (log_odds - feature.expected)
        whole = _rounded(exact)
        error = whole - exact
        least, most = least + float(error.min()), most + float(error.max())
        base -= factor * feature.expected
        points.append(tuple(map(int, whole)))
    middle = (least + most) / 2
    rounded = round(base - middle)
    left = rounded - base
    return PointsCard(
        base=rounded,
        points=tuple(points),
        greatest_difference=max(abs(least + left), abs(most + left)),
    )


def _rounded(exact: Floats) -> Floats:
    """Return whole numbers whose errors lie as close together as they can."""
    floor = np.floor(exact)
    fraction = exact - floor
    order = np.unique(fraction)
    # The last gap goes around: from the largest fraction to the smallest one more whole.
    gaps = np.diff(order, append=order[0] + 1)
    return floor + (fraction > order[gaps.argmax()])
