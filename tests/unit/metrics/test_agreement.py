"""Cohen's kappa: by hand, at its ends, and an interval that holds what it promises."""

import numpy as np
import pytest

from loanwright.metrics.agreement import cohens_kappa
from loanwright.metrics.samples import SampleTooSmall, ShapesDiffer


def pairs(both_yes, first_only, second_only, both_no):
    first = ["yes"] * (both_yes + first_only) + ["no"] * (second_only + both_no)
    second = ["yes"] * both_yes + ["no"] * first_only + ["yes"] * second_only + ["no"] * both_no
    return first, second


def test_kappa_is_what_a_textbook_says():
    # Both say yes 20 times, both no 15: p_o = 0.7, p_e = 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
    found = cohens_kappa(*pairs(20, 5, 10, 15))
    assert found.value == pytest.approx(0.4)


def test_kappa_is_what_the_library_says_that_everybody_uses():
    sklearn = pytest.importorskip("sklearn.metrics")
    answers = pairs(31, 7, 4, 58)
    assert cohens_kappa(*answers).value == pytest.approx(sklearn.cohen_kappa_score(*answers))


def test_those_who_always_agree_have_one_and_those_who_never_do_minus_one():
    assert cohens_kappa(*pairs(5, 0, 0, 5)).value == 1
    assert cohens_kappa(*pairs(0, 5, 5, 0)).value == -1


def test_one_answer_throughout_says_nothing():
    assert cohens_kappa(*pairs(9, 0, 0, 0)) is None


def test_too_few_and_unequal_answers_are_refused():
    with pytest.raises(SampleTooSmall):
        cohens_kappa(["yes"], ["yes"])
    with pytest.raises(ShapesDiffer):
        cohens_kappa(["yes", "no"], ["yes"])


def test_the_interval_holds_the_true_value_as_often_as_it_says():
    # Both see the truth with a tenth of error: the true kappa is that of the joint distribution.
    random = np.random.default_rng(7)
    agree, p_yes = 0.9 * 0.9 + 0.1 * 0.1, 0.3 * 0.9 + 0.7 * 0.1
    by_chance = p_yes**2 + (1 - p_yes) ** 2
    true = (agree - by_chance) / (1 - by_chance)
    held = 0
    for _ in range(600):
        truth = random.random(250) < 0.3
        first = np.where(random.random(250) < 0.1, ~truth, truth)
        second = np.where(random.random(250) < 0.1, ~truth, truth)
        found = cohens_kappa([str(one) for one in first], [str(one) for one in second])
        held += found.lower <= true <= found.upper
    assert 0.92 <= held / 600 <= 0.975
