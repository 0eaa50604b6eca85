"""What is wrong with a policy: proved by a prover, shown by applicants whom `decide` has decided.

Facts that are derived from others count as free within their range.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.rulebook.example_checks import check_examples
from loanwright.rulebook.report import Finding
from loanwright.rulebook.rule_checks import check_rules
from loanwright.rulebook.search import Checked, Search
from loanwright.rulebook.table_checks import check_table
from loanwright.rulebook.wording import sentence
from loanwright.rulebook.world import World

#: How long the proofs of one policy may take together, in seconds.
SECONDS: Final = 60.0


def check(policy: Policy, product: Product, *, seconds: float = SECONDS) -> Checked:
    """Look for gaps, contradictions and what can never count in a policy.

    Parameters
    ----------
    policy
        A policy that was read with the names of the product.
    product
        Whose segments, dictionary and scale it is for.
    seconds
        How long the proofs may take together.

    Returns
    -------
    Checked
        Findings, each with an applicant that shows it where one can; and what was proved for
        every score, every fact within its range, and whatever is missing.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> policy = Policy.from_mapping(
    ...     {
    ...         "schema": 2,
    ...         "name": "demo",
    ...         "cutoffs": {
    ...             "new": {"approve_from": 600, "refer_from": 560},
    ...             "existing": {"approve_from": 600, "refer_from": 560},
    ...         },
    ...         "tables": [
    ...             {
    ...                 "name": "highest",
    ...                 "hit": "first",
    ...                 "kind": "number",
    ...                 "rows": [{"when": "limit < 100000", "value": 1}],
    ...             }
    ...         ],
    ...     }
    ... )
    >>> [(one.code, one.place) for one in check(policy, card).findings]
    [('table_gap', 'tables[0]'), ('no_examples', 'examples')]
    """
    checked = Checked()
    checked.findings.extend(_segments(policy, product))
    world = World(policy, product, seconds=seconds)
    search = Search(world, checked)
    if world.segments:
        for figure in policy.figures:
            search.figure(figure.name)
        for table in policy.tables:
            check_table(search, table)
        check_rules(search)
        _check_terms(search)
        _check_outcomes(search)
    check_examples(search)
    return checked


def _segments(policy: Policy, product: Product) -> Iterator[Finding]:
    referred = policy.humility is not None and policy.humility.unseen_segments
    for segment in product.segments:
        if segment not in policy.cutoffs and not referred:
            text = sentence("segment_without_cutoffs", segment=segment)
            yield Finding(
                code="segment_without_cutoffs",
                place="cutoffs",
                text=text,
                example={"segment": segment},
            )
    for segment in policy.cutoffs:
        if segment not in product.segments:
            text = sentence("unknown_segment", segment=segment, product=product.name)
            yield Finding(code="unknown_segment", place=f"cutoffs.{segment}", text=text)


def _check_terms(search: Search) -> None:
    world, terms = search.world, search.policy.terms
    if not terms:
        return
    for grade in terms:
        if grade not in world.grades:
            facts = {"name": grade, "product": world.product.name}
            search.show("unknown_grade", f"terms.{grade}", None, lambda _: True, **facts)
    for grade in world.grades:
        if grade not in terms:
            _check_grade(search, grade)
    question = sentence("terms_never_found")
    if search.seek(question, "terms", world.terms_found()).nobody:
        search.show(
            "terms_never_found", "terms", world.seek().case,
            lambda case: case.decided(search.policy).terms is None,
        )  # fmt: skip


def _check_grade(search: Search, grade: str) -> None:
    world = search.world
    lent = world.opposite(world.declined())
    question = sentence("grade_without_terms", name=grade)
    found = search.seek(question, "terms", world.graded(grade), lent).case
    if found is not None:
        search.show(
            "grade_without_terms",
            "terms",
            found,
            lambda case: case.decided(search.policy).terms is None,
            name=grade,
        )


def _check_outcomes(search: Search) -> None:
    for segment in search.world.segments:
        if segment in search.policy.cutoffs:
            _check_approvals(search, segment)
            _prove_bands(search, segment)


def _check_approvals(search: Search, segment: str) -> None:
    world = search.world
    question = sentence("nobody_approved", segment=segment)
    high = [world.within(segment), world.scored(segment, Outcome.APPROVE)]
    if search.seek(question, f"cutoffs.{segment}", *high).nobody:
        told = {"segment": segment, "highest": world.scores[1]}
        search.tell("nobody_approved.score", f"cutoffs.{segment}", {}, **told)
        return
    explained = any(
        one.code.startswith(("rule_", "terms_", "figure_", "table_"))
        for one in search.checked.findings
    )
    facts = {"segment": segment}
    found = search.seek(question, "rules", world.within(segment), world.approved())
    if found.nobody and not explained:
        best = world.seek(*high).case
        search.show(
            "nobody_approved",
            "rules",
            best,
            lambda case: case.decided(search.policy).outcome is not Outcome.APPROVE,
            **facts,
        )


def _prove_bands(search: Search, segment: str) -> None:
    """State which scores lead to which outcome, and which rules can change that."""
    world, cutoffs = search.world, search.policy.cutoffs[segment]
    inside = world.within(segment)
    top, bottom = cutoffs.approve_from, cutoffs.refer_from
    bands = {
        Outcome.APPROVE: f"≥ {top}",
        Outcome.REFER: f"{bottom}–{top - 1}",
        Outcome.DECLINE: f"< {bottom}",
    }
    against = {
        Outcome.APPROVE: _quiet_but_not_approved(search, segment),
        Outcome.REFER: world.approved(),
        Outcome.DECLINE: world.opposite(world.declined()),
    }
    for outcome, band in bands.items():
        if world.seek(inside, world.scored(segment, outcome)).nobody:
            continue
        rules = _able(search, segment, outcome)
        told = {"segment": segment, "band": band, "rules": ", ".join(rules)}
        alone = "" if rules or outcome is Outcome.DECLINE else ".alone"
        code = f"proved.{outcome}{alone}"
        question = sentence(code, **told)
        scored = world.scored(segment, outcome)
        if search.seek(question, "cutoffs", inside, scored, against[outcome]).nobody:
            search.prove(code, **told)


def _quiet_but_not_approved(search: Search, segment: str) -> Any:
    world = search.world
    rules = [rule for rule in search.policy.rules if rule.concerns(segment)]
    quiet = [world.passes(rule) for rule in rules]
    return world.all_of([*quiet, world.terms_found(), world.opposite(world.approved())])


def _able(search: Search, segment: str, outcome: Outcome) -> list[str]:
    """Return the rules that can make an outcome more severe in the band that gives it."""
    world = search.world
    if outcome is Outcome.DECLINE:
        return []
    wanted = [
        rule
        for rule in search.policy.rules
        if rule.concerns(segment) and rule.outcome.severity > outcome.severity
    ]
    inside = [world.within(segment), world.scored(segment, outcome)]
    return [rule.code for rule in wanted if not world.seek(*inside, world.fires(rule)).nobody]
