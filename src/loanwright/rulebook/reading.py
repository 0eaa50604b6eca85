"""Reads a policy for a product, and says so where it reads what the law protects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.policy import Policy
from loanwright.features.policy_names import policy_names
from loanwright.features.product import Product


def read_for(document: Mapping[str, Any], product: Product) -> Policy:
    """Return the policy of a document that may read only what the product lets policies read.

    Parameters
    ----------
    document
        As for `Policy.from_mapping`.
    product
        Whose dictionary says what there is, and what is protected.

    Raises
    ------
    PolicyRejected
        If it is no policy; a feature that is protected is called so.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> rule = {"code": "rule.sex", "outcome": "refer", "when": 'sex == "female"'}
    >>> rule["text"] = {"en": "No.", "ru": "Нет."}
    >>> read_for({**card.policy, "rules": [rule], "examples": []}, card)
    Traceback (most recent call last):
    ...
    loanwright.decisioning.document.PolicyRejected: The policy is not acceptable at rules[0].when: \
sex is protected, or made of what is; a policy may read it only where the product file names the \
law that allows it, in product.protected_allowed.
    """
    try:
        return Policy.from_mapping(document, names=policy_names(product))
    except PolicyRejected as refusal:
        protected = _protected(refusal, product)
        if protected is None:
            raise
        problem = (
            f"{protected} is protected, or made of what is; a policy may read it only where the "
            "product file names the law that allows it, in product.protected_allowed"
        )
        raise PolicyRejected(key=refusal.key, problem=problem) from refusal


def _protected(refusal: PolicyRejected, product: Product) -> str | None:
    """Return the feature that was refused because the law protects it, if one was."""
    of_example = [refusal.key.rpartition(".")[2]] if ".facts." in refusal.key else []
    refused = [*of_example, *re.findall(r"\w+", refusal.problem)]
    hidden = product.features.keys() - policy_names(product).keys()
    return next((word for word in refused if word in hidden), None)
