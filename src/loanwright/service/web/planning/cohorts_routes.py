"""Cohorts of applicants, for whoever addresses them: as a chart, a table and a file."""

import csv
import io
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.business.cohorts import CohortDesk, Cohorts
from loanwright.service.business.service import Business
from loanwright.service.edge.provided import provided
from loanwright.service.kit.months import months_until, span_of
from loanwright.service.kit.prepared import Underway
from loanwright.service.web.office import Viewer, enter, page_router, show
from loanwright.service.web.pages import PAGE_HEADERS
from loanwright.service.web.planning.asking import choose
from loanwright.service.web.planning.cohorts_view import AskedCohorts, present_cohorts

router = page_router()
CohortsRead = Annotated[Viewer, Depends(enter("simulations:read", staff=True))]
CohortsRoom = Annotated[CohortDesk, Depends(provided("cohorts"))]
BusinessRoom = Annotated[Business, Depends(provided("business"))]
SPANS = ("12", "6", "3", "24")
MONTHS_BACK = 24
#: What makes a cell of a spreadsheet a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "−")
FILE_SECONDS = 60.0


@router.get("/analysis/cohorts")
def show_cohorts(
    request: Request, viewer: CohortsRead, cohorts: CohortsRoom, business: BusinessRoom
) -> Response:
    """Show the cohorts of a product by one or two columns."""
    asked = _read(request, cohorts, business)
    found = _group(cohorts, business, asked, wait=1.5) if asked.product else None
    underway = found if isinstance(found, Underway) else None
    view = None
    if isinstance(found, Cohorts):
        product = cohorts.products[asked.product]
        view = present_cohorts(found, product, viewer.language)
    return show(request, viewer, "planning/cohorts.html", asked=asked, underway=underway, view=view)


@router.get("/analysis/cohorts.csv")
def download_cohorts(
    request: Request, viewer: CohortsRead, cohorts: CohortsRoom, business: BusinessRoom
) -> Response:
    """Return the cohorts as a file; a spreadsheet finds no formula in it."""
    del viewer
    asked = _read(request, cohorts, business)
    found = _group(cohorts, business, asked, wait=FILE_SECONDS) if asked.product else None
    told = found if isinstance(found, Cohorts) else None
    text = as_csv(told) if told else ""
    headers = {**PAGE_HEADERS, "Content-Disposition": 'attachment; filename="cohorts.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def as_csv(found: Cohorts) -> str:
    """Return cohorts as lines of comma separated values; what could be a formula is quoted."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*found.columns, "applications", "approved", "offered", "accepted"])
    for one in found.items:
        names = [harmless(name) for name in one.names]
        writer.writerow([*names, one.applications, one.approved, one.offered, one.accepted])
    return file.getvalue()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("car")
    ("'=1+1", 'car')
    """
    risky = text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if risky else text


def _read(request: Request, cohorts: CohortDesk, business: Business) -> AskedCohorts:
    query = request.query_params
    decided = business.decided_months(MONTHS_BACK)
    usual = max(decided, key=lambda name: sum(decided[name].values()), default="")
    product = choose(query.get("product", ""), cohorts.products, usual)
    columns = cohorts.columns(product) if product else ()
    first = choose(query.get("by", ""), columns, "grade")
    second = choose(query.get("and", ""), columns)
    return AskedCohorts(
        product=product,
        first=first,
        second="" if second == first else second,
        months=choose(query.get("months", ""), SPANS, SPANS[0]),
        spans=SPANS,
        columns=columns,
        products=cohorts.products,
    )


def _group(
    cohorts: CohortDesk, business: Business, asked: AskedCohorts, *, wait: float
) -> Cohorts | Underway:
    months = months_until(business.months(1)[0], int(asked.months))
    columns = [asked.first, *([asked.second] if asked.second else [])]
    return cohorts.group(asked.product, columns, span_of(months[0], months[-1]), wait=wait)
