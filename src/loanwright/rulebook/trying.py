"""The examples that a policy carries, decided by the real `decide`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from loanwright.decisioning.decide import Decision
from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.policy import Example, Expectation, Policy, SegmentHasNoCutoffs
from loanwright.features.product import Product
from loanwright.rulebook.cases import Case, case_of
from loanwright.rulebook.report import ExampleResult
from loanwright.scaling import Scale


def run_examples(policy: Policy, product: Product) -> tuple[ExampleResult, ...]:
    """Decide every example of a policy and compare with what it expects.

    Parameters
    ----------
    policy
        The rule book with its examples.
    product
        Whose scale gives a score its grade, where the example does not say it.

    Returns
    -------
    tuple of ExampleResult
        In the order of the policy; what came otherwise is named with what was expected.
    """
    return tuple(_run(policy, product, example) for example in policy.examples)


def case_of_example(policy: Policy, product: Product, example: Example) -> Case:
    """Return the applicant of an example; a score it does not state is one that is approved."""
    score = _approved(policy, product, example) if example.score is None else example.score
    case = case_of(product, example.segment, score, example.facts)
    if example.probability_of_default is not None:
        case = replace(case, probability_of_default=example.probability_of_default)
    return case if example.grade is None else replace(case, grade=example.grade)


def _approved(policy: Policy, product: Product, example: Example) -> int:
    """Return the lowest score that is approved, and that has the best of the terms."""
    cutoffs = policy.cutoffs.get(example.segment)
    grades = Scale.from_mapping(product.scale).grades
    best = [grade.score_from for grade in grades if grade.name in policy.terms][:1]
    return max([*best, cutoffs.approve_from if cutoffs else 0])


def _run(policy: Policy, product: Product, example: Example) -> ExampleResult:
    try:
        decision = case_of_example(policy, product, example).decided(policy, example.reservations)
    except (SegmentHasNoCutoffs, PolicyRejected) as refusal:
        return ExampleResult(name=example.name, problems=(str(refusal),))
    return ExampleResult(name=example.name, problems=tuple(_problems(decision, example.expect)))


def _problems(decision: Decision, expect: Expectation) -> Iterator[str]:
    fired = tuple(one.code for one in decision.rule_results if one.result == "fired")
    reasons = tuple(one.code for one in decision.reasons)
    terms = decision.terms
    got = {
        "outcome": (str(expect.outcome), str(decision.outcome)),
        "rules": (_sorted(expect.rules), _sorted(fired)),
        "reasons": (expect.reasons, reasons),
        "highest_amount": (expect.highest_amount, terms and terms.highest_amount),
        "annual_rate_bp": (expect.annual_rate_bp, terms and terms.annual_rate_bp),
    }
    for name, (wanted, came) in got.items():
        if wanted is not None and wanted != came:
            yield f"{name}: expected {_shown(wanted)}, got {_shown(came)}"


def _sorted(codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if codes is None else tuple(sorted(codes))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value is None else str(value)
