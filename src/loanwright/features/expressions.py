"""Expressions over the feature dictionary, in `loanwright.decisioning.language`."""

from __future__ import annotations

from collections.abc import Mapping

from loanwright.decisioning.language import (
    FUNCTION_NAMES,
    ExpressionRefused,
    Kind,
    Name,
    NameUnknown,
    Node,
    names_of,
    parse,
)
from loanwright.features.feature import Feature

__all__ = [
    "FUNCTION_NAMES",
    "ExpressionRefused",
    "Kind",
    "Node",
    "name_of",
    "parse_expression",
    "referenced",
]


def name_of(feature: Feature) -> Name:
    """Return what an expression must know about a feature.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> name_of(bundled_product("credit-card").feature("education")).kind
    'category'
    """
    kinds: dict[str, Kind] = {"boolean": "boolean", "category": "category"}
    return Name(
        kind=kinds.get(feature.type, "number"),
        codes=feature.codes,
        quantum=1.0 if feature.type in ("integer", "date") else None,
    )


def parse_expression(text: str, features: Mapping[str, Feature]) -> Node:
    """Parse and type-check an expression over features.

    Parameters
    ----------
    text
        The expression.
    features
        The features it may name.

    Returns
    -------
    Node
        The checked tree.

    Raises
    ------
    ExpressionRefused
        If the text is not an expression of this language, names an unknown feature or code, or
        mixes kinds.

    Examples
    --------
    >>> parse_expression("1 / 2 + 3", {}).operation
    'add'
    """
    try:
        return parse(text, {name: name_of(feature) for name, feature in features.items()})
    except NameUnknown as unknown:
        problem = f"names {unknown.name}, which is not a feature of this product"
        raise ExpressionRefused(problem) from None


referenced = names_of
