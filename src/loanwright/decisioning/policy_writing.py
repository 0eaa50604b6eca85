"""From a policy to plain data that JSON and TOML can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loanwright.decisioning.conditions import Condition
from loanwright.decisioning.examples import Example
from loanwright.decisioning.figures import Table
from loanwright.decisioning.formula import Formula
from loanwright.decisioning.rule import Rule

if TYPE_CHECKING:
    from loanwright.decisioning.policy import Policy


def policy_mapping(policy: Policy) -> dict[str, Any]:
    """Return a policy as the document from which it can be read again.

    What schema 1 does not know is left out of its documents, and so is what is not stated: the
    hash of a document of before never changes.
    """
    plain = {
        "name": policy.name,
        "cutoffs": {
            segment: {"approve_from": cut.approve_from, "refer_from": cut.refer_from}
            for segment, cut in policy.cutoffs.items()
        },
        "rules": [_rule(rule) for rule in policy.rules],
    }
    return plain if policy.schema == 1 else {"schema": 2, **plain, **_second(policy)}


def _second(policy: Policy) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "product": policy.product,
        "figures": [
            {"name": figure.name, "expression": figure.formula.text} for figure in policy.figures
        ],
        "tables": [_table(table) for table in policy.tables],
        "terms": {
            grade: {"highest_amount": terms.highest_amount, "annual_rate_bp": terms.annual_rate_bp}
            for grade, terms in policy.terms.items()
        },
        "humility": _humility(policy),
        "examples": [_example(example) for example in policy.examples],
    }
    return {name: part for name, part in parts.items() if part}


def _humility(policy: Policy) -> dict[str, Any]:
    humility = policy.humility
    if humility is None:
        return {}
    asked: dict[str, Any] = {
        "out_of_range": humility.out_of_range,
        "unseen_categories": humility.unseen_categories,
        "unseen_segments": humility.unseen_segments,
    }
    if humility.most_missing is not None:
        asked["most_missing"] = humility.most_missing
    return asked


def _table(table: Table) -> dict[str, Any]:
    rows = [{"when": row.when.text, "value": row.value} for row in table.rows]
    return {"name": table.name, "hit": table.hit, "kind": table.kind, "rows": rows}


def _rule(rule: Rule) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "code": rule.code,
        "outcome": str(rule.outcome),
        "when": _when(rule),
        "text": dict(rule.text),
    }
    if rule.segments:
        mapping["segments"] = list(rule.segments)
    return mapping


def _when(rule: Rule) -> str | list[dict[str, Any]]:
    if isinstance(rule.when, Formula):
        return rule.when.text
    return [_condition(condition) for condition in rule.when]


def _condition(condition: Condition) -> dict[str, Any]:
    value = condition.value
    return {
        "feature": condition.feature,
        "operator": condition.operator,
        "value": list(value) if isinstance(value, tuple) else value,
    }


def _example(example: Example) -> dict[str, Any]:
    expect = example.expect
    expected: dict[str, Any] = {
        "outcome": str(expect.outcome),
        "rules": None if expect.rules is None else list(expect.rules),
        "reasons": None if expect.reasons is None else list(expect.reasons),
        "highest_amount": expect.highest_amount,
        "annual_rate_bp": expect.annual_rate_bp,
    }
    stated: dict[str, Any] = {
        "name": example.name,
        "segment": example.segment,
        "facts": dict(example.facts),
        "score": example.score,
        "probability_of_default": example.probability_of_default,
        "grade": example.grade,
        "reservations": [
            _stated({"code": each.code, "feature": each.feature}) for each in example.reservations
        ]
        or None,
        "expect": _stated(expected),
    }
    return _stated(stated)


def _stated(mapping: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if value is not None}
