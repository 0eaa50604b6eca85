"""`loanwright score-file`, Parquet to PD and four reasons to Parquet, on two cores.

The model is the reference of `benchmarks.reference_service`: 462 trees of 31 leaves over 10
features. The command runs as a process of its own; its peak memory is what the system says of it.
The peer does by hand what people do without such a command: LightGBM's own contributions, the four
largest of each row by pandas. It gives neither score nor policy.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.reference_service import FEATURES, train_reference, write_reference

CORES = 2
ROUNDS = 3
ROWS = 400_000
MANY = 10_000_000
PEER_ROWS = 4_000
LOOK = 0.05
NAMES = [f"x{number}" for number in range(FEATURES)]
COMMAND = "from loanwright.cli.main import app; app()"


def run() -> dict[str, Any]:
    """Measure the speed on one file, and the memory on a long one."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(everywhere)[:CORES])
    try:
        with tempfile.TemporaryDirectory() as directory:
            return _measure(Path(directory))
    finally:
        os.sched_setaffinity(0, everywhere)


def _measure(directory: Path) -> dict[str, Any]:
    booster = train_reference()
    package = write_reference(directory, booster)
    few, many = directory / "few.parquet", directory / "many.parquet"
    _table(ROWS).write_parquet(few)
    parts = [pl.scan_parquet(few)] * (MANY // ROWS)
    pl.concat(parts).sink_parquet(many)
    rounds = [_score(few, package) for _ in range(ROUNDS)]
    long = _score(many, package)
    peer = _score_by_hand(booster, few)
    seconds = statistics.median(one["seconds"] for one in rounds)
    return {
        "model": "462 trees × 31 leaves × 10 features",
        "cores": CORES,
        "load of the machine at the end": os.getloadavg()[0],
        "runs": [
            _line("Loanwright, start included", ROWS, seconds, rounds[-1]["memory"]),
            _line("Loanwright, start included", MANY, long["seconds"], long["memory"]),
            _line("LightGBM and pandas", PEER_ROWS, peer, None),
        ],
        "processor seconds of the long run": long["processor"],
    }


def _line(who: str, rows: int, seconds: float, memory: float | None) -> dict[str, Any]:
    return {
        "who": who,
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows a second": round(rows / seconds),
        "peak memory, MiB": "" if memory is None else round(memory),
    }


def _table(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(4)
    return pl.DataFrame(random.normal(size=(rows, FEATURES)).clip(-10, 10), schema=NAMES)


def _score(path: Path, package: Path) -> dict[str, float]:
    """Run the command; return its seconds, its processor's seconds and its peak memory in MiB."""
    result = path.with_name("scores.parquet")
    command = [sys.executable, "-c", COMMAND, "score-file", path, result, "--package", package]
    started = time.perf_counter()
    child = subprocess.Popen([str(one) for one in command], stderr=subprocess.DEVNULL)
    memory, status = 0.0, None
    while status is None:
        memory = max(memory, _peak_memory(child.pid))
        ended, found_status, used = os.wait4(child.pid, os.WNOHANG)
        status = found_status if ended else None
        time.sleep(LOOK)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    found = pl.scan_parquet(result).select(pl.len()).collect().item()
    expected = pl.scan_parquet(path).select(pl.len()).collect().item()
    if child.returncode or found != expected:
        raise RuntimeError(f"{found} of {expected} rows, exit code {child.returncode}")
    result.unlink()
    processor = used.ru_utime + used.ru_stime
    return {"seconds": seconds, "processor": processor, "memory": memory}


def _peak_memory(number: int) -> float:
    """Return the peak of a process so far in MiB.

    What the system reports at its end would count the memory of the process that started it.
    """
    lines = Path(f"/proc/{number}/status").read_text(encoding="ascii").splitlines()
    kilobytes = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(kilobytes[0]) / 1024 if kilobytes else 0.0


def _score_by_hand(booster: Any, path: Path) -> float:
    """Return the seconds of LightGBM and pandas for a part of the file."""
    started = time.perf_counter()
    table = pd.DataFrame(pl.read_parquet(path, n_rows=PEER_ROWS).to_dict(as_series=False))
    table["probability"] = booster.predict(table[NAMES], num_threads=CORES)
    weights = booster.predict(table[NAMES], pred_contrib=True, num_threads=CORES)
    named = pd.DataFrame(weights[:, :-1], columns=NAMES)
    table["reasons"] = named.apply(lambda row: list(row.nlargest(4).index), axis=1)
    pl.DataFrame(table.to_dict(orient="list")).write_parquet(path.with_name("peer.parquet"))
    return time.perf_counter() - started
