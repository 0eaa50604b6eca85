"""What can go wrong with schedules."""

from loanwright.errors import NotFound, Rejected


class ScheduleNotFound(NotFound):
    """There is no schedule {schedule_id}."""


class KindUnavailable(Rejected):
    """Nothing here does {kind} on a schedule; what is done: {known}."""


class ProductNeeded(Rejected):
    """A schedule of {kind} needs the name of a product that is offered: {known}."""


class RetrainingTableMissing(NotFound):
    """There is no table {name}.parquet or {name}.csv where tables for retraining are put."""
