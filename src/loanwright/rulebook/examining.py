"""One look at a policy from above: everything that is wrong with it for a product."""

from __future__ import annotations

from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.rulebook.report import Finding, Report


def examine(policy: Policy, product: Product) -> Report:
    """Return what is wrong with a policy for a product.

    Parameters
    ----------
    policy
        The rule book.
    product
        Whose segments and dictionary it is for.

    Returns
    -------
    Report
        Every finding; none means that the policy may decide this product.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> examine(Policy.from_mapping(card.policy), card).findings
    ()
    """
    findings = (*_unknown_names(policy, product), *_segments_without_cutoffs(policy, product))
    return Report(product_hash=product.hash, findings=findings)


def _unknown_names(policy: Policy, product: Product) -> list[Finding]:
    return [
        Finding(
            code="unknown_name",
            place=f"rules[{place}].when",
            text=Text(
                en=f"{rule.code} reads {condition.feature}, which {product.name} does not have.",
                ru=f"{rule.code} читает {condition.feature}, чего нет в {product.name}.",
            ),
        )
        for place, rule in enumerate(policy.rules)
        for condition in rule.when
        if condition.feature not in product.features
    ]


def _segments_without_cutoffs(policy: Policy, product: Product) -> list[Finding]:
    return [
        Finding(
            code="segment_without_cutoffs",
            place="cutoffs",
            text=Text(
                en=f"Nobody of the segment {segment} can be decided: it has no cut-offs.",
                ru=f"Никому из сегмента {segment} нельзя ответить: для него нет порогов.",
            ),
            example={"segment": segment},
        )
        for segment in product.segments
        if segment not in policy.cutoffs
    ]
