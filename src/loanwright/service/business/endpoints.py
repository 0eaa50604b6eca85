"""Figures of the business over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends

from loanwright.service.business.documents import (
    AskedFigures,
    BusinessFiguresDocument,
    describe_figures,
)
from loanwright.service.business.errors import FiguresUnderway
from loanwright.service.business.service import Business
from loanwright.service.edge.authentication import DOCUMENTED, SimulationsRead
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import problems
from loanwright.service.kit.prepared import Underway

BusinessService = Annotated[Business, Depends(provided("business"))]

router = APIRouter(prefix="/v1/business-figures", tags=["business"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 422, 503)))
def get_business_figures(
    business: BusinessService, _principal: SimulationsRead, asked: AskedFigures
) -> BusinessFiguresDocument:
    """Return approvals, volumes, amounts, interest, cost of risk and arrears by month.

    Money is in minor units and never summed over currencies. What no record tells, the loss given
    default and the cost of funds, is assumed as asked and told again in the answer.
    """
    found = business.figures(asked.months, scope=asked.scope, assumed=asked.assumed)
    if isinstance(found, Underway):
        raise FiguresUnderway
    return describe_figures(found)
