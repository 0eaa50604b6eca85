"""One look at a policy from above: its checks, its examples, and what is proved of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.rulebook.checking import SECONDS, check
from loanwright.rulebook.reading import read_for
from loanwright.rulebook.report import Finding, Report
from loanwright.rulebook.trying import run_examples
from loanwright.rulebook.wording import sentence


def examine(policy: Policy, product: Product, *, seconds: float = SECONDS) -> Report:
    """Return what is wrong with a policy for a product, and what is proved of it.

    Parameters
    ----------
    policy
        The rule book.
    product
        Whose segments, dictionary and scale it is for.
    seconds
        How long the proofs may take together.

    Returns
    -------
    Report
        Findings, examples and proofs; nothing found and every example passed means that the
        policy may decide this product.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> report = examine(Policy.from_mapping(card.policy), card)
    >>> report.findings, report.proved[0].en
    ((), 'Each of the 3 rules can fire, and in each of its segments it can pass.')
    """
    return examine_document(policy.to_mapping(), product, seconds=seconds)


def examine_document(
    document: Mapping[str, Any], product: Product, *, seconds: float = SECONDS
) -> Report:
    """Return the same of a document, which may be no policy at all."""
    try:
        policy = read_for(document, product)
    except PolicyRejected as refusal:
        text = sentence("rejected", problem=f"{refusal.key}: {refusal.problem}".rstrip("."))
        finding = Finding(code="rejected", place=refusal.key, text=text)
        return Report(product_hash=product.hash, findings=(finding,))
    checked = check(policy, product, seconds=seconds)
    return Report(
        product_hash=product.hash,
        findings=tuple(checked.findings),
        examples=run_examples(policy, product),
        proved=tuple(checked.proved),
    )
