"""Policies of schema 2: read strictly, written back, the same with and without a dictionary."""

import json

import pytest
from tests.unit.decisioning.second import NAMES, TEXT, document

from loanwright.decisioning.language import write
from loanwright.decisioning.policy import (
    Policy,
    PolicyRejected,
    Terms,
    policy_from_json,
    policy_from_toml,
)


def test_a_policy_is_read_whole():
    policy = policy_from_toml(TEXT, names=NAMES)
    assert (policy.schema, policy.name, policy.product) == (2, "demo", "credit-card")
    assert [each.name for each in policy.computed] == [
        "payment_share",
        "young",
        "highest_amount",
        "tier",
    ]
    assert policy.terms["B"] == Terms(highest_amount=80_000, annual_rate_bp=1890)
    assert policy.humility.out_of_range
    assert not policy.humility.unseen_categories
    assert policy.names() == {"age", "income", "payments", "home"}
    assert policy.examples[0].name == "a minor is declined"


def test_a_policy_survives_the_way_to_json_and_back_with_its_hash():
    policy = policy_from_toml(TEXT, names=NAMES)
    text = json.dumps(policy.to_mapping())
    for again in (policy_from_json(text), policy_from_json(text, names=NAMES)):
        assert again == policy
        assert again.hash == policy.hash


def test_both_ways_to_write_a_rule_give_one_tree():
    policy = policy_from_toml(TEXT, names=NAMES)
    written = [write(rule.node) for rule in policy.rules]
    assert written[0] == "age < 18"
    assert written[2] == 'home == "free"'


def test_a_document_of_before_gains_nothing_in_its_mapping():
    first = {"name": "demo", "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}}}
    policy = Policy.from_mapping(first)
    assert policy.to_mapping() == {**first, "rules": []}
    assert policy.hash == "2efd2af87fc5302513d40d094008e5629769de4471b20d1c59d6f39a6f52134c"


def changed(path, value):
    whole = document()
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "key", "problem"),
    [
        (("schema",), 3, "schema", "2 is needed"),
        (("schema",), True, "schema", "2 is needed"),
        (("figure",), [], "figure", "unknown key; known here: schema, name"),
        (("figures", 0, "expression"), "payments / incme", "figures[0].expression", "mean income"),
        (("figures", 0, "expression"), "home", "figures[0].expression", "is a category, not a"),
        (("figures", 0, "expression"), "young + 1", "figures[0].expression", "names young"),
        (("figures", 0, "name"), "income", "figures[0].name", "already a fact"),
        (("figures", 0, "name"), "score", "figures[0].name", "already a fact"),
        (("figures", 0, "name"), "min", "figures[0].name", "is no name"),
        (("figures", 0, "name"), "a b", "figures[0].name", "is no name"),
        (("tables", 0, "hit"), "last", "tables[0].hit", "one of first, unique"),
        (("tables", 0, "kind"), "text", "tables[0].kind", "one of number, boolean, category"),
        (("tables", 0, "rows"), [], "tables[0].rows", "at least one row"),
        (("tables", 0, "rows", 0, "when"), "income", "tables[0].rows[0].when", "is a number"),
        (("tables", 0, "rows", 0, "value"), "much", "tables[0].rows[0].value", "a number"),
        (("tables", 1, "rows", 0, "value"), 3, "tables[1].rows[0].value", "a category"),
        (("rules", 0, "when"), 'grade == "Z"', "rules[0].when", "its codes are A, B, C"),
        (("rules", 0, "when"), 'tier == "middle"', "rules[0].when", "its codes are high, low"),
        (("rules", 0, "when"), 'segment == "old"', "rules[0].when", "its codes are new"),
        (("rules", 0, "when"), "age + 1", "rules[0].when", "is a number, not a boolean"),
        (("rules", 0, "when"), "__import__('os')", "rules[0].when", "there is no function"),
        (("rules", 2, "when", 0, "feature"), "house", "rules[2].when[0].feature", "no fact"),
        (("terms", "A", "highest_amount"), 0, "terms.A.highest_amount", "1 or more"),
        (("terms", "A", "annual_rate_bp"), 12.9, "terms.A.annual_rate_bp", "an integer"),
        (("humility", "most_missing"), 30, "humility.most_missing", "a share from 0 to 1"),
        (("humility", "out_of_range"), 1, "humility.out_of_range", "true or false"),
        (("humility", "brave"), True, "humility.brave", "unknown key"),
        (("examples", 0, "facts", "agee"), 3, "examples[0].facts.agee", "no such fact"),
        (("examples", 0, "facts", "age"), [3], "examples[0].facts.age", "a number, a text"),
        (("examples", 0, "expect", "rules"), ["rule.x"], "examples[0].expect.rules", "no rule"),
        (("examples", 0, "expect", "outcome"), "no", "examples[0].expect.outcome", "approve"),
        (
            ("examples", 0, "probability_of_default"),
            3,
            "examples[0].probability_of_default",
            "0 to 1",
        ),
        (
            ("examples", 0, "reservations"),
            [{"code": "humility.shy"}],
            "examples[0].reservations[0].code",
            "humility.out_of_range",
        ),
    ],
)
def test_what_is_wrong_is_refused_by_the_name_of_its_key_with_a_remedy(path, value, key, problem):
    with pytest.raises(PolicyRejected) as refused:
        Policy.from_mapping(changed(path, value), names=NAMES)
    assert refused.value.key == key
    assert problem in refused.value.problem


def test_a_figure_that_is_read_before_it_is_computed_is_refused_without_a_dictionary_too():
    with pytest.raises(PolicyRejected, match="read before it is computed"):
        Policy.from_mapping(changed(("figures", 0, "expression"), "young + 1"))


@pytest.mark.parametrize("read", [policy_from_toml, policy_from_json])
def test_a_text_that_cannot_be_parsed_is_refused(read):
    with pytest.raises(PolicyRejected, match=r"is no (TOML|JSON)"):
        read("{")
