import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.boosters import Sample, contributions_of, raw_of, train

from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.engine.lightgbm_text import parse_lightgbm
from loanwright.engine.runtime import BackendUnknown, MatrixInvalid
from loanwright.engine.trees import tree_runtime

BLOCK_BOUNDARIES = (1, 2, 3, 4, 7, 8, 9, 31, 32, 33, 63, 64, 65, 255, 256, 257)

samples = st.builds(
    Sample,
    seed=st.integers(0, 10**6),
    rows=st.integers(20, 300),
    features=st.integers(1, 7),
    categorical=st.sampled_from([(), (0,)]),
    missing=st.sampled_from([0.0, 0.2]),
    zeros=st.sampled_from([0.0, 0.5]),
)
parameters = st.fixed_dictionaries(
    {
        "num_leaves": st.integers(2, 40),
        "max_depth": st.sampled_from([-1, 2, 12]),
        "min_data_in_leaf": st.sampled_from([1, 10]),
        "max_bin": st.sampled_from([3, 63, 255]),
        "max_cat_to_onehot": st.sampled_from([1, 100]),
        "use_missing": st.booleans(),
        "zero_as_missing": st.booleans(),
        "boost_from_average": st.booleans(),
        "seed": st.integers(0, 9),
    }
)
kinds_of_boosting = st.sampled_from(
    [
        {},
        {"boosting": "dart", "drop_rate": 0.5},
        {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.8},
        {"data_sample_strategy": "goss"},
        {"extra_trees": True},
    ]
)


def both_runtimes(booster):
    ensemble = parse_lightgbm(booster.model_to_string())
    return tree_runtime(ensemble, backend="numba"), tree_runtime(ensemble, backend="numpy")


def assert_equal_bits(one, other):
    assert one[0].tobytes() == other[0].tobytes()
    assert one[1].tobytes() == other[1].tobytes()


def assert_agrees_with_lightgbm(booster, rows):
    compiled, plain = both_runtimes(booster)
    log_odds, contributions = compiled.explain(rows)
    raw = raw_of(booster, rows)
    np.testing.assert_allclose(log_odds, raw, rtol=0, atol=1e-12)
    assert compiled.log_odds(rows).tobytes() == log_odds.tobytes()
    expected, base = contributions_of(booster, rows)
    np.testing.assert_allclose(contributions, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.full(len(rows), compiled.base), base, rtol=0, atol=1e-9)
    total = contributions.sum(axis=1) + compiled.base
    np.testing.assert_allclose(total, log_odds, rtol=0, atol=1e-9)
    assert_equal_bits((log_odds, contributions), plain.explain(rows))
    assert plain.log_odds(rows).tobytes() == log_odds.tobytes()
    assert plain.base == compiled.base


@settings(max_examples=40, deadline=None)
@given(sample=samples, parameters=parameters, boosting=kinds_of_boosting)
def test_any_model_is_answered_as_lightgbm_answers_it(sample, parameters, boosting):
    booster = train(sample, trees=4, **parameters, **boosting)
    assert_agrees_with_lightgbm(booster, sample.questions())


def test_categories_seen_unseen_negative_and_fractional_go_where_lightgbm_sends_them():
    sample = Sample(seed=5, rows=600, features=4, categorical=(0, 2))
    booster = train(sample, trees=8, max_cat_to_onehot=1)
    assert "num_cat=0" not in booster.model_to_string().split("\n")
    assert_agrees_with_lightgbm(booster, sample.questions(200))


def test_more_thresholds_than_a_byte_can_tell_apart_are_kept_apart():
    sample = Sample(seed=6, rows=4000, features=2, missing=0.02, zeros=0.0)
    booster = train(sample, trees=60, max_bin=2000, num_leaves=40, min_data_in_leaf=1)
    thresholds = {
        split.threshold
        for tree in parse_lightgbm(booster.model_to_string()).trees
        for split in tree.splits
        if split.feature == 0
    }
    assert len(thresholds) > 2 * 254
    edges = np.array(sorted(thresholds))
    rows = np.column_stack([np.r_[edges, np.nextafter(edges, np.inf)], np.zeros(2 * len(edges))])
    compiled, plain = both_runtimes(booster)
    assert compiled.log_odds(rows).tobytes() == raw_of(booster, rows).tobytes()
    assert plain.log_odds(rows).tobytes() == raw_of(booster, rows).tobytes()
    assert_agrees_with_lightgbm(booster, rows[::50])


def test_trees_of_more_leaves_than_a_byte_can_number_are_answered():
    sample = Sample(seed=7, rows=3000, features=6)
    booster = train(sample, trees=2, num_leaves=600, min_data_in_leaf=1, max_bin=255)
    assert max(len(t.leaf_values) for t in parse_lightgbm(booster.model_to_string()).trees) > 256
    assert_agrees_with_lightgbm(booster, sample.questions(70))


def test_a_constant_model_has_only_a_base():
    sample = Sample(seed=8, rows=50)
    booster = train(sample, trees=3, min_data_in_leaf=100)
    compiled, plain = both_runtimes(booster)
    log_odds, contributions = compiled.explain(sample.matrix)
    assert set(log_odds) == {compiled.base}
    assert not contributions.any()
    assert_equal_bits((log_odds, contributions), plain.explain(sample.matrix))
    np.testing.assert_allclose(log_odds, raw_of(booster, sample.matrix), rtol=0, atol=1e-12)


def test_the_log_odds_of_a_random_forest_are_those_of_its_probability():
    sample = Sample(seed=9)
    booster = train(sample, boosting="rf", bagging_freq=1, bagging_fraction=0.6)
    log_odds = both_runtimes(booster)[0].log_odds(sample.matrix)
    probability = booster.predict(sample.matrix, num_threads=1)
    np.testing.assert_allclose(1 / (1 + np.exp(-log_odds)), probability, rtol=0, atol=1e-12)


def chain(depth, *, features, seed=0):
    """Return an ensemble of one tree that is a path, its features in turn."""
    random = np.random.default_rng(seed)
    splits = [
        Split(
            feature=k % features,
            threshold=float(random.normal()) / (1 + k // features),
            left=-1 - k if k % 2 else (k + 1 if k + 1 < depth else -1 - depth),
            right=(k + 1 if k + 1 < depth else -1 - depth) if k % 2 else -1 - k,
            count=2 * (depth + 1 - k),
        )
        for k in range(depth)
    ]
    return TreeEnsemble(
        features=tuple(f"feature {k}" for k in range(features)),
        trees=(
            Tree(
                splits=tuple(splits),
                leaf_values=tuple(map(float, random.normal(size=depth + 1))),
                leaf_counts=(2,) * (depth + 1),
            ),
        ),
    )


def shapley_by_definition(ensemble, row):
    """Return the contributions of one row from the definition, subset by subset."""
    (tree,) = ensemble.trees
    features = sorted({split.feature for split in tree.splits})

    def value(known, child=0):
        if child < 0:
            return tree.leaf_values[-1 - child]
        split = tree.splits[child]
        if split.feature in known:
            return value(
                known, split.left if row[split.feature] <= split.threshold else split.right
            )
        left = tree.rows_of(split.left) / split.count
        return left * value(known, split.left) + (1 - left) * value(known, split.right)

    contributions = np.zeros(len(row))
    for feature in features:
        others = [other for other in features if other != feature]
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(len(others) - size) / factorial(len(features))
            for known in combinations(others, size):
                gain = value({*known, feature}) - value(set(known))
                contributions[feature] += weight * gain
    return contributions


@pytest.mark.parametrize("features", [1, 2, 3, 7, 8, 9])
def test_contributions_are_the_shapley_values_of_their_definition(features):
    ensemble = chain(2 * features, features=features)
    rows = np.random.default_rng(1).normal(size=(5, features))
    contributions = tree_runtime(ensemble).explain(rows)[1]
    expected = [shapley_by_definition(ensemble, row) for row in rows]
    np.testing.assert_allclose(contributions, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("depth", "features"), [(60, 60), (300, 40), (2000, 3)])
def test_deep_trees_with_long_paths_keep_their_sum(depth, features):
    ensemble = chain(depth, features=features)
    rows = np.random.default_rng(2).normal(size=(40, features)) / 4
    compiled, plain = (
        tree_runtime(ensemble, backend="numba"),
        tree_runtime(ensemble, backend="numpy"),
    )
    log_odds, contributions = compiled.explain(rows)
    np.testing.assert_allclose(contributions.sum(1) + compiled.base, log_odds, rtol=0, atol=1e-9)
    assert_equal_bits((log_odds, contributions), plain.explain(rows))


@pytest.fixture(scope="module")
def wide():
    """Return a model whose paths need more points than a vector of four has, and its rows."""
    sample = Sample(seed=11, rows=900, features=12)
    booster = train(sample, trees=12, num_leaves=40)
    return parse_lightgbm(booster.model_to_string()), sample.questions(257)


@pytest.mark.parametrize("count", BLOCK_BOUNDARIES)
def test_a_row_has_the_same_bits_alone_and_in_a_batch_of_any_size(wide, count):
    runtime = tree_runtime(wide[0], backend="numba")
    alone = [runtime.explain(row[None]) for row in wide[1][:count]]
    log_odds, contributions = runtime.explain(wide[1][:count])
    assert log_odds.tobytes() == np.concatenate([one[0] for one in alone]).tobytes()
    assert contributions.tobytes() == np.concatenate([one[1] for one in alone]).tobytes()
    assert runtime.log_odds(wide[1][:count]).tobytes() == log_odds.tobytes()


@pytest.mark.parametrize("count", [1023, 1024, 1025, 2049])
def test_log_odds_have_the_same_bits_across_large_blocks(wide, count):
    runtime = tree_runtime(wide[0], backend="numba")
    rows = np.resize(wide[1], (count, wide[1].shape[1]))
    expected = np.resize(runtime.explain(wide[1])[0], count)
    assert runtime.log_odds(rows).tobytes() == expected.tobytes()


def test_a_row_has_the_same_bits_wherever_it_stands_in_the_batch(wide):
    runtime = tree_runtime(wide[0], backend="numba")
    whole = runtime.explain(wide[1])
    for start in (1, 5, 8, 100):
        part = runtime.explain(wide[1][start:])
        assert_equal_bits(part, (whole[0][start:], whole[1][start:]))


def test_threads_that_ask_at_once_get_the_same_bits(wide):
    runtime = tree_runtime(wide[0], backend="numba")
    expected = runtime.explain(wide[1])
    jobs = [(start, start + count) for start in range(0, 200, 5) for count in (1, 9, 57)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda job: runtime.explain(wide[1][slice(*job)]), jobs))
    for (start, end), answer in zip(jobs, answers, strict=True):
        assert_equal_bits(answer, (expected[0][start:end], expected[1][start:end]))


def test_a_matrix_in_any_memory_order_or_type_has_the_same_answer(wide):
    runtime = tree_runtime(wide[0], backend="numba")
    rows = np.nan_to_num(np.round(wide[1][:20]), nan=0.0, posinf=9.0, neginf=-9.0).clip(-9, 9)
    expected = runtime.explain(rows)
    assert_equal_bits(runtime.explain(np.asfortranarray(rows)), expected)
    assert_equal_bits(runtime.explain(rows.astype(np.int64)), expected)
    assert_equal_bits(runtime.explain(rows.tolist()), expected)


def test_no_rows_get_no_answers(wide):
    for backend in ("numba", "numpy"):
        log_odds, contributions = tree_runtime(wide[0], backend=backend).explain(np.empty((0, 12)))
        assert (log_odds.shape, contributions.shape) == ((0,), (0, 12))


def test_a_matrix_of_another_width_is_refused(wide):
    runtime = tree_runtime(wide[0])
    for matrix in (np.zeros((2, 11)), np.zeros(12), np.zeros((1, 1, 12))):
        with pytest.raises(MatrixInvalid):
            runtime.explain(matrix)


def test_a_backend_that_does_not_exist_is_refused(wide):
    with pytest.raises(BackendUnknown):
        tree_runtime(wide[0], backend="gpu")


@pytest.mark.parametrize("missing", list(Missing))
@pytest.mark.parametrize("missing_left", [True, False])
@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_missing_values_go_where_the_split_says(missing, missing_left, backend):
    split = Split(
        feature=0,
        threshold=-1.0,
        missing=missing,
        missing_left=missing_left,
        left=-1,
        right=-2,
        count=2,
    )
    tree = Tree(splits=(split,), leaf_values=(1.0, 2.0), leaf_counts=(1, 1))
    runtime = tree_runtime(TreeEnsemble(features=("x",), trees=(tree,)), backend=backend)
    at_missing = 1.0 if missing_left else 2.0
    by_value = {-2.0: 1.0, -1.0: 1.0, 3.0: 2.0}
    by_value[0.0] = at_missing if missing is Missing.ZERO else 2.0
    rows = [[np.nan], *([value] for value in by_value)]
    at_nan = 2.0 if missing is Missing.NONE else at_missing
    assert runtime.log_odds(rows).tolist() == [at_nan, *by_value.values()]


def test_importing_and_plain_running_leave_numba_alone():
    program = (
        "import sys; import loanwright.engine.load, loanwright.engine.reference\n"
        "from loanwright.engine.scorecard import *\n"
        "assert 'numba' not in sys.modules and 'lightgbm' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_where_numba_is_absent_auto_is_plain_numpy():
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from loanwright.engine.ensemble import *; from loanwright.engine.trees import *\n"
        "tree = Tree(splits=(), leaf_values=(0.5,), leaf_counts=(0,))\n"
        "ensemble = TreeEnsemble(features=('x',), trees=(tree,))\n"
        "assert tree_runtime(ensemble).log_odds([[1.0]]).tolist() == [0.5]\n"
        "try: tree_runtime(ensemble, backend='numba')\n"
        "except ImportError: pass\n"
        "else: raise SystemExit('numba was not needed')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
