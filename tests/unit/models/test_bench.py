"""The bench counts and weighs what training counts and weighs, to the last digit."""

import itertools
import json

import numpy as np
import pytest

from loanwright.binning.bins import Bin, FeatureBinning
from loanwright.binning.given import GivenBinning
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.discrimination import gini
from loanwright.models.bench import BenchRows, lay_rows, weigh_card
from loanwright.models.scorecard import ScorecardClassifier

SCALE = {"pdo": 20.0, "anchor_score": 600.0, "anchor_odds": 30.0}
SPECS = (
    ColumnSpec(name="income", kind="numeric", direction=-1, special=(-1.0,), categories=0),
    ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0),
    ColumnSpec(name="purpose", kind="category", direction=0, special=(), categories=4),
    ColumnSpec(name="free", kind="numeric", direction=0, special=(), categories=0),
)


@pytest.fixture(scope="module")
def sample():
    random = np.random.default_rng(7)
    count = 6_000
    income = random.lognormal(10, 0.6, count).round(2)
    income[random.random(count) < 0.05] = -1.0
    income[random.random(count) < 0.05] = np.nan
    delay = random.poisson(0.7, count).astype(float)
    purpose = random.integers(0, 4, count).astype(float)
    free = random.normal(size=count)
    risk = -2 + 0.6 * delay - 0.3 * np.log(np.where(income > 0, income, 20_000) / 20_000)
    risk += 0.2 * (purpose == 3)
    default = (random.random(count) < 1 / (1 + np.exp(-risk))).astype(np.int8)
    return np.column_stack([income, delay, purpose, free]), default


def ranges(name, edges, special=(), missing=True):
    ends = [None, *edges, None]
    bins = [Bin(kind="range", lower=a, upper=b) for a, b in itertools.pairwise(ends)]
    bins += [Bin(kind="special", value=value) for value in special]
    bins += [Bin(kind="missing")] if missing else []
    return auto(FeatureBinning(name=name, bins=tuple(bins)))


def auto(binning, woe=None):
    return GivenBinning(binning=binning, woe=woe or (None,) * len(binning.bins))


def categories(*groups):
    bins = [Bin(kind="category", codes=group) for group in groups]
    return auto(FeatureBinning(name="purpose", bins=(*bins, Bin(kind="missing"))))


def some_bins(rows):
    stops = {one.spec.name: one.stops.tolist() for one in rows.features}
    return {
        "income": ranges("income", stops["income"][20::50], special=(-1.0,)),
        "delay": ranges("delay", [0.0, 1.0]),
        "purpose": categories((0, 2), (1,), (3,)),
        "free": ranges("free", stops["free"][10::60]),
    }


def test_the_bench_makes_the_card_that_training_makes(sample):
    matrix, default = sample
    rows = BenchRows.from_bytes(lay_rows(matrix, default, SPECS).to_bytes())
    given = some_bins(rows)
    trained = ScorecardClassifier(columns=SPECS, bins=given, **SCALE).fit(matrix, default)
    card = weigh_card(rows, given, scale=SCALE)
    told = json.loads(trained.native_files()["scorecard.json"])

    assert card.binnings == trained.binnings_
    assert card.coefficients == tuple(trained.coefficients_.tolist())
    assert card.intercept == trained.intercept_
    assert card.points.base == told["points"]["base"]
    assert [list(one) for one in card.points.points] == [
        [one["points"] for one in feature["bins"]] for feature in told["features"]
    ]
    assert card.gini == gini(default, trained.decision_function(matrix))


def test_edges_of_bins_that_are_there_can_be_kept(sample):
    matrix, default = sample
    trained = ScorecardClassifier(columns=SPECS).fit(matrix, default)
    rows = lay_rows(matrix, default, SPECS, binnings=trained.binnings_)
    given = {one.name: auto(one) for one in trained.binnings_}
    again = ScorecardClassifier(columns=SPECS, bins=given).fit(matrix, default)

    card = weigh_card(rows, given, scale=SCALE)
    assert card.binnings == again.binnings_
    for one in trained.binnings_[:2]:
        ends = {two.upper for two in one.bins if two.upper is not None}
        stops = set(rows.features[rows.place_of(one.name)].stops.tolist())
        assert ends <= stops


def test_a_weight_set_by_hand_stays(sample):
    matrix, default = sample
    rows = lay_rows(matrix, default, SPECS)
    given = some_bins(rows)
    fixed = given["delay"]
    given["delay"] = auto(fixed.binning, (0.9, None, -1.4, 0.0))
    card = weigh_card(rows, given, scale=SCALE)

    assert card.binnings[1].woe[[0, 2]].tolist() == [0.9, -1.4]


def test_stability_is_told_month_by_month():
    spec = SPECS[1]
    days = np.repeat([0.0, 31.0, 59.0], 200)
    delay = np.concatenate([np.arange(200) % 2, np.arange(200) % 2, np.ones(200)])
    rows = lay_rows(delay[:, None], np.arange(600) % 3 == 0, [spec], days=days)
    told = dict(rows.stability(0, ranges("delay", [0.0]).binning))

    assert list(told) == [0, 1, 2]
    assert told[2].shifted
    assert told[2].psi.value > told[0].psi.value


def test_without_a_date_there_are_no_months(sample):
    rows = lay_rows(*sample, SPECS)
    assert len(rows.months()) == 0
    assert list(rows.stability(0, some_bins(rows)["income"].binning)) == []
