"""The engine against LightGBM, XGBoost, ONNX Runtime and shap, one thread each, in turns.

Both reference models are trained here once and kept in `var/benchmarks`. In every round each peer
answers once, so that what disturbs the machine disturbs all; medians over the rounds are compared.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import onnxmltools
import onnxruntime
import shap
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from threadpoolctl import threadpool_limits

from loanwright.engine.lightgbm_text import parse_lightgbm
from loanwright.engine.trees import tree_runtime

KEPT = Path("var/benchmarks")
ROUNDS = 7
SINGLE_ROWS = 400
OURS = "Loanwright"
ERRORS_ONLY = 3


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The size of a reference model, and of the sample it is trained on."""

    trees: int
    leaves: int
    features: int
    rows: int

    @property
    def name(self) -> str:
        """Return the size in words."""
        return f"{self.trees} trees × {self.leaves} leaves × {self.features} features"

    def sample(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the features, one in twenty missing, and the defaults."""
        random = np.random.default_rng(self.trees)
        matrix = random.normal(size=(self.rows, self.features))
        log_odds = matrix @ random.normal(size=self.features) * 0.5
        log_odds += np.sin(matrix[:, 0] * matrix[:, 1]) + matrix[:, 2] * matrix[:, 3] - 1.5
        default = (random.random(self.rows) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)
        matrix[random.random(matrix.shape) < 0.05] = np.nan
        return matrix, default


@dataclass(frozen=True, kw_only=True)
class Job:
    """One peer's answer to one question about so many rows."""

    what: str
    engine: str
    rows: int
    answer: Callable[[], Any]


SHAPES = (
    Shape(trees=462, leaves=31, features=10, rows=20_000),
    Shape(trees=1_000, leaves=63, features=100, rows=10_000),
)


def run() -> dict[str, Any]:
    """Measure both reference models."""
    onnxruntime.set_default_logger_severity(ERRORS_ONLY)
    with threadpool_limits(1):
        return {shape.name: measure(shape) for shape in SHAPES}


def measure(shape: Shape) -> list[dict[str, Any]]:
    """Return one row of the table per question and engine."""
    matrix, default = shape.sample()
    booster, rival = _booster(shape, matrix, default), _rival(shape, matrix, default)
    runtime = tree_runtime(parse_lightgbm(booster.model_to_string()), backend="numba")
    jobs = [*_log_odds_jobs(runtime, booster, rival, matrix)]
    jobs += _shapley_jobs(runtime, booster, rival, matrix)
    batches = _table(jobs, _in_turns(jobs), runtime, booster, matrix)
    return batches + _single_rows(runtime, booster, matrix)


def _booster(shape: Shape, matrix: np.ndarray, default: np.ndarray) -> lightgbm.Booster:
    path = KEPT / f"lightgbm-{shape.trees}-{shape.leaves}-{shape.features}.txt"
    if not path.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        parameters = {
            "objective": "binary",
            "num_leaves": shape.leaves,
            "learning_rate": 0.03,
            "seed": 1,
            "verbose": -1,
        }
        lightgbm.train(parameters, lightgbm.Dataset(matrix, default), shape.trees).save_model(path)
    return lightgbm.Booster(model_file=path)


def _rival(shape: Shape, matrix: np.ndarray, default: np.ndarray) -> xgboost.Booster:
    path = KEPT / f"xgboost-{shape.trees}-{shape.leaves}-{shape.features}.ubj"
    if not path.exists():
        parameters = {
            "objective": "binary:logistic",
            "tree_method": "hist",
            "grow_policy": "lossguide",
            "max_depth": 0,
            "max_leaves": shape.leaves,
            "eta": 0.03,
        }
        data = xgboost.DMatrix(matrix, default)
        xgboost.train(parameters, data, shape.trees).save_model(path)
    rival = xgboost.Booster(model_file=path)
    rival.set_param({"nthread": 1})
    return rival


def _log_odds_jobs(
    runtime: Any, booster: lightgbm.Booster, rival: xgboost.Booster, matrix: np.ndarray
) -> list[Job]:
    what = "log-odds, batch"
    many, some = matrix[:10_000], matrix[:2_000]
    few = some.astype(np.float32)
    session = _session(booster, matrix.shape[1])
    return [
        Job(what=what, engine=OURS, rows=len(many), answer=lambda: runtime.log_odds(many)),
        Job(
            what=what,
            engine="LightGBM",
            rows=len(some),
            answer=lambda: booster.predict(some, raw_score=True, num_threads=1),
        ),
        Job(
            what=what,
            engine="XGBoost",
            rows=len(some),
            answer=lambda: rival.inplace_predict(some, predict_type="margin"),
        ),
        Job(
            what=what,
            engine="ONNX Runtime",
            rows=len(few),
            answer=lambda: session.run(None, {"rows": few}),
        ),
    ]


def _session(booster: lightgbm.Booster, features: int) -> onnxruntime.InferenceSession:
    kinds = [("rows", FloatTensorType([None, features]))]
    model = onnxmltools.convert_lightgbm(booster, initial_types=kinds, zipmap=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _shapley_jobs(
    runtime: Any, booster: lightgbm.Booster, rival: xgboost.Booster, matrix: np.ndarray
) -> list[Job]:
    what = "exact Shapley values, batch"
    many, some = matrix[:1_024], matrix[:40]
    explainer = shap.TreeExplainer(booster)
    data = xgboost.DMatrix(some, nthread=1)
    return [
        Job(what=what, engine=OURS, rows=len(many), answer=lambda: runtime.explain(many)),
        Job(
            what=what,
            engine="LightGBM",
            rows=len(some),
            answer=lambda: booster.predict(some, pred_contrib=True, num_threads=1),
        ),
        Job(
            what=what,
            engine="XGBoost",
            rows=len(some),
            answer=lambda: rival.predict(data, pred_contribs=True),
        ),
        Job(
            what=what,
            engine="shap",
            rows=len(some),
            answer=lambda: explainer.shap_values(some, check_additivity=False),
        ),
    ]


def _in_turns(jobs: list[Job]) -> list[float]:
    """Return the median microseconds a row of each job, all jobs taking turns."""
    for job in jobs:
        job.answer()
    seconds: list[list[float]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for job, found in zip(jobs, seconds, strict=True):
            started = time.perf_counter()
            job.answer()
            found.append(time.perf_counter() - started)
    pairs = zip(jobs, seconds, strict=True)
    return [statistics.median(found) / job.rows * 1e6 for job, found in pairs]


def _table(
    jobs: list[Job],
    microseconds: list[float],
    runtime: Any,
    booster: lightgbm.Booster,
    matrix: np.ndarray,
) -> list[dict[str, Any]]:
    ours = {
        job.what: time_a_row
        for job, time_a_row in zip(jobs, microseconds, strict=True)
        if job.engine == OURS
    }
    errors = _errors(runtime, booster, matrix[:200])
    return [
        {
            "what": job.what,
            "engine": job.engine,
            "rows": job.rows,
            "value": time_a_row,
            "unit": "µs a row",
            "ratio": time_a_row / ours[job.what],
            "largest error": errors[job.what] if job.engine == OURS else "",
        }
        for job, time_a_row in zip(jobs, microseconds, strict=True)
    ]


def _errors(runtime: Any, booster: lightgbm.Booster, matrix: np.ndarray) -> dict[str, float]:
    """Return the largest differences from LightGBM, on the log-odds."""
    log_odds, contributions = runtime.explain(matrix)
    raw = booster.predict(matrix, raw_score=True, num_threads=1)
    expected = np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=1))
    return {
        "log-odds, batch": float(np.abs(log_odds - raw).max()),
        "exact Shapley values, batch": float(np.abs(contributions - expected[:, :-1]).max()),
    }


def _single_rows(
    runtime: Any, booster: lightgbm.Booster, matrix: np.ndarray
) -> list[dict[str, Any]]:
    explainer = shap.TreeExplainer(booster)
    answers: dict[str, Callable[[np.ndarray], Any]] = {
        OURS: runtime.explain,
        "LightGBM": lambda row: booster.predict(row, pred_contrib=True, num_threads=1),
        "shap": lambda row: explainer.shap_values(row, check_additivity=False),
    }
    seconds: dict[str, list[float]] = {name: [] for name in answers}
    count = SINGLE_ROWS * 10 // matrix.shape[1]
    for place in range(count):
        for name, answer in answers.items():
            row = matrix[place : place + 1].copy()
            started = time.perf_counter()
            answer(row)
            seconds[name].append(time.perf_counter() - started)
    rows = []
    for what, share in (("p50", 50), ("p99", 99)):
        figures = {name: float(np.percentile(found, share)) for name, found in seconds.items()}
        rows += [
            {
                "what": f"one row explained, {what}",
                "engine": name,
                "rows": 1,
                "value": figure * 1e6,
                "unit": "µs",
                "ratio": figure / figures[OURS],
                "largest error": "",
            }
            for name, figure in figures.items()
        ]
    return rows


if __name__ == "__main__":
    for model, table in run().items():
        print(f"\n{model}")
        for line in table:
            print(
                f"{line['what']:28} {line['engine']:13} {line['value']:10.2f} {line['unit']:9}"
                f" × {line['ratio']:7.1f}  {line['largest error']}"
            )
