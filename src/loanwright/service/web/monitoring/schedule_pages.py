"""Schedules: what is done when, and what came of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Request
from starlette.responses import Response

from loanwright.errors import Rejected
from loanwright.service.edge.provided import provided
from loanwright.service.jobs.schemas import State
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.schedules.schemas import Kind, NewSchedule, Schedule, ScheduleState
from loanwright.service.schedules.service import Schedules
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.refusals import tell_refusal

router = page_router()
SchedulesRead = Annotated[Viewer, Depends(enter("schedules:read"))]
SchedulesWrite = Annotated[Viewer, Depends(enter("schedules:write"))]
SchedulesService = Annotated[Schedules, Depends(provided("schedules"))]
ScheduleId = Annotated[str, Path(pattern=f"^sch_[{ALPHABET}]{{{LENGTH}}}$")]
PATH: Final = "/analysis/schedules"
KINDS: Final[Mapping[Kind, str]] = {
    Kind.MONITORING: N_("Look at figures and rules"),
    Kind.MONITORING_REPORT: N_("Monitoring report"),
    Kind.DRIFT_REPORT: N_("Drift report"),
    Kind.RETRAINING: N_("Retraining"),
}
RUNS: Final[Mapping[State, tuple[str, str]]] = {
    State.QUEUED: (N_("waits"), "quiet"),
    State.RUNNING: (N_("at work"), "info"),
    State.DONE: (N_("done"), "good"),
    State.FAILED: (N_("failed"), "bad"),
}
FIELDS: Final = dict.fromkeys(("name", "kind", "product", "cron", "zone"))
LAST: Final = 5


@router.get(PATH)
def show_schedules(
    request: Request, viewer: SchedulesRead, schedules: SchedulesService
) -> Response:
    """Show every schedule with its last runs."""
    return _page(request, viewer, schedules, {})


@router.post(PATH)
def add_schedule(
    request: Request, viewer: SchedulesWrite, form: Posted, schedules: SchedulesService
) -> Response:
    """Add a schedule, or say what is wrong with it."""
    kind = form.get("kind", "")
    wanted = NewSchedule(
        name=form.get("name", "").strip(),
        kind=Kind(kind) if kind in list(Kind) else Kind.MONITORING,
        cron=form.get("cron", "").strip(),
        zone=form.get("zone", "").strip() or "UTC",
        product=form.get("product") or None,
    )
    try:
        schedules.add(viewer.principal.actor, wanted)
    except Rejected as refusal:
        wrong = tell_refusal(refusal, viewer.language).beside(FIELDS, "cron")
        return _page(request, viewer, schedules, form, wrong=wrong)
    return go(PATH, notice=N_("The schedule is kept."))


@router.post(PATH + "/{schedule_id}/run")
def run_now(
    viewer: SchedulesWrite, _form: Posted, schedules: SchedulesService, schedule_id: ScheduleId
) -> Response:
    """Do it once now."""
    schedules.run_now(viewer.principal.actor, schedule_id)
    return go(PATH, notice=N_("It is ordered."))


@router.post(PATH + "/{schedule_id}/state")
def change_schedule(
    viewer: SchedulesWrite, form: Posted, schedules: SchedulesService, schedule_id: ScheduleId
) -> Response:
    """Pause a schedule, let it go on, or remove it."""
    kept, wanted = schedules.get(schedule_id), form.get("state", "")
    if wanted == ScheduleState.REMOVED:
        schedules.remove(viewer.principal.actor, schedule_id)
    elif wanted in (ScheduleState.ACTIVE, ScheduleState.PAUSED):
        schedules.edit(
            viewer.principal.actor, schedule_id, seen=kept.version, changes={"state": wanted}
        )
    return go(PATH, notice=N_("The schedule is changed."))


def _page(
    request: Request,
    viewer: Viewer,
    schedules: Schedules,
    form: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    language = viewer.language
    kinds = [(str(one), language.gettext(KINDS[one])) for one in Kind if one in schedules.kinds]
    return show(
        request,
        viewer,
        "monitoring/schedules.html",
        status=200 if wrong is None else 422,
        schedules=[_present(one, schedules, language) for one in schedules.list_schedules()],
        kinds=kinds,
        products=[("", "—"), *((one, one) for one in sorted(schedules.products))],
        values=form,
        wrong=wrong or {},
    )


def _present(one: Schedule, schedules: Schedules, language: Language) -> dict[str, Any]:
    _ = language.gettext
    runs = schedules.list_runs(one.id, most=LAST)
    return {
        "id": one.id,
        "name": one.name,
        "active": one.state is ScheduleState.ACTIVE,
        "facts": [
            (_("What"), _(KINDS[one.kind]) + (f" · {one.product}" if one.product else "")),
            (_("When"), f"{one.cron} ({one.zone})"),
            (_("Next time"), "—" if one.next_at is None else language.moment(one.next_at)),
        ],
        "runs": [
            {
                "due": language.moment(run.due_at),
                "state": _(RUNS[job.state][0]),
                "tone": RUNS[job.state][1],
                "missed": run.missed,
            }
            for run, job in runs
        ],
    }
