"""Examples are decided by the real decide; what comes otherwise is named."""

import pytest
from tests.unit.rulebook.policies import exampled

from loanwright.decisioning.policy import Policy
from loanwright.features.policy_names import policy_names
from loanwright.features.product import bundled_product
from loanwright.rulebook.examining import examine_document
from loanwright.rulebook.trying import case_of_example, run_examples

LOAN = bundled_product("instalment-loan")
ADULT = {"age": 40, "amount": 3_000, "duration_months": 12}


def with_example(**example):
    stated = {"name": "one", "segment": "new", "facts": ADULT, "expect": {"outcome": "approve"}}
    return exampled({**stated, **example})


def problems(**example):
    policy = Policy.from_mapping(with_example(**example), names=policy_names(LOAN))
    *_, result = run_examples(policy, LOAN)
    assert result.passed is (result.problems == ())
    return result.problems


def test_an_example_that_comes_out_as_expected_passes():
    assert problems() == ()
    assert problems(facts={**ADULT, "age": 19}, expect={"outcome": "decline"}) == ()
    assert problems(expect={"outcome": "approve", "highest_amount": 20_000, "rules": []}) == ()


@pytest.mark.parametrize(
    ("example", "said"),
    [
        ({"facts": {**ADULT, "age": 19}}, "outcome: expected approve, got decline"),
        (
            {"facts": {**ADULT, "age": 19}, "expect": {"outcome": "decline", "rules": []}},
            "rules: expected none, got rule.young",
        ),
        (
            {"expect": {"outcome": "approve", "highest_amount": 5}},
            "highest_amount: expected 5, got 20000",
        ),
        (
            {"score": 400, "expect": {"outcome": "decline", "annual_rate_bp": 5}},
            "annual_rate_bp: expected 5, got nothing",
        ),
        (
            {"expect": {"outcome": "approve", "reasons": ["rule.young"]}},
            "reasons: expected rule.young, got score.meets_cutoff",
        ),
        ({"segment": "boat"}, "The policy clean has no cutoffs for the segment boat"),
    ],
)
def test_what_comes_otherwise_is_named_with_what_was_expected(example, said):
    assert said in problems(**example)[0]


def test_a_score_that_is_not_stated_is_one_that_is_approved_with_its_grade():
    policy = Policy.from_mapping(with_example())
    case = case_of_example(policy, LOAN, policy.examples[-1])
    assert (case.score, case.grade) == (575, "A")

    plain = Policy.from_mapping(
        {key: part for key, part in with_example().items() if key not in ("terms", "tables")}
    )
    case = case_of_example(plain, LOAN, plain.examples[-1])
    assert (case.score, case.grade) == (560, "B")


def test_reservations_of_an_example_are_heeded():
    said = [{"code": "humility.out_of_range", "feature": "amount"}]
    expect = {"outcome": "refer", "reasons": ["humility.out_of_range"]}
    assert problems(reservations=said, expect=expect) == ()


def test_a_policy_with_a_failing_example_does_not_pass_its_checks():
    report = examine_document(with_example(expect={"outcome": "decline"}), LOAN)

    assert report.findings == ()
    assert not report.passed
    assert report.first.en == "one: outcome: expected decline, got approve"
