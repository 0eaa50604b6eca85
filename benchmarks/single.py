"""One application of the reference model, from its record as received to a decision with reasons.

Loanwright and LightGBM with shap take turns on the same rows, so that what disturbs the machine
disturbs both.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shap

from benchmarks.reference_service import FEATURES, SEGMENT, train_reference, write_reference
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.explanation.reasons import reason_text
from loanwright.features.columns import facts
from loanwright.features.records import validate_record
from loanwright.packaging.package import ModelPackage

ROWS = 3_000
WARM_ROWS = 100
PEER_EVERY = 10


def run() -> dict[str, Any]:
    """Measure single rows of 462 trees × 31 leaves × 10 features."""
    booster = train_reference()
    with tempfile.TemporaryDirectory() as directory:
        decided = _decider(ModelPackage.load(write_reference(Path(directory), booster)))
    explainer = shap.TreeExplainer(booster)
    rows = np.random.default_rng(7).normal(size=(WARM_ROWS + ROWS, FEATURES)).round(4)
    ours, peer = [], []
    for place, row in enumerate(rows):
        record = {f"x{number}": value for number, value in enumerate(row.tolist())}
        ours.append(_timed(decided, record))
        if place % PEER_EVERY == 0:
            peer.append(_timed(_explained(booster, explainer), row[None, :]))
    return {
        "record as received → PD, score, exact contributions, outcome, reasons in words": [
            _line("Loanwright", ours[WARM_ROWS:]),
            _line("LightGBM + shap, PD and contributions only", peer[WARM_ROWS // PEER_EVERY :]),
        ]
    }


def _decider(package: ModelPackage) -> Callable[[Mapping[str, object]], Any]:
    product, policy = package.product, Policy.from_mapping(package.product.policy)

    def decided(raw: Mapping[str, object]) -> Any:
        record = validate_record(product, SEGMENT, raw)
        [assessment] = package.assess([record])
        decision = decide(
            assessment, policy, segment=SEGMENT, facts=facts(product, SEGMENT, record)
        )
        return [reason_text(product, reason, policy=policy) for reason in decision.reasons]

    return decided


def _explained(booster: Any, explainer: Any) -> Callable[[np.ndarray], Any]:
    return lambda row: (
        booster.predict(row, num_threads=1),
        explainer.shap_values(row, check_additivity=False),
    )


def _timed(answer: Callable[[Any], Any], given: Any) -> float:
    started = time.perf_counter()
    answer(given)
    return time.perf_counter() - started


def _line(name: str, seconds: list[float]) -> dict[str, Any]:
    p50, p99 = (float(np.percentile(seconds, share)) * 1e6 for share in (50, 99))
    return {"engine": name, "rows": len(seconds), "p50 µs": p50, "p99 µs": p99}


if __name__ == "__main__":
    print(run())
