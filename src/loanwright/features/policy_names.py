"""What a policy of a product may read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from loanwright.decisioning.burden import FACTS
from loanwright.decisioning.language import Name
from loanwright.features.expressions import name_of
from loanwright.features.product import Product


@lru_cache(maxsize=64)
def policy_names(product: Product) -> Mapping[str, Name]:
    """Return the facts that a policy of a product may read, each with its kind and codes.

    Parameters
    ----------
    product
        Its dictionary, its grades, and what it allows of protected features.

    Returns
    -------
    Mapping
        For ``Policy.from_mapping``: every feature that the law does not forbid to policies, what
        is known of affordability, and the codes of ``grade``.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> names = policy_names(bundled_product("credit-card"))
    >>> names["limit"].kind, names["grade"].codes[:2], "sex" in names
    ('number', ('A', 'B'), False)
    """
    grades = tuple(grade["name"] for grade in product.scale["grades"])
    allowed = {use.feature for use in product.protected_allowed if "policy" in use.uses}
    features = {
        feature.name: name_of(feature)
        for feature in product.features.values()
        if not _forbidden(product, feature.depends_on, allowed)
    }
    afforded = {name: Name(kind="number") for name in FACTS}
    return {**afforded, "grade": Name(kind="category", codes=grades), **features}


def _forbidden(product: Product, depends_on: tuple[str, ...], allowed: set[str]) -> bool:
    return any(product.features[name].protected and name not in allowed for name in depends_on)
