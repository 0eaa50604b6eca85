"""A model that says the same of everybody ends no training run."""

import polars as pl

from loanwright.datasets.bundled import load_dataset
from loanwright.features.product import bundled_product, parse_product
from loanwright.packaging.package import ModelPackage
from loanwright.training import train
from loanwright.validating import validate

LOAN = "instalment-loan"


def noise_product():
    """Return the instalment loan with one feature, a coin."""
    loan = bundled_product(LOAN)
    text = loan.text
    for name in loan.segments:
        start = text.index("features = [", text.index(f"[segments.{name}]"))
        text = (
            text[:start] + 'features = ["repaying_elsewhere"]' + text[text.index("]", start) + 1 :]
        )
    return parse_product(text)


def test_a_model_that_has_learned_nothing_is_written_and_says_so(tmp_path):
    # A coin that falls a little against the direction of the feature, so that no bins are left.
    coin = pl.int_range(pl.len()).shuffle(seed=4) % 10 < 5 + 2 * pl.col("default")
    table = load_dataset(LOAN).with_columns(
        other_plans=pl.when(coin).then(pl.lit("none")).otherwise(pl.lit("bank"))
    )
    models = train(noise_product(), table, models_dir=tmp_path, only=[("new", "scorecard")])
    judged = models[0].report["samples"][models[0].report["judged"]]
    assert judged["calibration_slope"] is None
    assert judged["calibration_in_the_large"] is None
    checks = {one["code"]: one for one in models[0].report["checks"]}
    assert checks["calibration_slope"]["result"] == "attention"
    assert "cannot be computed" in (models[0].path / "card.md").read_text()
    full = validate(ModelPackage.load(models[0].path), table)
    figures = {one["name"]: one for chapter in full["chapters"] for one in chapter["figures"]}
    assert figures["calibration_slope"]["result"] == "not_available"
