"""Tests of loanwright.models.points."""

import math
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.engine.scorecard import ScorecardTable
from loanwright.models.points import points_card
from loanwright.scaling import Grade, Scale

SCALE = {"pdo": 40, "anchor_score": 600, "anchor_odds": 50}


def card_of(intercept, features):
    """Return a card from the log-odds of the bins of each feature, all bins equally common."""
    tables = []
    for place, log_odds in enumerate(features):
        edges = [None, *map(float, range(1, len(log_odds))), None]
        bins = [
            {"kind": "range", "lower": lower, "upper": upper, "log_odds": one, "share": 1 / size}
            for (lower, upper), one, size in zip(
                pairwise(edges), log_odds, [len(log_odds)] * len(log_odds), strict=True
            )
        ]
        tables.append({"name": f"x{place}", "bins": bins})
    return ScorecardTable.from_mapping({"schema": 1, "intercept": intercept, "features": tables})


def differences(table, card, *, slope=1.0, shift=0.0):
    """Return sum of points less exact score, for every combination of bins."""
    factor = SCALE["pdo"] / math.log(2)
    offset = SCALE["anchor_score"] - factor * math.log(SCALE["anchor_odds"])
    for chosen in product(*(range(len(feature.bins)) for feature in table.features)):
        places = list(zip(table.features, card.points, chosen, strict=True))
        log_odds = table.intercept + sum(f.bins[k].log_odds for f, _, k in places)
        total = card.base + sum(points[k] for _, points, k in places)
        yield total - (offset - factor * (shift + slope * log_odds))


def test_bins_that_fit_the_scale_have_points_without_any_error():
    half = math.log(2) / 2
    table = card_of(-math.log(50), [[-half, half], [half, -3 * half]])
    card = points_card(table, **SCALE)
    assert card.points == ((20, -20), (-40, 40))
    assert card.base == 600 + 20
    assert card.greatest_difference == pytest.approx(0, abs=1e-9)


@given(
    st.floats(-3, 1),
    st.lists(st.lists(st.floats(-2, 2), min_size=1, max_size=4), min_size=1, max_size=4),
    st.floats(0.5, 1.5),
    st.floats(-1, 1),
)
@settings(max_examples=150, deadline=None)
def test_no_sum_of_points_is_further_off_than_the_card_says(intercept, features, slope, shift):
    table = card_of(intercept, features)
    card = points_card(table, **SCALE, slope=slope, shift=shift)
    found = [abs(one) for one in differences(table, card, slope=slope, shift=shift)]
    assert max(found) == pytest.approx(card.greatest_difference, abs=1e-6)
    # Each feature errs by half a point at most, and so does the base.
    assert card.greatest_difference <= len(features) / 2 + 0.5 + 1e-9


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=8))
def test_a_safer_bin_never_has_fewer_points(log_odds):
    (points,) = points_card(card_of(-1.0, [log_odds]), **SCALE).points
    ordered = sorted(zip(log_odds, points, strict=True))
    for (low, safer), (high, riskier) in pairwise(ordered):
        assert safer >= riskier or low == high


def test_the_sum_is_the_score_of_the_products_scale():
    table = card_of(-1.5, [[-0.7, 0.1, 0.9], [0.4, -0.3]])
    card = points_card(table, **SCALE)
    scale = Scale(**SCALE, grades=(Grade(name="A", score_from=0),))
    for first, second in product(range(3), range(2)):
        log_odds = -1.5 + [-0.7, 0.1, 0.9][first] + [0.4, -0.3][second]
        total = card.base + card.points[0][first] + card.points[1][second]
        assert abs(total - int(scale.score([log_odds])[0])) <= 1
