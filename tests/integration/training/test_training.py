import json

import polars as pl
import pytest
from tests.trained import CARD, part_of_the_cards, train_cards

from loanwright.datasets.bundled import load_dataset
from loanwright.features.errors import ColumnsRefused, SegmentUnknown
from loanwright.features.product import bundled_product, parse_product
from loanwright.models.registry import FamilyUnknown
from loanwright.packaging.package import ModelPackage
from loanwright.training import train


def bytes_of(model):
    return {file.name: file.read_bytes() for file in model.path.iterdir()}


def test_the_same_seed_gives_the_same_bytes(trained, tmp_path):
    again = train_cards(tmp_path)
    for model in again:
        first = trained[model.segment, model.family]
        assert model.hash == first.hash
        assert bytes_of(model) == bytes_of(first)


def test_another_seed_gives_another_model(trained, tmp_path):
    other = train_cards(tmp_path, seed=1, only=[("existing", "scorecard")])[0]
    assert other.hash != trained["existing", "scorecard"].hash


def test_a_model_is_returned_as_it_was_written(trained):
    for model in trained.values():
        package = ModelPackage.load(model.path)
        assert (package.hash, package.segment) == (model.hash, model.segment)
        assert json.loads((model.path / "report.json").read_bytes()) == model.report
        assert model.champion == (CARD.segment(model.segment).champion == model.family)
        assert package.manifest["sample"]["rows"] == 2500


def test_what_the_report_says_is_what_the_package_serves(trained):
    model = trained["existing", "lightgbm"]
    judged = model.report["samples"]["holdout"]
    assert judged["rows"] == 500
    assert model.report["judged"] == "holdout"
    assert 0.65 < judged["auc"]["value"] < 0.9
    assert 0.5 < judged["calibration_slope"]["value"] < 1.5
    html = (model.path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "http://" not in html.replace("http://www.w3.org/", "")


def test_protected_groups_are_measured_though_no_model_sees_them(trained):
    groups = {
        one["feature"]: one["groups"]
        for one in trained["new", "lightgbm"].report["protected_groups"]
    }
    assert {"sex", "age"} <= groups.keys()
    assert sum(group["rows"] for group in groups["sex"]) == 500


def test_a_model_does_not_depend_on_columns_it_must_not_see(trained, tmp_path):
    blind = part_of_the_cards().with_columns(
        sex=pl.col("sex").shuffle(seed=1), age=pl.col("age").shuffle(seed=2)
    )
    model = train_cards(tmp_path, only=[("existing", "scorecard")], table=blind)[0]
    for name in ("scorecard.json", "calibration.json"):
        seen = (trained["existing", "scorecard"].path / name).read_bytes()
        assert (model.path / name).read_bytes() == seen


def test_the_report_of_progress_rises_to_one(tmp_path):
    told = []
    train(
        CARD,
        part_of_the_cards(),
        models_dir=tmp_path,
        only=[("new", "scorecard")],
        progress=lambda what, share: told.append((what, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any("scorecard" in what for what, _ in told)


def test_all_missing_columns_are_named_before_anything_is_trained(tmp_path):
    with pytest.raises(ColumnsRefused, match=r"delay_1(.|\n)*payment_1"):
        train(CARD, part_of_the_cards().drop("delay_1", "payment_1"), models_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_segment_or_family_is_refused(tmp_path):
    with pytest.raises(SegmentUnknown):
        train_cards(tmp_path, only=[("vip", "scorecard")])
    with pytest.raises(FamilyUnknown):
        train_cards(tmp_path, only=[("new", "oracle")])


def test_unknown_columns_are_named_in_the_report(tmp_path):
    table = part_of_the_cards().with_columns(shoe_size=pl.lit(43))
    model = train_cards(tmp_path, only=[("new", "scorecard")], table=table)[0]
    assert model.report["subject"]["facts"]["ignored columns"] == "shoe_size"


def test_both_segments_and_families_of_the_small_product_are_trained(tmp_path):
    loan = bundled_product("instalment-loan")
    models = train(loan, load_dataset("instalment-loan"), models_dir=tmp_path)
    assert [(model.segment, model.family) for model in models] == [
        (segment, family) for segment in loan.segments for family in ("scorecard", "lightgbm")
    ]
    assert sum(model.champion for model in models) == len(loan.segments)
    assert len(list(tmp_path.iterdir())) == len(models)
    for model in models:
        assert ModelPackage.load(model.path).hash == model.hash


def test_a_dated_sample_is_judged_on_its_latest_rows(tmp_path):
    loan, table = bundled_product("instalment-loan"), load_dataset("instalment-loan")
    text = loan.text.replace("[sample]\n", '[sample]\ndate = "opened"\n', 1)
    dated = table.with_columns(opened=pl.date(2024, 1, 1) + pl.duration(days=pl.int_range(1000)))
    models = train(parse_product(text), dated, models_dir=tmp_path, only=[("new", "scorecard")])
    report = models[0].report
    assert report["judged"] == "out_of_time"
    assert report["samples"]["out_of_time"]["rows"] == 200
    assert "out_of_time" in (models[0].path / "card.md").read_text(encoding="utf-8")
    ModelPackage.load(models[0].path)
