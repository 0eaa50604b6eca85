"""Rules that never fire, never pass, or never matter."""

from __future__ import annotations

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Rule
from loanwright.rulebook.cases import Case
from loanwright.rulebook.search import Search
from loanwright.rulebook.wording import sentence


def check_rules(search: Search) -> None:
    """Look for applicants for whom each rule fires, passes, and changes the outcome."""
    before = len(search.checked.findings)
    for rule in search.policy.rules:
        if any(rule.concerns(segment) for segment in search.world.segments):
            _check_rule(search, rule)
    if search.policy.rules and len(search.checked.findings) == before:
        search.prove("proved.rules", count=len(search.policy.rules))


def _check_rule(search: Search, rule: Rule) -> None:
    world, place = search.world, search.places[rule.code]
    before = len(search.checked.findings)
    never = sentence("rule_never_fires", name=rule.code)
    fires = search.seek(never, place, world.concerned(rule), world.fires(rule))
    for segment in world.segments:
        if rule.concerns(segment):
            _check_rule_in(search, rule, segment)
    if fires.nobody and len(search.checked.findings) == before:
        search.show("rule_never_fires", place, None, lambda _: True, name=rule.code)
    if fires.case and rule.outcome is Outcome.REFER:
        _check_beaten(search, rule, fires.case)


def _check_rule_in(search: Search, rule: Rule, segment: str) -> None:
    world, place = search.world, search.places[rule.code]
    facts = {"name": rule.code, "segment": segment}
    inside = world.within(segment)
    question = sentence("rule_never_passes", **facts)
    if not search.seek(question, place, inside, world.passes(rule)).nobody:
        return
    fires = search.seek(question, place, inside, world.fires(rule))
    rest = search.seek(question, place, inside, world.opposite(world.fires(rule)))
    if fires.nobody:
        code, case, result = "rule_never_known", rest.case, "unknown"
    elif rest.nobody:
        code, case, result = "rule_always_fires", fires.case, "fired"
    else:
        code, case, result = "rule_never_passes", fires.case, "fired"
    if case is not None:
        search.show(code, place, case, lambda one: search.result(one, rule) == result, **facts)


def _check_beaten(search: Search, rule: Rule, fires: Case) -> None:
    world, place = search.world, search.places[rule.code]
    alone = world.opposite(world.declined(without=rule))
    question = sentence("rule_always_beaten", name=rule.code)
    counts = search.seek(question, place, world.concerned(rule), world.fires(rule), alone)
    if counts.nobody:
        search.show(
            "rule_always_beaten",
            place,
            fires,
            lambda case: case.decided(search.policy).outcome is Outcome.DECLINE,
            name=rule.code,
        )
