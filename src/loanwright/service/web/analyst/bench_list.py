"""The benches that are laid out, and the scorecards that could be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loanwright.errors import LoanwrightError
from loanwright.service.benches.schemas import Bench
from loanwright.service.benches.service import Benches
from loanwright.service.jobs.schemas import Job
from loanwright.service.registry.schemas import Model
from loanwright.service.web.analyst.model_view import SHORT, STATES, Names, said
from loanwright.service.web.analyst.run_view import STATES as RUN_STATES
from loanwright.service.web.languages import Language
from loanwright.service.web.parts import Tone


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchLine:
    """One bench of the list."""

    id: str
    what: str
    state: tuple[str, Tone]
    by: str
    since: str


def present_benches(
    found: Iterable[tuple[Bench, Job]], benches: Benches, names: Names, language: Language
) -> list[BenchLine]:
    """Return the benches as lines."""
    return [
        BenchLine(
            id=bench.id,
            what=_what(benches, bench),
            state=said(RUN_STATES[str(job.state)], language),
            by=names(bench.opened_by),
            since=language.moment(bench.opened_at),
        )
        for bench, job in found
    ]


def _what(benches: Benches, bench: Bench) -> str:
    try:
        model = benches.registry.get(bench.model_hash)
    except LoanwrightError:
        return bench.model_hash[:SHORT]
    return f"{model.product} · {model.segment} · {model.hash[:SHORT]}"


def scorecards_of(
    models: Sequence[Model], benches: Benches, language: Language
) -> list[tuple[str, str, bool]]:
    """Return the scorecards: hash, what each is, and whether its product comes with a table."""
    return [
        (
            model.hash,
            f"{model.product} · {model.segment} · {model.hash[:SHORT]} "
            f"({said(STATES[str(model.state)], language)[0]})",
            benches.has_bundled(model.product),
        )
        for model in reversed(models)
        if model.family == "scorecard"
    ]
