from dataclasses import replace

import pytest

from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reason import Reason
from loanwright.explanation.reasons import (
    HUMILITY_TEXTS,
    ReasonProtected,
    ReasonUnknown,
    never_named,
    reason_catalogue,
    reason_text,
)
from loanwright.features.product import ProtectedUse, bundled_product, bundled_products
from loanwright.features.text import Text

CARD = bundled_product("credit-card")


def model_reason(code):
    feature = code.rpartition(".")[0]
    return Reason(code=code, source="model", feature=feature, contribution=0.1)


def policy_reason(code):
    return Reason(code=code, source="policy")


def test_both_sides_of_a_feature_have_their_own_sentence_in_both_languages():
    adverse = reason_text(CARD, model_reason("limit.adverse"))
    favourable = reason_text(CARD, model_reason("limit.favourable"))
    assert adverse == CARD.features["limit"].reasons.adverse
    assert favourable == CARD.features["limit"].reasons.favourable
    assert len({adverse.en, adverse.ru, favourable.en, favourable.ru}) == 4


def test_a_rule_speaks_with_the_words_of_the_policy_that_decided():
    starter = reason_text(CARD, policy_reason("rule.limit_cap"))
    assert starter.en.startswith("A limit above")
    document = Policy.from_mapping(CARD.policy).to_mapping()
    document["rules"][0]["text"] = {"en": "Too much.", "ru": "Слишком много."}
    policy = Policy.from_mapping(document)
    assert reason_text(CARD, policy_reason("rule.limit_cap"), policy=policy).ru == "Слишком много."


@pytest.mark.parametrize("code", ["score.below_cutoff", "score.meets_cutoff"])
def test_the_score_itself_can_be_the_reason(code):
    text = reason_text(CARD, policy_reason(code))
    assert text.en
    assert text.ru


@pytest.mark.parametrize(
    "reason",
    [
        model_reason("limit.sideways"),
        model_reason("shoe_size.adverse"),
        model_reason("limit"),
        policy_reason("rule.unheard_of"),
    ],
)
def test_a_reason_without_a_text_is_an_error_and_not_an_empty_sentence(reason):
    with pytest.raises(ReasonUnknown):
        reason_text(CARD, reason)


def test_a_protected_feature_is_never_named_by_the_model():
    limit = replace(CARD.features["limit"], protected=True)
    product = replace(CARD, features={**CARD.features, "limit": limit})
    with pytest.raises(ReasonProtected):
        reason_text(product, model_reason("limit.adverse"))
    with pytest.raises(ReasonProtected):
        reason_catalogue(product, "new")


def test_a_protected_feature_is_named_where_the_product_has_a_legal_ground():
    limit = replace(CARD.features["limit"], protected=True)
    ground = ProtectedUse(feature="limit", uses=("model",), why=Text(en="Law.", ru="Закон."))
    product = replace(CARD, features={**CARD.features, "limit": limit}, protected_allowed=(ground,))
    assert reason_text(product, model_reason("limit.adverse")).en
    only_policy = replace(ground, uses=("policy",))
    product = replace(product, protected_allowed=(only_policy,))
    with pytest.raises(ReasonProtected):
        reason_text(product, model_reason("limit.adverse"))


@pytest.mark.parametrize("name", bundled_products())
def test_the_catalogue_of_every_bundled_product_is_complete_and_unique(name):
    product = bundled_product(name)
    for segment in product.segments:
        catalogue = reason_catalogue(product, segment)
        features = product.segment(segment).features
        sides = [f"{feature}.{side}" for feature in features for side in ("adverse", "favourable")]
        assert set(sides) < set(catalogue)
        assert all(text.en.strip() and text.ru.strip() for text in catalogue.values())
        assert "score.below_cutoff" in catalogue


def test_what_was_not_given_never_reads_like_a_bad_value():
    missing = reason_text(CARD, model_reason("education_level.missing"))
    assert missing.en == "The level of education was not given."
    plain = replace(CARD.features["limit"].reasons, missing=None)
    limit = replace(CARD.features["limit"], reasons=plain)
    product = replace(CARD, features={**CARD.features, "limit": limit})
    general = reason_text(product, model_reason("limit.missing"))
    assert (general.en, general.ru) == ("Not given: Credit limit.", "Не указано: Кредитный лимит.")


@pytest.mark.parametrize("name", bundled_products())
def test_every_model_input_of_the_bundled_products_says_that_it_is_missing(name):
    features = bundled_product(name).features.values()
    texts = [feature.reasons for feature in features if feature.reasons]
    said = [text.en for reasons in texts for text in (reasons.missing,)]
    assert len(set(said)) == len(texts)
    assert all(reasons.missing != reasons.adverse for reasons in texts)


@pytest.mark.parametrize("code", sorted(HUMILITY_TEXTS))
def test_a_model_that_does_not_know_says_so_of_the_feature(code):
    reason = Reason(code=code, source="policy", feature="limit")
    text = reason_text(CARD, reason)
    assert text.en
    assert text.ru
    assert "{" not in text.en + text.ru
    if "{title}" in HUMILITY_TEXTS[code].en:
        assert "Credit limit" in text.en
        with pytest.raises(ReasonUnknown):
            reason_text(CARD, replace(reason, feature=None))
        limit = replace(CARD.features["limit"], protected=True)
        with pytest.raises(ReasonProtected):
            reason_text(replace(CARD, features={**CARD.features, "limit": limit}), reason)


def test_what_may_not_be_named_is_known():
    quiet = replace(CARD.features["limit"].reasons, named=False)
    limit = replace(CARD.features["limit"], reasons=quiet)
    level = replace(CARD.features["education_level"], protected=True)
    product = replace(CARD, features={**CARD.features, "limit": limit, "education_level": level})
    assert never_named(product, "new") == {"limit", "education_level"}
    assert never_named(CARD, "existing") == frozenset()
