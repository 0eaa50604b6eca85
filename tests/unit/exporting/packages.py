"""Small real packages of any family, for the tests of exports."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from loanwright.calibration.fit import fit_calibration
from loanwright.datasets.bundled import load_dataset
from loanwright.engine.load import load_runtime
from loanwright.explanation.reasons import reason_catalogue
from loanwright.features.columns import column_specs, matrix_from_columns
from loanwright.features.product import bundled_product
from loanwright.models.registry import make_model
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.choosing import choose_rows, records_of
from loanwright.packaging.golden import golden_lines, write_golden
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.write import json_bytes, write_package
from loanwright.sampling import read_sample
from loanwright.scaling import Scale

LOAN = ("instalment-loan", "new")
CARD = ("credit-card", "existing")
SETTINGS = {
    "lightgbm": {"trees": 30},
    "xgboost": {"trees": 20},
    "catboost": {"trees": 20},
    "additive": {"bags": 2, "bins": 32, "pair_bins": 8, "pairs": 3},
    "neural": {"epochs": 2, "width": 8, "layers": 2, "references": 2},
    "forest": {"trees": 15, "leaves": 16},
    "blend": {
        "members": ("lightgbm", "scorecard"),
        "settings": {"lightgbm": {"trees": 20}},
    },
}


@cache
def package_of(family, product_name=LOAN[0], segment=LOAN[1], rows=1000):
    """Return an opened package, trained on the first rows of a bundled data set."""
    product = bundled_product(product_name)
    sample = read_sample(product, load_dataset(product_name).head(rows))
    matrix = matrix_from_columns(product, segment, sample.columns)
    model = make_model(family, columns=column_specs(product, segment), **SETTINGS.get(family, {}))
    files = model.fit(matrix, sample.default).native_files()
    runtime = load_runtime(family, files)
    log_odds = runtime.log_odds(matrix)
    assessor = Assessor(
        runtime=runtime,
        calibration=fit_calibration(log_odds, sample.default, seed=0),
        scale=Scale.from_mapping(product.scale),
        features=product.segment(segment).features,
    )
    chosen = choose_rows(sample.columns, product.inputs(segment), log_odds, count=60)
    records = records_of(product, segment, sample.columns, chosen)
    catalogue = reason_catalogue(product, segment)
    contents = {
        **files,
        "product.toml": product.text.encode(),
        "calibration.json": json_bytes(assessor.calibration.to_mapping()),
        "scale.json": json_bytes(assessor.scale.to_mapping()),
        "reasons.json": json_bytes({code: text.to_mapping() for code, text in catalogue.items()}),
        "golden.jsonl": write_golden(golden_lines(product, segment, assessor, records)),
        "report.json": b"{}\n",
        "report.html": b"<!doctype html>\n",
        "card.md": b"# Card\n",
    }
    facts = {
        "product": {"name": product.name, "hash": product.hash},
        "segment": segment,
        "family": family,
        "features": list(assessor.features),
    }
    written = write_package(Path(mkdtemp()), facts, contents)
    return ModelPackage.load(written.path)
