"""The reference model, 462 trees of 31 leaves over 10 features, as a product that is served.

``python -m benchmarks.reference_service DIRECTORY DATABASE_URL`` serves it, prints
``ready ADDRESS TOKEN`` once it answers, and stops at SIGTERM.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from loanwright.calibration.curve import Calibration
from loanwright.decisioning.policy import Policy
from loanwright.engine.load import load_runtime
from loanwright.features.product import parse_product
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.golden import golden_lines, write_golden
from loanwright.packaging.layout import GOLDEN_ROWS
from loanwright.packaging.write import json_bytes, write_package
from loanwright.scaling import Scale
from loanwright.service.bootstrap import Service, build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.serve import serve
from loanwright.service.settings import Settings

TREES, LEAVES, FEATURES, ROWS = 462, 31, 10, 20_000
SEED = 2_026
SEGMENT = "new"
FEATURE_TABLE = """
[features.x{number}]
title = {{ en = "Feature {number}", ru = "Признак {number}" }}
help = {{ en = "A number.", ru = "Число." }}
type = "number"
minimum = -10
maximum = 10
source = "questionnaire"
missing = {{ allowed = true, title = {{ en = "Not stated", ru = "Не указан" }} }}
direction = {{ sign = "none", why = {{ en = "Made up.", ru = "Выдуман." }} }}
actionable = {{ kind = "fixed" }}
[features.x{number}.reasons]
adverse = {{ en = "Feature {number} speaks against.", ru = "Признак {number} против." }}
favourable = {{ en = "Feature {number} speaks for.", ru = "Признак {number} за." }}
"""
PRODUCT = """\
[product]
name = "reference"
title = { en = "Reference", ru = "Эталон" }
description = { en = "Made for measuring.", ru = "Для измерений." }
currency = "EUR"
[sample]
default = "default"
[segments.new]
title = { en = "New", ru = "Новые" }
champion = "lightgbm"
features = [%s]
[scale]
pdo = 20
anchor_score = 600
anchor_odds = 30
grades = [{ name = "A", score_from = 560 }, { name = "B", score_from = 0 }]
[policy]
name = "reference"
[policy.cutoffs]
new = { approve_from = 540, refer_from = 520 }
[[policy.rules]]
code = "rule.extreme"
outcome = "refer"
when = [{ feature = "x0", operator = "gt", value = 4 }]
text = { en = "Feature 0 is extreme.", ru = "Признак 0 предельный." }
"""


def train_reference() -> Any:
    """Return the trained booster."""
    import lightgbm

    random = np.random.default_rng(SEED)
    matrix = random.normal(size=(ROWS, FEATURES))
    slope = matrix @ random.normal(size=FEATURES) * 0.5 + np.sin(matrix[:, 0] * matrix[:, 1])
    default = random.random(ROWS) < 1 / (1 + np.exp(1.5 - slope))
    options = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "learning_rate": 0.02,
        "min_data_in_leaf": 10,
        "verbose": -1,
        "seed": SEED,
        "num_threads": 2,
    }
    sample = lightgbm.Dataset(matrix, label=default.astype(int))
    return lightgbm.train(options, sample, num_boost_round=TREES)


def product_text() -> str:
    """Return the product file of the reference model."""
    names = ", ".join(f'"x{number}"' for number in range(FEATURES))
    return PRODUCT % names + "".join(
        FEATURE_TABLE.format(number=number) for number in range(FEATURES)
    )


def write_reference(directory: Path, booster: Any, text: str | None = None) -> Path:
    """Write the product and the model's package, a real one; return the package's directory."""
    directory.mkdir(parents=True, exist_ok=True)
    text = text or product_text()
    (directory / "product.toml").write_text(text, encoding="utf-8")
    product = parse_product(text)
    model = booster.model_to_string().encode()
    features = product.segment(SEGMENT).features
    assessor = Assessor(
        runtime=load_runtime("lightgbm", {"model.txt": model}),
        calibration=Calibration(knots_x=(-8.0, 0.0, 8.0), knots_y=(-7.5, 0.1, 7.9)),
        scale=Scale.from_mapping(product.scale),
        features=features,
    )
    rows = np.random.default_rng(SEED).normal(size=(GOLDEN_ROWS, FEATURES)).round(4).tolist()
    records = [dict(zip(features, row, strict=True)) for row in rows]
    contents = {
        "product.toml": text.encode(),
        "model.txt": model,
        "calibration.json": json_bytes(assessor.calibration.to_mapping()),
        "scale.json": json_bytes(assessor.scale.to_mapping()),
        "golden.jsonl": write_golden(golden_lines(product, SEGMENT, assessor, records)),
        "reasons.json": b"{}",
        "report.json": b"{}",
        "report.html": b"",
        "card.md": b"",
    }
    facts = {
        "product": {"name": product.name, "hash": product.hash},
        "segment": SEGMENT,
        "family": "lightgbm",
        "features": list(features),
    }
    return write_package(directory, facts, contents).path


def build_reference(directory: Path, database_url: str) -> Service:
    """Return a service that decides by the reference model."""
    settings = Settings(
        var_dir=directory / "var",
        models_dir=directory,
        database_url=database_url,
        products=(directory / "product.toml",),
        bundled_products=False,
        port=0,
    )
    upgrade_database(settings)
    service = build(settings)
    (package,) = directory.glob("reference-*")
    model = service.registry.register(package, by="benchmark")
    if model.state is State.CANDIDATE:
        service.registry.promote(model.hash, to=State.CHAMPION, by="benchmark")
    product = service.products["reference"]
    service.policies.publish("reference", Policy.from_mapping(product.policy), by="benchmark")
    return service


def main(directory: Path, database_url: str) -> None:
    """Serve until told to stop."""
    service = build_reference(directory, database_url)
    _, token = service.keys.create("benchmark")
    serve(service, ready=lambda address: print(f"ready {address} {token}", flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
