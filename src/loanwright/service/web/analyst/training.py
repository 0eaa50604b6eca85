"""Training runs: start one on a table, watch it, look at what came of it."""

import shutil
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from loanwright.engine.load import FILES as FAMILIES
from loanwright.errors import LoanwrightError
from loanwright.service.batches.errors import BatchTooLarge
from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.training.schemas import TrainingWish
from loanwright.service.training.service import TrainingRuns
from loanwright.service.web.analyst.asked import (
    ModelsRead,
    RegistryService,
    UsersService,
    names_by,
)
from loanwright.service.web.analyst.run_view import present_run, present_runs
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Viewer, enter, go, page_router, show
from loanwright.service.web.refusals import tell_refusal
from loanwright.service.web.uploads import Received, receive

TRAINING: Final = "/analysis/training"
MOST: Final = 50
BUDGETS: Final = (1, 5, 10, 30, 60)
KINDS: Final = ("csv", "parquet")
router = page_router()
TrainingService = Annotated[TrainingRuns, Depends(provided("training"))]
Uploader = Annotated[Viewer, Depends(enter("models:train", staff=True, files=True))]
RunId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]


@router.get(TRAINING)
def list_runs(
    request: Request, viewer: ModelsRead, training: TrainingService, users: UsersService
) -> Response:
    """List the training runs, and offer to start one."""
    return _page(request, viewer, training, users)


@router.post(TRAINING)
async def start_run(
    request: Request, viewer: Uploader, training: TrainingService, users: UsersService
) -> Response:
    """Start a training run on the table that is sent."""
    async with receive(request, limit=training.limit) as form:
        wrong = _wrong(viewer, training, form)
        if wrong:
            return await run_in_threadpool(
                _page, request, viewer, training, users, form=form, wrong=wrong
            )
        kind = _kind(form)
        table = training.make_place(kind)
        try:
            await form.keep(table)
            job = await run_in_threadpool(
                training.accept,
                viewer.principal.actor,
                viewer.principal.id,
                table,
                _wish(form, kind),
            )
        except LoanwrightError as refusal:
            shutil.rmtree(table.parent, ignore_errors=True)
            told = {"table": tell_refusal(refusal, viewer.language).text}
            return await run_in_threadpool(
                _page, request, viewer, training, users, form=form, wrong=told
            )
    return go(f"{TRAINING}/{job.id}", notice=N_("The training has begun."))


@router.get(f"{TRAINING}/{{run_id}}")
def show_run(
    request: Request,
    viewer: ModelsRead,
    training: TrainingService,
    registry: RegistryService,
    users: UsersService,
    run_id: RunId,
) -> Response:
    """Show how far a training is, why it failed, or what came of it."""
    job = training.get(viewer.principal, run_id)
    run = present_run(job, registry, names_by(users), viewer.language)
    return show(request, viewer, "analyst/run.html", run=run)


def _page(
    request: Request,
    viewer: Viewer,
    training: TrainingRuns,
    users: UsersService,
    *,
    form: Received | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    runs = training.list_runs(viewer.principal, most=MOST)
    names = ("product", "budget", "search", "seed")
    values: dict[str, Any] = {name: form.get(name) for name in names} if form else {}
    chosen = {name: (form.fields.get(name, []) if form else []) for name in ("family", "segment")}
    segments = sorted({one for product in training.products.values() for one in product.segments})
    return show(
        request,
        viewer,
        "analyst/training.html",
        status=422 if wrong else 200,
        runs=present_runs(runs, names_by(users), viewer.language),
        products=[
            (name, getattr(product.title, viewer.language.code))
            for name, product in training.products.items()
        ],
        segments=segments,
        families=list(FAMILIES),
        budgets=[(str(60 * one), viewer.language.span(timedelta(minutes=one))) for one in BUDGETS],
        values=values,
        chosen=chosen,
        wrong=wrong or {},
        megabytes=training.limit // 1_000_000,
    )


def _kind(form: Received) -> str:
    name = (form.file.filename or "") if form.file is not None else ""
    return name.rpartition(".")[2].lower()


def _wrong(viewer: Viewer, training: TrainingRuns, form: Received) -> dict[str, str]:
    _ = viewer.language.gettext
    wrong = {}
    if form.get("product") not in training.products:
        wrong["product"] = _("Choose a product.")
    if form.file is None or not form.file.size:
        wrong["table"] = _("Choose a file.")
    elif _kind(form) not in KINDS:
        wrong["table"] = _("The file must be .csv or .parquet.")
    elif form.file.size > training.limit:
        wrong["table"] = str(BatchTooLarge(limit=training.limit))
    if any(one not in FAMILIES for one in form.fields.get("family", [])):
        wrong["family"] = _("Choose families of the list.")
    return wrong


def _wish(form: Received, kind: str) -> TrainingWish:
    budget, seed = form.get("budget"), form.get("seed")
    known = {one for one in form.fields.get("segment", []) if one.isidentifier()}
    return TrainingWish(
        product=form.get("product"),
        kind=kind,
        families=tuple(form.fields.get("family", [])),
        segments=tuple(sorted(known)),
        budget=int(budget) if budget.isdecimal() and 10 <= int(budget) <= 86_400 else 600,
        trials=None if form.get("search") else 0,
        seed=int(seed) if seed.isdecimal() and len(seed) < 10 else 0,
    )
