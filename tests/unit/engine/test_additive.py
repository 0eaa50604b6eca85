"""Tests of loanwright.engine.additive."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.engine.additive import (
    AdditiveTable,
    additive_runtime,
    parse_additive,
    write_additive,
)
from loanwright.engine.additive_numpy import logarithm
from loanwright.engine.additive_terms import AdditiveInvalid
from loanwright.engine.load import load_runtime

MAPPING = {
    "schema": 1,
    "intercept": -1.25,
    "features": ["income", "delay", "purpose", "unused"],
    "terms": [
        {
            "kind": "linear", "feature": "income", "low": 0.0, "high": 3.0, "transform": "log",
            "centre": 0.5, "scale": 0.25, "coefficient": -0.75, "missing": 0.125,
            "special": [{"value": -9.0, "log_odds": 2.0}], "mean": 0.0625,
        },
        {
            "kind": "step", "feature": "delay", "edges": [0.0, 2.0], "log_odds": [-0.5, 0.25, 1.0],
            "share": [0.5, 0.25, 0.125], "missing": 0.75,
            "special": [{"value": -2.0, "log_odds": -1.0}], "mean": -0.125,
        },
        {
            "kind": "category", "feature": "purpose", "log_odds": [-0.25, 0.5],
            "share": [0.75, 0.25], "missing": 0.0, "other": 0.375, "mean": -0.0625,
        },
        {
            "kind": "pair",
            "axes": [
                {"feature": "delay", "edges": [1.0], "share": [0.5, 0.5, 0.0]},
                {"feature": "purpose", "edges": None, "share": [0.75, 0.25, 0.0, 0.0]},
            ],
            "log_odds": [[0.25, -0.75, 0.0, 0.0], [-0.25, 0.75, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]],
            "mean": 0.125,
        },
    ],
}  # fmt: skip
DELAYS = {
    -math.inf: -0.5, -2.0: -1.0, -1e-9: -0.5, 0.0: 0.25, 1.9: 0.25, 2.0: 1.0,
    math.inf: 1.0, math.nan: 0.75,
}  # fmt: skip
PURPOSES = {
    0.0: -0.25, 1.0: 0.5, 2.0: 0.375, 0.5: 0.375, -1.0: 0.375, math.inf: 0.375, math.nan: 0.0,
}  # fmt: skip
INCOMES = {
    -5.0: 0.0, 0.0: 0.0, 1.0: math.log(2), 3.0: math.log(4), 9e99: math.log(4),
}  # fmt: skip
BACKENDS = ("numba", "numpy")


@pytest.fixture(params=BACKENDS)
def runtime(request):
    return additive_runtime(AdditiveTable.from_mapping(MAPPING), backend=request.param)


def without(*kinds):
    terms = [term for term in MAPPING["terms"] if term["kind"] not in kinds]
    return AdditiveTable.from_mapping({**MAPPING, "terms": terms})


def changed(path, value):
    mapping = json.loads(json.dumps(MAPPING))
    place = mapping
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return mapping


def pair_value(delay, purpose):
    if math.isnan(delay) or purpose not in (0.0, 1.0):
        return 0.0
    value = 0.25 if purpose == 0.0 else -0.75
    return value if delay < 1.0 else -value


@pytest.mark.parametrize("backend", BACKENDS)
def test_steps_and_categories_add_what_their_bins_say(backend):
    runtime = additive_runtime(without("linear", "pair"), backend=backend)
    rows = [[0.0, delay, purpose, 0.0] for delay, purpose in product(DELAYS, PURPOSES)]
    expected = [-1.25 + DELAYS[delay] + PURPOSES[purpose] for _, delay, purpose, _ in rows]
    assert runtime.log_odds(rows).tolist() == expected


def test_a_line_holds_values_within_its_ends_and_takes_their_logarithm(runtime):
    rows = [[income, 0.0, 0.0, 0.0] for income in INCOMES]
    rest = -1.25 + 0.25 - 0.25 + 0.25
    expected = [rest - 0.75 * (logged - 0.5) / 0.25 for logged in INCOMES.values()]
    assert runtime.log_odds(rows) == pytest.approx(expected, abs=1e-12)


def test_missing_and_special_values_of_a_line_have_numbers_of_their_own(runtime):
    rows = [[math.nan, 0.0, 0.0, 0.0], [-9.0, 0.0, 0.0, 0.0]]
    rest = -1.25 + 0.25 - 0.25 + 0.25
    assert runtime.log_odds(rows).tolist() == [rest + 0.125, rest + 2.0]


def test_a_pair_adds_its_cell_and_shares_it_equally(runtime):
    for delay, purpose in product(DELAYS, PURPOSES):
        row = [[-9.0, delay, purpose, 0.0]]
        log_odds, contributions = runtime.explain(row)
        pair = pair_value(delay, purpose)
        assert log_odds[0] == -1.25 + 2.0 + DELAYS[delay] + PURPOSES[purpose] + pair
        half = (pair - 0.125) / 2
        expected = [2.0 - 0.0625, DELAYS[delay] + 0.125 + half, PURPOSES[purpose] + 0.0625 + half]
        assert contributions[0].tolist() == [*expected, 0.0]


def test_contributions_and_base_sum_to_the_log_odds(runtime):
    rows = list(product(INCOMES, DELAYS, PURPOSES, [0.0, math.nan]))
    log_odds, contributions = runtime.explain(rows)
    assert runtime.base == -1.25 + 0.0625 - 0.125 - 0.0625 + 0.125
    np.testing.assert_allclose(contributions.sum(1) + runtime.base, log_odds, atol=1e-12)


def shapley_by_definition(model, row, background):
    """Return Shapley values from their definition, over all subsets of the features."""
    size = len(row)

    def worth(players):
        mixed = background.copy()
        mixed[:, list(players)] = row[list(players)]
        return model(mixed).mean()

    values = np.zeros(size)
    for player in range(size):
        others = [one for one in range(size) if one != player]
        for chosen in product([False, True], repeat=size - 1):
            before = [one for one, there in zip(others, chosen, strict=True) if there]
            weight = math.factorial(len(before)) * math.factorial(size - 1 - len(before))
            gain = worth([*before, player]) - worth(before)
            values[player] += weight / math.factorial(size) * gain
    return values


def test_contributions_are_shapley_values_by_their_definition():
    random = np.random.default_rng(0)
    # The two go together, so that the mean of the pair is not zero.
    background = random.choice(
        [[-1.0, 0.0], [3.0, 0.0], [3.0, 1.0], [0.5, 1.0]], 64, p=[0.3, 0.1, 0.4, 0.2]
    )
    low, first = background[:, 0] < 1.0, background[:, 1] == 0.0
    shares = [[float(part.mean()), float(1 - part.mean())] for part in (low, first)]
    table = np.outer([shares[0][1], -shares[0][0]], [shares[1][1], -shares[1][0]])
    pair = np.zeros((3, 4))
    pair[:2, :2] = table
    steps = np.where(low, -0.5, 1.0)
    mapping = {
        "schema": 1, "intercept": 0.25, "features": ["a", "b"],
        "terms": [
            {"kind": "step", "feature": "a", "edges": [1.0], "log_odds": [-0.5, 1.0],
             "share": shares[0], "missing": 0.0, "special": [], "mean": float(steps.mean())},
            {"kind": "pair", "log_odds": pair.tolist(),
             "mean": float(table[1 - low.astype(int), 1 - first.astype(int)].mean()),
             "axes": [{"feature": "a", "edges": [1.0], "share": [*shares[0], 0.0]},
                      {"feature": "b", "edges": None, "share": [*shares[1], 0.0, 0.0]}]},
        ],
    }  # fmt: skip
    runtime = additive_runtime(AdditiveTable.from_mapping(mapping))
    for row in np.unique(background, axis=0):
        expected = shapley_by_definition(runtime.log_odds, row, background)
        np.testing.assert_allclose(runtime.explain(row[None])[1][0], expected, atol=1e-12)


ROWS = st.lists(
    st.tuples(*(st.floats(allow_nan=True, allow_infinity=True) for _ in range(4))), min_size=1
)


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_both_backends_agree_bit_for_bit_on_any_row(rows):
    table = AdditiveTable.from_mapping(MAPPING)
    answers = [additive_runtime(table, backend=backend).explain(rows) for backend in BACKENDS]
    for compiled, plain in zip(*answers, strict=True):
        assert compiled.tobytes() == plain.tobytes()


def test_a_row_has_the_same_bits_alone_in_a_batch_and_in_threads(runtime):
    random = np.random.default_rng(0)
    rows = np.column_stack(
        [
            random.lognormal(size=300),
            random.choice(list(DELAYS), 300),
            random.choice(list(PURPOSES), 300),
            random.normal(size=300),
        ]
    )
    whole = runtime.explain(rows)
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda row: runtime.explain(row[None]), rows))
    assert np.concatenate([one[0] for one in alone]).tobytes() == whole[0].tobytes()
    assert np.concatenate([one[1] for one in alone]).tobytes() == whole[1].tobytes()


@given(st.floats(1.0, 1e300))
def test_the_logarithm_is_right_to_the_last_places(value):
    assert logarithm(np.array([value]))[0] == pytest.approx(math.log(value), rel=3e-16, abs=3e-16)


def test_a_table_comes_back_from_its_text_exactly():
    random = np.random.default_rng(0)
    mapping = changed(("terms", 1, "log_odds"), random.normal(size=3).tolist())
    table = AdditiveTable.from_mapping(mapping)
    assert parse_additive(write_additive(table)) == table


def test_a_table_without_terms_is_its_intercept():
    table = AdditiveTable.from_mapping({**MAPPING, "terms": []})
    assert parse_additive(write_additive(table)) == table
    for backend in BACKENDS:
        assert additive_runtime(table, backend=backend).log_odds(np.ones((2, 4))).tolist() == [
            -1.25,
            -1.25,
        ]


@pytest.mark.parametrize("family", ["logistic", "additive"])
def test_the_engine_loads_it_from_its_file(family):
    text = write_additive(AdditiveTable.from_mapping(MAPPING))
    assert load_runtime(family, {"additive.json": text.encode()}).feature_count == 4


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 2),
        (("intercept",), "0"),
        (("intercept",), True),
        (("intercept",), math.nan),
        (("intercept",), 10**400),
        (("unheard",), 1),
        (("features",), []),
        (("features",), ["income", "income"]),
        (("features",), ["income", 3]),
        (("features",), ["income", "delay"]),
        (("terms",), {}),
        (("terms", 0), 3),
        (("terms", 0, "kind"), "curve"),
        (("terms", 0, "kind"), ["linear"]),
        (("terms", 0, "unheard"), 1),
        (("terms", 0, "feature"), "delay"),
        (("terms", 0, "low"), 4.0),
        (("terms", 0, "low"), -1.0),
        (("terms", 0, "scale"), 0.0),
        (("terms", 0, "transform"), "sqrt"),
        (("terms", 0, "coefficient"), None),
        (("terms", 0, "special"), [{"value": 1.0, "log_odds": 1.0}] * 2),
        (("terms", 0, "special"), [3]),
        (("terms", 0, "special"), [{"value": 1.0, "log_odds": 1.0, "more": 1}]),
        (("terms", 1, "edges"), [2.0, 0.0]),
        (("terms", 1, "edges"), [0.0, 0.0]),
        (("terms", 1, "edges"), [0.0]),
        (("terms", 1, "edges"), [0.0, math.inf]),
        (("terms", 1, "log_odds"), [0.0, 1.0]),
        (("terms", 1, "share"), [0.5, 0.5, 0.5]),
        (("terms", 1, "share"), [-0.5, 0.5, 0.5]),
        (("terms", 2, "log_odds"), []),
        (("terms", 2, "log_odds"), ["0", "1"]),
        (("terms", 2, "other"), math.inf),
        (("terms", 3, "axes"), []),
        (("terms", 3, "axes", 0, "feature"), "purpose"),
        (("terms", 3, "axes", 0, "edges"), [0.0, 1.0]),
        (("terms", 3, "axes", 0, "share"), [0.25, 0.25, 0.0]),
        (("terms", 3, "axes", 1, "share"), [0.5, 0.5]),
        (("terms", 3, "axes", 1, "more"), 1),
        (("terms", 3, "log_odds"), [[0.0]]),
        (("terms", 3, "log_odds"), [0.0]),
        (("terms", 3, "log_odds", 0, 0), 0.5),
        (("terms", 3, "mean"), "0"),
    ],
)
def test_a_table_without_sense_is_refused(path, value):
    with pytest.raises(AdditiveInvalid):
        AdditiveTable.from_mapping(changed(path, value))


@pytest.mark.parametrize("text", ["", "[]", "{", "1", "[" * 100_000])
def test_text_that_is_no_table_is_refused(text):
    with pytest.raises(AdditiveInvalid):
        parse_additive(text)
