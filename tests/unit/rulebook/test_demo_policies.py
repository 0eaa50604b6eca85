"""The demo policies hold: every rule has an example, and nothing is wrong with any of them."""

from pathlib import Path

import pytest

from loanwright.decisioning.policy import Policy, policy_from_toml
from loanwright.features.policy_names import policy_names
from loanwright.features.product import bundled_product
from loanwright.rulebook.examining import examine
from loanwright.rulebook.trying import run_examples

POLICIES = sorted((Path(__file__).parents[3] / "examples" / "policies").glob("*.toml"))


@pytest.fixture(params=POLICIES, ids=lambda path: path.stem)
def demo(request):
    """Return a demo policy and its product."""
    product = bundled_product(request.param.stem)
    text = request.param.read_text(encoding="utf-8")
    return policy_from_toml(text, names=policy_names(product)), product


@pytest.fixture(params=POLICIES, ids=lambda path: path.stem)
def starter(request):
    """Return the policy with which the demo bank begins, and its product."""
    product = bundled_product(request.param.stem)
    return Policy.from_mapping(product.policy, names=policy_names(product)), product


def test_there_is_one_for_every_bundled_product():
    assert [path.stem for path in POLICIES] == ["credit-card", "instalment-loan"]


def test_every_rule_is_fired_by_an_example(demo):
    policy, _ = demo
    fired = {code for example in policy.examples for code in example.expect.rules or ()}
    assert {rule.code for rule in policy.rules} == fired


def test_every_example_comes_out_as_stated(demo):
    policy, product = demo
    problems = {one.name: one.problems for one in run_examples(policy, product) if one.problems}
    assert problems == {}


def test_the_checker_finds_nothing(demo):
    policy, product = demo
    assert [(one.place, one.text.en) for one in examine(policy, product).findings] == []


def test_what_the_demo_begins_with_holds_as_well(starter):
    policy, product = starter
    report = examine(policy, product)
    fired = {code for example in policy.examples for code in example.expect.rules or ()}
    assert {rule.code for rule in policy.rules} == fired
    assert [one.name for one in report.examples if one.problems] == []
    assert report.findings == ()


def test_what_the_demo_begins_with_asks_a_person_where_the_model_knows_nothing(starter):
    humility = starter[0].humility
    assert humility.out_of_range
    assert humility.unseen_categories
    assert humility.unseen_segments
    assert humility.most_missing == 0.5


def test_every_grade_of_the_product_has_terms(demo):
    policy, product = demo
    assert list(policy.terms) == [grade["name"] for grade in product.scale["grades"]]
