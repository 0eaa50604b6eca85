import json
import math
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.engine.test_neural import rows_of, table_of
from tests.unit.exporting.packages import CARD, LOAN, package_of

from loanwright.calibration.curve import Calibration
from loanwright.engine.additive import AdditiveTable, additive_runtime
from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.engine.load import load_runtime
from loanwright.engine.neural import neural_runtime
from loanwright.engine.scorecard import ScorecardTable
from loanwright.engine.trees import tree_runtime
from loanwright.exporting.model import read_model
from loanwright.exporting.parity import ExportDiffers
from loanwright.exporting.rows import compared_rows
from loanwright.models.registry import FAMILIES

pytest.importorskip("onnxruntime")
onnx = pytest.importorskip("onnx")

from loanwright.exporting import onnx as exporting  # noqa: E402
from loanwright.exporting.onnx_graph import Graph  # noqa: E402
from loanwright.exporting.onnx_model import add_model  # noqa: E402

EXPORTED = [name for name, family in FAMILIES.items() if family.installed]
QUICK = ("scorecard", "logistic", "lightgbm", "forest", "blend")


def said_of(model, rows):
    graph = Graph(rows.shape[1])
    inner = add_model(model, graph)
    made = graph.model({"log_odds": (inner, onnx.TensorProto.DOUBLE)}, {})
    onnx.checker.check_model(made)
    return exporting.run_onnx(made, rows)["log_odds"]


@pytest.mark.parametrize("family", EXPORTED)
def test_every_family_is_exported_with_the_numbers_of_the_engine(family, tmp_path):
    package, file = package_of(family), tmp_path / "model.onnx"
    parity = exporting.export_onnx(package, file)
    assert parity.max_difference <= 1e-9
    assert parity.max_probability_difference <= 1e-12
    assert (parity.score_differences, parity.golden_rows) == (0, 60)
    assert parity.rows > 5000
    rows = compared_rows(package, read_model(package))[::7]
    found = exporting.run_onnx(onnx.load(file), rows)
    expected = package.assess_matrix(rows)
    assert found["score"].tolist() == [one.score for one in expected]
    probability = [one.probability_of_default for one in expected]
    np.testing.assert_allclose(found["probability_of_default"], probability, rtol=1e-12)


@pytest.mark.parametrize("family", QUICK)
def test_special_values_and_derived_features_are_exported_too(family, tmp_path):
    parity = exporting.export_onnx(package_of(family, *CARD), tmp_path / "model.onnx")
    assert parity.max_difference <= 1e-9


def test_generated_rows_touch_missing_values_and_the_neighbours_of_thresholds():
    package = package_of("lightgbm", *CARD)
    model = read_model(package)
    rows = compared_rows(package, model)
    asked = [
        (split.feature, split.threshold)
        for tree in model.trees
        for split in tree.splits
        if split.categories is None and math.isfinite(split.threshold)
    ]
    touched = [
        {edge, math.nextafter(edge, math.inf)} <= set(rows[:, feature].tolist())
        for feature, edge in asked
    ]
    assert np.mean(touched) > 0.9
    features = package.product.model_features(package.segment)
    may_miss = [place for place, one in enumerate(features) if one.missing.allowed]
    assert may_miss
    assert all(np.isnan(rows[60:, place]).any() for place in may_miss)


def test_the_file_says_where_it_comes_from_and_how_far_it_is(tmp_path):
    package, file = package_of("scorecard"), tmp_path / "model.onnx"
    parity = exporting.export_onnx(package, file)
    facts = {one.key: one.value for one in onnx.load(file).metadata_props}
    assert facts["loanwright.package"] == package.hash
    assert json.loads(facts["loanwright.parity"]) == parity.to_mapping()
    described = json.loads(facts["loanwright.features"])
    assert [one["name"] for one in described] == list(package.features)
    assert "before calibration" in json.loads(facts["loanwright.outputs"])["log_odds"]


def test_raw_log_odds_alone_can_be_wanted(tmp_path):
    file = tmp_path / "model.onnx"
    parity = exporting.export_onnx(package_of("scorecard"), file, raw=True)
    assert [one.name for one in onnx.load(file).graph.output] == ["log_odds"]
    assert parity.max_probability_difference is None
    assert parity.score_differences is None


def test_the_same_package_gives_the_same_bytes(tmp_path):
    files = [tmp_path / "one.onnx", tmp_path / "two.onnx"]
    for file in files:
        exporting.export_onnx(package_of("lightgbm"), file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_export_that_says_something_else_is_not_written(tmp_path):
    package, other = package_of("lightgbm"), package_of("scorecard")
    assessor = replace(package.assessor, runtime=other.assessor.runtime)
    file = tmp_path / "model.onnx"
    with pytest.raises(ExportDiffers, match="log-odds"):
        exporting.export_onnx(replace(package, assessor=assessor), file)
    assert not file.exists()


def test_a_curve_with_many_knots_is_exported(tmp_path):
    package = package_of("lightgbm")
    x = np.linspace(-4, 2, 25)
    curve = Calibration(knots_x=tuple(x), knots_y=tuple(np.sinh(x)), method="isotonic")
    changed = replace(package, assessor=replace(package.assessor, calibration=curve))
    parity = exporting.export_onnx(changed, tmp_path / "model.onnx")
    assert parity.max_probability_difference <= 1e-12


ODD = (math.nan, 0.0, -0.0, 1e-36, -1e-36, 1e-30, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 2.9, 1e300, 70.0)


def ensemble(missing, *, left, threshold, averaged=False):
    number = Split(
        feature=0,
        threshold=threshold,
        missing=missing,
        missing_left=left,
        left=1,
        right=-1,
        count=7,
    )
    category = Split(
        feature=1, categories=frozenset({0, 2, 64}), missing=Missing.NAN, left=-2, right=-3, count=4
    )
    tree = Tree(splits=(number, category), leaf_values=(0.1, 0.7, -0.3), leaf_counts=(3, 2, 2))
    stump = Tree(splits=(), leaf_values=(0.05,), leaf_counts=(0,))
    return TreeEnsemble(features=("a", "b"), trees=(tree, stump, tree), averaged=averaged)


@pytest.mark.parametrize("missing", list(Missing))
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("threshold", [0.0, -1e-36, 0.5, math.inf])
def test_every_way_to_read_missing_values_and_categories_is_kept(missing, left, threshold):
    model = ensemble(missing, left=left, threshold=threshold, averaged=left)
    rows = np.array([(a, b) for a in ODD for b in ODD])
    expected = tree_runtime(model, backend="numpy").log_odds(rows)
    np.testing.assert_allclose(said_of(model, rows), expected, atol=1e-15)


ADDITIVE = {
    "schema": 1, "intercept": -1.0, "features": ["a", "b", "c", "unused"],
    "terms": [
        {"kind": "linear", "feature": "a", "low": 0.0, "high": 2.0, "transform": "log",
         "centre": 0.5, "scale": 2.0, "coefficient": -0.7, "missing": 0.3, "mean": 0.1,
         "special": [{"value": -1.0, "log_odds": 9.0}]},
        {"kind": "step", "feature": "b", "edges": [0.0, 1.5], "log_odds": [0.1, 0.2, 0.4],
         "share": [0.2, 0.3, 0.5], "missing": -0.6, "special": [{"value": 70.0, "log_odds": 5.0}],
         "mean": 0.0},
        {"kind": "category", "feature": "c", "log_odds": [0.1, 0.2], "share": [0.5, 0.5],
         "missing": 0.7, "other": -0.9, "mean": 0.15},
        {"kind": "pair", "log_odds": [[0.5, -0.5, 3.0, 4.0], [-0.5, 0.5, -3.0, -4.0],
                                      [7.0, -7.0, 9.0, 1.0]], "mean": 0.0,
         "axes": [{"feature": "b", "edges": [1.0], "share": [0.5, 0.5, 0.0]},
                  {"feature": "c", "edges": None, "share": [0.5, 0.5, 0.0, 0.0]}]},
    ],
}  # fmt: skip


def test_every_kind_of_term_is_kept():
    table = AdditiveTable.from_mapping(ADDITIVE)
    rows = np.array([(a, b, c, math.nan) for a in ODD for b in ODD for c in ODD])
    expected = additive_runtime(table, backend="numpy").log_odds(rows)
    np.testing.assert_allclose(said_of(table, rows), expected, atol=1e-14)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_every_token_of_a_network_is_kept(heads):
    table = table_of(heads=heads)
    odd = np.array([(a, b, a, b) for a in ODD for b in ODD])
    rows = np.vstack([odd, rows_of(500, seed=4)])
    expected = neural_runtime(table, backend="numpy").log_odds(rows)
    np.testing.assert_allclose(said_of(table, rows), expected, atol=1e-12)


def test_a_model_without_terms_is_its_intercept():
    table = AdditiveTable.from_mapping({**ADDITIVE, "terms": []})
    assert said_of(table, np.full((3, 4), math.nan)).tolist() == [-1.0] * 3


def test_a_value_without_a_bin_has_no_number():
    bins = [{"kind": "category", "codes": [0, 1], "log_odds": 0.5, "share": 1.0}]
    mapping = {"schema": 1, "intercept": 0.25, "features": [{"name": "x", "bins": bins}]}
    table = ScorecardTable.from_mapping(mapping)
    said = said_of(table, np.array([[0.0], [1.0], [2.0], [math.nan]]))
    assert said[:2].tolist() == [0.75, 0.75]
    assert np.isnan(said[2:]).all()


def test_the_package_that_was_opened_is_the_one_that_is_written():
    package = package_of("lightgbm", *LOAN)
    files = {"model.txt": (package.path / "model.txt").read_bytes()}
    rows = compared_rows(package, read_model(package))[:20]
    runtime = load_runtime("lightgbm", files)
    assert runtime.log_odds(rows).tobytes() == package.assessor.runtime.log_odds(rows).tobytes()
