"""Values of features as people read them, in both languages."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.features.units import is_share, share_text, value_text
from loanwright.notices.words import WORDS, day_in_words


def value_in_words(product: Product, feature: Feature, value: Any) -> Text:
    """Return the value of a feature with its unit."""
    if value is None or value != value:
        return WORDS["not_given"]
    if feature.type == "category":
        return _category(product, feature, value)
    if feature.type == "date" and isinstance(value, str):
        return _day(value)
    money = frozenset(name for name, one in product.features.items() if one.type == "money")
    if is_share(feature, money):
        return share_text(float(value))
    return value_text(feature, value, product.currency)


def told_value(
    product: Product,
    feature: Feature,
    value: Any,
    record: Mapping[str, Any],
    hidden: Collection[str],
) -> Text:
    """Return the value of a feature; of a level or a sum of weights, what it is made from."""
    if not _is_level(product, feature):
        return value_in_words(product, feature, value)
    parts = [product.feature(name) for name in feature.depends_on if name not in hidden]
    texts = [value_in_words(product, one, record.get(one.name)) for one in parts]
    if len(texts) == 1:
        return texts[0]
    pairs = list(zip(parts, texts, strict=True))
    return Text(
        en="; ".join(f"{one.title.en}: {text.en}" for one, text in pairs),
        ru="; ".join(f"{one.title.ru}: {text.ru}" for one, text in pairs),
    )


def _is_level(product: Product, feature: Feature) -> bool:
    """Tell whether a number says nothing to anybody who does not know its formula."""
    counted = feature.derived and feature.type in ("number", "integer") and feature.unit is None
    money = frozenset(name for name, one in product.features.items() if one.type == "money")
    return counted and not is_share(feature, money)


def _category(product: Product, feature: Feature, value: Any) -> Text:
    # A vector has the place of a code, a record the code itself.
    code = feature.codes[int(value)] if isinstance(value, float) else value
    return value_text(feature, code, product.currency)


def _day(value: str) -> Text:
    day = date.fromisoformat(value)
    return Text(en=day_in_words(day, "en"), ru=day_in_words(day, "ru"))
