"""How long a path to approval takes: the reference model, scorecards, the bundled products.

Every path is decided again apart from the search; the share that is approved is a figure.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.reference_service import (
    FEATURES,
    ROWS,
    SEED,
    product_text,
    train_reference,
    write_reference,
)
from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.policy import Policy
from loanwright.explanation.paths import Paths
from loanwright.features.columns import columns_from_table
from loanwright.features.product import Product, bundled_product, parse_product
from loanwright.features.records import Record
from loanwright.packaging.choosing import records_of
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.paths import decided, paths_to_approval
from loanwright.training import train

LIMIT = 200.0
APPLICANTS = 300
FIXED = 'actionable = { kind = "fixed" }'
MOVING = 'actionable = { kind = "any", step = 0.25, minimum = -3, maximum = 3 }'
BUNDLED = (
    ("instalment-loan", "new", "scorecard"),
    ("instalment-loan", "existing", "scorecard"),
    ("instalment-loan", "new", "lightgbm"),
    ("credit-card", "existing", "lightgbm"),
)


def run() -> dict[str, Any]:
    """Search paths for applicants who are not approved, and time each search."""
    with tempfile.TemporaryDirectory() as directory:
        measured = [
            _measured(name, package, records) for name, package, records in _worlds(Path(directory))
        ]
    return {
        "limit at p95, ms": LIMIT,
        "what": "three paths, all features of the reference product may change",
        "paths": measured,
    }


def _worlds(directory: Path) -> Iterator[tuple[str, ModelPackage, list[Record]]]:
    product = _moving_product()
    rows = np.random.default_rng(7).normal(size=(3 * APPLICANTS, FEATURES)).round(4).tolist()
    names = product.segment("new").features
    records: list[Record] = [dict(zip(names, row, strict=True)) for row in rows]
    path = write_reference(directory / "trees", train_reference(), text=product.text)
    yield "462 trees × 31 leaves × 10 features", ModelPackage.load(path), records
    (card,) = train(product, _table(names), models_dir=directory, only=[("new", "scorecard")])
    yield "scorecard, 10 features, branch and bound", ModelPackage.load(card.path), records
    for name, segment, family in BUNDLED:
        own, table = bundled_product(name), load_dataset(name)
        (model,) = train(own, table, models_dir=directory, only=[(segment, family)])
        columns, every = columns_from_table(own, table), max(1, table.height // (3 * APPLICANTS))
        taken = list(range(0, table.height, every))
        found = records_of(own, segment, columns, taken)
        yield f"{name}, {segment}, {family}", ModelPackage.load(model.path), list(found)


def _moving_product() -> Product:
    return parse_product(product_text().replace(FIXED, MOVING))


def _table(names: Iterable[str]) -> pl.DataFrame:
    random = np.random.default_rng(SEED)
    matrix = random.normal(size=(ROWS, FEATURES))
    slope = matrix @ random.normal(size=FEATURES) * 0.5
    default = random.random(ROWS) < 1 / (1 + np.exp(1.5 - slope))
    columns = {name: matrix[:, place] for place, name in enumerate(names)}
    return pl.DataFrame(columns | {"default": default.astype(int)})


def _measured(name: str, package: ModelPackage, records: list[Record]) -> dict[str, Any]:
    policy = Policy.from_mapping(package.product.policy)
    answers, seconds = [], []
    # What is compiled at its first use is compiled before the clock starts.
    refused = (one for one in records if decided(package, policy, one).outcome != "approve")
    paths_to_approval(package, policy, next(refused))
    for record in records:
        if decided(package, policy, record).outcome == "approve":
            continue
        begun = time.perf_counter()
        answers.append(paths_to_approval(package, policy, record))
        seconds.append(time.perf_counter() - begun)
        if len(answers) == APPLICANTS:
            break
    return {"model": name, **_times(seconds), **_found(package, policy, answers)}


def _times(seconds: list[float]) -> dict[str, Any]:
    p50, p95, most = (float(np.percentile(seconds, share)) * 1e3 for share in (50, 95, 100))
    return {"applicants": len(seconds), "p50 ms": p50, "p95 ms": p95, "most ms": most}


def _found(package: ModelPackage, policy: Policy, answers: list[Paths]) -> dict[str, Any]:
    paths = [path for answer in answers for path in answer.paths]
    approved = [decided(package, policy, path.record).outcome == "approve" for path in paths]
    first = [answer.paths[0] for answer in answers if answer.paths]
    states = [answer.status for answer in answers]
    return {
        "found": states.count("found"),
        "proved none": states.count("proved_none"),
        "none found": states.count("none_found"),
        "paths": len(paths),
        "approved again": float(np.mean(approved)) if approved else None,
        "first proved cheapest": sum(answer.cheapest for answer in answers),
        "changes in the first": float(np.mean([len(one.steps) for one in first])),
    }


if __name__ == "__main__":
    print(run())
