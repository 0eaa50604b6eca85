"""Schedules as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What can be done on a schedule."""

    MONITORING = "monitoring"
    MONITORING_REPORT = "monitoring_report"
    DRIFT_REPORT = "drift_report"
    RETRAINING = "retraining"


class ScheduleState(StrEnum):
    """Whether a schedule is kept; a removed one stays for the sake of its runs."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """What is done when.

    Attributes
    ----------
    cron, zone
        Five fields, by the clock of a time zone.
    product, segment
        Of what; None for all, where the kind allows it.
    next_at
        When it is due; None while it is not active.
    """

    id: str
    name: str
    kind: Kind
    cron: str
    zone: str
    product: str | None
    segment: str | None
    state: ScheduleState
    next_at: datetime | None
    version: int
    created_by: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One time that something was done.

    Attributes
    ----------
    missed
        How many times had passed by meanwhile; they are not made up for.
    """

    schedule_id: str
    due_at: datetime
    begun_at: datetime
    job_id: str
    missed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSchedule:
    """What is to be done when."""

    name: str
    kind: Kind
    cron: str
    zone: str = "UTC"
    product: str | None = None
    segment: str | None = None

    def to_mapping(self) -> Mapping[str, Any]:
        """Return plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}
