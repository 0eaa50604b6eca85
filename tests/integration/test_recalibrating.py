"""A live model is given a new calibration, and nothing else about it changes."""

import json
import shutil

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from loanwright.calibration.anchor import AnchorRefused
from loanwright.calibration.fit import CalibrationMethodUnknown
from loanwright.cli.main import app
from loanwright.datasets.synthetic import make_portfolio
from loanwright.features.product import parse_product
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.write import write_package
from loanwright.recalibrating import Recalibration, RecalibrationRefused, recalibrate
from loanwright.sampling import read_sample
from loanwright.training import train
from loanwright.validating import find_samples, gather_evidence
from loanwright.validation.chapters.identity import count_unseen_rows

ORDER = {"by": "head of risk", "why": "defaults rose"}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Return a package, and a later sample in which people default more than it says."""
    directory = tmp_path_factory.mktemp("live")
    past = make_portfolio(applicants=6000, seed=1)
    product = parse_product(past.product_text)
    model = train(product, past.sample, models_dir=directory, only=[("new", "scorecard")])[0]
    later = make_portfolio(applicants=8000, seed=2).applications
    booked = later.filter(pl.col("outcome") == "approve").drop("outcome")
    worse = np.random.default_rng(0).random(booked.height) < 0.12
    label = (booked["default"].to_numpy() == 1) | worse
    return model.path, booked.with_columns(pl.Series("default", label.astype(int)))


def renewed(live, directory, **changes):
    package, table = live
    return recalibrate(package, table, Recalibration(**(ORDER | changes)), models_dir=directory)


def raw_answers(path, records):
    package = ModelPackage.load(path)
    return package, package.assess(records)


@pytest.mark.parametrize("method", ["auto", "beta", "isotonic"])
def test_the_probabilities_become_true_again_and_the_ranking_stays(live, tmp_path, method):
    new = renewed(live, tmp_path, method=method)
    done = new.report["recalibration"]
    assert done["before"]["calibration_in_the_large"]["lower"] > 0.3
    after = done["after"]["calibration_in_the_large"]
    assert after["lower"] < 0 < after["upper"]
    assert done["after"]["log_loss"]["value"] < done["before"]["log_loss"]["value"]
    lines = (live[0] / "golden.jsonl").read_text().splitlines()
    records = [json.loads(line)["record"] for line in lines]
    (old_package, old), (new_package, now) = (
        raw_answers(path, records) for path in (live[0], new.path)
    )
    assert [one.log_odds for one in old] == [one.log_odds for one in now]
    assert [one.contributions for one in old] == [one.contributions for one in now]
    before, after = ([one.probability_of_default for one in answers] for answers in (old, now))
    assert (np.argsort(before, kind="stable") == np.argsort(after, kind="stable")).all()
    assert before != after
    assert old_package.hash != new_package.hash
    assert (live[0] / "scorecard.json").read_bytes() == (new.path / "scorecard.json").read_bytes()


def test_the_package_says_who_did_it_to_what_and_why(live, tmp_path):
    new = renewed(live, tmp_path, anchor=0.15)
    manifest = json.loads((new.path / "manifest.json").read_text())
    old = ModelPackage.load(live[0])
    told = manifest["recalibrated"]
    assert (told["from"], told["by"], told["why"]) == (old.hash, "head of risk", "defaults rose")
    assert manifest["sample"] == old.manifest["sample"]
    card = (new.path / "card.md").read_text()
    assert "Recalibrated" in card
    assert "head of risk: defaults rose" in card
    anchor = json.loads((new.path / "calibration.json").read_text())["anchors"][0]
    assert anchor["by"] == "head of risk"
    assert float.fromhex(anchor["rate_after"]) == 0.15


def test_an_anchor_alone_keeps_the_curve_and_moves_its_mean(live, tmp_path):
    new = renewed(live, tmp_path, method="keep", anchor=0.2)
    old_curve = ModelPackage.load(live[0]).assessor.calibration
    curve = ModelPackage.load(new.path).assessor.calibration
    assert curve.method == old_curve.method
    assert np.ptp(np.array(curve.knots_y) - np.array(old_curve.knots_y)) < 1e-12
    assert new.report["recalibration"]["after"]["mean_probability"] == pytest.approx(0.2, abs=0.01)


def test_intervals_are_stored_and_hold_the_stated_probability_roughly(live, tmp_path):
    new = renewed(live, tmp_path, interval=True)
    calibration = ModelPackage.load(new.path).assessor.calibration
    raw = np.linspace(-3, -1, 40)
    lower, upper = calibration.interval.bounds(raw)
    stated = 1 / (1 + np.exp(-calibration.apply(raw)))
    assert (lower <= upper).all()
    assert (np.abs(stated - (lower + upper) / 2) < 0.12).all()


def test_the_same_input_gives_the_same_bytes(live, tmp_path):
    one, two = (renewed(live, tmp_path / name) for name in "ab")
    assert one.hash == two.hash


@pytest.mark.parametrize("wish", [{}, {"method": "keep", "interval": True}])
def test_a_model_is_not_calibrated_on_what_it_learned_from(live, tmp_path, wish):
    past = make_portfolio(applicants=6000, seed=1).sample
    with pytest.raises(RecalibrationRefused, match="learned from this very sample"):
        recalibrate(live[0], past, Recalibration(**ORDER, **wish), models_dir=tmp_path)


def test_the_sample_of_a_recalibration_is_found_again_and_not_taken_for_fresh(live, tmp_path):
    package, table = live
    new = recalibrate(package, table, Recalibration(**ORDER), models_dir=tmp_path, seed=3)
    evidence = gather_evidence(ModelPackage.load(new.path), table)
    told = new.report["samples"]
    assert {name: len(rows) for name, rows in evidence.samples.items()} == {
        name: told[name]["rows"] for name in told
    }
    assert int(evidence.bad[evidence.judged].sum()) == told[evidence.judged_name]["defaults"]
    assert count_unseen_rows(evidence).result == "ok"


def test_whether_rows_of_another_table_are_new_cannot_be_known(live):
    past = make_portfolio(applicants=6000, seed=1).sample
    package = ModelPackage.load(live[0])
    assert count_unseen_rows(gather_evidence(package, past)).result == "ok"
    for table in (past[1:], past.sample(fraction=1.0, shuffle=True, seed=1)):
        figure = count_unseen_rows(gather_evidence(package, table))
        assert (figure.result, figure.value) == ("not_available", None)
        assert "cannot be known" in figure.remark.en


def test_a_new_curve_is_not_said_to_be_of_inner_folds(live, tmp_path):
    facts = json.loads((live[0] / "manifest.json").read_text())
    del facts["schema"], facts["files"]
    contents = {
        file.name: file.read_bytes()
        for file in live[0].iterdir()
        if file.name not in ("manifest.json", "manifest.sha256")
    }
    folds = "rows held out by inner folds"
    old = write_package(tmp_path, facts | {"calibrated_on": folds}, contents).path
    order = Recalibration(**ORDER)
    kept = Recalibration(**ORDER, method="keep", anchor=0.2)
    first = recalibrate(old, live[1], order, models_dir=tmp_path)
    second = recalibrate(first.path, live[1], order, models_dir=tmp_path, seed=1)
    manifests = [ModelPackage.load(one.path).manifest for one in (first, second)]
    assert not any("calibrated_on" in one for one in manifests)
    assert [one["recalibrated"]["instead_of"] for one in manifests] == [folds, folds]
    past = read_sample(
        ModelPackage.load(old).product, make_portfolio(applicants=6000, seed=1).sample
    )
    assert all("calibration" not in find_samples(one, past) for one in manifests)
    anchored = recalibrate(old, live[1], kept, models_dir=tmp_path)
    assert ModelPackage.load(anchored.path).manifest["calibrated_on"] == folds


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"by": ""}, RecalibrationRefused),
        ({"why": " "}, RecalibrationRefused),
        ({"method": "keep"}, RecalibrationRefused),
        ({"method": "magic"}, CalibrationMethodUnknown),
        ({"anchor": 1.5}, AnchorRefused),
    ],
)
def test_what_nobody_answers_for_or_knows_is_refused(live, tmp_path, wrong, error):
    with pytest.raises(error):
        renewed(live, tmp_path, **wrong)


def test_the_command_writes_the_package_and_shows_both_curves(live, tmp_path):
    package = tmp_path / "models" / live[0].name
    shutil.copytree(live[0], package)
    table = tmp_path / "later.parquet"
    live[1].write_parquet(table)
    order = ["recalibrate", str(package), str(table), "--by", "risk", "--why", "drift"]
    done = CliRunner().invoke(app, [*order, "--anchor", "0.2"])
    assert done.exit_code == 0, done.output
    assert "none exchanged" in done.output
    assert "Anchored from" in done.output
    assert len(list((tmp_path / "models").iterdir())) == 2
