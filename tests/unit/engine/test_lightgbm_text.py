import numpy as np
import pytest
from tests.unit.engine.boosters import Sample, train

from loanwright.engine.ensemble import EnsembleInvalid, Missing
from loanwright.engine.lightgbm_text import ModelTextInvalid, parse_lightgbm
from loanwright.engine.trees import tree_runtime
from loanwright.errors import Rejected


@pytest.fixture(scope="module")
def sample():
    return Sample(seed=3, rows=400, features=4, categorical=(1,))


@pytest.fixture(scope="module")
def text(sample):
    return train(sample, trees=4, max_cat_to_onehot=1).model_to_string()


def replaced(text, old, new, count=1):
    assert old in text
    return text.replace(old, new, count)


def line_of(text, name):
    return next(line for line in text.split("\n") if line.startswith(f"{name}="))


def test_the_trees_are_those_of_lightgbms_own_dump(sample):
    booster = train(sample, trees=4, max_cat_to_onehot=1)
    ensemble = parse_lightgbm(booster.model_to_string())
    dump = booster.dump_model()
    assert list(ensemble.features) == dump["feature_names"]
    assert len(ensemble.trees) == len(dump["tree_info"])
    for tree, info in zip(ensemble.trees, dump["tree_info"], strict=True):
        compare(tree, 0, info["tree_structure"])


def compare(tree, child, node):
    if child < 0:
        assert tree.leaf_values[-1 - child] == node["leaf_value"]
        assert tree.leaf_counts[-1 - child] == node["leaf_count"]
        return
    split = tree.splits[child]
    assert (split.feature, split.count) == (node["split_feature"], node["internal_count"])
    assert split.missing == {"None": 0, "Zero": 1, "NaN": 2}[node["missing_type"]]
    assert split.missing_left == node["default_left"]
    if node["decision_type"] == "==":
        assert split.categories == set(map(int, node["threshold"].split("||")))
    else:
        assert split.threshold == float(node["threshold"])
    compare(tree, split.left, node["left_child"])
    compare(tree, split.right, node["right_child"])


def test_default_directions_and_missing_types_are_read(sample):
    zero = train(sample, zero_as_missing=True).model_to_string()
    none = train(sample, use_missing=False).model_to_string()

    def kinds(text):
        trees = parse_lightgbm(text).trees
        return {s.missing for tree in trees for s in tree.splits if s.categories is None}

    assert kinds(zero) == {Missing.ZERO}
    assert kinds(none) == {Missing.NONE}


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"objective": "multiclass", "num_class": 3}, "several classes"),
        ({"objective": "regression"}, "no log-odds"),
        ({"objective": "binary", "sigmoid": 2.0}, "no log-odds"),
        ({"linear_tree": True}, "linear"),
    ],
)
def test_models_whose_sum_is_no_log_odds_are_refused(parameters, reason):
    text = train(Sample(seed=4, missing=0.0), trees=2, **parameters).model_to_string()
    with pytest.raises(ModelTextInvalid, match=reason):
        parse_lightgbm(text)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("split_feature", lambda words: ["99", *words[1:]]),
        ("split_feature", lambda words: ["-1", *words[1:]]),
        ("split_feature", lambda words: words[1:]),
        ("left_child", lambda words: ["7000", *words[1:]]),
        ("left_child", lambda words: ["0", *words[1:]]),
        ("right_child", lambda words: [*words[:-1], "-7000"]),
        ("right_child", lambda words: [words[0], words[0], *words[2:]]),
        ("threshold", lambda words: ["nan", *words[1:]]),
        ("threshold", lambda words: ["1_0", *words[1:]]),
        ("decision_type", lambda words: ["64", *words[1:]]),
        ("decision_type", lambda words: ["12", *words[1:]]),
        ("leaf_value", lambda words: ["inf", *words[1:]]),
        ("leaf_value", lambda words: ["x", *words[1:]]),
        ("leaf_count", lambda words: ["-1", *words[1:]]),
        ("leaf_count", lambda words: ["1" + words[0], *words[1:]]),
        ("internal_count", lambda words: ["0", *words[1:]]),
        ("internal_count", lambda words: ["9" * 400, *words[1:]]),
        ("num_leaves", lambda _: ["2"]),
        ("num_leaves", lambda _: ["99999999"]),
        ("num_leaves", lambda _: ["-3"]),
        ("max_feature_idx", lambda _: ["2"]),
        ("max_feature_idx", lambda _: ["99999999"]),
        ("cat_boundaries", lambda words: [*words[:-1], "4000000000"]),
        ("cat_boundaries", lambda words: ["1", *words[1:]]),
        ("cat_threshold", lambda words: ["-1", *words[1:]]),
        ("cat_threshold", lambda words: ["4294967296", *words[1:]]),
        ("version", lambda _: ["v9"]),
        ("num_class", lambda _: ["2"]),
    ],
)
def test_damaged_numbers_are_refused(text, name, change):
    line = line_of(text, name)
    words = line.split("=")[1].split(" ")
    with pytest.raises((ModelTextInvalid, EnsembleInvalid)):
        parse_lightgbm(replaced(text, line, f"{name}={' '.join(change(words))}"))


@pytest.mark.parametrize(
    "name", ["leaf_value", "split_feature", "tree_sizes", "objective", "version", "num_cat"]
)
def test_a_missing_or_repeated_line_is_refused(text, name):
    line = line_of(text, name) + "\n"
    for new in ("", line + line):
        with pytest.raises(ModelTextInvalid):
            parse_lightgbm(replaced(text, line, new))


def test_an_unfinished_or_empty_text_is_refused(text):
    for damaged in ("", "tree", text[: len(text) // 2], text[1:], text.replace("Tree=1", "Tree=2")):
        with pytest.raises(ModelTextInvalid):
            parse_lightgbm(damaged)


def test_nodes_that_run_in_a_circle_are_refused(text):
    line = line_of(text, "left_child")
    words = line.split("=")[1].split(" ")
    inner = next(place for place, word in enumerate(words) if place and int(word) > 0)
    words[inner] = str(inner)
    with pytest.raises(EnsembleInvalid):
        parse_lightgbm(replaced(text, line, f"left_child={' '.join(words)}"))


def test_damaged_bytes_are_refused_or_harmless(text, sample):
    random = np.random.default_rng(0)
    rows, refused = sample.matrix[:5], 0
    for _ in range(150):
        damaged = bytearray(text.encode())
        for place in random.integers(0, text.index("end of trees"), random.integers(1, 4)):
            damaged[place] ^= 1 << random.integers(0, 7)
        try:
            runtime = tree_runtime(parse_lightgbm(damaged.decode("latin-1")))
        except Rejected:
            refused += 1
            continue
        if runtime.feature_count == rows.shape[1]:
            assert np.isfinite(runtime.explain(rows)[1]).all()
    assert 50 < refused < 150
