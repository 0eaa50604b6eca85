"""The ``[scale]`` and ``[policy]`` tables of a product file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any, Final

from loanwright.decisioning.policy import Policy, PolicyRejected
from loanwright.features.feature import Feature
from loanwright.features.reading import Reader

ORDERED: Final = ("lt", "le", "gt", "ge")
#: What a starter policy may have of the second schema.
SECOND: Final = ("humility", "examples")
OPERATORS: Final = ("eq", "ne", *ORDERED, "in", "not_in", "missing")


def read_scale(table: Reader) -> dict[str, Any]:
    """Read the points scale: points to double the odds, the anchor, and the grades."""
    scale: dict[str, Any] = {
        "pdo": table.number("pdo", required=True),
        "anchor_score": table.number("anchor_score", required=True),
        "anchor_odds": table.number("anchor_odds", required=True),
        "grades": [],
    }
    for key in ("pdo", "anchor_odds"):
        if scale[key] is not None and scale[key] <= 0:
            table.refuse(key, "must be above zero")
    for item in table.children("grades", required=True):
        scale["grades"].append(
            {"name": item.string("name"), "score_from": item.integer("score_from")}
        )
        item.finish()
    _check_grades(table, scale["grades"])
    table.finish()
    return scale


def _check_grades(table: Reader, grades: list[dict[str, Any]]) -> None:
    if len(grades) < 2:
        table.refuse("grades", "needs at least two grades")
    if len({grade["name"] for grade in grades}) != len(grades):
        table.refuse("grades", "has a name twice; keep one")
    starts = [grade["score_from"] for grade in grades if grade["score_from"] is not None]
    if any(better <= worse for better, worse in itertools.pairwise(starts)):
        table.refuse("grades", "must fall from the best score_from to the worst; reorder them")


def read_policy(
    table: Reader, segments: tuple[str, ...], features: Mapping[str, Feature]
) -> dict[str, Any]:
    """Read the starter policy: cutoffs of every segment, rules, humility and examples as data."""
    policy: dict[str, Any] = {
        "name": table.name("name"),
        "cutoffs": _read_cutoffs(table, segments),
        "rules": [_read_rule(rule, segments, features) for rule in table.children("rules")],
    }
    codes = [rule["code"] for rule in policy["rules"]]
    if len(set(codes)) != len(codes):
        table.refuse("rules", "has a code twice; rename one")
    beside = {key: table.raw(key) for key in SECOND if table.has(key)}
    if beside:
        policy = {"schema": 2, **policy, **beside}
        _check_second(table, policy)
    table.finish()
    return policy


def _check_second(table: Reader, policy: Mapping[str, Any]) -> None:
    try:
        Policy.from_mapping(policy)
    except PolicyRejected as refusal:
        # What is wrong with the rest has been said by its own reader.
        if refusal.key.startswith(SECOND):
            table.refuse(refusal.key, refusal.problem)


def _read_cutoffs(table: Reader, segments: tuple[str, ...]) -> dict[str, dict[str, int]]:
    cutoffs: dict[str, dict[str, int]] = {}
    tables = table.child("cutoffs", required=True)
    for segment in segments if tables else ():
        inner = tables.child(segment, required=True) if tables else None
        if inner is None:
            continue
        approve, refer = inner.integer("approve_from"), inner.integer("refer_from")
        if approve is not None and refer is not None:
            if refer > approve:
                inner.refuse("refer_from", f"is above approve_from ({approve}); lower it")
            cutoffs[segment] = {"approve_from": approve, "refer_from": refer}
        inner.finish()
    if tables:
        tables.finish()
    return cutoffs


def _read_rule(
    table: Reader, segments: tuple[str, ...], features: Mapping[str, Feature]
) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "code": table.string("code"),
        "outcome": table.choice("outcome", ("refer", "decline")),
        "when": [_read_condition(c, features) for c in table.children("when", required=True)],
        "text": table.text("text").to_mapping(),
    }
    if rule["code"] and not re.fullmatch(r"rule\.[a-z][a-z0-9_]*", rule["code"]):
        table.refuse("code", "must look like rule.minimum_age")
    if not rule["when"]:
        table.refuse("when", "is empty; state at least one condition")
    if table.has("segments"):
        rule["segments"] = list(table.strings("segments"))
        unknown = [name for name in rule["segments"] if name not in segments]
        if unknown or not rule["segments"]:
            table.refuse("segments", f"must name some of {', '.join(segments)}")
    table.finish()
    return rule


def _read_condition(table: Reader, features: Mapping[str, Feature]) -> dict[str, Any]:
    name = table.string("feature")
    operator = table.choice("operator", OPERATORS)
    condition: dict[str, Any] = {"feature": name, "operator": operator}
    values = table.raw("value")
    if operator != "missing":
        condition["value"] = values
    elif values is not None:
        table.refuse("value", "means nothing with missing; remove it")
    feature = features.get(name)
    if feature is None:
        table.refuse("feature", f"names {name[:40]}, which is not a feature of this product")
    elif operator != "missing":
        _check_value(table, feature, operator, values)
    table.finish()
    return condition


def _check_value(table: Reader, feature: Feature, operator: str, value: Any) -> None:
    if operator in ORDERED and not feature.numeric:
        table.refuse("operator", f"orders {feature.name}, which has no order; use eq, ne or in")
        return
    many = operator in ("in", "not_in")
    items = value if many and isinstance(value, list) else [value]
    if many != isinstance(value, list) or not items:
        table.refuse("value", "must be a list for in and not_in, one value otherwise")
    elif not all(_fits(feature, item) for item in items):
        table.refuse("value", f"does not fit {feature.name}, a {feature.type}")


def _fits(feature: Feature, value: Any) -> bool:
    if feature.type == "category":
        return value in feature.codes
    if feature.type == "boolean":
        return isinstance(value, bool)
    if feature.type == "date":
        return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)
