"""How long it takes to train the models that the demo bank starts with, from table to packages."""

import tempfile
import time
from pathlib import Path
from typing import Any

from loanwright.datasets.bundled import load_dataset
from loanwright.features.product import bundled_product, bundled_products
from loanwright.training import train

FAMILIES = ("scorecard", "lightgbm")


def run() -> dict[str, Any]:
    """Train every bundled product once."""
    return {"training": [_measure(name) for name in bundled_products()]}


def _measure(name: str) -> dict[str, Any]:
    product, table = bundled_product(name), load_dataset(name)
    with tempfile.TemporaryDirectory() as directory:
        started = time.perf_counter()
        pairs = [(segment, family) for segment in product.segments for family in FAMILIES]
        trained = train(product, table, models_dir=Path(directory), seed=0, only=pairs)
        seconds = time.perf_counter() - started
    return {
        "product": name,
        "rows": table.height,
        "models": len(trained),
        "seconds": round(seconds, 1),
        "seconds a model": round(seconds / len(trained), 1),
    }
