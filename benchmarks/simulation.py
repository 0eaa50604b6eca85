"""`loanwright simulate` over a million applications, on two cores.

The model is the reference of `benchmarks.reference_service`: 462 trees of 31 leaves over 10
features; the policy has 20 rules, a figure, a decision table and terms. The command runs as a
process of its own, start included; its peak memory is what the system says of it. With the policy
only, score, probability and grade stand in the file.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.batch import COMMAND, CORES, LOOK, NAMES, _peak_memory
from benchmarks.reference_service import FEATURES, train_reference, write_reference
from loanwright.batch.frames import score_frame
from loanwright.packaging.package import ModelPackage
from loanwright.rulebook.files import write_toml

ROWS = 1_000_000
ROUNDS = 3
RULES = 20


def run() -> dict[str, Any]:
    """Measure a policy with its model, and a policy alone."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(everywhere)[:CORES])
    try:
        with tempfile.TemporaryDirectory() as directory:
            return _measure(Path(directory))
    finally:
        os.sched_setaffinity(0, everywhere)


def _measure(directory: Path) -> dict[str, Any]:
    path = write_reference(directory, train_reference())
    package = ModelPackage.load(path)
    policy, product = directory / "policy.toml", directory / "product.toml"
    policy.write_text(write_toml(_policy(package)), encoding="utf-8")
    product.write_text(package.product.text, encoding="utf-8")
    raw, scored = directory / "raw.parquet", directory / "scored.parquet"
    table = _table()
    table.write_parquet(raw)
    answers, _ = score_frame(table.with_row_index("row"), package, id="row")
    kept = answers.select("score", "probability_of_default", "grade")
    pl.concat([table, kept], how="horizontal").write_parquet(scored)
    del table, answers, kept
    asked = ["--policy", policy, "--approve-at-least", "60%", "--by", "grade", "--json"]
    own = ["--product", product, "--segment", package.segment]
    return {
        "model": "462 trees × 31 leaves × 10 features",
        "policy": f"{RULES} rules, a figure, a table, terms",
        "cores": CORES,
        "load of the machine before": round(os.getloadavg()[0], 1),
        "runs": [
            _line("policy and model", [raw, "--model", path, *asked]),
            _line("policy only", [scored, *own, *asked]),
        ],
    }


def _line(what: str, arguments: list[Any]) -> dict[str, Any]:
    rounds = [_simulate(arguments) for _ in range(ROUNDS)]
    seconds = statistics.median(one["seconds"] for one in rounds)
    return {
        "what": what,
        "applications": ROWS,
        "seconds": round(seconds, 2),
        "applications a second": round(ROWS / seconds),
        "processor seconds": round(min(one["processor"] for one in rounds), 2),
        "peak memory, MiB": round(max(one["memory"] for one in rounds)),
    }


def _simulate(arguments: list[Any]) -> dict[str, float]:
    command = [sys.executable, "-c", COMMAND, "simulate", *map(str, arguments)]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(command, stdout=told, stderr=subprocess.DEVNULL)
        memory, status = 0.0, None
        while status is None:
            memory = max(memory, _peak_memory(child.pid))
            ended, found, used = os.wait4(child.pid, os.WNOHANG)
            status = found if ended else None
            time.sleep(LOOK)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        counted = json.load(told)["applications"]
    if counted != ROWS:
        raise RuntimeError(f"{counted} of {ROWS} applications, exit code {child.returncode}")
    return {"seconds": seconds, "processor": used.ru_utime + used.ru_stime, "memory": memory}


def _table() -> pl.DataFrame:
    random = np.random.default_rng(4)
    columns = random.normal(size=(ROWS, FEATURES)).clip(-10, 10)
    return pl.DataFrame(columns, schema=NAMES)


def _policy(package: ModelPackage) -> dict[str, Any]:
    text = {"en": "A rule of the benchmark.", "ru": "Правило для измерения."}
    rules = [
        {
            "code": f"rule.number_{place}",
            "outcome": "refer" if place % 2 else "decline",
            "when": f"x{place % FEATURES} > 2.5 and x{(place + 1) % FEATURES} < {place / 10}",
            "text": text,
        }
        for place in range(RULES)
    ]
    stated = {"highest_amount": 100_000, "annual_rate_bp": 1_900}
    limits = [{"when": "wealth > 1", "value": 90_000}, {"when": "true", "value": 50_000}]
    return {
        "schema": 2,
        "name": "benchmark",
        "cutoffs": {package.segment: {"approve_from": 540, "refer_from": 520}},
        "figures": [{"name": "wealth", "expression": "x0 + x1 * 2"}],
        "tables": [{"name": "highest_amount", "hit": "first", "kind": "number", "rows": limits}],
        "rules": rules,
        "terms": {one["name"]: stated for one in package.product.scale["grades"]},
    }
