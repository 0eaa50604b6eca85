"""Why a decision came out as it did, as codes; the texts are found by ``explanation.reasons``."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from loanwright.decisioning.reservation import Reservation

Source = Literal["model", "policy"]

#: The score asks for care though no single feature raises the risk above the average.
SCORE_BELOW_CUTOFF: Final = "score.below_cutoff"
#: The score is good enough though no single feature lowers the risk below the average.
SCORE_MEETS_CUTOFF: Final = "score.meets_cutoff"
#: The policy states terms, but for this application none could be found.
TERMS_UNDETERMINED: Final = "terms.undetermined"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One coded reason.

    Parameters
    ----------
    code
        ``<feature>.adverse``, ``<feature>.missing`` or ``<feature>.favourable`` for the model;
        the rule's code, ``score.…``, ``terms.…`` or ``humility.…`` for the policy.
    source
        Whether the model or the policy says so.
    feature
        The feature concerned, for reasons of the model and of humility.
    contribution
        Its weight on the raw log-odds of default, against the reference; 0.0 for the policy.

    Examples
    --------
    >>> adverse([("worst_delay", 0.83)])[0].code
    'worst_delay.adverse'
    """

    code: str
    source: Source
    feature: str | None = None
    contribution: float = 0.0


def adverse(
    weighed: Iterable[tuple[str, float]], missing: Container[str] = ()
) -> tuple[Reason, ...]:
    """Return the reasons of features that raise the risk, in the order given.

    Parameters
    ----------
    weighed
        Pairs of feature and contribution.
    missing
        Features that raise it by being missing: their reasons say so.

    Examples
    --------
    >>> [reason.code for reason in adverse([("worst_delay", 0.83), ("credit_limit", 0.1)])]
    ['worst_delay.adverse', 'credit_limit.adverse']
    """
    return tuple(
        Reason(
            code=f"{feature}.missing" if feature in missing else f"{feature}.adverse",
            source="model",
            feature=feature,
            contribution=weight,
        )
        for feature, weight in weighed
    )


def favourable(weighed: Iterable[tuple[str, float]]) -> tuple[Reason, ...]:
    """Return the reasons of features that lower the risk, in the order given.

    Examples
    --------
    >>> [reason.code for reason in favourable([("credit_limit", -0.4)])]
    ['credit_limit.favourable']
    """
    return tuple(
        Reason(code=f"{feature}.favourable", source="model", feature=feature, contribution=weight)
        for feature, weight in weighed
    )


@lru_cache(maxsize=4096)
def of_policy(code: str) -> Reason:
    """Return the reason that a rule, or the cutoff itself, gives.

    Examples
    --------
    >>> of_policy("rule.min_age")
    Reason(code='rule.min_age', source='policy', feature=None, contribution=0.0)
    """
    return Reason(code=code, source="policy")


def of_reservation(reservation: Reservation, unnamed: Container[str] = ()) -> Reason:
    """Return the reason that a reservation gives; an input in ``unnamed`` is not named.

    Examples
    --------
    >>> of_reservation(Reservation(code="humility.out_of_range", feature="age"), {"age"}).feature
    """
    feature = None if reservation.feature in unnamed else reservation.feature
    return Reason(code=reservation.code, source="policy", feature=feature)
