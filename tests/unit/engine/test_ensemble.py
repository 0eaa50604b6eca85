import pytest

from loanwright.engine.ensemble import EnsembleInvalid, Split, Tree, TreeEnsemble


def stump(**changes):
    return Split(**{"feature": 0, "threshold": 0.5, "left": -1, "right": -2, "count": 10} | changes)


def tree(**changes):
    parts = {"splits": (stump(),), "leaf_values": (-1.0, 1.0), "leaf_counts": (7, 3)}
    return Tree(**parts | changes)


def test_the_expected_value_weighs_leaves_by_their_rows():
    assert tree().expected == pytest.approx(-0.4)


@pytest.mark.parametrize(
    "changes",
    [
        {"feature": -1},
        {"count": 0},
        {"threshold": float("nan")},
        {"categories": frozenset({-1})},
        {"categories": frozenset({1 << 30})},
    ],
)
def test_a_split_without_sense_is_refused(changes):
    with pytest.raises(EnsembleInvalid):
        stump(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf_values": (1.0,)},
        {"leaf_values": (1.0, float("inf"))},
        {"leaf_counts": (7,)},
        {"leaf_counts": (11, -1)},
        {"leaf_counts": (7, 4)},
        {"splits": (stump(left=0),)},
        {"splits": (stump(left=-2),)},
        {"splits": (stump(left=-3),)},
        {"splits": (), "leaf_values": (), "leaf_counts": ()},
    ],
)
def test_a_tree_without_sense_is_refused(changes):
    with pytest.raises(EnsembleInvalid):
        tree(**changes)


def test_an_ensemble_without_trees_or_with_a_feature_of_two_kinds_is_refused():
    categorical = tree(splits=(stump(categories=frozenset({1})),))
    for trees, features in (((), ("x",)), ((tree(),), ()), ((tree(), categorical), ("x",))):
        with pytest.raises(EnsembleInvalid):
            TreeEnsemble(features=features, trees=trees)


def test_a_feature_that_does_not_exist_is_refused():
    with pytest.raises(EnsembleInvalid):
        TreeEnsemble(features=("x",), trees=(tree(splits=(stump(feature=1),)),))
