"""Tests of loanwright.fairness.groups and measures."""

import json

import numpy as np
import pytest

from loanwright.fairness.groups import Group, groups_of
from loanwright.fairness.measures import Treatment, group_measures
from loanwright.features.product import bundled_product
from loanwright.features.text import Text
from loanwright.metrics.samples import ShapesDiffer
from loanwright.scaling import logistic

CARD = bundled_product("credit-card")


def group(name, rows):
    return Group(title=Text(en=name, ru=name), rows=rows)


def two_groups(rows=6000, *, unkind=0.0, seed=0):
    """Return groups and a treatment whose stated log-odds are too high by `unkind` for group b."""
    random = np.random.default_rng(seed)
    of_b = random.random(rows) < 0.3
    true = random.normal(-2, 1, rows)
    default = random.random(rows) < logistic(true)
    stated = true + unkind * of_b
    said = Treatment(
        approved=stated < -1.5,
        score=np.round(500 - 28 * stated),
        probability=logistic(stated),
        default=default,
    )
    return [group("a", ~of_b), group("b", of_b)], said


def test_equal_treatment_is_measured_as_equal():
    a, b = group_measures(*two_groups())
    assert (a.reference, b.reference) == (True, False)
    assert set(a.measures) == {
        "approval_rate",
        "default_rate",
        "observed_to_expected",
        "auc",
        "calibration_slope",
    }
    neutral = {
        "adverse_impact_ratio": 1,
        "score_difference": 0,
        "equal_opportunity": 0,
        "false_approval": 0,
        "observed_to_expected": 1,
        "calibration_slope": 1,
    }
    for name, value in neutral.items():
        assert b.measures[name].lower < value < b.measures[name].upper, name
    assert b.p_value > 0.05


def test_unkind_treatment_shows_in_every_measure_that_it_touches():
    _, b = group_measures(*two_groups(unkind=0.8))
    assert b.measures["adverse_impact_ratio"].upper < 0.8
    assert b.measures["score_difference"].upper < -0.4
    assert b.measures["equal_opportunity"].upper < -0.1
    assert b.measures["false_approval"].upper < 0
    assert b.measures["observed_to_expected"].upper < 0.8
    assert b.p_value < 1e-6


def test_counts_by_hand():
    approved = np.array([True] * 30 + [False] * 10 + [True] * 20 + [False] * 20)
    default = np.tile([True, False], 40)
    said = Treatment(
        approved=approved,
        score=approved * 1.0,
        probability=np.full(80, 0.25),
        default=default,
    )
    first = np.arange(80) < 40
    a, b = group_measures([group("a", first), group("b", ~first)], said)
    assert (b.rows, b.approved, b.defaults) == (40, 20, 20)
    assert b.measures["adverse_impact_ratio"].value == pytest.approx(20 / 30)
    assert b.measures["equal_opportunity"].value == pytest.approx(10 / 20 - 15 / 20)
    assert b.measures["observed_to_expected"].value == pytest.approx(2)
    assert a.measures["approval_rate"].value == 0.75


def test_another_reference_turns_the_ratio_around():
    groups, said = two_groups(unkind=0.8)
    b = group_measures(groups, said)[1].measures["adverse_impact_ratio"].value
    a = group_measures(groups, said, reference="b")[0].measures["adverse_impact_ratio"].value
    assert a == pytest.approx(1 / b)


def test_a_small_group_is_counted_and_not_judged():
    groups, said = two_groups()
    few = np.arange(6000) < 12
    found = group_measures([*groups, group("few", few)], said)[2]
    assert found.rows == 12
    assert set(found.measures) == {"approval_rate"}
    assert found.p_value is None


def test_without_outcomes_only_approvals_and_scores_are_compared():
    groups, said = two_groups()
    blind = Treatment(approved=said.approved, score=said.score, probability=said.probability)
    b = group_measures(groups, blind)[1]
    assert b.defaults is None
    assert set(b.measures) == {"approval_rate", "adverse_impact_ratio", "score_difference"}


def test_many_groups_are_adjusted_by_holm():
    groups, said = two_groups(unkind=0.25)
    slices = [group(f"s{i}", (np.arange(6000) % 5 == i) & ~groups[1].rows) for i in range(5)]
    b = group_measures([groups[1], *slices], said)[0]
    assert b.reference
    others = group_measures([*slices, groups[1]], said, reference="s0")[5]
    assert others.p_adjusted == pytest.approx(5 * others.p_value)


def test_the_measures_are_plain_values():
    found = [one.to_mapping() for one in group_measures(*two_groups(500))]
    assert json.loads(json.dumps(found)) == found


def test_parts_of_different_lengths_are_refused():
    with pytest.raises(ShapesDiffer):
        Treatment(approved=np.ones(3, bool), score=np.ones(2), probability=np.ones(3))


def test_categories_are_groups_and_silence_is_one_too():
    sex = CARD.feature("sex")
    found = groups_of(sex, np.array([0.0, 1.0, np.nan, 1.0]))
    assert [(one.title.en, int(one.rows.sum())) for one in found] == [
        ("Male", 1),
        ("Female", 2),
        ("not stated", 1),
    ]


def test_numbers_are_grouped_by_quartiles_or_by_stated_cuts():
    age = CARD.feature("age")
    ages = np.arange(20.0, 80.0)
    quarters = groups_of(age, ages)
    assert [int(one.rows.sum()) for one in quarters] == [15, 15, 15, 15]
    assert [one.title.en for one in groups_of(age, ages, cuts=[25, 62])] == [
        "below 25",
        "from 25 to below 62",
        "from 62",
    ]
    assert sum(one.rows.astype(int) for one in groups_of(age, ages, cuts=[25, 62])).tolist() == (
        [1] * 60
    )
