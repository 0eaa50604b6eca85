"""Purposes in people's own words: what is taken for what, and how often rightly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.features.product import bundled_product
from loanwright.features.purposes import FeatureNotMatchable, match_category, match_purpose

LOAN = bundled_product("instalment-loan")
PURPOSE = LOAN.feature("purpose")
# Phrases as people write them, with their cases and mistakes; not the words of the dictionary.
LABELLED = {
    "new_car": [
        "I want to buy a new car",
        "brand-new car for my wife",
        "новую машину",
        "Купить новое авто",
        "new auto",
    ],
    "used_car": [
        "second-hand car",
        "a used car, 2015",
        "подержанную машину",
        "машина с пробегом 90 тысяч",
        "Подержаный автомобиль",
    ],
    "furniture": [
        "a sofa and a wardrobe",
        "furnitures for the flat",
        "новый диван",
        "мебель на кухню",
        "kitchen furniture",
    ],
    "electronics": [
        "a laptop",
        "new TV",
        "smart phone smartphone",
        "ноутбук для работы",
        "купить телевизор",
    ],
    "appliances": [
        "washing machine",
        "fridge",
        "new refrigerator",
        "стиральную машину",
        "холодильник",
        "бытовую технику",
    ],
    "repairs": [
        "renovaton",
        "kitchen renovation",
        "roof repairs",
        "на ремонт квартиры",
        "Ремонт ванной",
    ],
    "holiday": [
        "vacation in Spain",
        "our honeymoon",
        "family trip",
        "на отпуск",
        "поездка на море",
        "путешевствие",
    ],
    "retraining": [
        "university tuition",
        "language course",
        "учеба в университете",
        "оплатить обучение",
        "курсы английского",
    ],
    "business": [
        "start my own business",
        "working capital",
        "открыть бизнес",
        "Свое дело",
        "business expansion",
    ],
    "other": [
        "a car",
        "машина",
        "wedding",
        "свадьба",
        "pay my debts",
        "medical treatment",
        "лечение зубов",
        "not a new car",
        "не на ремонт",
        "dog",
        "asdf qwerty",
        "???",
        "12345",
        "похороны",
        "to help a friend",
        "something",
        "holiday or renovation",
        "ноутбук и холодильник",
        "crypto",
        "подарок маме",
    ],
}
# Written after the matcher was finished, and never tuned on.
HELD_OUT = {
    "electronics": ["gaming PC", "нужен новый iPhone", "Telefon"],
    "holiday": ["каникулы в Турции", "sea"],
    "repairs": ["обои и плитка", "покраска стен", "parquet floor"],
    "furniture": ["матрас", "кухня"],
    "new_car": ["lease a new car", "toyota camry"],
    "used_car": ["старую ладу"],
    "retraining": ["MBA", "computer course", "машинное обучение"],
    "business": [
        "открыть кафе",
        "закупить товар",
        "car wash business",
        "coffee machine for my shop",
        "tourism company",
    ],
    "appliances": ["кондиционер"],
    "other": [
        "курс лечения",
        "course of treatment",
        "phone bill",
        "a house",
        "horse riding course",
        "lawn mower",
        "гитара",
        "купить участок",
        "shopping",
    ],
}
PAIRS = [(text, code) for code, texts in LABELLED.items() for text in texts]


def test_what_is_matched_is_right_and_most_that_can_be_matched_is():
    told = [(match_category(PURPOSE, text).code, code) for text, code in PAIRS]
    matched = [(got, code) for got, code in told if got != "other"]
    known = [(got, code) for got, code in told if code != "other"]
    precision = sum(got == code for got, code in matched) / len(matched)
    recall = sum(got == code for got, code in known) / len(known)

    assert precision == 1.0, [
        pair for pair in zip(PAIRS, told, strict=True) if len(set(pair[1])) > 1
    ]
    assert recall >= 0.9


def test_what_was_never_tuned_on_is_mostly_other_and_rarely_wrong():
    told = [
        (match_category(PURPOSE, text).code, code)
        for code, texts in HELD_OUT.items()
        for text in texts
    ]
    matched = [(got, code) for got, code in told if got != "other"]

    # Measured: 7 of 31 matched, 6 of them rightly ("phone bill" is taken for electronics).
    assert len(matched) >= 7
    assert sum(got != code for got, code in matched) <= 1


@pytest.mark.parametrize("category", [one for one in PURPOSE.categories if one.code != "other"])
def test_every_title_and_every_word_of_the_dictionary_is_its_own_category(category):
    for text in (category.title.en, category.title.ru, *category.words):
        assert match_category(PURPOSE, text).code == category.code, text


def test_what_is_ambiguous_is_other_with_its_candidates():
    match = match_category(PURPOSE, "holiday or renovation")

    assert (match.code, match.confidence) == ("other", 0.0)
    assert {one.code for one in match.candidates} == {"holiday", "repairs"}


@given(st.text(max_size=400))
def test_whatever_is_written_gives_a_code_of_the_dictionary(text):
    match = match_category(PURPOSE, text)

    assert match.code in PURPOSE.codes
    assert 0.0 <= match.confidence <= 1.0
    assert (match.code == "other") == (match.confidence == 0.0)


def test_more_words_that_say_nothing_never_raise_the_confidence():
    plain = match_category(PURPOSE, "laptop").confidence

    assert plain == 1.0
    assert match_category(PURPOSE, "laptop blue shiny quick").confidence < plain


def test_only_matchable_features_are_matched():
    with pytest.raises(FeatureNotMatchable):
        match_category(LOAN.feature("housing"), "rented")
    with pytest.raises(FeatureNotMatchable) as refused:
        match_purpose(bundled_product("credit-card"), "laptop")
    assert "none" in str(refused.value)
