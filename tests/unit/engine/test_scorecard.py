import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.engine.scorecard import (
    ScorecardInvalid,
    ScorecardTable,
    scorecard_runtime,
)
from loanwright.features.errors import ValueHasNoBin

MAPPING = {
    "schema": 1,
    "intercept": -1.25,
    "features": [
        {
            "name": "delay",
            "coefficient": 0.9,
            "bins": [
                {"kind": "range", "lower": None, "upper": 0.0, "log_odds": -0.5, "share": 0.5},
                {"kind": "range", "lower": 0.0, "upper": 2.0, "log_odds": 0.25, "share": 0.25},
                {"kind": "range", "lower": 2.0, "upper": None, "log_odds": 1.0, "share": 0.125},
                {"kind": "special", "value": -2.0, "log_odds": -1.0, "share": 0.0625},
                {"kind": "missing", "log_odds": 0.75, "share": 0.0625},
            ],
        },
        {
            "name": "education",
            "coefficient": 1.1,
            "bins": [
                {"kind": "category", "codes": [0, 3], "log_odds": -0.25, "share": 0.75},
                {"kind": "category", "codes": [1], "log_odds": 0.5, "share": 0.25},
            ],
        },
    ],
}
DELAYS = {
    -1e9: -0.5, -2.0: -1.0, -1.5: -0.5, 0.0: -0.5, 1e-9: 0.25, 2.0: 0.25, 2.1: 1.0,
    np.inf: 1.0, -np.inf: -0.5, np.nan: 0.75,
}  # fmt: skip
EDUCATIONS = {0.0: -0.25, 3.0: -0.25, 1.0: 0.5}


@pytest.fixture(params=["numba", "numpy"])
def runtime(request):
    return scorecard_runtime(ScorecardTable.from_mapping(MAPPING), backend=request.param)


def changed(path, value):
    mapping = json.loads(json.dumps(MAPPING))
    place = mapping
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return mapping


def test_a_row_gets_the_log_odds_of_its_bins(runtime):
    rows = [[delay, education] for delay in DELAYS for education in EDUCATIONS]
    expected = [-1.25 + a + b for a in DELAYS.values() for b in EDUCATIONS.values()]
    assert runtime.log_odds(rows).tolist() == expected


def test_contributions_are_measured_from_the_mean_of_the_development_sample(runtime):
    means = (-0.5 * 0.5 + 0.25 * 0.25 + 0.125 - 0.0625 + 0.75 * 0.0625, -0.25 * 0.75 + 0.5 * 0.25)
    log_odds, contributions = runtime.explain([[3.0, 1.0]])
    assert contributions.tolist() == [[1.0 - means[0], 0.5 - means[1]]]
    assert runtime.base == pytest.approx(-1.25 + sum(means), abs=1e-15)
    assert contributions.sum() + runtime.base == pytest.approx(log_odds[0], abs=1e-12)


@pytest.mark.parametrize("row", [[0.0, 2.0], [0.0, np.nan], [0.0, 0.5], [0.0, np.inf]])
def test_a_value_without_a_bin_is_refused_by_name(runtime, row):
    with pytest.raises(ValueHasNoBin, match="Row 1: feature education") as caught:
        runtime.explain([[0.0, 0.0], row])
    assert caught.value.feature == "education"


def test_a_row_has_the_same_bits_alone_in_a_batch_and_in_threads(runtime):
    random = np.random.default_rng(0)
    rows = np.column_stack([random.choice(list(DELAYS), 300), random.choice(list(EDUCATIONS), 300)])
    whole = runtime.explain(rows)
    with ThreadPoolExecutor(4) as pool:
        alone = list(pool.map(lambda row: runtime.explain(row[None]), rows))
    assert np.concatenate([one[0] for one in alone]).tobytes() == whole[0].tobytes()
    assert np.concatenate([one[1] for one in alone]).tobytes() == whole[1].tobytes()


numbers = st.floats(-4, 4).map(lambda number: round(number, 3))


@settings(max_examples=30, deadline=None)
@given(
    ends=st.lists(st.lists(numbers, max_size=6, unique=True).map(sorted), min_size=1, max_size=6),
    seed=st.integers(0, 10**6),
)
def test_both_backends_agree_bit_for_bit_on_any_card(ends, seed):
    random = np.random.default_rng(seed)
    features = [
        {"name": f"feature {place}", "bins": card_bins(uppers, random)}
        for place, uppers in enumerate(ends)
    ]
    table = ScorecardTable.from_mapping({"schema": 1, "intercept": 0.1, "features": features})
    assert ScorecardTable.from_mapping(table.to_mapping()) == table
    choices = [-9.0, np.nan, *(end for uppers in ends for end in uppers), *random.normal(size=9)]
    rows = random.choice(choices, (50, len(ends)))
    compiled = scorecard_runtime(table, backend="numba")
    plain = scorecard_runtime(table, backend="numpy")
    for one, other in zip(compiled.explain(rows), plain.explain(rows), strict=True):
        assert one.tobytes() == other.tobytes()
    log_odds, contributions = compiled.explain(rows)
    np.testing.assert_allclose(contributions.sum(1) + compiled.base, log_odds, rtol=0, atol=1e-12)


def card_bins(uppers, random):
    edges = [None, *uppers, None]
    bins = [{"kind": "range", "lower": lower, "upper": upper} for lower, upper in pairwise(edges)]
    bins += [{"kind": "special", "value": -9.0}, {"kind": "missing"}]
    shares = random.dirichlet(np.ones(len(bins)))
    return [
        {**one, "log_odds": float(random.normal()), "share": float(share)}
        for one, share in zip(bins, shares, strict=True)
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 2),
        (("schema",), None),
        (("intercept",), "0"),
        (("intercept",), True),
        (("intercept",), float("nan")),
        (("intercept",), 10**400),
        (("features",), []),
        (("features",), {}),
        (("features", 0), 3),
        (("features", 0, "name"), 3),
        (("features", 0, "bins"), []),
        (("features", 0, "bins", 0, "kind"), "ranges"),
        (("features", 0, "bins", 0, "lower"), -5.0),
        (("features", 0, "bins", 0, "upper"), 0.5),
        (("features", 0, "bins", 2, "upper"), 7.0),
        (("features", 0, "bins", 0, "log_odds"), float("inf")),
        (("features", 0, "bins", 0, "share"), 0.9),
        (("features", 0, "bins", 0, "share"), -0.5),
        (("features", 0, "bins", 3, "value"), None),
        (("features", 0, "bins", 3, "kind"), "missing"),
        (("features", 1, "bins", 1, "codes"), [3]),
        (("features", 1, "bins", 1, "codes"), [1.5]),
        (("features", 1, "bins", 1, "codes"), "1"),
        (("features", 1, "bins", 1, "codes"), [10**400]),
    ],
)
def test_a_card_without_sense_is_refused(path, value):
    with pytest.raises(ScorecardInvalid):
        ScorecardTable.from_mapping(changed(path, value))
