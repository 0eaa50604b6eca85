"""The examples of a lender's policy, decided as an application would be."""

from collections.abc import Iterator

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision, decide
from loanwright.decisioning.examples import Example
from loanwright.decisioning.policy import Policy
from loanwright.lending.lender import LenderProduct


def failing_examples(lent: LenderProduct) -> list[str]:
    """Return what came otherwise than the examples of a product's policy expect; empty if none.

    A score that an example does not state is the lowest that is approved.
    """
    return [problem for one in lent.policy.examples for problem in _problems(lent, one)]


def rules_without_example(policy: Policy) -> tuple[str, ...]:
    """Return the rules that no example shows at work."""
    shown = {code for one in policy.examples for code in one.expect.rules or ()}
    return tuple(rule.code for rule in policy.rules if rule.code not in shown)


def _problems(lent: LenderProduct, example: Example) -> Iterator[str]:
    decision = _decided(lent, example)
    fired = {one.code for one in decision.rule_results if one.result == "fired"}
    wanted = example.expect
    if decision.outcome is not wanted.outcome:
        yield f"{example.name}: expected {wanted.outcome}, got {decision.outcome}"
    if wanted.rules is not None and fired != set(wanted.rules):
        rules = ", ".join(sorted(fired)) or "none"
        yield f"{example.name}: expected the rules {', '.join(wanted.rules)}, got {rules}"


def _decided(lent: LenderProduct, example: Example) -> Decision:
    score = example.score
    if score is None:
        score = lent.policy.cutoffs_of(example.segment).approve_from
    probability = example.probability_of_default
    assessment = Assessment(
        probability_of_default=0.05 if probability is None else probability,
        score=score,
        grade=example.grade or _grade(lent, score),
        log_odds=0.0,
        base_log_odds=0.0,
        features=(),
        contributions=(),
    )
    return decide(
        assessment,
        lent.policy,
        segment=example.segment,
        facts=example.facts,
        reservations=example.reservations,
    )


def _grade(lent: LenderProduct, score: int) -> str:
    grades = lent.product.scale["grades"]
    return next(str(one["name"]) for one in grades if score >= one["score_from"])
