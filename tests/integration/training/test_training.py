import json

import polars as pl
import pytest
from tests.trained import CARD, part_of_the_cards, train_cards

from loanwright.cli.opening import list_packages
from loanwright.datasets.bundled import load_dataset
from loanwright.features.errors import ColumnsRefused, SegmentUnknown
from loanwright.features.product import bundled_product, parse_product
from loanwright.models.registry import FamilyUnknown
from loanwright.packaging.package import ModelPackage
from loanwright.training import NothingToCompare, Plan, train, train_and_choose

LOAN = "instalment-loan"
DEVELOPED = ("development", "calibration")


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


FAMILIES = ("scorecard", "logistic", "lightgbm")


@pytest.fixture(scope="module")
def loan_run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("compared")
    plan = Plan(models_dir=directory, families=FAMILIES, settings={"lightgbm": {"trees": 40}})
    return train_and_choose(bundled_product("instalment-loan"), load_dataset(LOAN), plan)


def test_every_compared_family_of_every_segment_is_packaged(loan_run):
    loan = bundled_product(LOAN)
    assert [(model.segment, model.family) for model in loan_run.models] == [
        (segment, family) for segment in loan.segments for family in FAMILIES
    ]
    for model in loan_run.models:
        package = ModelPackage.load(model.path)
        assert package.hash == model.hash
        assert package.manifest["chosen"] == model.chosen
        assert "comparison" in model.report


def test_one_family_of_each_segment_is_chosen_and_the_report_says_why(loan_run):
    for segment, comparison in loan_run.comparisons.items():
        mine = [model for model in loan_run.models if model.segment == segment]
        assert [model.family for model in mine if model.chosen] == [comparison.chosen]
        written = mine[0].report["comparison"]
        assert written["rows"] == 800
        assert written["folds"] == 5
        assert "within 1 paired standard error" in written["rule"]
        assert [row["family"] for row in written["families"]] == list(FAMILIES)
        assert sum(row["chosen"] for row in written["families"]) == 1


def test_a_family_that_the_product_names_stays_its_champion(loan_run):
    champions = {(model.segment, model.family) for model in loan_run.models if model.champion}
    assert champions == {("new", "scorecard"), ("existing", "scorecard")}


def test_where_the_product_says_best_the_chosen_one_is_champion(tmp_path):
    text = bundled_product(LOAN).text.replace('champion = "scorecard"', 'champion = "best"')
    plan = Plan(models_dir=tmp_path, families=("scorecard", "logistic"), segments=("new",))
    run = train_and_choose(parse_product(text), load_dataset(LOAN), plan)
    assert [model.champion for model in run.models] == [model.chosen for model in run.models]
    chosen = list_packages(tmp_path, LOAN, "new", "best")
    assert chosen == [model.path for model in run.models if model.chosen]


def test_a_compared_model_learns_from_all_rows_but_the_judged(loan_run):
    report = loan_run.models[0].report
    assert report["split"]["development"] == 800
    assert report["split"]["calibration"] == 800
    assert report["samples"]["holdout"]["rows"] == 200
    seen, unseen = (report["samples"][name]["auc"]["value"] for name in DEVELOPED)
    assert unseen < seen


def test_the_same_plan_gives_the_same_bytes(loan_run, tmp_path):
    plan = Plan(models_dir=tmp_path, families=FAMILIES, settings={"lightgbm": {"trees": 40}})
    again = train_and_choose(bundled_product(LOAN), load_dataset(LOAN), plan)
    assert [model.hash for model in again.models] == [model.hash for model in loan_run.models]


def test_families_that_cannot_be_had_are_refused_with_a_sentence(tmp_path):
    loan, table = bundled_product(LOAN), load_dataset(LOAN)
    with pytest.raises(FamilyUnknown, match="oracle"):
        train_and_choose(loan, table, Plan(models_dir=tmp_path, families=("oracle",)))
    with pytest.raises(NothingToCompare):
        train_and_choose(loan, table, Plan(models_dir=tmp_path, families=()))


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


def test_the_chosen_model_brings_the_report_in_sixteen_chapters(tmp_path):
    plan = Plan(models_dir=tmp_path, families=("scorecard", "logistic"), segments=("new",))
    models = train_and_choose(bundled_product(LOAN), load_dataset(LOAN), plan).models
    full = {model.chosen: model.report.get("full") for model in models}
    assert full[False] is None
    assert [chapter["number"] for chapter in full[True]["chapters"]] == list(range(1, 17))
    chosen = next(model for model in models if model.chosen)
    assert "Profit and cutoff" in (chosen.path / "report.html").read_text()
