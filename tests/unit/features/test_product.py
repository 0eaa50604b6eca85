"""A product file: what loads, and what is refused with which words."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.features.errors import (
    FeatureUnknown,
    ProductRefused,
    ProductUnknown,
    SegmentUnknown,
)
from loanwright.features.product import (
    bundled_product,
    bundled_products,
    load_product,
    parse_product,
)


def names(features):
    return [feature.name for feature in features]


def test_a_derived_feature_inherits_the_rarest_source_and_the_raw_inputs(small):
    burden, late = small.feature("burden"), small.feature("is_late")
    assert (burden.source, burden.depends_on) == ("bureau", ("income", "rent"))
    assert (late.source, late.depends_on) == ("behaviour", ("delay",))


def test_the_inputs_are_what_models_and_rules_of_the_segment_need(small):
    expected = ["income", "housing", "owner", "since", "rent", "age"]
    assert names(small.inputs("new")) == expected
    assert names(small.inputs("existing")) == ["income", "housing", "age", "delay"]


def test_a_rule_belongs_to_its_segments(small):
    assert [rule["code"] for rule in small.rules("new")] == ["rule.minimum_age"]
    assert [rule["code"] for rule in small.rules("existing")] == ["rule.minimum_age", "rule.late"]


def test_the_text_and_its_hash_are_kept_verbatim(small, small_text):
    assert small.text == small_text
    assert len(small.hash) == 64
    assert parse_product(small_text + "\n").hash != small.hash


def test_products_are_equal_when_their_texts_are(small, small_text):
    again, other = parse_product(small_text), parse_product(small_text + "\n")
    assert again == small
    assert hash(again) == hash(small)
    assert other != small
    assert small != small_text


def test_what_is_unknown_is_named_with_what_is_known(small):
    with pytest.raises(SegmentUnknown, match="new, existing"):
        small.segment("vip")
    with pytest.raises(FeatureUnknown, match="castle"):
        small.feature("castle")
    with pytest.raises(ProductUnknown, match="credit-card"):
        bundled_product("boat-loan")


@pytest.mark.parametrize("name", bundled_products())
def test_a_bundled_product_is_complete(name):
    product = bundled_product(name)
    assert set(product.segments) == {"new", "existing"}
    assert product.description is not None
    for segment in product.segments:
        for feature in product.model_features(segment):
            assert not feature.protected
            assert feature.direction.why.ru
            assert feature.reasons is not None
    asked = {f.name for f in product.inputs("new")}
    assert asked <= {f.name for f in product.inputs("existing")}
    assert all(f.source == "questionnaire" for f in product.inputs("new"))


@pytest.mark.parametrize("name", bundled_products())
def test_bundled_texts_differ_between_the_languages(name):
    for feature in bundled_product(name).features.values():
        texts = [feature.title, feature.help, *(c.title for c in feature.categories)]
        if feature.reasons is not None:
            texts += [feature.reasons.adverse, feature.reasons.favourable]
        for text in texts:
            assert any("а" <= letter <= "я" for letter in text.ru.lower()), text
            assert not any("а" <= letter <= "я" for letter in text.en.lower()), text


SPOILED = [
    ('name = "small"\n', "", "product.name: is missing"),
    ('name = "small"\n', 'name = "Small One"\n', "product.name: must be lower-case"),
    ('title = { en = "Small", ru = "Малый" }', 'title = { en = "Small" }', "product.title.ru"),
    ('currency = "EUR"', 'currency = "euro"', "three-letter code"),
    ('currency = "EUR"', 'currency = "EUR"\ncolour = "red"', "product.colour: is not a key"),
    ('"income", "housing", "owner"', '"income", "castle", "owner"', "names castle"),
    ('"income", "housing", "owner"', '"income", "sex", "owner"', "names sex, which is protected"),
    ('"income", "housing", "owner"', '"income", "age", "owner"', "names age, which is protected"),
    ('"income", "housing", "owner"', '"income", "delay", "owner"', "cannot know of a new"),
    ('"income", "housing", "owner"', '"income", "income", "owner"', "twice"),
    ('"income", "housing", "owner"', '"income", "rent", "owner"', "features.rent.reasons: is miss"),
    ('champion = "scorecard"', 'champion = "oracle"', "write one of best, scorecard, "),
    ("pdo = 20", "pdo = 0", "scale.pdo: must be above zero"),
    ("pdo = 20", "pdo = true", "scale.pdo: must be a number, not bool"),
    ("pdo = 20", "pdo = nan", "scale.pdo: must be a finite number"),
    ("score_from = 550", "score_from = -5", "must fall from the best"),
    ("score_from = 550", "score_from = 5.5", "must be a whole number, not float"),
    ("refer_from = 520", "refer_from = 560", "refer_from: is above approve_from"),
    ("new = { approve_from = 550, refer_from = 520 }\n", "", "policy.cutoffs.new: is missing"),
    ('outcome = "decline"', 'outcome = "approve"', "write one of refer, decline"),
    ('code = "rule.late"', 'code = "rule.minimum_age"', "policy.rules: has a code twice"),
    ('code = "rule.late"', 'code = "late"', "must look like rule."),
    ('segments = ["existing"]\n', "", "unknown for new applicants"),
    ('segments = ["existing"]', 'segments = ["vip"]', "must name some of new, existing"),
    ('feature = "age", operator', 'feature = "sex", operator', "orders sex, which has no order"),
    ('"age", operator = "lt", value = 18', '"sex", operator = "missing"', "decides by sex, which"),
    ("value = 18 }", 'value = "18" }', "value: does not fit age"),
    ("value = 18 }", "value = [18] }", "one value otherwise"),
    ('uses = ["policy"]', 'uses = ["marketing"]', 'must name "model", "policy"'),
    ('fairness_inputs = ["sex"]', 'fairness_inputs = ["income"]', "not a raw protected feature"),
    ("minimum = 14", "minimum = 140", "features.age.minimum: is above maximum"),
    ("minimum = 14\n", "", "features.age.minimum: is missing"),
    ("2030-12-31", "2030-12-31T00:00:00Z", "features.since.maximum: must be a date without"),
    ("value = 0, title", "value = 5, title", "features.delay.special: 5 lies in the range"),
    ('code = "own"', 'code = "rent"', "features.housing.categories: has a code twice"),
    ('type = "boolean"\nsource', 'type = "yesno"\nsource', "features.owner.type"),
    ('expression = "rent / income"', 'expression = "rent / castle"', "names castle"),
    ('expression = "rent / income"', 'expression = "burden + 1"', "burden -> burden"),
    ('expression = "rent / income"', 'expression = "rent > income"', "gives a boolean, not a num"),
    ('expression = "rent / income"', 'expression = "1 + 1"', "uses no feature"),
    ('expression = "delay >= 1"', 'expression = "delay >= 1"\nsource = "bureau"', "follows from"),
    ("bands(income, 1000, 3000)", "bands(income, 1000)", "has 3 codes for 2 bands"),
    ('default = "bad"', 'default = "income"', "is a feature as well"),
    ("[features.rent]", "[features.Rent-1]", "is not a feature name"),
    ('sign = "riskier", why', 'sign = "riskier", because', "direction.why: is missing"),
    ("[policy.cutoffs]", "[policy.humility]\nmost_missing = 2\n[policy.cutoffs]", "most_missing"),
    ("[policy.cutoffs]", "[[policy.examples]]\nname = 1\n[policy.cutoffs]", "policy.examples[0]"),
    ("[scale]", "[scale", "is not TOML"),
    ("[scale]", "[scales]", "scale: is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), SPOILED)
def test_a_spoiled_file_is_refused_and_the_key_named(small_text, old, new, words):
    assert old in small_text
    with pytest.raises(ProductRefused) as refusal:
        parse_product(small_text.replace(old, new, 1))
    assert words in str(refusal.value)


def test_all_problems_are_told_at_once(small_text):
    text = small_text.replace("pdo = 20", "pdo = 0").replace('"EUR"', '"euro"')
    with pytest.raises(ProductRefused) as refusal:
        parse_product(text)
    assert len(refusal.value.problems) == 2


JUNK = ["5", "-1", "true", '"x"', '""', "[]", "[1]", "[{}]", "{}", "nan", "1979-05-27", "12:30:00"]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(JUNK))
def test_junk_in_place_of_a_value_is_refused_or_means_something(small_text, place, junk):
    lines = small_text.splitlines()
    settable = [i for i, line in enumerate(lines) if re.match(r"\w+ = (?!\[$)", line)]
    chosen = settable[place % len(settable)]
    lines[chosen] = f"{lines[chosen].partition(' = ')[0]} = {junk}"
    try:
        product = parse_product("\n".join(lines))
    except ProductRefused:
        return
    for segment in product.segments:
        assert product.inputs(segment)


def test_a_protected_input_makes_its_derived_feature_protected(small_text):
    text = small_text.replace('expression = "rent / income"', 'expression = "rent / age"')
    with pytest.raises(ProductRefused, match="names burden, which is protected"):
        parse_product(text)


def test_a_stated_legal_ground_lets_a_protected_feature_in(small_text):
    text = small_text.replace('expression = "rent / income"', 'expression = "rent / age"')
    text = text.replace('uses = ["policy"]', 'uses = ["policy", "model"]')
    assert parse_product(text).feature("burden").protected


def test_a_file_is_read_as_utf_8(tmp_path, small_text):
    path = tmp_path / "small.toml"
    path.write_bytes(small_text.encode())
    assert load_product(path).name == "small"
    path.write_bytes(small_text.encode("utf-16"))
    with pytest.raises(ProductRefused, match="UTF-8"):
        load_product(path)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('actionable = { kind = "any", cost = 0 }', "must be above zero"),
        ('actionable = { kind = "any", codes = ["castle"] }', "names castle, which is no code"),
        ('actionable = { kind = "any", minimum = 1 }', "a plausible range belongs to numbers"),
        ('actionable = { kind = "any", minimum = 2, maximum = 1 }', "is above maximum"),
    ],
)
def test_an_action_that_nobody_can_take_is_refused(line, problem):
    text = bundled_product("instalment-loan").text
    changed = text.replace('actionable = { kind = "any", codes = ["guarantor"] }', line)
    assert changed != text
    with pytest.raises(ProductRefused, match=problem):
        parse_product(changed)


def test_an_action_says_what_it_costs_and_how_far_it_goes():
    loan = bundled_product("instalment-loan")
    employment = loan.feature("employment_since").actionable
    assert (employment.kind, employment.cost) == ("up", 3.0)
    assert employment.codes == ("below_1_year", "from_1_year")
    assert loan.feature("duration_months").actionable.maximum == 60
    assert loan.feature("amount").actionable.cost == 1.0
