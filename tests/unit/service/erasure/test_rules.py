"""The rules of retention are dated data, and wrong ones are refused by name."""

from datetime import UTC, date, datetime

import pytest

from loanwright.service.erasure.rules import (
    RulesRefused,
    add_months,
    bundled_rules,
    choose_rules,
    read_rules,
)

RULE = """
[[rule]]
code = "x.keep"
jurisdiction = "XX"
after = "decision"
months = 6
from = 2026-01-01
until = 2026-12-31
source = "a law"
"""


def moment(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (moment(2026, 1, 31), 1, moment(2026, 2, 28)),
        (moment(2027, 12, 31), 2, moment(2028, 2, 29)),
        (moment(2026, 11, 21), 25, moment(2028, 12, 21)),
        (moment(2026, 12, 1), 1, moment(2027, 1, 1)),
        (moment(2026, 12, 15), 60, moment(2031, 12, 15)),
        (moment(2026, 6, 30), 6, moment(2026, 12, 30)),
    ],
)
def test_months_are_added_by_the_calendar(start, months, end):
    assert add_months(start, months) == end


def test_a_rule_is_in_force_from_its_first_day_to_its_last():
    (rule,) = read_rules(RULE)
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [rule.in_force(day) for day in days] == [False, True, True, False]


def test_the_bundled_rules_name_a_source_each_and_no_code_twice():
    rules = bundled_rules()
    assert len({one.code for one in rules}) == len(rules)
    assert all(one.source and one.months > 0 for one in rules)
    assert {one.jurisdiction for one in rules} == {"EU", "RU", "US"}


def test_money_laundering_rules_of_the_union_follow_each_other_without_a_gap():
    old, new = (
        next(one for one in bundled_rules() if one.code == code) for code in ("eu.amld", "eu.amlr")
    )
    assert (new.since - old.until).days == 1


def test_a_jurisdiction_without_rules_is_refused_by_name():
    assert choose_rules(bundled_rules(), ()) == ()
    assert {one.jurisdiction for one in choose_rules(bundled_rules(), ["US"])} == {"US"}
    with pytest.raises(RulesRefused, match="none for ZZ; known: EU, RU, US"):
        choose_rules(bundled_rules(), ["US", "ZZ"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml",
        RULE.replace('"decision"', '"birth"'),
        RULE.replace("months = 6", "months = 0"),
        RULE.replace("2026-01-01", '"yesterday"'),
        RULE.replace('source = "a law"', ""),
    ],
)
def test_rules_that_cannot_be_understood_are_refused(text):
    with pytest.raises(RulesRefused):
        read_rules(text)
