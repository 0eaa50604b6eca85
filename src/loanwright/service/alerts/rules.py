"""A rule of alerts: which figure, of what, beyond which threshold, for how many chunks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loanwright.errors import Rejected


class Figure(StrEnum):
    """Everything that a rule may watch; there are no others."""

    APPROVAL_RATE = "approval_rate"
    DECISIONS = "decisions"
    BAD_RATE = "bad_rate"
    EXPECTED_BAD_RATE = "expected_bad_rate"
    CALIBRATION_GAP = "calibration_gap"
    EARLY_ARREARS = "early_arrears"
    FEATURE_DRIFT = "feature_drift"
    SCORE_DRIFT = "score_drift"
    FAILED_JOBS = "failed_jobs"
    QUEUE_AGE = "queue_age"
    OVERDUE_REVIEWS = "overdue_reviews"


class Beyond(StrEnum):
    """On which side of the threshold is too far."""

    ABOVE = "above"
    BELOW = "below"


class AlertSeverity(StrEnum):
    """How bad it is."""

    WARNING = "warning"
    CRITICAL = "critical"


#: Figures that are about one product.
OF_PRODUCTS: Final = frozenset(
    {
        Figure.APPROVAL_RATE,
        Figure.DECISIONS,
        Figure.BAD_RATE,
        Figure.EXPECTED_BAD_RATE,
        Figure.CALIBRATION_GAP,
        Figure.EARLY_ARREARS,
        Figure.FEATURE_DRIFT,
        Figure.SCORE_DRIFT,
    }
)
KEYS: Final = frozenset(
    {
        *("name", "figure", "product", "segment", "feature", "above", "below", "chunks"),
        *("severity", "email", "quiet"),
    }
)
MOST_CHUNKS: Final = 60
MOST_ADDRESSES: Final = 20
ADDRESS: Final = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class RuleRefused(Rejected):
    """The rule cannot be used: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """Hours in which no mail is sent, by the clock on a wall somewhere.

    Examples
    --------
    >>> night = Quiet(begins=time(22), ends=time(7), zone="Europe/Berlin")
    >>> night.until(datetime(2026, 3, 28, 22, 30, tzinfo=UTC)).isoformat()
    '2026-03-29T05:00:00+00:00'
    >>> night.until(datetime(2026, 3, 29, 10, 0, tzinfo=UTC)) is None
    True
    """

    begins: time
    ends: time
    zone: str

    def until(self, moment: datetime) -> datetime | None:
        """Return when the quiet hours end in which a moment lies; None where it lies in none."""
        there = moment.astimezone(ZoneInfo(self.zone))
        clock = there.time().replace(tzinfo=None)
        if self.begins <= self.ends:
            inside, later = self.begins <= clock < self.ends, timedelta()
        else:
            inside = clock >= self.begins or clock < self.ends
            later = timedelta(days=clock >= self.begins)
        if not inside:
            return None
        day = there.date() + later
        return datetime.combine(day, self.ends, ZoneInfo(self.zone)).astimezone(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What is watched.

    Attributes
    ----------
    product, segment, feature
        Of what; None where the figure is about the whole service, or about all of it.
    threshold
        A value at the threshold is still good.
    chunks
        So many chunks in a row must be beyond it.
    email
        Who is written to.
    quiet
        When nobody is.
    """

    name: str
    figure: Figure
    beyond: Beyond
    threshold: float
    product: str | None = None
    segment: str | None = None
    feature: str | None = None
    chunks: int = 1
    severity: AlertSeverity = AlertSeverity.WARNING
    email: tuple[str, ...] = ()
    quiet: Quiet | None = field(default=None)

    def is_beyond(self, value: float) -> bool:
        """Tell whether a value is too far.

        Examples
        --------
        >>> rule = read_rule({"name": "Jobs", "figure": "failed_jobs", "above": 0})
        >>> rule.is_beyond(1), rule.is_beyond(0)
        (True, False)
        """
        if self.beyond is Beyond.ABOVE:
            return value > self.threshold
        return value < self.threshold

    def to_mapping(self) -> dict[str, Any]:
        """Return the document that `read_rule` reads."""
        told: dict[str, Any] = {
            "name": self.name,
            "figure": str(self.figure),
            str(self.beyond): self.threshold,
            "chunks": self.chunks,
            "severity": str(self.severity),
        }
        for name in ("product", "segment", "feature"):
            if getattr(self, name) is not None:
                told[name] = getattr(self, name)
        if self.email:
            told["email"] = list(self.email)
        if self.quiet is not None:
            told["quiet"] = {
                "from": f"{self.quiet.begins:%H:%M}",
                "to": f"{self.quiet.ends:%H:%M}",
                "zone": self.quiet.zone,
            }
        return told


def read_rule(document: Mapping[str, Any]) -> Rule:
    """Return the rule in a document, or raise `RuleRefused`.

    Examples
    --------
    >>> rule = read_rule({
    ...     "name": "Few approvals", "figure": "approval_rate", "product": "credit-card",
    ...     "below": 0.3, "chunks": 2,
    ... })
    >>> rule.is_beyond(0.29), rule.chunks
    (True, 2)
    >>> read_rule({"name": "x", "figure": "weather", "above": 1})
    Traceback (most recent call last):
    loanwright.service.alerts.rules.RuleRefused: The rule cannot be used: there is no figure ...
    """
    unknown = sorted(set(document) - KEYS)
    if unknown:
        raise RuleRefused(problem=f"it does not know {', '.join(map(str, unknown))[:80]}")
    figure = _figure(document.get("figure"))
    beyond, threshold = _threshold(document)
    product = _text(document, "product")
    if (product is None) is (figure in OF_PRODUCTS):
        problem = "names no product" if product is None else "is not about a product"
        raise RuleRefused(problem=f"{figure} {problem}")
    feature = _text(document, "feature")
    if (feature is None) is (figure is Figure.FEATURE_DRIFT):
        raise RuleRefused(problem="feature is what feature_drift needs, and nothing else")
    name = document.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name.strip()):
        raise RuleRefused(problem="its name must have 1 to 80 characters")
    return Rule(
        name=name.strip(),
        figure=figure,
        beyond=beyond,
        threshold=threshold,
        product=product,
        segment=_text(document, "segment"),
        feature=feature,
        chunks=_chunks(document.get("chunks", 1)),
        severity=_severity(document.get("severity", "warning")),
        email=_addresses(document.get("email", ())),
        quiet=_quiet(document.get("quiet")),
    )


def _figure(told: Any) -> Figure:
    if told not in list(Figure):
        raise RuleRefused(problem=f"there is no figure {told!s:.40}; known: {', '.join(Figure)}")
    return Figure(told)


def _threshold(document: Mapping[str, Any]) -> tuple[Beyond, float]:
    told = [(one, document[str(one)]) for one in Beyond if document.get(str(one)) is not None]
    if len(told) != 1:
        raise RuleRefused(problem="it needs either above or below")
    beyond, threshold = told[0]
    usable = isinstance(threshold, int | float) and not isinstance(threshold, bool)
    if not usable or not abs(threshold) <= 1e12:
        raise RuleRefused(problem="its threshold must be a number")
    return beyond, float(threshold)


def _text(document: Mapping[str, Any], name: str) -> str | None:
    told = document.get(name)
    if told is None:
        return None
    if not isinstance(told, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", told):
        raise RuleRefused(problem=f"{name} must be a name")
    return told


def _chunks(told: Any) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or not 1 <= told <= MOST_CHUNKS:
        raise RuleRefused(problem=f"chunks must be from 1 to {MOST_CHUNKS}")
    return told


def _severity(told: Any) -> AlertSeverity:
    if told not in list(AlertSeverity):
        raise RuleRefused(problem=f"severity must be one of {', '.join(AlertSeverity)}")
    return AlertSeverity(told)


def _addresses(told: Any) -> tuple[str, ...]:
    listed = isinstance(told, list | tuple) and len(told) <= MOST_ADDRESSES
    if not listed or not all(isinstance(one, str) and ADDRESS.fullmatch(one) for one in told):
        raise RuleRefused(problem=f"email must be a list of at most {MOST_ADDRESSES} addresses")
    return tuple(dict.fromkeys(told))


def _quiet(told: Any) -> Quiet | None:
    if told is None:
        return None
    if not isinstance(told, Mapping) or set(told) != {"from", "to", "zone"}:
        raise RuleRefused(problem="quiet needs from, to and zone")
    hours = [told["from"], told["to"]]
    if not all(isinstance(one, str) and CLOCK.fullmatch(one) for one in hours):
        raise RuleRefused(problem="quiet hours are written as 22:00")
    begins, ends = (time.fromisoformat(one) for one in hours)
    if begins == ends:
        raise RuleRefused(problem="quiet hours must end at another time than they begin")
    return Quiet(begins=begins, ends=ends, zone=check_zone(told["zone"]))


def check_zone(name: Any) -> str:
    """Return the name of a time zone, or raise `RuleRefused`."""
    try:
        return ZoneInfo(name).key if isinstance(name, str) else ZoneInfo("").key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RuleRefused(problem="zone must be a time zone such as Europe/Berlin") from None
