"""Refusals in the language of the page: every message can be filled, none is left in English."""

import json
import string

import pytest

from loanwright.errors import Rejected
from loanwright.service.alerts.rules import RuleRefused, read_rule
from loanwright.service.experiments.errors import TooEarly
from loanwright.service.kit.problem import problem_of
from loanwright.service.schedules.timing import ScheduleRefused, check_times
from loanwright.service.web.languages import load_language
from loanwright.service.web.refusals import PROBLEMS, REST, WORDS, tell_failure, tell_refusal

RUSSIAN, ENGLISH = load_language("ru"), load_language("en")
RULE = {"name": "Moved", "figure": "score_drift", "product": "credit-card", "above": 0.2}


class NeverHeardOf(Rejected):
    """The {thing} is not to be had."""


def facts_of(kind):
    named = (field for _, field, _, _ in string.Formatter().parse(kind.__doc__ or ""))
    return {name: "7" for name in named if name}


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.__name__)
def test_every_message_is_filled_by_the_facts_of_its_error(kind):
    problem = kind(**facts_of(kind))
    for language in (ENGLISH, RUSSIAN):
        text = tell_refusal(problem, language).text
        assert text
        assert "%(" not in text
    assert tell_refusal(problem, RUSSIAN).text != tell_refusal(problem, ENGLISH).text


def test_what_is_told_in_words_is_told_of_its_field():
    for kind, told in PROBLEMS.items():
        for words, (field, message) in told.items():
            found = tell_refusal(kind(arm="b", problem=f"… {words} …"), RUSSIAN)
            assert found.text == RUSSIAN.gettext(message) != message
            assert found.field == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"figure": "weather"}, "figure"),
        ({"above": "much"}, "threshold"),
        ({"above": None}, "threshold"),
        ({"product": None}, "product"),
        ({"figure": "feature_drift"}, "feature"),
        ({"figure": "feature_drift", "feature": "a b"}, "feature"),
        ({"name": " "}, "name"),
        ({"chunks": "many"}, "chunks"),
        ({"email": ["nobody"]}, "email"),
        ({"quiet": {"from": "late", "to": "07:00", "zone": "UTC"}}, "quiet_from"),
        ({"quiet": {"from": "07:00", "to": "07:00", "zone": "UTC"}}, "quiet_from"),
        ({"quiet": {"from": "22:00", "to": "07:00", "zone": "Nowhere"}}, "zone"),
    ],
)
def test_a_rule_is_refused_beside_the_field_that_is_wrong(changes, field):
    with pytest.raises(RuleRefused) as refused:
        read_rule({**RULE, **changes})
    assert tell_refusal(refused.value, RUSSIAN).field == field


@pytest.mark.parametrize(
    ("cron", "zone", "field"),
    [
        ("often", "UTC", "cron"),
        ("61 * * * *", "UTC", "cron"),
        ("0 6 * * *", "Nowhere", "zone"),
    ],
)
def test_a_schedule_is_refused_beside_the_field_that_is_wrong(cron, zone, field):
    with pytest.raises(ScheduleRefused) as refused:
        check_times(cron, zone)
    assert tell_refusal(refused.value, RUSSIAN).field == field


def test_what_is_not_in_the_table_is_told_in_a_sentence_of_the_language():
    problem = NeverHeardOf(thing="moon")
    assert tell_refusal(problem, ENGLISH).text == "The moon is not to be had."
    assert tell_refusal(problem, RUSSIAN).text == RUSSIAN.gettext(REST) != REST


def test_a_failed_job_says_why_in_the_language():
    assert tell_failure(None, RUSSIAN) == ""
    known = {"code": "no_decisions_then", "detail": "Nothing was decided on x, y."}
    assert tell_failure(json.dumps(known), RUSSIAN) == "В эти дни решений не было."
    early = problem_of(TooEarly(name="x", ripe_on="2027-01-01")).body("req").decode()
    assert tell_failure(early, RUSSIAN) == RUSSIAN.gettext(REST)
    assert "2027-01-01" in tell_failure(early, ENGLISH)
