"""The law of a day: dated packs, what changes from one to the next, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from loanwright.decisioning.cooling import cooling_off
from loanwright.law.facts import EVENTS
from loanwright.law.packs import LawUnknown, bundled_packs, jurisdictions, load_packs, pack_for
from loanwright.law.reading import PackRefused, read_packs

CHANGES = {
    "US": (date(2026, 7, 21), "us.reg_b.proxies", "us.reg_b.effects_test"),
    "EU": (date(2026, 11, 20), "eu.personalised_price", None),
    "RU": (date(2025, 9, 1), "ru.cooling_off", None),
}
OTHERS = {
    "EU": (date(2025, 2, 27), "eu.counterfactual", None),
    "RU": (date(2024, 1, 1), "ru.debt_burden", None),
}
HEAD = """
jurisdiction = "XX"
valid_from = 2026-01-01
title = { en = "X", ru = "X" }
note = { en = "", ru = "" }
"""
DUTY = """
[[duties]]
code = "xx.one"
source = "law"
verified = false
checked = "nothing"
asks = { en = "a", ru = "a" }
occasions = ["decline"]
title = { en = "T", ru = "T" }
text = [{ en = "To {lender}.", ru = "{lender}." }]
"""


@pytest.mark.parametrize(
    ("jurisdiction", "change"),
    [(name, one) for given in (CHANGES, OTHERS) for name, one in given.items()],
)
def test_a_change_of_the_law_begins_on_its_day(jurisdiction, change):
    day, gained, lost = change
    before = pack_for(jurisdiction, date.fromordinal(day.toordinal() - 1))
    after = pack_for(jurisdiction, day)

    assert (before.duty(gained), after.duty(gained) is not None) == (None, True)
    assert lost is None or (before.duty(lost) is not None and after.duty(lost) is None)
    assert before.hash != after.hash


def test_packs_of_a_jurisdiction_leave_no_day_out():
    for jurisdiction in jurisdictions():
        own = [one for one in bundled_packs() if one.jurisdiction == jurisdiction]
        for before, after in pairwise(own):
            assert before.valid_until.toordinal() + 1 == after.valid_from.toordinal()
        assert own[-1].valid_until is None


def test_a_day_before_every_pack_has_no_law_here():
    with pytest.raises(LawUnknown) as refused:
        pack_for("RU", date(2010, 1, 1))
    assert "ru-2018-06-24" in str(refused.value)


def test_every_duty_says_where_it_is_written_and_whether_that_was_read():
    duties = {(pack.code, one.code): one for pack in bundled_packs() for one in pack.duties}
    assert all(one.source and one.checked for one in duties.values())
    assert {one.verified for one in duties.values()} == {True, False}
    assert duties["us-2026-07-21", "us.reg_b.ecoa_notice"].verified
    assert not duties["eu-2026-11-20", "eu.rights"].verified


def test_every_text_is_in_both_languages():
    texts = [text for pack in bundled_packs() for duty in pack.duties for text in duty.text]
    assert all(one.en and one.ru and one.en != one.ru for one in texts)
    assert all(any("а" <= letter <= "я" for letter in one.ru.lower()) for one in texts)


def test_the_clocks_are_those_of_the_law():
    opened = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    due = {
        (one, event): clock.after(opened).date().isoformat()
        for one in jurisdictions()
        for event in EVENTS
        if (clock := pack_for(one, opened.date()).deadline(event)) is not None
    }
    assert due == {
        ("EU", "review"): "2026-12-21",
        ("EU", "objection"): "2026-12-21",
        ("EU", "data"): "2026-12-21",
        ("RU", "review"): "2026-12-21",
        ("RU", "objection"): "2026-12-21",
        ("RU", "data"): "2026-12-01",
        ("US", "notice"): "2026-12-21",
        ("US", "reasons"): "2026-12-21",
        ("US", "reasons_window"): "2027-01-20",
    }


@pytest.mark.parametrize("day", [date(2025, 8, 31), date(2025, 9, 1), date(2026, 11, 21)])
@pytest.mark.parametrize("amount", [49_999_99, 50_000_00, 200_000_00, 200_000_01])
def test_notices_and_offers_wait_for_the_same_hours(day, amount):
    offered = cooling_off(amount, "RUB", jurisdictions=["RU"], contract_on=day)
    told = pack_for("RU", day).cooling_hours(amount / 100, "RUB")
    assert offered == timedelta(hours=told)


def test_a_file_adds_a_jurisdiction_or_replaces_a_pack(tmp_path):
    (tmp_path / "xx-2026.toml").write_text(HEAD + DUTY)
    packs = load_packs(tmp_path)

    assert pack_for("XX", date(2026, 5, 1), packs).duty("xx.one") is not None
    assert pack_for("US", date(2026, 5, 1), packs).code == "us-2011-07-21"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not toml", "not TOML"),
        (HEAD.replace('jurisdiction = "XX"', ""), "jurisdiction"),
        (HEAD + DUTY.replace("{lender}", "{salary}"), "{salary}"),
        (HEAD + DUTY.replace("{lender}", "{offer.__class__}"), "without needing it"),
        (HEAD + DUTY.replace("{lender}", "{bureau_score}"), "{bureau_score}"),
        (HEAD + DUTY.replace('["decline"]', '["denied"]'), "denied"),
        (HEAD + DUTY.replace('title = { en = "T", ru = "T" }', ""), "no title"),
        (HEAD + DUTY + 'needs = ["gossip"]', "gossip"),
        (HEAD + DUTY + 'items = "friends"', "friends"),
        (HEAD + DUTY + 'deadline = { event = "review" }', "without days"),
        (HEAD + 'follows = "yy"' + DUTY, "follows yy"),
        (HEAD + 'follows = "xx"' + DUTY, "follows itself"),
        (HEAD.replace("2026-01-01", '"soon"') + DUTY, "no day"),
    ],
)
def test_a_pack_that_is_wrong_is_refused_with_the_reason(text, why):
    with pytest.raises(PackRefused) as refused:
        read_packs({"xx": text})
    assert why in str(refused.value)


def test_two_packs_of_one_day_are_refused():
    with pytest.raises(PackRefused, match="still valid"):
        read_packs({"xx": HEAD + DUTY, "xx-later": HEAD.replace("01-01", "03-01") + DUTY})
