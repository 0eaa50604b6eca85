import math

import pytest

from loanwright.decisioning.assessment import (
    Assessment,
    AssessmentRefused,
    lowering_risk,
    raising_risk,
)


def assessment(**changes):
    given = {
        "probability_of_default": 0.2,
        "score": 571,
        "grade": "D",
        "log_odds": 0.5,
        "base_log_odds": -1.0,
        "features": ("a", "b", "c", "d"),
        "contributions": (0.5, 1.0, -0.5, 0.5),
    }
    return Assessment(**(given | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"probability_of_default": math.nan},
        {"probability_of_default": math.inf},
        {"probability_of_default": 1.0000001},
        {"probability_of_default": -0.1},
        {"score": 571.0},
        {"score": True},
        {"log_odds": math.inf},
        {"base_log_odds": math.nan},
        {"contributions": (0.5, math.nan, 0.0, 0.0)},
        {"contributions": (0.5, math.inf, -math.inf, 0.0)},
        {"contributions": (0.5,)},
    ],
)
def test_an_answer_no_decision_can_rest_on_is_refused(changes):
    with pytest.raises(AssessmentRefused):
        assessment(**changes)


def test_certainty_is_still_a_probability():
    assert assessment(probability_of_default=0.0).probability_of_default == 0.0
    assert assessment(probability_of_default=1.0).probability_of_default == 1.0


def test_features_come_heaviest_first_and_ties_in_their_order():
    assert raising_risk(assessment(), 4) == (("b", 1.0), ("a", 0.5), ("d", 0.5))
    tied = assessment(contributions=(-0.5, 0.0, -0.5, -0.7))
    assert lowering_risk(tied, 4) == (("d", -0.7), ("a", -0.5), ("c", -0.5))


def test_a_contribution_of_zero_is_neither():
    flat = assessment(contributions=(0.0, 0.0, -0.0, 0.0))
    assert raising_risk(flat, 4) == ()
    assert lowering_risk(flat, 4) == ()


def test_no_more_than_the_limit_is_returned():
    assert raising_risk(assessment(), 1) == (("b", 1.0),)
