"""The SQL of the roster, over what other rooms give to be listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Table,
    and_,
    exists,
    func,
    select,
)

from loanwright.service.kit.listing import DESCENDING, Listing
from loanwright.service.kit.pagination import Page
from loanwright.service.roster.schemas import Asked, Last, Sort

LAST: Final = ("decision_id", "outcome", "overridden", "score", "grade", "decided_at")
#: Those who were never decided come after all others, whichever way the list is sorted.
NEVER: Final = "never."


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Which part of a list is wanted.

    Attributes
    ----------
    few
        Whether the conditions leave few people.
    """

    limit: int
    cursor: str | None
    few: bool


@dataclass(frozen=True, kw_only=True)
class Source:
    """The rows that a roster is made of, for one product or for all of them.

    Attributes
    ----------
    people
        Applicants.
    last
        The last decision on each, by product.
    overdue
        The ids of those who are in arrears.
    product
        Which decision counts; empty for the last one of all products.
    """

    people: Table
    last: FromClause
    overdue: Select[tuple[str]]
    product: str

    @cached_property
    def by_person(self) -> Listing:
        """Return everybody, with their last decision where there is one."""
        joined = self.people.outerjoin(self.last, self._is_last(self.last))
        columns = self.people.c
        sorts: dict[str, Any] = {Sort.ADDED: columns.created_at, Sort.EDITED: columns.updated_at}
        return Listing(self._whole(joined), key=columns.id, sorts=sorts)

    @cached_property
    def by_decision(self) -> Listing:
        """Return those who were decided, in the order of what was decided."""
        columns: Any = self.last.c
        sorts: dict[str, Any] = {Sort.DECIDED: columns.decided_at, Sort.SCORE: columns.score}
        whole = self._whole(self.joined_decision(), columns.applicant_id, *sorts.values())
        return Listing(whole, key=columns.applicant_id, sorts=sorts)

    @cached_property
    def few_by_decision(self) -> Listing:
        """Return the same for few people, who are found first and sorted afterwards.

        A planner that is offered an index in the order asked for goes through everybody in it;
        an index does not know the order of an expression.
        """
        columns: Any = self.last.c
        sorts: dict[str, Any] = {
            sort: func.coalesce(column, column).label(f"few_{sort}")
            for sort, column in (
                (Sort.DECIDED, columns.decided_at),
                (Sort.SCORE, columns.score),
            )
        }
        whole = self._whole(self.joined_decision(), *sorts.values())
        return Listing(whole, key=self.people.c.id, sorts=sorts)

    @cached_property
    def undecided(self) -> ColumnElement[bool]:
        """Return the condition of never having been decided."""
        # Under a name of its own, so that it is not taken for the one that is joined.
        return ~exists().where(self._is_last(self.last.alias("any_last")))

    def joined_decision(self) -> FromClause:
        """Return the people who were decided, each with the last decision."""
        return self.last.join(self.people, self._is_last(self.last))

    def _is_last(self, last: FromClause) -> ColumnElement[bool]:
        return and_(last.c.applicant_id == self.people.c.id, last.c.product == self.product)

    def _whole(self, joined: FromClause, *sorted_by: ColumnElement[Any]) -> Select[Any]:
        of_last = [self.last.c[name].label(f"last_{name}") for name in LAST]
        # What it is sorted by once more: the cursor is read from the column itself.
        return select(self.people, *of_last, *sorted_by).select_from(joined)

    def where(self, asked: Asked) -> list[ColumnElement[bool]]:
        """Return what is asked of the decision and of the accounts."""
        where: list[ColumnElement[bool]] = [self.people.c.erased_at.is_(None)]
        if asked.outcome is not None:
            where.append(self.last.c.outcome == asked.outcome)
        if asked.grade is not None:
            where.append(self.last.c.grade == asked.grade)
        if asked.decided is not None:
            where.append(~self.undecided if asked.decided else self.undecided)
        if asked.arrears is not None:
            late = self.people.c.id.in_(self.overdue)
            where.append(late if asked.arrears else ~late)
        return where


def page(
    connection: Connection,
    source: Source,
    asked: Asked,
    *,
    where: Sequence[ColumnElement[bool]],
    sort: str,
    window: Window,
) -> Page[Row[Any]]:
    """Return one page of the people that meet every condition."""
    limit, cursor, few = window.limit, window.cursor, window.few
    whole = [*source.where(asked), *where]
    if sort.removeprefix(DESCENDING) in (Sort.ADDED, Sort.EDITED):
        return source.by_person.page(connection, sort=sort, limit=limit, cursor=cursor, where=whole)
    if cursor is None or not cursor.startswith(NEVER):
        listing = source.few_by_decision if few else source.by_decision
        found = listing.page(connection, sort=sort, limit=limit, cursor=cursor, where=whole)
        if found.next_cursor is not None or not _may_be_undecided(asked):
            return found
        return _filled(connection, source, found, whole, limit)
    return _never(connection, source, whole, limit=limit, cursor=cursor.removeprefix(NEVER))


def count(
    connection: Connection,
    source: Source,
    asked: Asked,
    *,
    where: Sequence[ColumnElement[bool]],
    most: int,
) -> int:
    """Return how many people meet every condition, counting no further than to a number."""
    decided = asked.outcome is not None or asked.grade is not None
    people = source.people
    joined = source.joined_decision() if decided else people
    query = select(people.c.id).select_from(joined).where(*source.where(asked), *where).limit(most)
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def last_of(row: Row[Any]) -> Last | None:
    """Return the last decision that a row holds, if it holds one."""
    if row.last_decision_id is None:
        return None
    told = {name: getattr(row, f"last_{name}") for name in LAST}
    return Last(**{**told, "overridden": bool(row.last_overridden)})


def _may_be_undecided(asked: Asked) -> bool:
    return asked.outcome is None and asked.grade is None and asked.decided is not True


def _filled(
    connection: Connection,
    source: Source,
    found: Page[Row[Any]],
    where: Sequence[ColumnElement[bool]],
    limit: int,
) -> Page[Row[Any]]:
    """Return what is left of those who were decided, and after them the others."""
    rest = limit - len(found.items)
    more = _never(connection, source, where, limit=max(rest, 1), cursor=None)
    if rest > 0:
        return Page(items=[*found.items, *more.items], next_cursor=more.next_cursor)
    return Page(items=found.items, next_cursor=NEVER if more.items else None)


def _never(
    connection: Connection,
    source: Source,
    where: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    cursor: str | None,
) -> Page[Row[Any]]:
    found = source.by_person.page(
        connection,
        sort=DESCENDING + Sort.ADDED,
        limit=limit,
        cursor=cursor or None,
        where=[*where, source.undecided],
    )
    following = found.next_cursor
    return Page(items=found.items, next_cursor=None if following is None else NEVER + following)
