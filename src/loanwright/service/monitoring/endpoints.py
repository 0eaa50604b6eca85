"""Figures of booked credit over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from loanwright.service.edge.authentication import DOCUMENTED, MonitoringRead
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import problems
from loanwright.service.monitoring.documents import (
    CurveList,
    EarlyList,
    EarlyQuery,
    MigrationDocument,
    MonitoringQuery,
    OutlookList,
    PerformanceList,
    RollDocument,
    RollQuery,
    VintageQuery,
    describe_curves,
    describe_early,
    describe_moves,
    describe_outlooks,
    describe_performance,
    describe_rolls,
)
from loanwright.service.monitoring.outlook import Outlook
from loanwright.service.monitoring.service import Monitoring

MonitoringService = Annotated[Monitoring, Depends(provided("monitoring"))]
OutlookService = Annotated[Outlook, Depends(provided("outlook"))]
READ = problems((401, 403, 404, 422, 503))

router = APIRouter(prefix="/v1/monitoring", tags=["monitoring"], dependencies=DOCUMENTED)


@router.get("/vintages", responses=READ)
def list_vintages(
    monitoring: MonitoringService,
    _principal: MonitoringRead,
    asked: Annotated[VintageQuery, Query()],
) -> CurveList:
    """Return the cumulative bad rate of each vintage by months on book.

    A point counts the accounts that were seen for so long; those that are not mature are a tail.
    """
    found = monitoring.vintages(
        asked.asked(), days=asked.days, months=asked.months, interval=asked.interval
    )
    return describe_curves(found)


@router.get("/roll-rates", responses=READ)
def get_roll_rates(
    monitoring: MonitoringService, _principal: MonitoringRead, asked: Annotated[RollQuery, Query()]
) -> RollDocument:
    """Return from which state of arrears accounts went to which within a month."""
    return describe_rolls(monitoring.roll_rates(asked.asked(), months=asked.last_months))


@router.get("/early-arrears", responses=READ)
def list_early_arrears(
    monitoring: MonitoringService, _principal: MonitoringRead, asked: Annotated[EarlyQuery, Query()]
) -> EarlyList:
    """Return first-payment defaults and early arrears of each vintage."""
    found = monitoring.early_arrears(asked.asked(), days=asked.days, months=asked.months)
    return describe_early(found)


@router.get("/migration", responses=READ)
def get_migration(
    monitoring: MonitoringService,
    _principal: MonitoringRead,
    asked: Annotated[MonitoringQuery, Query()],
) -> MigrationDocument:
    """Return how applicants who came again moved between grades, in the last five years."""
    return describe_moves(monitoring.migration(asked.asked()))


@router.get("/performance", responses=READ)
def list_performance(
    monitoring: MonitoringService,
    _principal: MonitoringRead,
    asked: Annotated[MonitoringQuery, Query()],
) -> PerformanceList:
    """Return AUC, KS, calibration and grades of each vintage, as far as labels are ripe."""
    return describe_performance(monitoring.performance(asked.asked()))


@router.get("/expected", responses=READ)
def list_outlooks(
    outlook: OutlookService,
    _principal: MonitoringRead,
    asked: Annotated[MonitoringQuery, Query()],
) -> OutlookList:
    """Return the bad rate and the AUC expected of each vintage, and what happened later.

    `doubts` says what speaks against believing it; `first_said` is what was written down first.
    """
    return describe_outlooks(outlook.list_outlooks(asked.asked()))
