"""Drift of 100 features × 1,000,000 rows, and how often chance and a planted shift raise an alert.

Every measurement runs in a process of its own on two cores. In memory, columns are numpy arrays;
in Parquet, both tables are read twice or once, as `loanwright drift` does. Evidently, where the
interpreter named by EVIDENTLY_PYTHON has it, compares the same tables by the same measure (PSI).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from loanwright.drift.counting import Counter
from loanwright.drift.grid import Grid, grid_of_values
from loanwright.drift.method import METHODS
from loanwright.drift.profile import Chunk, Profile, Reference
from loanwright.drift.tally import Tally
from loanwright.drift.watching import LEAST, Threshold, Watch

ROWS, FEATURES, CORES, ROUNDS = 1_000_000, 100, 2, 3
#: Evidently reads tables whole; at a million rows it takes minutes and gigabytes.
ROWS_BESIDE = 100_000
RUNS = 100

BESIDE = """
import json, resource, sys, time
started = time.perf_counter()
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
imported = time.perf_counter()
before, after = (pd.read_parquet(path) for path in sys.argv[1:3])
Report([DataDriftPreset(num_method="psi", cat_method="psi")]).run(after, before).dict()
print(json.dumps({
    "seconds": time.perf_counter() - imported,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def run() -> dict[str, Any]:
    """Measure speed, memory, false alarms and what is found."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        large, small = _tables(place, "large", ROWS), _tables(place, "small", ROWS_BESIDE)
        found = {
            "cores": CORES,
            "features": FEATURES,
            "rows": ROWS,
            "load of the machine before": round(os.getloadavg()[0], 1),
            "in memory": _median("memory", *large),
            "parquet": _median("parquet", *large),
            "parquet of fewer rows": {"rows": ROWS_BESIDE, **_median("parquet", *small)},
        }
        python = os.environ.get("EVIDENTLY_PYTHON")
        if python:
            said = subprocess.run(
                [python, "-c", BESIDE, *map(str, small)], check=True, capture_output=True, text=True
            )
            found["Evidently, fewer rows"] = {
                "rows": ROWS_BESIDE,
                **{name: round(one, 1) for name, one in json.loads(said.stdout).items()},
            }
    found["false alarms"] = [_alarms(*sizes) for sizes in ((10_000, 10_000), (20_000, 500))]
    found["planted"] = [_planted(index, rows) for index, rows in CASES]
    found["load of the machine after"] = round(os.getloadavg()[0], 1)
    return found


CASES = (
    *((index, 10_000) for index in (0.002, 0.005, 0.01, 0.02, 0.05)),
    *((index, 1_000) for index in (0.01, 0.02, 0.05, 0.1)),
    *((index, 200) for index in (0.05, 0.1, 0.25)),
)


def _tables(place: Path, name: str, rows: int) -> tuple[Path, Path]:
    paths = place / f"{name}-before.parquet", place / f"{name}-after.parquet"
    for seed, path in enumerate(paths):
        random = np.random.default_rng(seed)
        columns = {
            f"f{at}": random.normal(size=rows) if at % 2 else random.lognormal(10, 1, rows)
            for at in range(FEATURES)
        }
        pl.DataFrame(columns).write_parquet(path)
    return paths


def _median(what: str, before: Path, after: Path) -> dict[str, Any]:
    rounds = [_once(what, before, after) for _ in range(ROUNDS)]
    names = rounds[0].keys()
    return {name: round(statistics.median(one[name] for one in rounds), 3) for name in names}


def _once(what: str, before: Path, after: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.drift", what, str(before), str(after)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(said.stdout.splitlines()[-1]))


def _memory(before: Path, after: Path) -> dict[str, float]:
    columns = [
        {name: series.to_numpy() for name, series in pl.read_parquet(path).to_dict().items()}
        for path in (before, after)
    ]
    few = {name: values[:1_000] for name, values in columns[0].items()}
    _profile({name: grid_of_values(name, values) for name, values in few.items()}, few)
    started, spent = time.perf_counter(), time.process_time()
    grids = {name: grid_of_values(name, one[::50]) for name, one in columns[0].items()}
    reference = Reference(name="before", profile=_profile(grids, columns[0]))
    stored, spent_stored = time.perf_counter(), time.process_time()
    chunk = Chunk(name="after", profile=_profile(grids, columns[1]))
    Watch(reference=reference).compare(chunk)
    ended, spent_ended = time.perf_counter(), time.process_time()
    return {
        "seconds, both counted": ended - started,
        "seconds, against a stored profile": ended - stored,
        "processor seconds, both counted": spent_ended - spent,
        "processor seconds, against a stored profile": spent_ended - spent_stored,
    }


def _parquet(before: Path, after: Path) -> dict[str, float]:
    from loanwright.drifting.files import Comparing

    # What is compiled on the first call of an installation is compiled before.
    _profile({"x": Grid(name="x", edges=(0.0,))}, {"x": np.zeros(10)})
    started, spent = time.perf_counter(), time.process_time()
    Comparing(threads=CORES).compare(before, after)
    return {
        "seconds, both files read": time.perf_counter() - started,
        "processor seconds": time.process_time() - spent,
        "peak memory, MiB": _peak(),
    }


def _peak() -> float:
    """Return the peak of this very program; the system's other figure begins with its parent's."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _profile(grids: dict[str, Grid], columns: dict[str, Any]) -> Profile:
    counter = Counter(list(grids.values()), threads=CORES)
    counter.add(columns)
    return Profile(rows=counter.rows, tallies=Tally.all_of(counter, grids))


def _alarms(n: int, m: int) -> dict[str, Any]:
    """Return in how many chunks without drift any of 20 features raises an alert."""
    random = np.random.default_rng(7)
    threshold = Threshold(methods=tuple(METHODS), least=dict.fromkeys(LEAST, 0.0))
    usual = Threshold(least=dict.fromkeys(LEAST, 0.0))
    alarms = {"default methods": 0, "all methods": 0}
    for _ in range(RUNS):
        before, after = _mixed(random, n), _mixed(random, m)
        grids = {
            name: Grid(name=name, kind="category", codes=tuple(map(str, range(12))))
            if name.startswith("c")
            else grid_of_values(name, one)
            for name, one in before.items()
        }
        profiles = [_profile(grids, one) for one in (before, after)]
        for name, wish in (("default methods", usual), ("all methods", threshold)):
            watch = Watch(
                reference=Reference(name="before", profile=profiles[0]), threshold=wish, methods=()
            )
            alarms[name] += bool(watch.compare(Chunk(name="after", profile=profiles[1])).alerts)
    shares = {name: round(one / RUNS, 4) for name, one in alarms.items()}
    return {"reference": n, "chunk": m, "features": 20, "chunks": RUNS, **shares}


def _mixed(random: np.random.Generator, rows: int) -> dict[str, Any]:
    shares = [0.4, 0.3, 0.15, 0.08, 0.03, 0.02, 0.01, 0.005, 0.003, 0.001, 0.0005, 0.0005]
    found: dict[str, Any] = {}
    for at in range(5):
        found[f"l{at}"] = random.lognormal(10, 1, rows)
        found[f"p{at}"] = random.poisson(0.3, rows).astype(float)
        found[f"m{at}"] = np.where(random.random(rows) < 0.01, np.nan, random.normal(size=rows))
        found[f"c{at}"] = random.choice(12, p=shares, size=rows).astype(float)
    return found


def _planted(index: float, rows: int) -> dict[str, Any]:
    """Return how often one shifted feature of 20 is found, with and without a least size."""
    random = np.random.default_rng(11)
    shares = _shifted(index)
    certain = Threshold(least=dict.fromkeys(LEAST, 0.0))
    found = {"beyond chance": 0, "beyond chance and 0.02": 0}
    names = [f"f{at}" for at in range(20)]
    grids = {name: Grid(name=name, edges=tuple(np.arange(9.0))) for name in names}
    for _ in range(RUNS):
        before, after = (
            {name: random.choice(10, size=rows).astype(float) for name in names} for _ in range(2)
        )
        after["f3"] = random.choice(10, size=rows, p=shares).astype(float)
        profiles = [_profile(grids, one) for one in (before, after)]
        for name, wish in zip(found, (certain, Threshold()), strict=True):
            watch = Watch(
                reference=Reference(name="before", profile=profiles[0]), threshold=wish, methods=()
            )
            alerts = watch.compare(Chunk(name="after", profile=profiles[1])).alerts
            found[name] += "f3" in {one.feature for one in alerts}
    told = {name: round(one / RUNS, 4) for name, one in found.items()}
    return {"psi": index, "rows of each": rows, "chunks": RUNS, **told}


def _shifted(index: float) -> Any:
    """Return shares of ten bins, two of which exchanged so much that PSI is ``index``."""
    low, high = 0.0, 0.0999
    for _ in range(80):
        middle = (low + high) / 2
        reached = middle * log((0.1 + middle) / 0.1) - middle * log((0.1 - middle) / 0.1)
        low, high = (middle, high) if reached < index else (low, middle)
    shares = np.full(10, 0.1)
    shares[0] += low
    shares[9] -= low
    return shares


if __name__ == "__main__":
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    measure = {"memory": _memory, "parquet": _parquet}[sys.argv[1]]
    print(json.dumps(measure(*map(Path, sys.argv[2:4]))))
