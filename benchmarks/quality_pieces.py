"""One model on one outer fold: fitted, timed, and kept on disk, so that a long run can go on.

A piece is kept under ``var/benchmarks/quality`` with a mark of the source that made it, and is
made anew when that source changes.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.quality_data import Drafted, Table, drafted, outer_folds
from benchmarks.quality_peers import PEERS
from loanwright.models.crossfit import Candidate, Task, cross_fit, fit_rows
from loanwright.models.plan import Plan
from loanwright.models.registry import FAMILIES, installed_families
from loanwright.sampling import Sample, Split, inner_folds

PLACE: Final = Path("var/benchmarks/quality")
FREE: Final = " free"
#: Families of which the price of the directions is measured.
PRICED: Final = ("lightgbm",)
MODELS_FOLDER: Final = Path(__file__).parent.parent / "src/loanwright/models"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What a model said.

    Attributes
    ----------
    model
        A family, a family with free directions, or a peer.
    inner
        Log-odds of the rows that the inner folds held out, fold by fold; none for peers.
    inner_rows
        Positions of these rows among the rows to learn from.
    outer
        Log-odds of the rows that the outer fold held out.
    seconds, processor
        By the clock and of the processor: inner folds and final fit together.
    """

    model: str
    inner: tuple[Any, ...]
    inner_rows: tuple[Any, ...]
    outer: Any
    seconds: float
    processor: float


def models() -> tuple[str, ...]:
    """Return what is measured: families, families with free directions, peers."""
    families = installed_families()
    free = tuple(f"{one}{FREE}" for one in PRICED if one in families)
    return (*(one for one in families if one != "blend"), *free, *PEERS)


def piece(table: Table, *, seed: int, fold: int, model: str) -> Piece | None:
    """Return a piece that is kept, or None."""
    path = _path(table, seed, fold, model)
    if not path.is_file():
        return None
    with np.load(path) as kept:
        facts = json.loads(str(kept["facts"]))
        if facts["source"] != _source(model):
            return None
        count = facts["folds"]
        return Piece(
            model=model,
            inner=tuple(kept[f"inner_{i}"] for i in range(count)),
            inner_rows=tuple(kept[f"rows_{i}"] for i in range(count)),
            outer=kept["outer"],
            seconds=facts["seconds"],
            processor=facts["processor"],
        )


def make_pieces(
    table: Table, *, seed: int, wanted: tuple[str, ...], until: float = math.inf
) -> None:
    """Make the pieces that are missing, all folds of a model before the next model.

    ``until`` is a reading of the monotonic clock after which none is begun.
    """
    folds = outer_folds(table, seed)
    drafts: dict[int, Drafted] = {}
    for model in wanted:
        for fold, (learned, held) in enumerate(folds):
            made_before = piece(table, seed=seed, fold=fold, model=model) is not None
            if made_before or time.monotonic() > until:
                continue
            if fold not in drafts:
                drafts[fold] = drafted(table, learned)
            started, worked = time.perf_counter(), time.process_time()
            # Threads of BLAS wait for each other when others work on the same cores.
            with threadpool_limits(1, user_api="blas"):
                made = _maker(model)(table, drafts[fold], learned, held, model)
            facts = {
                "source": _source(model),
                "folds": len(made[0]),
                "seconds": time.perf_counter() - started,
                "processor": time.process_time() - worked,
            }
            _keep(_path(table, seed, fold, model), made, facts)
            print(f"{table.data.name} {seed} {fold} {model} {facts['seconds']:.1f} s", flush=True)


Made = tuple[list[Any], list[Any], Any]
Maker = Callable[[Table, Drafted, Any, Any, str], Made]


def _maker(model: str) -> Maker:
    if model in PEERS:
        return _peer
    return _free if model.endswith(FREE) else _family


def _family(table: Table, draft: Drafted, learned: Any, held: Any, model: str) -> Made:
    task = task_of(table, draft, learned)
    said = cross_fit(task, Candidate(family=model))
    rows = [fold.judged for fold in task.folds]
    fitted = fit_rows(task, Candidate(family=model), np.arange(len(learned)))
    return list(said.log_odds), rows, fitted.decision_function(draft.matrix[held])


def _free(table: Table, draft: Drafted, learned: Any, held: Any, model: str) -> Made:
    free = tuple(replace(spec, direction=0) for spec in draft.columns)
    task = replace(task_of(table, draft, learned), columns=free)
    candidate = Candidate(family=model.removesuffix(FREE))
    fitted = fit_rows(task, candidate, np.arange(len(learned)))
    return [], [], fitted.decision_function(draft.matrix[held])


def _peer(table: Table, draft: Drafted, learned: Any, held: Any, model: str) -> Made:
    raw = list(draft.raw)
    categories = [i for i, place in enumerate(raw) if draft.columns[place].kind == "category"]
    said = PEERS[model](
        draft.matrix[np.ix_(learned, raw)],
        table.label[learned],
        draft.matrix[np.ix_(held, raw)],
        categories,
    )
    return [], [], said


def task_of(table: Table, draft: Drafted, learned: Any) -> Task:
    """Return the inner folds as ``loanwright train`` draws them, of the rows to learn from."""
    label = table.label[learned]
    none = np.array([], dtype=np.int64)
    people = np.unique(table.people[learned], return_inverse=True)[1]
    sample = Sample(columns={}, default=label, applicant=people)
    split = Split(
        development=np.arange(len(learned)), calibration=none, judged=none, judged_name="holdout"
    )
    count = Plan(models_dir=PLACE).fold_count(len(learned), dated=False)
    return Task(
        matrix=draft.matrix[learned],
        default=label,
        columns=draft.columns,
        folds=inner_folds(sample, split, count=count),
    )


def _source(model: str) -> str:
    """Return a mark of the source of a family; peers keep theirs with their packages."""
    family = model.removesuffix(FREE)
    if family not in FAMILIES:
        return "peer"
    text = (MODELS_FOLDER / f"{FAMILIES[family].place[0].rsplit('.', 1)[-1]}.py").read_bytes()
    return hashlib.sha256(text).hexdigest()[:12]


def _path(table: Table, seed: int, fold: int, model: str) -> Path:
    name = model.replace(" ", "-")
    return PLACE / table.data.name / f"{seed}-{fold}-{name}.npz"


def _keep(path: Path, made: Made, facts: dict[str, Any]) -> None:
    inner, rows, outer = made
    arrays = {f"inner_{i}": one for i, one in enumerate(inner)}
    arrays |= {f"rows_{i}": one for i, one in enumerate(rows)}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez(part, facts=np.array(json.dumps(facts)), outer=outer, **arrays)
    part.replace(path)
