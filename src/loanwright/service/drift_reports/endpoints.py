"""Drift reports over HTTP."""

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from loanwright.drift.page import render_drift
from loanwright.service.batches.endpoints import FILES, SECONDS_FOR_A_PIECE, read_kind
from loanwright.service.drift_reports.documents import (
    DriftFileDocument,
    DriftReportBody,
    DriftReportList,
)
from loanwright.service.drift_reports.errors import DriftFileTooLarge
from loanwright.service.drift_reports.service import DriftReports
from loanwright.service.edge.authentication import DOCUMENTED, DriftWrite, MonitoringRead
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.edge.upload import TooLong, save
from loanwright.service.jobs.documents import JobDocument, describe_job, read_job
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE

DriftReportsService = Annotated[DriftReports, Depends(provided("drift_reports"))]
ReportId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]
READ = problems((401, 403, 404, 422, 503))
PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "One page."}
}

router = APIRouter(prefix="/v1/drift-reports", tags=["drift"], dependencies=DOCUMENTED)


@router.post(
    "",
    status_code=202,
    responses=problems((401, 403, 404, 408, 413, 415, 422, 503)),
    openapi_extra=takes(DriftReportBody),
)
def order_drift_report(
    response: Response,
    reports: DriftReportsService,
    principal: DriftWrite,
    body: Annotated[DriftReportBody, Depends(body_of(DriftReportBody))],
) -> JobDocument:
    """Compare the decisions of some days, week by week or month by month, with a reference.

    The reference is the sample that the champion was made from, or other days. Two files can be
    compared as well, or one with the champion's sample: send them first. Ask for the report: its
    progress, and once it is done which features moved and what that did to PD and approvals.
    """
    job = reports.accept(principal.actor, principal, body.wish())
    response.headers["Location"] = f"/v1/drift-reports/{job.id}"
    return read_job(job)


@router.post(
    "/files",
    status_code=201,
    responses=problems((401, 403, 408, 413, 415, 422, 503)),
    openapi_extra={"requestBody": {"required": True, "content": FILES}},
)
async def send_drift_file(
    request: Request, reports: DriftReportsService, principal: DriftWrite
) -> DriftFileDocument:
    """Take in a CSV or Parquet file to be compared; it is removed with the report that used it.

    The body is the file itself.
    """
    files = reports.files
    file_id, path = files.make(read_kind(request))
    try:
        size, digest = await save(
            request.stream(), path, limit=files.limit, seconds=SECONDS_FOR_A_PIECE
        )
        files.own(file_id, principal.id)
    except BaseException as failure:
        # Also where the caller hangs up: half a file is nobody's.
        files.remove(file_id)
        if isinstance(failure, TooLong):
            raise DriftFileTooLarge(limit=files.limit) from None
        raise
    return DriftFileDocument(id=file_id, size=size, sha256=digest)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_drift_reports(
    reports: DriftReportsService,
    principal: MonitoringRead,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
) -> DriftReportList:
    """List the latest drift reports without their results; a key sees its own."""
    found = reports.list_reports(principal, most=limit)
    described = [msgspec.json.encode(describe_job(one)) for one in found]
    return DriftReportList(items=[JobDocument.model_validate_json(one) for one in described])


@router.get("/{report_id}", responses=READ)
def get_drift_report(
    reports: DriftReportsService, principal: MonitoringRead, report_id: ReportId
) -> JobDocument:
    """Return how far a drift report is and, once it is done, all its figures."""
    return read_job(reports.get(principal, report_id))


@router.get("/{report_id}/page", response_class=Response, responses={**PAGE, **READ})
def get_drift_page(
    reports: DriftReportsService,
    principal: MonitoringRead,
    report_id: ReportId,
    language: Literal["en", "ru"] = "en",
) -> Response:
    """Return a drift report that is done as one self-contained HTML page, to be kept."""
    page = render_drift(reports.get_report(principal, report_id), language=language)
    named = f'attachment; filename="{report_id}.html"'
    return Response(page, media_type="text/html", headers={"Content-Disposition": named})
