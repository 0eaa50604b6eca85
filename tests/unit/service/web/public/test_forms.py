import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.features.feature import Category, Direction, Feature, Missing, SpecialValue
from loanwright.features.product import bundled_product, bundled_products
from loanwright.features.records import FieldProblem
from loanwright.features.text import Text
from loanwright.service.web.languages import load_language
from loanwright.service.web.public.forms import (
    complain,
    make_field,
    make_fields,
    parse_number,
    read_answer,
    read_answers,
)

CARD = bundled_product("credit-card")
ENGLISH, RUSSIAN = load_language("en"), load_language("ru")


def text(word):
    return Text(en=word, ru=word)


def feature(name="f", **more):
    facts = {
        "title": text("Title"),
        "help": text("Help"),
        "type": "number",
        "missing": Missing(allowed=False, title=text("None")),
        "direction": Direction(sign="none", why=text("")),
        "source": "questionnaire",
    }
    return Feature(name=name, **(facts | more))


@pytest.mark.parametrize("name", bundled_products())
@pytest.mark.parametrize("language", [ENGLISH, RUSSIAN])
def test_the_form_asks_exactly_what_a_new_applicant_must_answer(name, language):
    product = bundled_product(name)
    fields = make_fields(product, language)
    assert [field.name for field in fields] == [f.name for f in product.inputs("new")]
    assert all(field.title and field.messages.missing for field in fields)


def test_an_amount_of_money_shows_its_currency_and_its_range():
    field = make_fields(CARD, ENGLISH)[0]
    assert (field.unit, field.unit_before) == ("NT$", True)
    assert field.hint == "From NT$10,000 to NT$1,000,000"
    assert (field.minimum, field.maximum) == ("10000", "1000000")


def test_russian_writes_the_currency_after_the_amount():
    field = make_fields(CARD, RUSSIAN)[0]
    assert not field.unit_before
    assert field.hint == "От 10\u00a0000\u00a0NT$ до 1\u00a0000\u00a0000\u00a0NT$"


def test_a_feature_that_may_be_missing_is_optional_and_says_so_among_its_choices():
    field = make_fields(CARD, ENGLISH)[1]
    assert (field.kind, field.required) == ("choices", False)
    assert (field.options[-1].value, field.options[-1].title) == ("", "Prefer not to say")


@pytest.mark.parametrize(("count", "kind"), [(2, "choices"), (6, "choices"), (7, "select")])
def test_many_categories_become_a_list_to_open(count, kind):
    categories = tuple(Category(code=f"c{n}", title=text(f"C{n}")) for n in range(count))
    field = make_field(feature(type="category", categories=categories), CARD, ENGLISH)
    assert field.kind == kind


def test_a_date_has_its_limits_as_days_of_the_calendar():
    field = make_field(feature(type="date", minimum=0, maximum=31), CARD, ENGLISH)
    assert (field.kind, field.minimum, field.maximum) == ("date", "1970-01-01", "1970-02-01")
    assert field.hint == "From 1 January 1970 to 1 February 1970"


def test_yes_and_no_are_read_as_truth():
    field = make_field(feature(type="boolean"), CARD, RUSSIAN)
    assert [option.title for option in field.options] == ["Да", "Нет"]
    assert read_answer(feature(type="boolean"), "yes", ENGLISH) is True
    assert read_answer(feature(type="boolean"), "no", ENGLISH) is False
    assert read_answer(feature(type="boolean"), "true", ENGLISH) == "true"


def test_special_values_can_be_chosen_instead_of_a_number():
    special = (SpecialValue(value=-2.0, title=text("No use")),)
    field = make_field(feature(special=special), CARD, ENGLISH)
    assert [(option.value, option.title) for option in field.special] == [("-2.0", "No use")]


@pytest.mark.parametrize(
    ("written", "language", "number"),
    [
        ("120000", "en", 120000),
        ("120,000", "en", 120000),
        ("1,200,000.5", "en", 1200000.5),
        (" 120 000 ", "en", 120000),
        ("1,5", "en", None),
        ("12,00", "en", None),
        ("1.5", "en", 1.5),
        ("120\u00a0000", "ru", 120000),
        ("120\u202f000,25", "ru", 120000.25),
        ("1,5", "ru", 1.5),
        ("1.5", "ru", 1.5),
        ("1,5,5", "ru", None),
        ("−5", "ru", -5),
        ("1e5", "en", None),
        ("NaN", "en", None),
        ("Infinity", "en", None),
        ("0x10", "en", None),
        ("١٢", "en", None),
        ("9" * 16, "en", None),
        ("", "en", None),
        ("five", "ru", None),
    ],
)
def test_numbers_are_read_as_people_write_them(written, language, number):
    assert parse_number(written, language) == number


@given(st.integers(-(10**12), 10**12), st.sampled_from([ENGLISH, RUSSIAN]))
def test_a_number_that_was_written_for_a_language_is_read_back(number, language):
    assert parse_number(language.number(number), language.code) == number


@given(st.text(max_size=30), st.sampled_from(["en", "ru"]))
def test_no_text_breaks_the_reading_of_numbers(written, language):
    number = parse_number(written, language)
    assert number is None or abs(number) < 10**16


def test_empty_answers_are_left_out_and_strange_ones_kept_for_the_dictionary_to_refuse():
    form = {"limit": "abc", "education": "", "colour": "red"}
    assert read_answers(CARD, form, ENGLISH) == {"limit": "abc", "colour": "red"}


def test_complaints_come_in_the_order_of_the_questions_and_in_the_language():
    problems = [
        FieldProblem(feature="colour", code="unknown_field", message=text("?")),
        FieldProblem(feature="education", code="unknown_category", message=text("?")),
        FieldProblem(feature="limit", code="out_of_range", message=text("?")),
    ]
    complaints = complain(problems, make_fields(CARD, RUSSIAN), RUSSIAN)
    assert [complaint.field for complaint in complaints] == ["limit", "education", None]
    assert complaints[0].message.startswith("Такое значение мы принять не можем. От 10")
    assert complaints[2].message == "В анкете оказалось то, о чём мы не спрашивали."
