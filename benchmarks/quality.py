"""How well the demo card's models rank and how honest their probabilities are.

Three outer folds, people kept together, bad rate kept equal. Within each the model is fitted on
four fifths of the remaining people and calibrated on the last fifth; the fold itself is seen by
nothing before it is measured. No protected feature is used.
"""

from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from loanwright.calibration.fit import fit_calibration
from loanwright.datasets.bundled import load_dataset
from loanwright.features.columns import (
    column_specs,
    columns_from_table,
    labels_from_table,
    matrix_from_columns,
)
from loanwright.features.product import bundled_product
from loanwright.metrics.discrimination import auc
from loanwright.metrics.probability import brier, calibration_line
from loanwright.models.registry import FAMILIES, make_model

PRODUCT = "credit-card"
OUTER, INNER, SEED = 3, 5, 0
AT_LEAST = {
    ("existing", "lightgbm"): 0.785,
    ("existing", "scorecard"): 0.768,
    ("new", "lightgbm"): 0.615,
    ("new", "scorecard"): 0.615,
}


def run() -> dict[str, Any]:
    """Measure every segment and family of the demo card."""
    product, table = bundled_product(PRODUCT), load_dataset(PRODUCT)
    columns, default = columns_from_table(product, table), labels_from_table(product, table)
    people = table[str(product.sample.applicant)].to_numpy()
    rows = []
    for segment in product.segments:
        matrix = matrix_from_columns(product, segment, columns)
        specs = column_specs(product, segment)
        for family in FAMILIES:
            folds = list(_folds(matrix, default, people, specs=specs, family=family))
            rows.append(_row(segment, family, folds))
    return {PRODUCT: rows}


def _folds(matrix: Any, default: Any, people: Any, *, specs: Any, family: str) -> Any:
    outer = StratifiedGroupKFold(OUTER, shuffle=True, random_state=SEED)
    for rest, fold in outer.split(matrix, default, people):
        inner = StratifiedGroupKFold(INNER, shuffle=True, random_state=SEED)
        fitted, kept = next(inner.split(matrix[rest], default[rest], people[rest]))
        development, calibration = rest[fitted], rest[kept]
        model = make_model(family, columns=specs, seed=SEED)
        model.fit(matrix[development], default[development])
        curve = fit_calibration(
            model.decision_function(matrix[calibration]), default[calibration], seed=SEED
        )
        log_odds = curve.apply(model.decision_function(matrix[fold]))
        yield _figures(default[fold], 1 / (1 + np.exp(-log_odds)))


def _figures(default: Any, probability: Any) -> tuple[float, float, float]:
    slope = calibration_line(default, probability).slope.value
    return auc(default, probability).value, slope, brier(default, probability).value


def _row(segment: str, family: str, folds: list[tuple[float, float, float]]) -> dict[str, Any]:
    aucs, slopes, briers = zip(*folds, strict=True)
    wanted = AT_LEAST[segment, family]
    return {
        "segment": segment,
        "family": family,
        "mean AUC": round(float(np.mean(aucs)), 4),
        "AUC by fold": ", ".join(f"{one:.4f}" for one in aucs),
        "wanted": wanted,
        "reached": "yes" if np.mean(aucs) >= wanted else "no",
        "calibration slope": round(float(np.mean(slopes)), 3),
        "slope by fold": ", ".join(f"{one:.3f}" for one in slopes),
        "Brier": round(float(np.mean(briers)), 4),
    }
