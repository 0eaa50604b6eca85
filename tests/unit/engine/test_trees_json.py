"""Tests of loanwright.engine.trees_json."""

import hashlib
import json
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.boosters import Sample, train

from loanwright.engine.ensemble import EnsembleInvalid, Missing, Split, Tree, TreeEnsemble
from loanwright.engine.lightgbm_text import parse_lightgbm
from loanwright.engine.trees_json import TreesTextInvalid, parse_trees, write_trees
from loanwright.errors import Rejected


def small(**changes):
    split = Split(
        **{"feature": 0, "threshold": 0.1, "left": -1, "right": -2, "count": 10} | changes
    )
    tree = Tree(splits=(split,), leaf_values=(-0.5, 0.25), leaf_counts=(6, 4))
    return TreeEnsemble(features=("delay", "доход"), trees=(tree,))


def sealed(mapping):
    """Return the text of a mapping with a true hash: damage that only the checks can see."""
    mapping.pop("sha256", None)
    body = json.dumps(mapping, ensure_ascii=False)[:-1]
    return f'{body},\n"sha256":"{hashlib.sha256(body.encode()).hexdigest()}"}}\n'


def changed(change):
    mapping = json.loads(write_trees(small()))
    change(mapping)
    return sealed(mapping)


@given(seed=st.integers(0, 10**6), categorical=st.sampled_from([(), (0,)]), zero=st.booleans())
@settings(max_examples=15, deadline=None)
def test_any_ensemble_comes_back_equal(seed, categorical, zero):
    sample = Sample(seed=seed, categorical=categorical)
    booster = train(sample, zero_as_missing=zero, max_cat_to_onehot=1)
    ensemble = parse_lightgbm(booster.model_to_string())
    assert parse_trees(write_trees(ensemble)) == ensemble


@given(
    threshold=st.floats(allow_nan=False),
    value=st.floats(allow_nan=False, allow_infinity=False),
    missing=st.sampled_from(list(Missing)),
    left=st.booleans(),
    averaged=st.booleans(),
)
def test_every_float_keeps_its_bits(threshold, value, missing, left, averaged):
    split = Split(
        feature=0,
        threshold=threshold,
        missing=missing,
        missing_left=left,
        left=-1,
        right=-2,
        count=2,
    )
    tree = Tree(splits=(split,), leaf_values=(value, -value), leaf_counts=(2, 0))
    ensemble = TreeEnsemble(features=("x",), trees=(tree,), averaged=averaged)
    back = parse_trees(write_trees(ensemble))
    assert back == ensemble
    found = back.trees[0]
    numbers = [found.splits[0].threshold, *found.leaf_values]
    assert np.array(numbers).tobytes() == np.array([threshold, value, -value]).tobytes()


def test_a_constant_tree_and_a_set_of_categories_come_back():
    constant = Tree(splits=(), leaf_values=(0.3,), leaf_counts=(0,))
    categorical = small(categories=frozenset({7, 0, 100}), threshold=0.0).trees[0]
    ensemble = TreeEnsemble(features=("purpose",), trees=(constant, categorical), averaged=True)
    assert parse_trees(write_trees(ensemble)) == ensemble
    assert '"at":[[0,7,100]]' in write_trees(ensemble)


def test_the_text_is_utf8_json_with_a_line_per_tree():
    text = write_trees(small())
    assert json.loads(text)["features"] == ["delay", "доход"]
    assert len(text.splitlines()) == 1 + 1 + 1


def test_two_hundred_flipped_bits_are_refused_or_make_no_difference():
    text = write_trees(small(threshold=math.pi)).encode()
    random = np.random.default_rng(0)
    refused = 0
    for place, bit in zip(
        random.integers(0, len(text), 200), random.integers(0, 8, 200), strict=True
    ):
        damaged = bytearray(text)
        damaged[place] ^= 1 << bit
        try:
            parse_trees(damaged.decode("utf-8", errors="surrogateescape"))
        except Rejected:
            refused += 1
    assert refused == 200


def test_a_text_cut_short_anywhere_is_refused():
    text = write_trees(small())
    for length in range(0, len(text), 3):
        with pytest.raises(TreesTextInvalid):
            parse_trees(text[:length])


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(schema=2),
        lambda m: m.update(schema=True),
        lambda m: m.update(averaged=1),
        lambda m: m.update(features="ab"),
        lambda m: m.update(features=["a", 1]),
        lambda m: m.update(trees={}),
        lambda m: m.update(trees=[[]]),
        lambda m: m.pop("averaged"),
        lambda m: m.update(more=1),
        lambda m: m["trees"][0].pop("rows"),
        lambda m: m["trees"][0].update(at=["nan"]),
        lambda m: m["trees"][0].update(at=[1]),
        lambda m: m["trees"][0].update(at=[True]),
        lambda m: m["trees"][0].update(at=[None]),
        lambda m: m["trees"][0].update(at=[[2, 1]]),
        lambda m: m["trees"][0].update(at=[[1, 1]]),
        lambda m: m["trees"][0].update(at=[[1.0]]),
        lambda m: m["trees"][0].update(at=[0.1, 0.2]),
        lambda m: m["trees"][0].update(missing=[6]),
        lambda m: m["trees"][0].update(missing=[-1]),
        lambda m: m["trees"][0].update(left=[-1.0]),
        lambda m: m["trees"][0].update(feature=[False]),
        lambda m: m["trees"][0].update(leaf=[1, 2]),
        lambda m: m["trees"][0].update(leaf=5),
        lambda m: m["trees"][0].update(leaf_rows=["6", "4"]),
    ],
)
def test_what_is_sealed_but_has_no_sense_is_refused(change):
    with pytest.raises(TreesTextInvalid):
        parse_trees(changed(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(features=[]),
        lambda m: m.update(trees=[]),
        lambda m: m["trees"][0].update(feature=[2]),
        lambda m: m["trees"][0].update(feature=[-1]),
        lambda m: m["trees"][0].update(left=[0]),
        lambda m: m["trees"][0].update(rows=[11]),
        lambda m: m["trees"][0].update(leaf=[0.5]),
        lambda m: m["trees"][0].update(at=[[-1]]),
        lambda m: m["trees"][0].update(leaf_rows=[11, -1]),
    ],
)
def test_trees_that_are_no_trees_are_refused(change):
    with pytest.raises(EnsembleInvalid):
        parse_trees(changed(change))


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 100_000, "\ud800"])
def test_other_texts_are_refused(text):
    body = text[:1000] if text != "\ud800" else "{}"
    seal = hashlib.sha256(body.encode()).hexdigest()
    for one in (text, f'{body},\n"sha256":"{seal}"}}\n'):
        with pytest.raises(TreesTextInvalid):
            parse_trees(one)


def test_not_a_number_cannot_be_smuggled_in():
    text = write_trees(small())
    body = text.partition(',\n"sha256"')[0].replace("0.25", "NaN")
    seal = hashlib.sha256(body.encode()).hexdigest()
    with pytest.raises(EnsembleInvalid, match="not finite"):
        parse_trees(f'{body},\n"sha256":"{seal}"}}\n')


def test_five_hundred_trees_are_small_and_quick():
    random = np.random.default_rng(0)
    ensemble = TreeEnsemble(
        features=tuple("abcdefghij"), trees=tuple(full_tree(random) for _ in range(500))
    )
    text = write_trees(ensemble)
    assert len(text) < 2_000_000
    begun = time.perf_counter()
    assert parse_trees(text) == ensemble
    assert time.perf_counter() - begun < 2


def full_tree(random, leaves=32):
    """Return a complete tree with long numbers."""
    inner = leaves - 1
    child = [k if k < inner else -1 - (k - inner) for k in range(2 * inner + 1)]
    count = [1000 * (leaves >> int(math.log2(k + 1))) for k in range(inner)]
    splits = [
        Split(
            feature=int(random.integers(10)),
            threshold=float(random.normal()),
            left=child[2 * k + 1],
            right=child[2 * k + 2],
            count=count[k],
        )
        for k in range(inner)
    ]
    values = tuple(map(float, random.normal(size=leaves) / 100))
    return Tree(splits=tuple(splits), leaf_values=values, leaf_counts=(1000,) * leaves)
