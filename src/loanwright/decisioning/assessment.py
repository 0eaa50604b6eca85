"""What a model says about one applicant, and its contributions in order of weight."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from operator import sub

from loanwright.errors import Rejected


class AssessmentRefused(Rejected):
    """An assessment needs {needed}, not {found}."""


class ReferenceRefused(Rejected):
    """A reference needs one contribution for each of {needed} features, not {found}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """A model's answer about one applicant.

    Parameters
    ----------
    probability_of_default
        Calibrated probability, in [0, 1].
    score
        Points, a plain ``int``; higher is safer.
    grade
        Name of the grade the score falls in.
    log_odds
        The model's raw log-odds of default (bad), before calibration.
    base_log_odds
        The log-odds from which the contributions start:
        ``base_log_odds + sum(contributions) == log_odds`` within 1e-9.
    features
        Names of the model's inputs, shared by all assessments of one package.
    contributions
        One per feature, on the raw log-odds; positive raises the risk.
    unnamed
        Inputs that no reason may name, because the law protects them or does not let the
        applicant be told.

    Raises
    ------
    AssessmentRefused
        When a number is not finite, the probability is outside [0, 1], the score is not an
        ``int``, or features and contributions differ in length.

    Examples
    --------
    >>> Assessment(
    ...     probability_of_default=0.2,
    ...     score=571,
    ...     grade="D",
    ...     log_odds=-1.3,
    ...     base_log_odds=-2.1,
    ...     features=("worst_delay", "credit_limit"),
    ...     contributions=(1.0, -0.2),
    ... ).score
    571
    """

    probability_of_default: float
    score: int
    grade: str
    log_odds: float
    base_log_odds: float
    features: tuple[str, ...]
    contributions: tuple[float, ...]
    unnamed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what no decision can rest on."""
        if not 0.0 <= self.probability_of_default <= 1.0:
            raise AssessmentRefused(
                needed="a probability of default in [0, 1]", found=self.probability_of_default
            )
        if type(self.score) is not int:
            raise AssessmentRefused(needed="an integer score", found=repr(self.score))
        if len(self.features) != len(self.contributions):
            raise AssessmentRefused(
                needed=f"{len(self.features)} contributions", found=len(self.contributions)
            )
        if not math.isfinite(self.log_odds + self.base_log_odds + sum(self.contributions)):
            raise AssessmentRefused(
                needed="finite log-odds and contributions",
                found=(self.log_odds, self.base_log_odds, self.contributions),
            )


def raising_risk(
    assessment: Assessment, limit: int, reference: tuple[float, ...] | None = None
) -> tuple[tuple[str, float], ...]:
    """Return the features that raise the risk, the heaviest first.

    Parameters
    ----------
    assessment
        The model's answer.
    limit
        How many to return at most.
    reference
        One contribution per feature, subtracted before they are compared; None compares with
        the model's average applicant.

    Returns
    -------
    tuple
        Pairs of feature and contribution (> 0); equal ones in the order of the features.

    Raises
    ------
    ReferenceRefused
        When the reference is not one number per feature.

    Examples
    --------
    >>> weighed = Assessment(
    ...     probability_of_default=0.2,
    ...     score=571,
    ...     grade="D",
    ...     log_odds=0.1,
    ...     base_log_odds=-1.0,
    ...     features=("a", "b", "c"),
    ...     contributions=(0.4, -0.3, 1.0),
    ... )
    >>> raising_risk(weighed, 4)
    (('c', 1.0), ('a', 0.4))
    """
    weights = _against(assessment, reference)
    order = sorted(_nameable(assessment), key=weights.__getitem__, reverse=True)
    features = assessment.features
    return tuple((features[i], weights[i]) for i in order[:limit] if weights[i] > 0.0)


def lowering_risk(
    assessment: Assessment, limit: int, reference: tuple[float, ...] | None = None
) -> tuple[tuple[str, float], ...]:
    """Return the features that lower the risk, the heaviest first.

    Parameters
    ----------
    assessment
        The model's answer.
    limit
        How many to return at most.
    reference
        As for `raising_risk`.

    Returns
    -------
    tuple
        Pairs of feature and contribution (< 0); equal ones in the order of the features.

    Raises
    ------
    ReferenceRefused
        When the reference is not one number per feature.

    Examples
    --------
    >>> weighed = Assessment(
    ...     probability_of_default=0.2,
    ...     score=571,
    ...     grade="D",
    ...     log_odds=0.1,
    ...     base_log_odds=-1.0,
    ...     features=("a", "b", "c"),
    ...     contributions=(0.4, -0.3, 1.0),
    ... )
    >>> lowering_risk(weighed, 4)
    (('b', -0.3),)
    """
    weights = _against(assessment, reference)
    order = sorted(_nameable(assessment), key=weights.__getitem__)
    features = assessment.features
    return tuple((features[i], weights[i]) for i in order[:limit] if weights[i] < 0.0)


def _against(assessment: Assessment, reference: tuple[float, ...] | None) -> tuple[float, ...]:
    contributions = assessment.contributions
    if reference is None:
        return contributions
    if len(reference) != len(contributions):
        raise ReferenceRefused(needed=len(contributions), found=len(reference))
    return tuple(map(sub, contributions, reference))


def _nameable(assessment: Assessment) -> Iterable[int]:
    places = range(len(assessment.features))
    if not assessment.unnamed:
        return places
    return [place for place in places if assessment.features[place] not in assessment.unnamed]
