"""Whether those who apply have moved: reports, one report, and ordering one."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi import Path as InPath
from starlette.responses import Response

from loanwright.drift.page import render_drift
from loanwright.errors import LoanwrightError
from loanwright.features.product import Product
from loanwright.service.drift_reports.schemas import Days, DriftWish
from loanwright.service.drift_reports.service import DriftReports
from loanwright.service.edge.provided import provided
from loanwright.service.jobs.schemas import State
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.web.languages import N_
from loanwright.service.web.monitoring import drift_view as view
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.refusals import tell_failure, tell_refusal

router = page_router()

DriftRead = Annotated[Viewer, Depends(enter("monitoring:read"))]
DriftWrite = Annotated[Viewer, Depends(enter("drift:write"))]
Reports = Annotated[DriftReports, Depends(provided("drift_reports"))]
Now = Annotated[Clock, Depends(provided("clock"))]
ReportId = Annotated[str, InPath(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]
MOST = 50
USUAL_DAYS = 180
FIELDS = dict.fromkeys(("segment", "since", "until", "by", "reference_since", "reference_until"))


@router.get("/analysis/drift")
def show_reports(request: Request, viewer: DriftRead, reports: Reports, clock: Now) -> Response:
    """Show the latest drift reports, and how to order one."""
    today = clock.now().date()
    values = {
        "since": f"{today - timedelta(days=USUAL_DAYS)}",
        "until": f"{today}",
        "by": "month",
    }
    return _list(request, viewer, reports, values=values, wrong={})


@router.post("/analysis/drift")
def order_report(request: Request, viewer: DriftWrite, form: Posted, reports: Reports) -> Response:
    """Order a report over the decisions of some days."""
    wrong: dict[str, str] = {}
    wish = _wish(form, reports.products, wrong, viewer)
    if wish is None:
        return _list(request, viewer, reports, values=form, wrong=wrong)
    try:
        job = reports.accept(viewer.principal.actor, viewer.principal, wish)
    except LoanwrightError as problem:
        wrong = tell_refusal(problem, viewer.language).beside(FIELDS, "segment")
        return _list(request, viewer, reports, values=form, wrong=wrong)
    return go(f"/analysis/drift/{job.id}", notice=N_("The report was ordered."))


@router.get("/analysis/drift/{report_id}")
def show_report(
    request: Request, viewer: DriftRead, reports: Reports, report_id: ReportId
) -> Response:
    """Show how far a report is, or what moved."""
    job, language = reports.get(viewer.principal, report_id), viewer.language
    if job.state != State.DONE:
        share = job.steps_done / max(job.steps, 1)
        return show(
            request, viewer, "monitoring/drift_running.html", job=job, share=share,
            failed=job.state == State.FAILED, why=tell_failure(job.problem, language),
        )  # fmt: skip
    report = reports.get_report(viewer.principal, report_id)
    return show(
        request,
        viewer,
        "monitoring/drift_report.html",
        report_id=report_id,
        report=report,
        about=view.subject_of(report, reports.products, language),
        reference=view.reference_name(report, language),
        kpis=view.kpis_of(report, language),
        alerts=view.alerts_of(report, language),
        ranked=view.ranked_of(report, language),
        history=view.history_of(report, language),
        pictures=view.pictures_of(report, language),
    )


@router.get("/analysis/drift/{report_id}/report.html")
def keep_report(viewer: DriftRead, reports: Reports, report_id: ReportId) -> Response:
    """Return the report as one page to keep."""
    report = reports.get_report(viewer.principal, report_id)
    page = render_drift(report, language=viewer.language.code)
    named = f'attachment; filename="drift-{report_id}.html"'
    return Response(page, media_type="text/html", headers={"Content-Disposition": named})


def _list(
    request: Request,
    viewer: Viewer,
    reports: DriftReports,
    *,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
) -> Response:
    jobs = reports.list_reports(viewer.principal, most=MOST)
    return show(
        request,
        viewer,
        "monitoring/drift.html",
        status=422 if wrong else 200,
        lines=view.lines_of(jobs, viewer.language),
        segments=view.segments_of(reports.products, viewer.language),
        values=values,
        wrong=wrong,
    )


def _wish(
    form: Mapping[str, str],
    products: Mapping[str, Product],
    wrong: dict[str, str],
    viewer: Viewer,
) -> DriftWish | None:
    _ = viewer.language.gettext
    product, _slash, segment = form.get("segment", "").partition("/")
    if product not in products or segment not in products[product].segments:
        wrong["segment"] = _("Choose a product and a segment.")
    days = _days(form, ("since", "until"), wrong, viewer)
    if days is None:
        wrong.setdefault("since", _("Say from which day on."))
    reference = _days(form, ("reference_since", "reference_until"), wrong, viewer)
    by: Any = form.get("by", "month")
    if by not in ("week", "month", "all"):
        wrong["by"] = _("Choose how the days are divided.")
    if wrong:
        return None
    return DriftWish(product=product, segment=segment, days=days, by=by, reference=reference)


def _days(
    form: Mapping[str, str], names: tuple[str, str], wrong: dict[str, str], viewer: Viewer
) -> Days | None:
    """Return two days of a form; None where neither is given."""
    if not any(form.get(name, "").strip() for name in names):
        return None
    found = []
    for name in names:
        try:
            found.append(date.fromisoformat(form.get(name, "").strip()))
        except ValueError:
            wrong[name] = viewer.language.gettext("Write the day as year-month-day.")
    if len(found) < len(names):
        return None
    if found[1] < found[0]:
        wrong[names[1]] = viewer.language.gettext("The last day lies before the first.")
        return None
    return Days(since=found[0], until=found[1])
