"""What is known as a form: what was not touched is not changed, however it is written."""

import pytest

from loanwright.features.product import bundled_product
from loanwright.service.web.languages import load_language
from loanwright.service.web.listing import Listing
from loanwright.service.web.manager.list_view import wanted
from loanwright.service.web.manager.questions import (
    SPECIAL,
    WAS,
    changes_of,
    features_of,
    groups_of,
    written,
)

CARD = bundled_product("credit-card")
ENGLISH, RUSSIAN = load_language("en"), load_language("ru")
KNOWN = {"limit": 120_000.0, "education": "university", "delay_1": -2, "bill_1": -500.5}


def form_of(known, language=ENGLISH):
    """Return what a browser sends of a form that nobody has touched."""
    sent = {}
    for group in groups_of(CARD, known, {}, language):
        for one in group.questions:
            sent[one.field.name] = one.value
            sent[WAS + one.field.name] = one.was
            if one.field.special:
                sent[one.field.name + SPECIAL] = one.special
    return sent


@pytest.mark.parametrize("language", [ENGLISH, RUSSIAN])
@pytest.mark.parametrize("known", [{}, KNOWN])
def test_a_form_that_nobody_touched_changes_nothing(language, known):
    assert changes_of(CARD, form_of(known, language), language) == {}


@pytest.mark.parametrize(
    ("language", "text", "changed"),
    [
        (ENGLISH, "120,000", {}),
        (ENGLISH, " 120000.0 ", {}),
        (RUSSIAN, "120 000,0", {}),
        (ENGLISH, "130,000", {"limit": 130_000}),
        (RUSSIAN, "130 000,5", {"limit": 130_000.5}),
        (ENGLISH, "a lot", {"limit": "a lot"}),
        (ENGLISH, "", {"limit": None}),
    ],
)
def test_numbers_are_read_as_people_write_them(language, text, changed):
    sent = {**form_of(KNOWN, language), "limit": text}
    assert changes_of(CARD, sent, language) == changed


def test_a_code_stands_in_place_of_a_number_and_gives_way_to_one():
    sent = form_of(KNOWN)
    assert (sent["delay_1"], sent["delay_1" + SPECIAL]) == ("", "-2.0")
    other = {**sent, "delay_1" + SPECIAL: "-1.0"}
    number = {**sent, "delay_1" + SPECIAL: "", "delay_1": "3"}

    assert changes_of(CARD, other, ENGLISH) == {"delay_1": -1}
    assert changes_of(CARD, number, ENGLISH) == {"delay_1": 3}


def test_values_are_written_as_people_read_them():
    features = features_of(CARD)
    told = [written(features[name], value, CARD, ENGLISH) for name, value in KNOWN.items()]
    assert told[0] == "NT$120,000"
    assert told[1] == "University degree"
    assert "derived" not in {one.source for one in features.values()}


def test_a_list_reads_a_number_as_a_document_and_letters_as_a_name():
    listing = Listing(path="/applicants", sort="-added", filters={"outcome": "nonsense"})
    assert wanted(listing, "Anna Petrova").people.name == "Anna Petrova"
    assert wanted(listing, "AB 123").people.document_number == "AB 123"
    assert wanted(listing, None).outcome is None
    assert wanted(listing, None).people.status == "active"
