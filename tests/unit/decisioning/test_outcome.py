import pytest

from loanwright.decisioning.outcome import Outcome


def test_severity_rises_from_approve_to_decline():
    assert [outcome.severity for outcome in Outcome] == [0, 1, 2]


def test_the_most_severe_of_several_wins():
    assert Outcome.most_severe([Outcome.REFER, Outcome.APPROVE]) is Outcome.REFER
    assert Outcome.most_severe(Outcome) is Outcome.DECLINE


def test_nothing_to_choose_from_is_an_error_and_not_an_approval():
    with pytest.raises(ValueError):
        Outcome.most_severe([])


def test_an_outcome_reads_as_its_value():
    assert str(Outcome.DECLINE) == "decline"
    assert Outcome("approve") is Outcome.APPROVE
