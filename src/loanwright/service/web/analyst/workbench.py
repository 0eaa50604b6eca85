"""The scorecard workbench: bins changed and weighed at once, saved as a new candidate."""

import shutil
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError
from loanwright.service.benches.schemas import Bench
from loanwright.service.benches.service import Benches
from loanwright.service.edge.provided import provided
from loanwright.service.jobs.schemas import State
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.web.analyst.asked import (
    MODELS,
    ModelsTrain,
    UsersService,
    names_by,
)
from loanwright.service.web.analyst.bench_list import present_benches, scorecards_of
from loanwright.service.web.analyst.bench_view import present_bench, read_bins
from loanwright.service.web.analyst.run_view import why_failed
from loanwright.service.web.analyst.training import KINDS, TRAINING
from loanwright.service.web.languages import N_
from loanwright.service.web.office import PostedMany, Viewer, enter, go, page_router, show
from loanwright.service.web.refusals import tell_refusal
from loanwright.service.web.uploads import Received, receive

WORKBENCH: Final = "/analysis/workbench"
router = page_router()
BenchesService = Annotated[Benches, Depends(provided("benches"))]
Uploader = Annotated[Viewer, Depends(enter("models:train", staff=True, files=True))]
BenchId = Annotated[str, Path(pattern=f"^bnc_[{ALPHABET}]{{{LENGTH}}}$")]


@router.get(WORKBENCH)
def list_benches(
    request: Request, viewer: ModelsTrain, benches: BenchesService, users: UsersService
) -> Response:
    """List the benches, and offer to lay a scorecard on one."""
    return _start(request, viewer, benches, users)


@router.post(WORKBENCH)
async def open_bench(
    request: Request, viewer: Uploader, benches: BenchesService, users: UsersService
) -> Response:
    """Lay a scorecard on a bench, with the table that is sent or the one of its product."""
    async with receive(request, limit=benches.training.limit) as form:
        try:
            bench = await _open(viewer, benches, form)
        except LoanwrightError as refusal:
            wrong = {"table": tell_refusal(refusal, viewer.language).text}
            return await run_in_threadpool(
                _start, request, viewer, benches, users, asked=form.get("model"), wrong=wrong
            )
        if bench is None:
            said = viewer.language.gettext("Choose a scorecard and a .csv or .parquet file.")
            return await run_in_threadpool(
                _start,
                request,
                viewer,
                benches,
                users,
                asked=form.get("model"),
                wrong={"table": said},
            )
    return go(f"{WORKBENCH}/{bench.id}")


@router.get(f"{WORKBENCH}/{{bench_id}}")
def show_bench(
    request: Request, viewer: ModelsTrain, benches: BenchesService, bench_id: BenchId
) -> Response:
    """Show one feature of a scorecard on the bench."""
    bench = benches.get(bench_id)
    job = benches.jobs.get(bench.job_id)
    asked = request.query_params
    if job.state is not State.DONE or "waiting" in asked:
        why = why_failed(job)
        return show(request, viewer, "analyst/bench_waits.html", bench=bench, job=job, why=why)
    return _page(request, viewer, benches, bench, {"feature": [asked.get("feature", "")]})


@router.post(f"{WORKBENCH}/{{bench_id}}")
def try_bins(
    request: Request,
    viewer: ModelsTrain,
    form: PostedMany,
    benches: BenchesService,
    bench_id: BenchId,
) -> Response:
    """Weigh other bins of a feature; keep them if that is asked."""
    bench = benches.get(bench_id)
    if "keep" not in form:
        return _page(request, viewer, benches, bench, form)
    counted = benches.weigh(bench)
    name = _feature(counted, form)
    place = counted.rows.place_of(name)
    tried = read_bins(counted.rows.features[place], form, counted.card.binnings[place])
    benches.change(bench, {name: tried})
    return go(f"{WORKBENCH}/{bench_id}?feature={name}", notice=N_("The bins are kept."))


@router.post(f"{WORKBENCH}/{{bench_id}}/candidate")
def save_candidate(
    viewer: ModelsTrain, _form: PostedMany, benches: BenchesService, bench_id: BenchId
) -> Response:
    """Train a candidate with the bins of the bench."""
    job = benches.save(viewer.principal.actor, benches.get(bench_id))
    return go(f"{TRAINING}/{job.id}", notice=N_("The candidate is being trained with these bins."))


@router.post(f"{WORKBENCH}/{{bench_id}}/closing")
def close_bench(
    viewer: ModelsTrain, _form: PostedMany, benches: BenchesService, bench_id: BenchId
) -> Response:
    """Put a bench away, with its table."""
    benches.close(viewer.principal.actor, benches.get(bench_id))
    return go(WORKBENCH, notice=N_("The bench is cleared; its table is gone."))


async def _open(viewer: Viewer, benches: Benches, form: Received) -> Bench | None:
    model_hash, actor = form.get("model"), viewer.principal.actor
    if len(model_hash) != 64:
        return None
    if form.get("bundled"):
        return await run_in_threadpool(benches.open_bundled, actor, model_hash)
    name = (form.file.filename or "") if form.file is not None else ""
    kind = name.rpartition(".")[2].lower()
    if form.file is None or not form.file.size or kind not in KINDS:
        return None
    table = benches.training.make_place(kind)
    try:
        await form.keep(table)
        return await run_in_threadpool(benches.open, actor, model_hash, table)
    except BaseException:
        shutil.rmtree(table.parent, ignore_errors=True)
        raise


def _start(
    request: Request,
    viewer: Viewer,
    benches: Benches,
    users: UsersService,
    *,
    asked: str = "",
    wrong: Mapping[str, str] | None = None,
) -> Response:
    models = scorecards_of(benches.registry.list_models(), benches, viewer.language)
    return show(
        request,
        viewer,
        "analyst/workbench.html",
        status=422 if wrong else 200,
        benches=present_benches(benches.list_benches(), benches, names_by(users), viewer.language),
        models=models,
        asked=asked or request.query_params.get("model", ""),
        wrong=wrong or {},
        megabytes=benches.training.limit // 1_000_000,
    )


def _page(
    request: Request, viewer: Viewer, benches: Benches, bench: Bench, form: Mapping[str, Any]
) -> Response:
    counted = benches.weigh(bench)
    name = _feature(counted, form)
    if len(form) > 1:
        place = counted.rows.place_of(name)
        tried = read_bins(counted.rows.features[place], form, counted.card.binnings[place])
        counted = benches.weigh(bench, {name: tried})
    package = benches.package_of(bench)
    page = present_bench(counted, package, name, viewer.language)
    return show(
        request,
        viewer,
        "analyst/bench.html",
        bench=bench,
        model=benches.registry.get(bench.model_hash),
        address=f"{WORKBENCH}/{bench.id}",
        model_address=f"{MODELS}/{bench.model_hash}",
        counted=counted,
        page=page,
    )


def _feature(counted: Any, form: Mapping[str, Any]) -> str:
    names = [one.spec.name for one in counted.rows.features]
    asked = next(iter(form.get("feature", ())), "")
    return asked if asked in names else names[0]
