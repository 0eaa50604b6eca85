"""How long the full validation report takes on 30,000 rows, and its page and PDF."""

import tempfile
import time
from pathlib import Path

from loanwright.datasets.bundled import load_dataset
from loanwright.features.product import bundled_product
from loanwright.packaging.package import ModelPackage
from loanwright.training import train
from loanwright.validating import validate
from loanwright.validation.page import render_full
from loanwright.validation.pdf import render_pdf

LIMIT = 60.0
FAMILIES = ("scorecard", "lightgbm")


def run() -> dict[str, object]:
    """Train on the bundled credit-card sample, validate, and return the seconds."""
    product, table = bundled_product("credit-card"), load_dataset("credit-card")
    found: dict[str, object] = {"rows": table.height, "limit, seconds": LIMIT}
    with tempfile.TemporaryDirectory() as directory:
        for family in FAMILIES:
            found[family] = _measured(product, table, family, Path(directory))
    return found


def _measured(product, table, family: str, models: Path) -> dict[str, object]:
    trained = train(product, table, models_dir=models, only=[("existing", family)])
    package = ModelPackage.load(trained[0].path)
    chapters: dict[str, float] = {}
    last = ["", time.perf_counter()]

    def advance(name: str, _share: float) -> None:
        now = time.perf_counter()
        if last[0]:
            chapters[str(last[0])] = round(now - float(last[1]), 2)
        last[:] = [name, now]

    begun, worked = time.perf_counter(), time.process_time()
    report = validate(package, table, progress=advance)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    advance("", 1.0)
    page, paper = _timed(render_full, report), _timed(render_pdf, report)
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "within_limit": seconds <= LIMIT,
        "page_seconds": page,
        "pdf_seconds": paper,
        "chapters": chapters,
    }


def _timed(render, report) -> float:
    begun = time.perf_counter()
    render(report)
    return round(time.perf_counter() - begun, 2)
