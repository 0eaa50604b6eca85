"""A small package made by hand, without training."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from loanwright.calibration.curve import Calibration
from loanwright.engine.load import load_runtime
from loanwright.explanation.reasons import reason_catalogue
from loanwright.features.product import bundled_product
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.golden import golden_lines, write_golden
from loanwright.packaging.write import WrittenPackage, json_bytes, write_package
from loanwright.scaling import Scale

CARD = bundled_product("credit-card")
SCORECARD = {
    "schema": 1,
    "intercept": -1.3,
    "features": [
        {
            "name": "limit",
            "bins": [
                {"kind": "range", "upper": 90_000.0, "log_odds": 0.45, "share": 0.4},
                {"kind": "range", "lower": 90_000.0, "log_odds": -0.35, "share": 0.6},
            ],
        },
        {
            "name": "education_level",
            "bins": [
                {"kind": "range", "upper": 2.5, "log_odds": 0.1, "share": 0.6},
                {"kind": "range", "lower": 2.5, "log_odds": -0.15, "share": 0.4},
            ],
        },
    ],
}
RECORDS = [
    {"limit": limit, "education": education}
    for limit in (10_000.0, 90_000.0, 90_001.0, 500_000.0, 500_001.0, 1_000_000.0)
    for education in (None, "graduate_school", "university", "high_school", "other")
]
FACTS = {
    "product": {"name": CARD.name, "hash": CARD.hash},
    "segment": "new",
    "family": "scorecard",
    "features": list(CARD.segment("new").features),
    "engine": {"schema": 1},
    "library_versions": {},
    "seed": 0,
    "sample": {"hash": "00" * 32, "rows": 30, "defaults": 7},
}


@cache
def handmade_assessor(backend: str = "auto") -> Assessor:
    return Assessor(
        runtime=load_runtime("scorecard", {"scorecard.json": json_bytes(SCORECARD)}, backend),
        calibration=Calibration(knots_x=(-1.0, 1.0), knots_y=(-1.1, 0.9)),
        scale=Scale.from_mapping(CARD.scale),
        features=CARD.segment("new").features,
    )


def handmade_contents() -> dict[str, bytes]:
    assessor = handmade_assessor()
    lines = golden_lines(CARD, "new", assessor, RECORDS)
    catalogue = reason_catalogue(CARD, "new")
    return {
        "product.toml": CARD.text.encode(),
        "scorecard.json": json_bytes(SCORECARD),
        "calibration.json": json_bytes(assessor.calibration.to_mapping()),
        "scale.json": json_bytes(assessor.scale.to_mapping()),
        "reasons.json": json_bytes({code: text.to_mapping() for code, text in catalogue.items()}),
        "report.json": json_bytes({"schema": 1}),
        "report.html": b"<!doctype html><title>Report</title>\n",
        "card.md": b"# A model made by hand\n",
        "golden.jsonl": write_golden(lines),
    }


def handmade_package(directory: Path, **changes: bytes) -> WrittenPackage:
    """Write the package; changes replace files, by name with the dot as two underscores."""
    replaced = {name.replace("__", "."): content for name, content in changes.items()}
    return write_package(directory, FACTS, handmade_contents() | replaced)


def changed_json(content: bytes, **changes: object) -> bytes:
    return json_bytes(json.loads(content) | changes)


def matrix_of(records: list[dict]) -> np.ndarray:
    from loanwright.features.columns import matrix

    return matrix(CARD, "new", records)
