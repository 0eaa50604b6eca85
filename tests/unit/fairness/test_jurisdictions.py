"""Tests of loanwright.fairness.jurisdictions."""

import pytest

from loanwright.fairness.jurisdictions import (
    JurisdictionUnknown,
    find_jurisdiction,
    list_jurisdictions,
    screen,
)
from loanwright.fairness.measures import GroupMeasures
from loanwright.metrics.estimate import Estimate

MEASURES = {
    "approval_rate",
    "adverse_impact_ratio",
    "score_difference",
    "equal_opportunity",
    "false_approval",
    "default_rate",
    "observed_to_expected",
    "calibration_slope",
    "auc",
}


def measured(value, lower, upper, *, measure="adverse_impact_ratio", reference=False):
    ratio = Estimate(value=value, lower=lower, upper=upper, level=0.95, method="by hand")
    return GroupMeasures(
        title={"en": "b", "ru": "б"},
        reference=reference,
        rows=100,
        approved=50,
        defaults=None,
        measures={measure: ratio},
    )


@pytest.mark.parametrize("name", list_jurisdictions())
def test_every_file_is_dated_complete_in_both_languages_and_sends_to_counsel(name):
    found = find_jurisdiction(name)
    assert found.as_of.year >= 2026
    assert set(found.title) == set(found.note) == {"en", "ru"}
    assert "counsel" in found.note["en"]
    assert set(found.measured) <= MEASURES
    for one in found.screens:
        assert one.measure in found.measured
        assert set(one.note) == {"en", "ru"}
    for rule in found.rules:
        assert set(rule.duty) == {"en", "ru"}
        assert "counsel" in rule.standing
        assert rule.source


@pytest.mark.parametrize("name", ["us-federal", "us-state"])
def test_four_fifths_is_shown_as_a_screen_that_no_lending_regulator_codified(name):
    ratio = find_jurisdiction(name).screens[0]
    assert ratio.measure == "adverse_impact_ratio"
    assert "codified" in ratio.note["en"]


def test_off_measures_shows_and_screens_nothing():
    off = find_jurisdiction("off")
    assert (off.measured, off.screens, off.rules, off.shown) == ((), (), (), "nothing")
    assert screen([measured(0.5, 0.4, 0.6)], off) == ()


@pytest.mark.parametrize(
    ("value", "lower", "upper", "result"),
    [
        (0.7, 0.6, 0.8, "attention"),
        (0.7, 0.45, 1.05, "ok"),
        (0.8, 0.7, 0.9, "ok"),
        (0.85, 0.8, 0.9, "ok"),
    ],
)
def test_a_gap_is_brought_up_where_it_is_large_and_no_chance(value, lower, upper, result):
    found = screen([measured(value, lower, upper)], find_jurisdiction("us-federal"))
    assert found[0].result == result
    assert found[0].to_mapping()["value"]["value"] == value


def test_what_was_not_measured_is_said_to_be_so():
    found = screen([measured(0.7, 0.6, 0.8)], find_jurisdiction("us-federal"))
    assert [one.result for one in found] == ["attention", "not_available"]
    assert found[1].to_mapping()["value"] is None


def test_differences_are_held_against_zero():
    gap = measured(-0.4, -0.6, -0.2, measure="score_difference")
    found = screen([gap], find_jurisdiction("us-federal"))
    assert {one.measure: one.result for one in found}["score_difference"] == "attention"


def test_the_reference_group_is_not_screened_against_itself():
    assert screen([measured(1, 1, 1, reference=True)], find_jurisdiction("eu")) == ()


def test_an_unknown_jurisdiction_is_refused_with_the_known_ones():
    with pytest.raises(JurisdictionUnknown, match="us-federal, us-state, eu, ru, off"):
        find_jurisdiction("atlantis")
