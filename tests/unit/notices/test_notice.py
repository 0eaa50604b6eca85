"""Notices from one record under the law of its day."""

from dataclasses import replace
from datetime import date

import pytest

from loanwright.features.text import Text
from loanwright.law.packs import pack_for
from loanwright.notices.html import render_html
from loanwright.notices.notice import NoticeIncomplete, compose_notice
from loanwright.notices.pdf import render_pdf
from loanwright.notices.record import (
    Bureau,
    BureauScore,
    Lender,
    NamedReason,
    OfferFacts,
    Record,
    Weight,
)
from loanwright.notices.words import LanguageUnknown

LENDER = Lender(
    name="Demo Bank & Sons",
    address="1 Main Street, Springfield, IL 62701",
    contact="reviews@bank.example, +1 800 555 0100",
    agency="Federal Trade Commission, Equal Credit Opportunity, Washington, DC 20580",
)
SOURCE = Text(en="your answers", ru="ваши ответы")
WEIGHTS = (
    Weight(
        feature="limit",
        title=Text(en="Limit <wanted>", ru="Лимит"),
        value=Text(en="200,000", ru="200 000"),
        contribution=0.1,
        source=SOURCE,
    ),
    Weight(
        feature="worst_delay",
        title=Text(en="Worst delay", ru="Наибольшая задержка"),
        value=Text(en="3 months", ru="3 месяца"),
        contribution=-0.7,
        source=SOURCE,
    ),
)
REASONS = tuple(
    NamedReason(code=f"r{n}", text=Text(en=f"Reason {n}.", ru=f"Причина {n}.")) for n in range(6)
)
RECORD = Record(
    decision_id="dec_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3",
    product=Text(en="Credit card", ru="Кредитная карта"),
    occasion="decline",
    received_on=date(2026, 11, 20),
    decided_on=date(2026, 11, 21),
    automated=True,
    reasons=REASONS,
    weights=WEIGHTS,
)
BUREAU = Bureau(name="Bureau One", address="PO Box 1", phone="1-800-555-0199")
SCORE = BureauScore(
    score=612,
    lowest=300,
    highest=850,
    day=date(2026, 11, 19),
    factors=tuple(Text(en=f"Factor {n}", ru=f"Фактор {n}") for n in range(6)),
    inquiries=Text(en="Number of inquiries", ru="Число запросов"),
)
OFFER = OfferFacts(
    amount=30_000_000,
    currency="RUB",
    annual_rate_bp=1990,
    term_months=24,
    monthly_payment=1_526_200,
)


def notice(record=RECORD, jurisdiction="US", language="en", lender=LENDER):
    return compose_notice(record, lender, pack_for(jurisdiction, record.decided_on), language)


def section(document, code):
    return next((one for one in document.sections if one.code == code), None)


def everything(document):
    return render_html(document)


def test_an_adverse_action_notice_gives_at_most_four_specific_reasons():
    told = section(notice(), "us.reg_b.reasons")
    assert told.items == ("Reason 0.", "Reason 1.", "Reason 2.", "Reason 3.")


def test_it_carries_creditor_agency_and_the_protected_text():
    text = everything(notice())
    assert "1 Main Street, Springfield" in text
    assert "Washington, DC 20580" in text
    assert "prohibits creditors from discriminating against credit applicants" in text


@pytest.mark.parametrize("jurisdiction", ["US", "EU", "RU"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_it_never_says_that_a_score_was_failed(jurisdiction, language):
    general = NamedReason(
        code="score.below_cutoff",
        text=Text(en="Score below what is needed.", ru="Балл ниже необходимого."),
        general=True,
    )
    document = notice(replace(RECORD, reasons=(general, *REASONS[:1])), jurisdiction, language)
    text = everything(document).lower()
    assert "below" not in text.replace("listed below", "")
    assert "балл ниже" not in text


def test_no_notice_goes_out_without_a_specific_reason():
    with pytest.raises(NoticeIncomplete, match="reasons"):
        notice(replace(RECORD, reasons=()))


def test_what_the_law_asks_of_the_lender_is_missed_by_name():
    with pytest.raises(NoticeIncomplete, match="lender_address, agency"):
        notice(lender=Lender(name="Nobody"))


def test_the_score_of_a_bureau_is_told_only_where_one_was_used():
    plain = notice()
    told = notice(replace(RECORD, bureau=BUREAU, bureau_score=SCORE))
    score = section(told, "us.fcra.score")

    assert section(plain, "us.fcra.report") is None
    assert section(plain, "us.fcra.score") is None
    assert "did not make the decision" in section(told, "us.fcra.report").paragraphs[0]
    assert "612" in score.paragraphs[1]
    assert "from 300 to 850" in score.paragraphs[1]
    assert "19 November 2026" in score.paragraphs[1]
    assert score.items == (*(f"Factor {n}" for n in range(4)), "Number of inquiries")


def test_a_report_without_a_score_tells_of_the_report_alone():
    told = notice(replace(RECORD, bureau=BUREAU))
    assert section(told, "us.fcra.report") is not None
    assert section(told, "us.fcra.score") is None


@pytest.mark.parametrize(
    ("day", "law"), [(date(2026, 7, 20), "us-2011-07-21"), (date(2026, 7, 21), "us-2026-07-21")]
)
def test_a_decision_is_explained_by_the_law_of_its_day(day, law):
    document = notice(replace(RECORD, decided_on=day))
    assert document.law == law
    assert law in document.footer


def test_the_second_consumer_credit_directive_is_printed_from_its_day():
    before = notice(replace(RECORD, decided_on=date(2026, 11, 19)), "EU")
    after = notice(replace(RECORD, decided_on=date(2026, 11, 20)), "EU")
    assert "logic and the risks" not in everything(before)
    assert "logic and the risks" in everything(after)
    assert "within 1 month" in everything(after)


def test_paths_are_shown_only_where_somebody_looked():
    path = Text(en="Ask for 150,000 instead.", ru="Попросите 150 000.")
    unknown = notice(RECORD, "EU")
    found = notice(replace(RECORD, paths=(path,)), "EU")
    none = notice(replace(RECORD, paths=()), "EU")
    early = notice(replace(RECORD, paths=(path,), decided_on=date(2025, 2, 26)), "EU")

    assert section(unknown, "eu.counterfactual") is section(unknown, "eu.no_counterfactual") is None
    assert section(found, "eu.counterfactual").items == ("Ask for 150,000 instead.",)
    assert section(none, "eu.no_counterfactual") is not None
    assert section(early, "eu.counterfactual") is None


def test_the_data_stand_in_the_order_of_their_weight_without_numbers_of_the_model():
    items = section(notice(RECORD, "EU"), "eu.logic").items
    assert items == (
        "Worst delay: 3 months (spoke in favour)",
        "Limit <wanted>: 200,000 (spoke against)",
    )


@pytest.mark.parametrize(
    ("burden", "day", "warned"),
    [
        (0.51, date(2024, 1, 1), True),
        (0.51, date(2023, 12, 31), False),
        (0.5, date(2026, 1, 1), False),
        (None, date(2026, 1, 1), False),
    ],
)
def test_a_high_debt_burden_is_warned_of_where_it_is_known(burden, day, warned):
    document = notice(replace(RECORD, debt_burden=burden, decided_on=day), "RU", "ru")
    found = section(document, "ru.debt_burden")
    assert (found is not None) is warned
    assert not warned or "51,0\xa0%" in found.paragraphs[0]


def test_the_full_cost_is_printed_only_with_both_of_its_figures():
    approved = replace(RECORD, occasion="approve", offer=OFFER)
    both = replace(OFFER, full_cost_percent=21.87, full_cost_amount=6_628_800)
    half = replace(OFFER, full_cost_percent=21.87)

    assert section(notice(approved, "RU", "ru"), "ru.full_cost") is None
    assert section(notice(replace(approved, offer=half), "RU", "ru"), "ru.full_cost") is None
    told = section(notice(replace(approved, offer=both), "RU", "ru"), "ru.full_cost")
    assert told.paragraphs == ("21,870\xa0% годовых; 66\xa0288,00 RUB.",)


@pytest.mark.parametrize(
    ("day", "amount", "hours"),
    [
        (date(2025, 8, 31), 30_000_000, None),
        (date(2025, 9, 1), 30_000_000, "48"),
        (date(2025, 9, 1), 20_000_000, "4"),
        (date(2025, 9, 1), 4_999_900, None),
    ],
)
def test_time_to_think_it_over_depends_on_day_and_amount(day, amount, hours):
    record = replace(
        RECORD, occasion="approve", decided_on=day, offer=replace(OFFER, amount=amount)
    )
    found = section(notice(record, "RU", "en"), "ru.cooling_off")
    assert (found is None) is (hours is None)
    assert hours is None or f"than {hours} hours" in found.paragraphs[0]


def test_a_decision_of_a_person_is_not_called_automated():
    document = notice(replace(RECORD, automated=False), "RU")
    assert section(document, "ru.automated") is None
    assert section(document, "ru.person") is not None


def test_a_counteroffer_tells_the_right_to_reasons():
    record = replace(RECORD, occasion="counteroffer", offer=OFFER)
    told = section(notice(record), "us.reg_b.counteroffer")
    assert "300,000.00 RUB" in told.paragraphs[0]
    assert "within 60 days" in told.paragraphs[1]


@pytest.mark.parametrize("occasion", ["approve", "refer", "decline", "counteroffer"])
@pytest.mark.parametrize("jurisdiction", ["US", "EU", "RU"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_outcome_has_a_notice_everywhere(occasion, jurisdiction, language):
    record = replace(RECORD, occasion=occasion, offer=OFFER)
    document = notice(record, jurisdiction, language)
    assert document.sections
    assert "{" not in render_html(replace(document)).split("</style>")[1]


def test_what_people_wrote_cannot_become_markup():
    text = render_html(notice(RECORD, "EU"))
    assert "Limit &lt;wanted&gt;" in text
    assert "Demo Bank &amp; Sons" in text
    assert "<script" not in text
    assert "http" not in text


def test_the_same_decision_and_law_give_the_same_bytes():
    first, second = notice(RECORD, "EU", "ru"), notice(RECORD, "EU", "ru")
    assert first.hash == second.hash
    assert render_html(first) == render_html(second)
    assert render_pdf(first) == render_pdf(second)
    assert render_pdf(first).startswith(b"%PDF")


def test_a_language_without_words_is_refused():
    with pytest.raises(LanguageUnknown):
        notice(language="de")


@pytest.mark.parametrize(
    ("basis", "words"), [("consent", "ваше письменное согласие"), ("law", "федеральный закон")]
)
def test_the_ground_of_an_automated_decision_is_told_only_where_it_is_known(basis, words):
    law = pack_for("RU", date(2026, 11, 21))
    silent = compose_notice(RECORD, LENDER, law, "ru")
    told = compose_notice(RECORD, replace(LENDER, legal_basis=basis), law, "ru")
    text = {one.code: " ".join(one.paragraphs) for one in told.sections}
    assert words in text["ru.basis"]
    assert "ru.basis" not in {one.code for one in silent.sections}
    assert "или федерального закона" not in str(silent)
