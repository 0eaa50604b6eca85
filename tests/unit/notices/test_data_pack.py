"""The data-subject pack: everything in the order in which one asks for it."""

from dataclasses import replace
from datetime import date

import pytest
from tests.unit.notices.test_notice import LENDER, RECORD

from loanwright.features.text import Text
from loanwright.law.packs import pack_for
from loanwright.notices.data_pack import Kept, Seen, Subject, compose_data_pack
from loanwright.notices.html import render_html
from loanwright.notices.notice import NoticeIncomplete
from loanwright.notices.record import Lender, NamedReason
from loanwright.notices.written import Written

DAY = date(2026, 11, 21)
SUBJECT = Subject(
    applicant_id="apl_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3",
    day=DAY,
    contacts=[(Text(en="Name", ru="Имя"), "Anna <b>")],
    records=[RECORD],
    seen=[Seen(who="person", deed="reviewed a decision about you", times=2, last=DAY)],
    kept=[Kept(rule=Text(en="five years", ru="пять лет"), until=None)],
)


def pack(subject=SUBJECT, lender=LENDER, language="en", jurisdiction="EU"):
    return compose_data_pack(subject, lender, pack_for(jurisdiction, DAY), language)


def table(document, code):
    return next(one.table for one in document.sections if one.code == code)


def test_it_goes_from_the_person_to_their_rights():
    codes = [one.code for one in pack().sections]
    assert codes == ["contacts", "logic", RECORD.decision_id, "seen", "retention", "eu.access"]


def test_numbers_of_the_model_are_told_only_where_they_may_be():
    plain = table(pack(), RECORD.decision_id)
    told = table(pack(replace(SUBJECT, told_weights=True)), RECORD.decision_id)
    assert [row[-1] for row in plain.rows] == ["spoke against", "spoke in favour"]
    assert [row[-1] for row in told.rows] == ["0.1", "-0.7"]


def test_who_did_what_and_how_long_it_is_kept():
    assert table(pack(), "seen").rows[0][:3] == (
        "an employee", "reviewed a decision about you", "2"
    )  # fmt: skip
    assert table(pack(), "retention").rows == (("five years", "no known end"),)


def test_why_it_is_kept_is_told_in_the_language_of_the_paper():
    law = Text(en="A law.", ru="Закон.")
    kept = replace(SUBJECT, kept=[Kept(rule=law, until=None)])
    assert table(pack(kept, language="ru"), "retention").rows == (("Закон.", "конец неизвестен"),)


def test_what_people_wrote_about_them_is_told_with_who_when_and_what_they_answered():
    written = [
        Written(kind="requested", on=DAY, role="person", about=Text(en="Payslip", ru="Справка"),
                text="Of May.", answer="Sent <b>."),
        Written(kind="note", on=date(2026, 1, 2), role="manager", text="Called."),
    ]  # fmt: skip
    told = replace(SUBJECT, written=written)
    assert table(pack(told), "written").rows == (
        ("2 January 2026", "a credit officer", "A note", "Called."),
        (
            "21 November 2026",
            "an employee",
            "You were asked for: Payslip",
            "Of May. — You wrote: Sent <b>.",
        ),
    )
    russian = table(pack(told, language="ru"), "written")
    assert russian.rows[1][2] == "У вас запросили: Справка"
    assert "Sent &lt;b&gt;" in render_html(pack(told))


def test_a_person_without_decisions_is_told_so():
    document = pack(replace(SUBJECT, records=[], kept=[]), language="ru")
    text = render_html(document)
    assert "Решений о вас не принималось." in text
    assert "Сейчас ни одно правило" in text


def test_a_reason_that_says_nothing_is_left_out():
    general = NamedReason(code="score.below_cutoff", text=Text(en="Low.", ru="Мало."), general=True)
    document = pack(replace(SUBJECT, records=[replace(RECORD, reasons=(general,))]))
    assert "Low." not in render_html(document)


def test_it_needs_to_know_whom_to_turn_to():
    with pytest.raises(NoticeIncomplete, match="lender_contact"):
        pack(lender=Lender(name="Nobody"))


def test_what_people_wrote_cannot_become_markup():
    assert "Anna &lt;b&gt;" in render_html(pack())
