"""The reference model, 462 trees of 31 leaves over 10 features, as a product that is served.

``python -m benchmarks.reference_service DIRECTORY DATABASE_URL`` serves it, prints
``ready ADDRESS TOKEN`` once it answers, and stops at SIGTERM.
"""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.policy import Policy
from loanwright.engine.load import load_runtime
from loanwright.engine.runtime import Runtime
from loanwright.features.product import Product, load_product
from loanwright.scaling import Scale
from loanwright.service.bootstrap import Service, build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.serve import serve
from loanwright.service.settings import Settings

TREES, LEAVES, FEATURES, ROWS = 462, 31, 10, 20_000
SEED = 2_026
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


@dataclass(frozen=True, kw_only=True)
class ReferencePackage:
    """The reference model with the engine that serves models, without the golden rows."""

    hash: str
    path: Path
    product: Product
    runtime: Runtime = field(repr=False)
    scale: Scale = field(repr=False)
    segment: str = "new"
    family: str = "lightgbm"

    @classmethod
    def load(cls, path: Path) -> "ReferencePackage":
        """Load the package that `write_reference` wrote."""
        model = (path / "model.txt").read_bytes()
        product = load_product(path / "product.toml")
        return cls(
            hash=hashlib.sha256(model).hexdigest(),
            path=path,
            product=product,
            runtime=load_runtime("lightgbm", {"model.txt": model}),
            scale=Scale.from_mapping(product.scale),
        )

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of the inputs."""
        return self.product.segment("new").features

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return nothing: nobody reads it here."""
        return {}

    def assess_matrix(self, matrix: npt.NDArray[np.float64]) -> list[Assessment]:
        """Return one assessment for each row."""
        log_odds, contributions = self.runtime.explain(matrix)
        scores = self.scale.score(log_odds).tolist()
        return [
            Assessment(
                probability_of_default=probability,
                score=score,
                grade=self.scale.grade(score),
                log_odds=odds,
                base_log_odds=self.runtime.base,
                features=self.features,
                contributions=tuple(weights),
            )
            for probability, score, odds, weights in zip(
                self.scale.probability(log_odds).tolist(),
                scores,
                log_odds.tolist(),
                contributions.tolist(),
                strict=True,
            )
        ]


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


def write_reference(directory: Path, booster: Any) -> Path:
    """Write the product and its model; return the package's directory."""
    directory.mkdir(parents=True, exist_ok=True)
    booster.save_model(directory / "model.txt")
    names = ", ".join(f'"x{number}"' for number in range(FEATURES))
    tables = "".join(FEATURE_TABLE.format(number=number) for number in range(FEATURES))
    (directory / "product.toml").write_text(PRODUCT % names + tables, encoding="utf-8")
    return directory


def build_reference(var_dir: Path, database_url: str, package: Path) -> Service:
    """Return a service that decides by the reference model."""
    settings = Settings(
        var_dir=var_dir,
        database_url=database_url,
        products=(package / "product.toml",),
        bundled_products=False,
        port=0,
    )
    upgrade_database(settings)
    service = build(settings, load_package=ReferencePackage.load)
    model = service.registry.register(package, by="benchmark")
    if model.state is State.CANDIDATE:
        service.registry.promote(model.hash, to=State.CHAMPION, by="benchmark")
    product = service.products["reference"]
    service.policies.publish("reference", Policy.from_mapping(product.policy), by="benchmark")
    return service


def main(directory: Path, database_url: str) -> None:
    """Serve until told to stop."""
    service = build_reference(directory / "var", database_url, directory / "package")
    _, token = service.keys.create("benchmark")
    serve(service, ready=lambda address: print(f"ready {address} {token}", flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
