"""Gaps, overlaps and idle rows of decision tables."""

from __future__ import annotations

from typing import Any, Final

from loanwright.decisioning.figures import Table
from loanwright.decisioning.nodes import names_of
from loanwright.decisioning.policy import Policy
from loanwright.rulebook.cases import Case
from loanwright.rulebook.search import Search, Shows
from loanwright.rulebook.wording import sentence
from loanwright.rulebook.world import Sought

MOST_OVERLAPS: Final = 10


def check_table(search: Search, table: Table) -> None:
    """Look for somebody without a row, or with two, and for rows that never count."""
    encoder, place = search.world.encoder, search.places[table.name]
    holds = [encoder.holds(row.when.node) for row in table.rows]
    fails = [encoder.fails(row.when.node) for row in table.rows]
    before = len(search.checked.findings)
    gap = search.seek(sentence("table_gap", name=table.name), place, search.world.all_of(fails))
    if gap.case:
        shows = _answers(search, table, [False] * len(table.rows))
        search.show("table_gap", place, gap.case, shows, name=table.name)
    elif gap.nobody:
        _check_values(search, table, holds, fails)
    if table.hit == "unique":
        _check_overlaps(search, table, holds)
    _check_rows(search, table, holds, fails)
    if len(search.checked.findings) == before:
        search.prove("proved.rows", name=table.name)


def _check_values(search: Search, table: Table, holds: list[Any], fails: list[Any]) -> None:
    """Look for somebody of whom everything is known, and for whom a row has no answer."""
    world, code = search.world, "table_gap.value"
    read = sorted(_facts_of(search.policy, table))
    both = zip(holds, fails, strict=True)
    open_rows = [world.opposite(world.either([one, other])) for one, other in both]
    given = world.either(open_rows), world.opposite(world.known(table.name))
    question, place = sentence(code, name=table.name), search.places[table.name]
    lost = search.seek(question, place, world.learned(read), *given)
    if lost.case:
        shows = _lacks(search, table, read)
        search.show(code, place, lost.case, shows, name=table.name)
    elif lost.nobody:
        search.prove("proved.table", name=table.name)


def _facts_of(policy: Policy, table: Table) -> set[str]:
    """Return the facts of the application that a table reads, through figures as well."""
    own = {
        **{one.name: names_of(one.formula.node) for one in policy.figures},
        **{one.name: _names_in(one) for one in policy.tables},
    }
    found, waiting = set[str](), set(_names_in(table))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= own.get(name, frozenset())
    return found & policy.names()


def _names_in(table: Table) -> frozenset[str]:
    return frozenset().union(*(names_of(row.when.node) for row in table.rows))


def _lacks(search: Search, table: Table, read: list[str]) -> Shows:
    def shows(case: Case) -> bool:
        figures = case.decided(search.policy).figures
        return figures[table.name] is None and all(case.facts[name] is not None for name in read)

    return shows


def _check_overlaps(search: Search, table: Table, holds: list[Any]) -> None:
    place = search.places[table.name]
    pairs = [(first, second) for second in range(len(holds)) for first in range(second)]
    for _ in range(MOST_OVERLAPS):
        both = {pair: search.world.all_of([holds[pair[0]], holds[pair[1]]]) for pair in pairs}
        question = sentence("proved.unique", name=table.name)
        sought = search.seek(question, place, search.world.either(list(both.values())))
        found = sought.case
        if found is None:
            if sought.nobody and len(pairs) == len(holds) * (len(holds) - 1) // 2:
                search.prove("proved.unique", name=table.name)
            return
        answers = [found.answer(search.policy, row.when) for row in table.rows]
        shown = [pair for pair in pairs if answers[pair[0]] and answers[pair[1]]]
        if not shown:
            search.doubt(question, place)
            return
        first, second = shown[0]
        search.show(
            "table_overlap", place, found, lambda _: True,
            first=first + 1, second=second + 1, name=table.name,
        )  # fmt: skip
        pairs.remove((first, second))


def _check_rows(search: Search, table: Table, holds: list[Any], fails: list[Any]) -> None:
    for number, row in enumerate(table.rows):
        place = f"{search.places[table.name]}.rows[{number}]"
        facts = {"row": number + 1, "name": table.name}
        earlier = fails[:number] if table.hit == "first" else []
        never = sentence("row_never_holds", **facts)
        counts = search.seek(never, place, holds[number], *earlier)
        if not counts.nobody:
            continue
        beaten = _beaten(search, place, holds[: number + 1]) if earlier else counts
        if beaten.nobody:
            search.show("row_never_holds", place, None, lambda _: True, **facts)
        elif beaten.case:
            search.show(
                "row_always_beaten",
                place,
                beaten.case,
                lambda case, row=row: bool(case.answer(search.policy, row.when)),  # type: ignore[misc]
                **facts,
            )


def _beaten(search: Search, place: str, holds: list[Any]) -> Sought:
    """Look for somebody for whom a row holds, and an earlier one too if there is such a person."""
    *earlier, row = holds
    both = search.world.seek(row, search.world.either(earlier))
    question = sentence("row_never_holds", row=len(holds), name=place)
    return both if both.case is not None else search.seek(question, place, row)


def _answers(search: Search, table: Table, expected: list[bool]) -> Shows:
    def shows(case: Case) -> bool:
        return [case.answer(search.policy, row.when) for row in table.rows] == expected

    return shows
