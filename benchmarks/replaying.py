"""Every recorded decision again, bit for bit: how many of them are equal, and how fast.

The model is the reference of `benchmarks.reference_service`, with its exact contributions, which
a replay compares too. Opening what is sealed is part of the time. `LOANWRIGHT_BENCH_DECISIONS`
says how many decisions there are.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reference_service import (
    FEATURES,
    build_reference,
    train_reference,
    write_reference,
)
from loanwright.service.bootstrap import Service
from loanwright.service.origination.schemas import Caller, Submission

DECISIONS = int(os.environ.get("LOANWRIGHT_BENCH_DECISIONS", "100000"))
AT_ONCE = 500
CALLER = Caller(id="key_BENCHMARK", kind="key")


def run() -> dict[str, Any]:
    """Record decisions, then compute all of them again."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        write_reference(place, train_reference())
        service = build_reference(place, f"sqlite:///{place / 'decisions.db'}")
        for start in range(0, DECISIONS, AT_ONCE):
            service.origination.submit_many(list(_submissions(start)))
        figures = _measure(service)
        service.close()
    return {
        "model": "462 trees × 31 leaves × 10 features",
        "database": "SQLite",
        "load of the machine at the end": round(os.getloadavg()[0], 1),
        **figures,
    }


def _measure(service: Service) -> dict[str, Any]:
    started, processor = time.perf_counter(), time.process_time()
    equal = total = 0
    for one in service.decisions.replay_all():
        total += 1
        equal += one.equal
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    return {
        "decisions": total,
        "equal": equal,
        "seconds": round(seconds, 2),
        "decisions a second": round(total / seconds),
        "decisions a second of one core": round(total / processor),
    }


def _submissions(start: int) -> Iterator[Submission]:
    count = min(AT_ONCE, DECISIONS - start)
    rows = np.random.default_rng(start).normal(size=(count, FEATURES)).clip(-10, 10)
    for place, row in enumerate(rows.round(6).tolist()):
        features = {f"x{number}": value for number, value in enumerate(row)}
        received = json.dumps({"product": "reference", "features": features}).encode()
        yield Submission(
            caller=CALLER,
            idempotency_key=f"row-{start + place}",
            body_hash=hashlib.sha256(received).hexdigest(),
            received=received,
            product="reference",
            applicant=None,
            features=features,
        )
