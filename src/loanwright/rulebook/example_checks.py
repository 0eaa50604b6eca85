"""Whether a policy carries examples, whether they can be meant, and which rules they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.evaluating import read_date
from loanwright.decisioning.examples import Example
from loanwright.decisioning.policy import Rule, SegmentHasNoCutoffs
from loanwright.rulebook.domains import domains_of
from loanwright.rulebook.search import Search
from loanwright.rulebook.trying import case_of_example

#: What a fact of each kind is, in a policy file.
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "number": (int, float),
    "boolean": (bool,),
    "category": (str,),
}
_NEEDED: Final = {
    "number": ("a number", "число"),
    "boolean": ("true or false", "true или false"),
    "category": ("a text", "текст"),
}


def check_examples(search: Search) -> None:
    """Look for what the examples of a policy leave out, and for what none of them can mean.

    A policy of schema 1 cannot carry examples, so nothing is asked of it here.
    """
    policy = search.policy
    if policy.schema < 2:
        return
    if not policy.examples:
        search.tell("no_examples", "examples", {})
        return
    _check_names(search)
    for place, example in enumerate(policy.examples):
        _check_facts(search, example, f"examples[{place}].facts")
    fired = {code for example in policy.examples for code in _fired(search, example)}
    for rule in policy.rules:
        if rule.code not in fired:
            _check_shown(search, rule)


def _check_names(search: Search) -> None:
    named = Counter(example.name for example in search.policy.examples)
    for name, times in named.items():
        if times > 1:
            search.tell("example_name_twice", "examples", {}, name=name)


def _check_facts(search: Search, example: Example, place: str) -> None:
    product = search.world.product
    domains = domains_of(product, next(iter(product.segments)))
    for name, value in example.facts.items():
        domain, feature = domains.get(name), product.features.get(name)
        if domain is None or _is_of(value, domain.kind):
            continue
        dated = feature is not None and feature.type == "date"
        if dated and isinstance(value, str) and read_date(value) is not None:
            continue
        en, ru = _NEEDED[domain.kind]
        told = {"name": example.name, "fact": name, "value": repr(value)}
        search.tell("example_fact_wrong", f"{place}.{name}", {}, **told, needed=en, needed_ru=ru)


def _is_of(value: object, kind: str) -> bool:
    return isinstance(value, bool) is (kind == "boolean") and isinstance(value, _KINDS[kind])


def _fired(search: Search, example: Example) -> list[str]:
    case = case_of_example(search.policy, search.world.product, example)
    try:
        decision = case.decided(search.policy, example.reservations)
    except (SegmentHasNoCutoffs, PolicyRejected):
        return []
    return [one.code for one in decision.rule_results if one.result == "fired"]


def _check_shown(search: Search, rule: Rule) -> None:
    """Say that no example fires a rule, with somebody who would; not where nobody can."""
    world = search.world
    sought = world.seek(world.concerned(rule), world.fires(rule))
    if sought.nobody:
        return
    case = sought.case
    shown = case is not None and search.result(case, rule) == "fired"
    example = case.to_mapping() if case is not None and shown else {}
    search.tell("rule_without_example", search.places[rule.code], example, name=rule.code)
