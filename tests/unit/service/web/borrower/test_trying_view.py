"""What a borrower may change: sliders on which their own answer is a place, and choices."""

import pytest

from loanwright.features.product import bundled_product
from loanwright.service.web.borrower.trying_view import present_knobs, read_changes
from loanwright.service.web.languages import load_language

LOAN = bundled_product("instalment-loan")
ENGLISH = load_language("en")
AMOUNT, TERM, SINCE = (
    LOAN.features[name] for name in ("amount", "duration_months", "employment_since")
)


@pytest.mark.parametrize("months", [7, 12, 43])
def test_what_was_answered_is_a_place_of_the_slider(months):
    (knob,) = present_knobs([(TERM, months)], {}, LOAN, ENGLISH)
    assert knob.kind == "slider"
    assert (months - float(knob.minimum)) % float(knob.step) == 0
    assert float(knob.minimum) <= months <= float(knob.maximum)


def test_money_is_shown_as_money_and_what_was_tried_stays():
    (knob,) = present_knobs([(AMOUNT, 2_000.0)], {"amount": "3000"}, LOAN, ENGLISH)
    assert knob.value == "3000"
    assert "3,000" in knob.shown


def test_a_category_is_a_choice_of_its_titles():
    (knob,) = present_knobs([(SINCE, "unemployed")], {}, LOAN, ENGLISH)
    assert knob.kind == "select"
    assert {code for code, _ in knob.options} == {one.code for one in SINCE.categories}


def test_only_what_is_different_is_a_change_and_text_that_is_no_number_stays_text():
    features = [(AMOUNT, 2_000.0), (TERM, 12), (SINCE, "unemployed")]
    form = {"amount": "2000", "duration_months": "24", "employment_since": "unemployed"}
    assert read_changes(features, form) == {"duration_months": 24}
    assert read_changes(features, {"amount": "<b>"}) == {"amount": "<b>"}
    assert read_changes(features, {"other": "1"}) == {}
