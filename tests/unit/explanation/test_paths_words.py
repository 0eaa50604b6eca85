from loanwright.decisioning.policy import Policy
from loanwright.explanation.paths import Path, Paths, Step
from loanwright.explanation.paths_words import paths_document, status_text, step_text
from loanwright.features.product import bundled_product
from loanwright.features.units import value_text

LOAN = bundled_product("instalment-loan")
POLICY = Policy.from_mapping(LOAN.policy)


def step(name, before, after):
    return Step(feature=LOAN.feature(name), before=before, after=after, cost=0.25, currency="DEM")


def test_a_number_is_told_with_its_unit_in_both_languages():
    text = step_text(step("duration_months", 24, 18))
    assert text.en == "Term of the loan: 18 months instead of 24 months"
    assert text.ru == "Срок кредита: 18 месяцев вместо 24 месяца"


def test_a_category_is_told_by_its_title():
    text = step_text(step("other_debtors", "none", "guarantor"))
    assert text.en == "Others liable: A guarantor instead of Nobody"
    assert text.ru == "Поручители и созаёмщики: «Поручитель» вместо «Никто»"


def test_yes_and_no_are_words():
    telephone = LOAN.feature("telephone")
    assert [value_text(telephone, value, "DEM").ru for value in (True, False)] == ["да", "нет"]
    assert value_text(telephone, None, "DEM") == telephone.missing.title


def test_a_rule_that_stands_in_the_way_says_so_itself():
    blocked = Paths(status="proved_none", blocked_by="rule.minimum_age")
    assert "under 18" in status_text(blocked, POLICY).en
    assert "18 лет" in status_text(blocked, POLICY).ru
    assert "under 18" not in status_text(Paths(status="proved_none"), POLICY).en


def test_of_some_features_alone_nothing_is_said_of_the_others():
    only = (LOAN.feature("amount"), LOAN.feature("duration_months"))
    for status in ("proved_none", "none_found"):
        text = status_text(Paths(status=status, only=only), POLICY)
        assert "Loan amount”, “Term of the loan" in text.en
        assert "Сумма кредита», «Срок кредита" in text.ru
        assert "Nothing" not in text.en
        assert "Ничто" not in text.ru
    found = Paths(status="found", only=only)
    assert status_text(found, POLICY) == status_text(Paths(status="found"), POLICY)


def test_money_is_told_in_the_form_that_goes_with_the_number():
    text = step_text(step("amount", 6300.5, 1001.0))
    assert text.en == "Loan amount: 1,001 German marks instead of 6,300.50 German marks"
    assert text.ru == ("Сумма кредита: 1\xa0001 немецкая марка вместо 6\xa0300,50 немецкой марки")


def test_the_document_holds_nothing_of_the_score():
    path = Path(steps=(step("amount", 12579.0, 4000.0),), cost=0.25, record={}, decision=None)
    document = paths_document(Paths(status="found", paths=(path,), cheapest=True), POLICY)
    assert document["paths"][0]["steps"][0]["after"] == 4000.0
    assert "score" not in str(document)
    assert document["text"]["en"].startswith("With any one of these changes")
