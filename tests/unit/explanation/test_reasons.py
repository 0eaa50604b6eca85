from dataclasses import replace

import pytest

from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reason import Reason
from loanwright.explanation.reasons import (
    ReasonProtected,
    ReasonUnknown,
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
