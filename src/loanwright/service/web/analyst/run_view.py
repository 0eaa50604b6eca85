"""Training runs as lines of a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from types import MappingProxyType
from typing import Any, Final

from loanwright.errors import LoanwrightError
from loanwright.service.jobs.schemas import Job
from loanwright.service.registry.schemas import Model
from loanwright.service.registry.service import Registry
from loanwright.service.web.analyst.model_view import SHORT, Names, said
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Tone

STATES: Final[Mapping[str, tuple[str, Tone]]] = MappingProxyType(
    {
        "queued": (N_("waits for a worker"), "quiet"),
        "running": (N_("under way"), "info"),
        "done": (N_("done"), "good"),
        "failed": (N_("failed"), "bad"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A model that came of a run, and the champion that it would follow."""

    model: Model
    short: str
    rival: Model | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A training run as the page tells it."""

    id: str
    state: tuple[str, Tone]
    under_way: bool
    share: float
    product: str
    families: str
    by: str
    began: str
    took: str
    why: str
    made: list[Made]
    count: int


def present_runs(jobs: Iterable[Job], names: Names, language: Language) -> list[Run]:
    """Return runs without what came of them."""
    return [_run(job, [], names, language) for job in jobs]


def present_run(job: Job, registry: Registry, names: Names, language: Language) -> Run:
    """Return a run with what came of it."""
    made = []
    for model_hash in _result(job).get("models", ()):
        try:
            model = registry.get(model_hash)
        except LoanwrightError:
            continue
        live = registry.live().get((model.product, model.segment))
        rival = live if live is not None and live.hash != model.hash else None
        made.append(Made(model=model, short=model.hash[:SHORT], rival=rival))
    return _run(job, made, names, language)


def _run(job: Job, made: list[Made], names: Names, language: Language) -> Run:
    wish = _wish(job)
    took = ""
    if job.started_at is not None and job.finished_at is not None:
        # Older versions wrote the beginning without its zone.
        began = job.started_at.replace(tzinfo=UTC)
        took = language.span(job.finished_at - began)
    return Run(
        id=job.id,
        state=said(STATES[str(job.state)], language),
        under_way=not job.state.final,
        share=job.steps_done / job.steps if job.steps else 0.0,
        product=str(wish.get("product", "")) or ", ".join(sorted({m.model.product for m in made})),
        families=", ".join(wish.get("families", ())),
        by=names(job.caller_id),
        began=language.moment(job.created_at),
        took=took,
        why=why_failed(job),
        made=made,
        count=len(_result(job).get("models", ())),
    )


def _wish(job: Job) -> Mapping[str, Any]:
    # What a job needed goes once it is done.
    found: Mapping[str, Any] = json.loads(job.payload).get("wish", {}) if job.payload else {}
    return found


def _result(job: Job) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(job.result) if job.result else {}
    return found


def why_failed(job: Job) -> str:
    """Return why a job failed, in words; empty where it did not."""
    if not job.problem:
        return ""
    problem = json.loads(job.problem)
    return str(problem.get("detail") or problem.get("title") or "")
