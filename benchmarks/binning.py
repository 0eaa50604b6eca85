"""Binning of 100 features of 300,000 rows on one core, beside optbinning.

The table is made here: normal, log-normal, counted and half-empty numbers, 5 % missing, 12 % of
defaults that depend on a few of them. Loanwright bins all columns. optbinning's
``OptimalBinning`` bins ten of them, one call each, and its time is scaled to all; its
``BinningProcess`` bins all. Everybody makes at most eight monotone bins of at least 3 % of the
rows out of at most 32 pre-bins. The process is held to one core.
"""

import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from loanwright.binning.fit import BinningOptions, fit_binnings
from loanwright.features.columns import ColumnSpec

ROWS, FEATURES, SAMPLED = 300_000, 100, 10
MISSING, SEED = 0.05, 0
WANTED = 2.0
LIMITS = {"max_n_prebins": 32, "max_n_bins": 8, "min_bin_size": 0.03}


def run() -> dict[str, Any]:
    """Bin one table in every way."""
    matrix, default = make_table()
    names = [f"x{index}" for index in range(FEATURES)]
    specs = [
        ColumnSpec(name=name, kind="numeric", direction=0, special=(), categories=0)
        for name in names
    ]
    options = BinningOptions(undirected="monotone", max_bins=8, min_share=0.03)
    with _one_core():
        fit_binnings(matrix[:1000], default[:1000], specs, options)
        ours = min(
            _seconds(lambda: fit_binnings(matrix, default, specs, options)) for _ in range(3)
        )
        sampled = range(0, FEATURES, FEATURES // SAMPLED)
        single = _seconds(lambda: [_single(matrix[:, i], default) for i in sampled])
        process = _seconds(lambda: _process(matrix, default, names))
    scaled = single * FEATURES / SAMPLED
    return {
        "table": {"rows": ROWS, "features": FEATURES, "missing": MISSING, "cores": 1},
        "seconds": [
            _row("loanwright fit_binnings", ours, ours, "all"),
            _row("optbinning OptimalBinning", scaled, ours, f"{SAMPLED}, scaled to all"),
            _row("optbinning BinningProcess", process, ours, "all"),
        ],
        "wanted seconds": WANTED,
        "reached": "yes" if ours <= WANTED else "no",
    }


def make_table() -> tuple[Any, Any]:
    """Return the matrix and the labels."""
    random = np.random.default_rng(SEED)
    matrix = random.normal(size=(ROWS, FEATURES))
    risk = matrix[:, :10].sum(axis=1) / 5
    default = random.random(ROWS) < 1 / (1 + np.exp(2.2 - risk))
    matrix[:, 1::4] = np.round(np.exp(matrix[:, 1::4]), 2)
    matrix[:, 2::4] = random.poisson(np.exp(matrix[:, 2::4] / 2))
    matrix[:, 3::4] = np.maximum(matrix[:, 3::4], 0)
    matrix[random.random(matrix.shape) < MISSING] = np.nan
    return matrix, default.astype(np.int64)


def _row(name: str, seconds: float, ours: float, columns: str) -> dict[str, Any]:
    return {
        "what": name,
        "features": columns,
        "seconds": round(seconds, 2),
        "times ours": round(seconds / ours, 1),
    }


def _single(values: Any, default: Any) -> None:
    from optbinning import OptimalBinning

    OptimalBinning(dtype="numerical", monotonic_trend="auto_asc_desc", **LIMITS).fit(
        values, default
    )


def _process(matrix: Any, default: Any, names: list[str]) -> None:
    from optbinning import BinningProcess

    process = BinningProcess(
        names,
        max_n_prebins=LIMITS["max_n_prebins"],
        max_n_bins=LIMITS["max_n_bins"],
        min_bin_size=LIMITS["min_bin_size"],
        binning_fit_params={name: {"monotonic_trend": "auto_asc_desc"} for name in names},
        n_jobs=1,
    )
    process.fit(matrix, default)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        call()
    return time.perf_counter() - started


@contextmanager
def _one_core() -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
