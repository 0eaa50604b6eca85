"""From coded reasons to sentences, in every language of the product."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from loanwright.decisioning.policy import Policy, Rule
from loanwright.decisioning.reason import (
    SCORE_BELOW_CUTOFF,
    SCORE_MEETS_CUTOFF,
    TERMS_UNDETERMINED,
    Reason,
)
from loanwright.decisioning.reservation import (
    OUT_OF_RANGE,
    TOO_MANY_MISSING,
    UNSEEN_CATEGORY,
    UNSEEN_SEGMENT,
)
from loanwright.errors import NotFound, Rejected
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.text import Text

SCORE_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        SCORE_BELOW_CUTOFF: Text(
            en="Taken together, the answers give a score below what is needed.",
            ru="По совокупности сведений балл ниже необходимого.",
        ),
        SCORE_MEETS_CUTOFF: Text(
            en="Taken together, the answers give a sufficient score.",
            ru="По совокупности сведений балл достаточен.",
        ),
    }
)
#: Why the model was not relied upon; ``{title}`` is that of the feature concerned.
TERMS_TEXT = Text(
    en="The amount and the rate could not be set from what is known.",
    ru="По имеющимся сведениям не удалось установить сумму и ставку.",
)
HUMILITY_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        OUT_OF_RANGE: Text(
            en="“{title}” lies beyond the values that the model knows; a person decides.",
            ru="«{title}»: значение за пределами известных модели; решение примет человек.",
        ),
        UNSEEN_CATEGORY: Text(
            en="“{title}” has a value that the model does not know; a person decides.",
            ru="«{title}»: такого значения модель не знает; решение примет человек.",
        ),
        TOO_MANY_MISSING: Text(
            en="Too little information was given for the model; a person decides.",
            ru="Сведений слишком мало для модели; решение примет человек.",
        ),
        UNSEEN_SEGMENT: Text(
            en="There are no cut-offs for applicants of this kind; a person decides.",
            ru="Для таких заявителей границы не установлены; решение примет человек.",
        ),
    }
)
NOT_GIVEN: Final = Text(en="Not given: {title}.", ru="Не указано: {title}.")
SIDES: Final = ("adverse", "favourable", "missing")


class ReasonUnknown(NotFound):
    """Product {product} and its policy have no text for the reason {code}."""


class ReasonProtected(Rejected):
    """The reason {code} would name {feature}, which the law protects."""


def reason_text(product: Product, reason: Reason, *, policy: Policy | None = None) -> Text:
    """Return the sentence for a reason.

    Parameters
    ----------
    product
        Its dictionary has the sentences of the model's reasons.
    reason
        As ``decide`` gives it.
    policy
        The policy that decided; None takes the starter policy of the product.

    Returns
    -------
    Text
        The sentence in every language.

    Raises
    ------
    ReasonUnknown
        If neither the dictionary nor the policy has such a reason.
    ReasonProtected
        If the reason names a protected feature that the product may not use in a model.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> reason = Reason(code="limit.adverse", source="model", feature="limit", contribution=0.2)
    >>> reason_text(card, reason).en
    'Applicants with a limit of this size have repaid less reliably.'
    """
    if reason.source == "model":
        return _model_text(product, reason)
    if reason.code in SCORE_TEXTS:
        return SCORE_TEXTS[reason.code]
    if reason.code == TERMS_UNDETERMINED:
        return TERMS_TEXT
    if reason.code in HUMILITY_TEXTS:
        return _humility_text(product, reason)
    rule = (policy or _starter(product)).rule(reason.code)
    if rule is None:
        raise ReasonUnknown(product=product.name, code=reason.code)
    return _rule_text(rule)


def reason_catalogue(product: Product, segment: str) -> dict[str, Text]:
    """Return every reason that a model of this segment and the starter policy can give.

    Parameters
    ----------
    product, segment
        Whose model inputs and rules are listed.

    Returns
    -------
    dict
        Code to sentence: three for each model input, one for each rule, two for the score.

    Raises
    ------
    ReasonUnknown, ReasonProtected
        As for `reason_text`.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> list(reason_catalogue(bundled_product("credit-card"), "new"))[:3]
    ['limit.adverse', 'limit.favourable', 'limit.missing']
    """
    reasons = _model_reasons(product.model_features(segment))
    texts = {reason.code: _model_text(product, reason) for reason in reasons}
    rules = [rule for rule in _starter(product).rules if rule.concerns(segment)]
    return texts | {rule.code: _rule_text(rule) for rule in rules} | dict(SCORE_TEXTS)


def _model_reasons(features: tuple[Feature, ...]) -> Iterator[Reason]:
    for feature in features:
        for side in SIDES:
            yield Reason(code=f"{feature.name}.{side}", source="model", feature=feature.name)


def _model_text(product: Product, reason: Reason) -> Text:
    name, _, side = reason.code.rpartition(".")
    feature = product.features.get(name)
    if feature is None or feature.reasons is None or side not in SIDES:
        raise ReasonUnknown(product=product.name, code=reason.code)
    _refuse_protected(product, feature, reason)
    if side == "missing":
        return feature.reasons.missing or _titled(NOT_GIVEN, feature)
    return feature.reasons.adverse if side == "adverse" else feature.reasons.favourable


def _humility_text(product: Product, reason: Reason) -> Text:
    text = HUMILITY_TEXTS[reason.code]
    feature = product.features.get(reason.feature or "")
    if feature is None:
        if "{title}" in text.en:
            raise ReasonUnknown(product=product.name, code=reason.code)
        return text
    _refuse_protected(product, feature, reason)
    return _titled(text, feature)


def _titled(text: Text, feature: Feature) -> Text:
    title = feature.title
    return Text(en=text.en.replace("{title}", title.en), ru=text.ru.replace("{title}", title.ru))


def _refuse_protected(product: Product, feature: Feature, reason: Reason) -> None:
    if feature.protected and not _in_model_by_law(product, feature):
        raise ReasonProtected(code=reason.code, feature=feature.name)


def never_named(product: Product, segment: str) -> frozenset[str]:
    """Return the model inputs that no reason may name: the law or the lender forbids it.

    They are protected features without a legal ground, and those with ``named = false``.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> never_named(bundled_product("credit-card"), "new")
    frozenset()
    """
    return frozenset(
        feature.name
        for feature in product.model_features(segment)
        if not (feature.reasons and feature.reasons.named)
        or (feature.protected and not _in_model_by_law(product, feature))
    )


def _in_model_by_law(product: Product, feature: Feature) -> bool:
    allowed = {use.feature for use in product.protected_allowed if "model" in use.uses}
    needed = {name for name in feature.depends_on if product.features[name].protected}
    return feature.name in allowed or (bool(needed) and needed <= allowed)


@lru_cache(maxsize=64)
def _starter(product: Product) -> Policy:
    return Policy.from_mapping(product.policy)


def _rule_text(rule: Rule) -> Text:
    return Text(en=rule.text["en"], ru=rule.text["ru"])
