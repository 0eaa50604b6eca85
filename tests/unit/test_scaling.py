"""Tests of loanwright.scaling."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.scaling import Grade, LogOddsNotFinite, Scale, ScaleNotUsable, logistic

GRADES = tuple(
    Grade(name=name, score_from=floor) for name, floor in (("A", 620), ("B", 580), ("C", 0))
)


def scale(**changes):
    return Scale(**{"pdo": 20, "anchor_score": 600, "anchor_odds": 30, "grades": GRADES, **changes})


def true_logistic(log_odds: float) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        return 1 / (1 + (-Decimal(log_odds)).exp())


def test_the_logistic_is_within_two_units_in_the_last_place_of_the_truth():
    random = np.random.default_rng(0)
    grid = np.concatenate(
        [np.linspace(-708, 708, 4001), np.linspace(-40, 40, 4001), random.normal(0, 3, 2000)]
    )
    worst = max(
        abs(Decimal(value) - true_logistic(x)) / Decimal(math.ulp(value))
        for x, value in zip(grid.tolist(), logistic(grid).tolist(), strict=True)
    )
    assert worst <= 2


def test_the_logistic_never_falls_from_one_float_to_the_next():
    random = np.random.default_rng(1)
    reductions = (np.arange(-50, 50) + 0.5) * math.log(2)
    for centre in np.concatenate([random.normal(0, 5, 60), reductions, [0.0, 36.0, -36.0]]):
        step = max(math.ulp(centre), 2.0**-60)
        neighbours = np.unique(centre + np.arange(-2000, 2000) * step)
        assert (np.diff(logistic(neighbours)) >= 0).all()


def test_the_logistic_never_falls_over_a_dense_sample():
    values = np.sort(np.random.default_rng(2).normal(0, 6, 500_000))
    assert (np.diff(logistic(values)) >= 0).all()


def test_the_logistic_stays_strictly_between_zero_and_one():
    extreme = logistic([-1e308, -750.0, -40.0, 40.0, 750.0, 1e308])
    assert extreme.min() > 0
    assert extreme.max() < 1


def test_the_logistic_has_the_same_bits_in_any_batch_and_layout():
    values = np.random.default_rng(3).normal(0, 4, 1001)
    whole = logistic(values)
    single = np.array([logistic(value)[()] for value in values])
    strided = logistic(np.repeat(values, 3)[::3])
    pieces = np.concatenate([logistic(values[start : start + 7]) for start in range(0, 1001, 7)])
    for other in (single, strided, pieces):
        assert other.tobytes() == whole.tobytes()


def test_the_bits_of_the_logistic_are_those_written_down_here():
    written = {
        -3.0: "0x1.848343c905445p-5",
        -0.4: "0x1.9af19f3d3169cp-2",
        0.1: "0x1.0cca12729afb8p-1",
        2.5: "0x1.d9291ddb596f8p-1",
    }
    found = {log_odds: float(logistic(log_odds)).hex() for log_odds in written}
    assert found == written


@given(st.floats(-700, 700), st.floats(-700, 700))
@settings(max_examples=200, deadline=None)
def test_a_higher_log_odds_never_has_a_lower_probability(one, other):
    low, high = sorted((one, other))
    assert logistic(low) <= logistic(high)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_log_odds_that_are_not_finite_are_refused(wrong):
    with pytest.raises(LogOddsNotFinite) as caught:
        logistic([0.0, wrong])
    assert caught.value.facts == {"count": 1, "rows": 2}
    with pytest.raises(LogOddsNotFinite):
        scale().score([wrong])


def test_the_anchor_odds_get_the_anchor_score_and_pdo_doubles_them():
    log_odds = [-math.log(odds) for odds in (30, 60, 120, 15, 7.5)]
    assert scale().score(log_odds).tolist() == [600, 620, 640, 580, 560]


def test_scores_are_rounded_half_to_even_and_clipped_nowhere():
    unit = scale(pdo=math.log(2), anchor_score=0.5, anchor_odds=1)
    assert unit.factor == 1.0
    assert unit.score([0.0, -1.0, -2.0, 700.0]).tolist() == [0, 2, 2, -700]


def test_even_extreme_log_odds_have_a_score():
    assert scale().score([-750.0, 750.0]).tolist() == [22142, -21139]


@given(st.floats(-50, 50), st.floats(-50, 50))
@settings(max_examples=100, deadline=None)
def test_a_safer_applicant_never_has_a_lower_score(one, other):
    low, high = sorted((one, other))
    safer, riskier = scale().score([low, high]).tolist()
    assert safer >= riskier


def test_each_score_has_the_grade_whose_floor_it_reaches():
    found = {score: scale().grade(score) for score in (621, 620, 619, 580, 579, 0, -500)}
    assert found == {621: "A", 620: "A", 619: "B", 580: "B", 579: "C", 0: "C", -500: "C"}


def test_grades_of_many_scores_are_those_of_each():
    scores = np.arange(-100, 800)
    names = [GRADES[index].name for index in scale().grade_index(scores)]
    assert names == [scale().grade(int(score)) for score in scores]


def test_a_scale_survives_being_written():
    assert Scale.from_mapping(scale().to_mapping()) == scale()


@pytest.mark.parametrize(
    "changes",
    [
        {"pdo": 0},
        {"pdo": -20},
        {"anchor_odds": 0},
        {"anchor_score": math.nan},
        {"pdo": math.inf},
        {"grades": ()},
        {"grades": (GRADES[0], GRADES[0])},
        {"grades": GRADES[::-1]},
    ],
)
def test_a_scale_that_makes_no_sense_is_refused(changes):
    with pytest.raises(ScaleNotUsable):
        scale(**changes)


@pytest.mark.parametrize(
    ("key", "value"), [("pdo", "20"), ("pdo", True), ("grades", [{"name": "A", "score_from": 1.5}])]
)
def test_a_scale_written_wrongly_is_refused(key, value):
    with pytest.raises(ScaleNotUsable):
        Scale.from_mapping({**scale().to_mapping(), key: value})


def test_a_scale_with_a_part_missing_says_which():
    mapping = scale().to_mapping()
    del mapping["anchor_odds"]
    with pytest.raises(ScaleNotUsable, match="anchor_odds is missing"):
        Scale.from_mapping(mapping)
