"""A small product with every kind of feature, and a real model of it, trained in a moment."""

from functools import cache
from pathlib import Path

import numpy as np
from tests.unit.features.conftest import SMALL as SMALL_TEXT

from loanwright.calibration.curve import Calibration
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.engine.load import load_runtime
from loanwright.explanation.reasons import reason_catalogue
from loanwright.features.cells import read_cell
from loanwright.features.columns import facts
from loanwright.features.errors import RecordRejected
from loanwright.features.product import parse_product
from loanwright.features.records import validate_record
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.golden import golden_lines, write_golden
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.write import json_bytes, write_package
from loanwright.scaling import Scale

SMALL = parse_product(SMALL_TEXT)
HEADER = ("income", "housing", "owner", "since", "rent", "age")
GOOD = ("2000", "rent", "yes", "2020-05-01", "500", "40")


@cache
def booster(width: int) -> bytes:
    import lightgbm

    random = np.random.default_rng(width)
    matrix = random.normal(size=(600, width)) * 1000
    default = (matrix[:, 0] + random.normal(size=600) * 700 < 0).astype(int)
    options = {"objective": "binary", "num_leaves": 7, "verbose": -1, "seed": 1, "num_threads": 1}
    model = lightgbm.train(options, lightgbm.Dataset(matrix, default), num_boost_round=12)
    return model.model_to_string().encode()


def small_package(directory: Path, segment: str = "new") -> ModelPackage:
    """Write and open a package of the small product."""
    features = SMALL.segment(segment).features
    model = booster(len(features))
    assessor = Assessor(
        runtime=load_runtime("lightgbm", {"model.txt": model}),
        calibration=Calibration(knots_x=(-3.0, 0.0, 3.0), knots_y=(-3.5, -0.2, 2.9)),
        scale=Scale.from_mapping(SMALL.scale),
        features=features,
    )
    record = {"income": 2000.0, "housing": "own", "owner": True, "since": "2020-05-01"}
    record |= {"rent": 500.0, "age": 40, "delay": 2}
    records = [{one.name: record[one.name] for one in SMALL.inputs(segment)}]
    catalogue = reason_catalogue(SMALL, segment)
    contents = {
        "product.toml": SMALL.text.encode(),
        "model.txt": model,
        "calibration.json": json_bytes(assessor.calibration.to_mapping()),
        "scale.json": json_bytes(assessor.scale.to_mapping()),
        "golden.jsonl": write_golden(golden_lines(SMALL, segment, assessor, records)),
        "reasons.json": json_bytes({code: text.to_mapping() for code, text in catalogue.items()}),
        "report.json": b"{}",
        "report.html": b"",
        "card.md": b"",
    }
    about = {
        "product": {"name": SMALL.name, "hash": SMALL.hash},
        "segment": segment,
        "family": "lightgbm",
        "features": list(features),
    }
    return ModelPackage.load(write_package(directory, about, contents).path)


def alone(package: ModelPackage, policy: Policy, cells: dict) -> dict | list[tuple[str, str]]:
    """Decide one row as an application that comes alone; or return its problems."""
    product, segment = package.product, package.segment
    raw = {name: read_cell(value, product.features[name].type) for name, value in cells.items()}
    try:
        record = validate_record(product, segment, raw)
    except RecordRejected as refusal:
        return [(one.feature, one.code) for one in refusal.problems]
    (assessment,) = package.assess([record])
    known = facts(product, segment, record)
    decision = decide(assessment, policy, segment=segment, facts=known)
    return {
        "probability_of_default": assessment.probability_of_default,
        "score": assessment.score,
        "grade": assessment.grade,
        "outcome": str(decision.outcome),
        "reasons": [reason.code for reason in decision.reasons],
    }


def as_decided(row: dict) -> dict:
    """Return a row of a scored block in the shape of `alone`."""
    names = ("probability_of_default", "score", "grade", "outcome")
    reasons = [row[f"reason_{place}"] for place in range(1, 5)]
    return {name: row[name] for name in names} | {
        "reasons": [code for code in reasons if code is not None]
    }


def csv_text(*rows: tuple[str, ...], separator: str = ",") -> str:
    return "".join(separator.join(row) + "\n" for row in (HEADER, *rows))
