"""The SQL of reviews: their queue, overrides, returns, requests and second looks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, update

from loanwright.service.kit.bulk import insert_new
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page
from loanwright.service.privacy.joining import WRAPPED, join_keys
from loanwright.service.reviews.schemas import LIVE, Override, Side, Wanted
from loanwright.service.reviews.tables import (
    overrides,
    review_requests,
    review_returns,
    reviews,
    second_answers,
    second_looks,
)

APPLICANT = reviews.c.applicant_id
OVERRIDDEN = overrides.c.applicant_id
SORTS = {
    "opened_at": reviews.c.opened_at,
    "due_at": reviews.c.due_at,
    "first_at": reviews.c.first_at,
}
_ALIVE = reviews.c.state.in_([str(one) for one in LIVE])
_whole = select(reviews, WRAPPED).select_from(join_keys(reviews, APPLICANT))
_listing = Listing(_whole, key=reviews.c.id, sorts=SORTS)
_overridden = Listing(select(overrides), key=overrides.c.id, sorts={"made_at": overrides.c.made_at})
_requests = select(review_requests, WRAPPED).select_from(
    join_keys(review_requests, review_requests.c.applicant_id)
)
_looks = select(
    second_looks,
    *(second_answers.c[name] for name in ("outcome", "words", "answered_by", "answered_at")),
    WRAPPED,
).select_from(
    join_keys(second_looks, second_looks.c.applicant_id).outerjoin(
        second_answers, second_answers.c.look_id == second_looks.c.id
    )
)


def insert_reviews(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert reviews."""
    connection.execute(insert(reviews), rows)


def insert_override(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append an override."""
    connection.execute(insert(overrides), row)


def find(connection: Connection, review_id: str) -> Row[Any] | None:
    """Return one review with the key of its applicant, if it is there."""
    return connection.execute(_whole.where(reviews.c.id == review_id)).one_or_none()


def list_by_id(connection: Connection, ids: Collection[str]) -> list[Row[Any]]:
    """Return some reviews with the keys of their applicants."""
    return list(connection.execute(_whole.where(reviews.c.id.in_(ids))))


def find_live(connection: Connection, decision_id: str, kind: str) -> str | None:
    """Return the unresolved review of a decision and kind, if there is one."""
    statement = select(reviews.c.id).where(
        reviews.c.decision_id == decision_id, reviews.c.kind == kind, _ALIVE
    )
    return connection.execute(statement).scalar_one_or_none()


def list_of_decision(connection: Connection, decision_id: str) -> list[Row[Any]]:
    """Return every review of a decision, the oldest first."""
    statement = _whole.where(reviews.c.decision_id == decision_id)
    return list(connection.execute(statement.order_by(reviews.c.opened_at, reviews.c.id)))


def list_overrides(connection: Connection, decision_id: str) -> list[Override]:
    """Return what persons decided in the place of a decision, the oldest first."""
    statement = select(overrides).where(overrides.c.decision_id == decision_id)
    found = connection.execute(statement.order_by(overrides.c.made_at, overrides.c.id))
    return [Override(**{**row._mapping, "side": Side(row.side)}) for row in found]


def list_last_words(connection: Connection, decision_ids: Collection[str]) -> dict[str, str]:
    """Return the outcomes that persons gave some decisions, the last word of each."""
    statement = select(overrides.c.decision_id, overrides.c.outcome).where(
        overrides.c.decision_id.in_(decision_ids)
    )
    found = connection.execute(statement.order_by(overrides.c.made_at, overrides.c.id))
    return {row.decision_id: row.outcome for row in found}


def list_overrides_of_product(connection: Connection, product: str) -> dict[str, str]:
    """Return the outcomes that persons gave decisions of a product, the last word of each."""
    statement = select(overrides.c.decision_id, overrides.c.outcome).where(
        overrides.c.product == product
    )
    found = connection.execute(statement.order_by(overrides.c.made_at, overrides.c.id))
    return {row.decision_id: row.outcome for row in found}


def page(
    connection: Connection,
    wanted: Wanted,
    *,
    now: datetime,
    within: Sequence[ColumnElement[bool]],
) -> Page[Row[Any]]:
    """Return one page of the reviews that are wanted and within reach."""
    return _listing.page(
        connection,
        sort=wanted.sort,
        limit=wanted.limit,
        cursor=wanted.cursor,
        where=[*within, *_conditions(wanted, now)],
    )


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    asked = {
        reviews.c.state: wanted.state,
        reviews.c.kind: wanted.kind,
        reviews.c.decision_id: wanted.decision_id,
        reviews.c.applicant_id: wanted.applicant_id,
        reviews.c.product: wanted.product,
        reviews.c.taken_by: wanted.taken_by,
    }
    where = [column == str(value) for column, value in asked.items() if value is not None]
    if wanted.overdue is not None:
        over = _ALIVE & reviews.c.stopped_at.is_(None) & (reviews.c.due_at <= now)
        where.append(over if wanted.overdue else ~over)
    if wanted.live is not None:
        where.append(_ALIVE if wanted.live else ~_ALIVE)
    if wanted.awaited is not None:
        where.append(reviews.c.awaited > 0 if wanted.awaited else reviews.c.awaited == 0)
    return where


def count_referrals(connection: Connection, product: str) -> tuple[int, int]:
    """Return how many referrals of a product were approved, and how many were resolved."""
    approved = func.coalesce(func.sum(case((reviews.c.outcome == "approve", 1), else_=0)), 0)
    statement = select(approved, func.count()).where(
        reviews.c.product == product,
        reviews.c.kind == "referral",
        reviews.c.state == "resolved",
        reviews.c.outcome.in_(("approve", "decline")),
    )
    found = connection.execute(statement).one()
    return int(found[0]), int(found[1])


def change(connection: Connection, review_id: str, state: str, values: Mapping[str, Any]) -> bool:
    """Change a review that is still in this state, and tell whether it was."""
    statement = update(reviews).where(reviews.c.id == review_id, reviews.c.state == state)
    return connection.execute(statement.values(**values)).rowcount == 1


def list_over(connection: Connection, now: datetime, most: int) -> list[Row[Any]]:
    """Return reviews whose time is over and of which nobody has been told, locked in one order."""
    statement = (
        select(reviews.c.id, reviews.c.applicant_id, reviews.c.state, reviews.c.due_at)
        .where(
            _ALIVE,
            reviews.c.due_at <= now,
            reviews.c.overdue_at.is_(None),
            reviews.c.stopped_at.is_(None),
        )
        .order_by(reviews.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(statement))


def mark_over(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Write down that it was told that these reviews are overdue."""
    connection.execute(update(reviews).where(reviews.c.id.in_(ids)).values(overdue_at=now))


def withdraw_of(connection: Connection, applicant_ids: Collection[str]) -> None:
    """End what is under way for persons."""
    statement = update(reviews).where(APPLICANT.in_(applicant_ids), _ALIVE)
    connection.execute(statement.values(state="withdrawn"))


def list_free(
    connection: Connection,
    now: datetime,
    most: int,
    *,
    within: Sequence[ColumnElement[bool]],
) -> list[str]:
    """Return reviews that nobody holds and for which nothing is awaited, the most valuable first.

    Those that are open and those whose time of keeping is over are read apart, so that an index
    gives the first of each.
    """
    found = []
    lapsed = reviews.c.lease_until.is_(None) | (reviews.c.lease_until <= now)
    for state, also in (("open", ()), ("taken", (lapsed,))):
        statement = (
            select(reviews.c.id, reviews.c.first_at)
            .where(reviews.c.state == state, reviews.c.awaited == 0, *also, *within)
            .order_by(reviews.c.first_at, reviews.c.id)
            .limit(most)
        )
        found += [(row.first_at, row.id) for row in connection.execute(statement)]
    return [review_id for _, review_id in sorted(found)[:most]]


def list_lapsed(connection: Connection, now: datetime, most: int) -> list[Row[Any]]:
    """Return what was kept for somebody too long, locked in one order."""
    lapsed = reviews.c.lease_until.is_(None) | (reviews.c.lease_until <= now)
    statement = (
        select(reviews.c.id, reviews.c.applicant_id, reviews.c.taken_by)
        .where(reviews.c.state == "taken", lapsed)
        .order_by(reviews.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(statement))


def free(connection: Connection, ids: Collection[str]) -> None:
    """Put reviews back into the queue."""
    statement = update(reviews).where(reviews.c.id.in_(ids), reviews.c.state == "taken")
    connection.execute(
        statement.values(state="open", taken_by=None, taken_at=None, lease_until=None)
    )


def keep(connection: Connection, review_id: str, holder: str, until: datetime) -> bool:
    """Keep a review longer for its holder, and tell whether that is still the holder."""
    statement = update(reviews).where(
        reviews.c.id == review_id, reviews.c.state == "taken", reviews.c.taken_by == holder
    )
    return connection.execute(statement.values(lease_until=until)).rowcount == 1


def count_live(connection: Connection, now: datetime, mine: str) -> Mapping[str, int]:
    """Return how many reviews are open, held by one person, overdue, awaited and proposed."""
    over = reviews.c.stopped_at.is_(None) & (reviews.c.due_at <= now)
    counted = {
        "open": reviews.c.state == "open",
        "mine": (reviews.c.state == "taken") & (reviews.c.taken_by == mine),
        "overdue": over,
        "awaited": reviews.c.awaited > 0,
        "proposed": reviews.c.state == "proposed",
    }
    sums = [
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(name)
        for name, condition in counted.items()
    ]
    row = connection.execute(select(*sums).where(_ALIVE)).one()
    return {name: int(value) for name, value in row._mapping.items()}


def list_live_of_decisions(connection: Connection, decision_ids: Collection[str]) -> list[Row[Any]]:
    """Return the unresolved reviews of decisions, in one order."""
    statement = select(reviews).where(reviews.c.decision_id.in_(decision_ids), _ALIVE)
    return list(connection.execute(statement.order_by(reviews.c.id).with_for_update()))


def set_worth(
    connection: Connection, review_id: str, disagreement: float, first_at: datetime
) -> None:
    """Move a review in the queue, because challengers see a decision otherwise."""
    statement = update(reviews).where(reviews.c.id == review_id)
    connection.execute(statement.values(disagreement=disagreement, first_at=first_at))


def insert_return(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append why a review was put back."""
    connection.execute(insert(review_returns), row)


def list_returns(connection: Connection, review_id: str) -> list[Row[Any]]:
    """Return how often and why a review was put back, the oldest first, with the person's key."""
    joined = join_keys(review_returns, review_returns.c.applicant_id)
    statement = select(review_returns, WRAPPED).select_from(joined)
    statement = statement.where(review_returns.c.review_id == review_id)
    return list(connection.execute(statement.order_by(review_returns.c.returned_at)))


def insert_request(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write down what an applicant was asked for."""
    connection.execute(insert(review_requests), row)


def find_request(connection: Connection, request_id: str) -> Row[Any] | None:
    """Return one request with the key of its applicant, if it is there."""
    return connection.execute(_requests.where(review_requests.c.id == request_id)).one_or_none()


def list_requests(connection: Connection, review_id: str) -> list[Row[Any]]:
    """Return what was asked for in a review, the oldest first."""
    statement = _requests.where(review_requests.c.review_id == review_id)
    order = (review_requests.c.asked_at, review_requests.c.id)
    return list(connection.execute(statement.order_by(*order)))


def list_requests_of_applicant(connection: Connection, applicant_id: str) -> list[Row[Any]]:
    """Return what a person was asked for, the newest first."""
    statement = _requests.where(review_requests.c.applicant_id == applicant_id)
    order = (review_requests.c.asked_at.desc(), review_requests.c.id.desc())
    return list(connection.execute(statement.order_by(*order).limit(MAXIMUM_PAGE)))


def end_request(connection: Connection, request_id: str, values: Mapping[str, Any]) -> bool:
    """End a request that is still open, and tell whether it was."""
    statement = update(review_requests).where(
        review_requests.c.id == request_id, review_requests.c.state == "open"
    )
    return connection.execute(statement.values(**values)).rowcount == 1


def waive_requests(connection: Connection, review_id: str, by: str, now: datetime) -> None:
    """End what is still asked for in a review."""
    statement = update(review_requests).where(
        review_requests.c.review_id == review_id, review_requests.c.state == "open"
    )
    connection.execute(statement.values(state="waived", ended_by=by, ended_at=now))


def set_waiting(
    connection: Connection, review_id: str, *, awaited: int, stopped_at: datetime | None
) -> None:
    """Write how much is awaited for a review, and since when its clock stands still."""
    statement = update(reviews).where(reviews.c.id == review_id)
    connection.execute(statement.values(awaited=awaited, stopped_at=stopped_at))


def move(connection: Connection, review_id: str, *, due_at: datetime, first_at: datetime) -> None:
    """Give a review the time back for which its clock stood still."""
    statement = update(reviews).where(reviews.c.id == review_id)
    connection.execute(statement.values(due_at=due_at, first_at=first_at))


def page_overrides(
    connection: Connection,
    where: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    cursor: str | None,
    wanted: Mapping[str, str],
) -> Page[Override]:
    """Return one page of what persons decided in the place of decisions, the newest first."""
    named = [overrides.c[name] == value for name, value in wanted.items()]
    page = _overridden.page(
        connection, sort="-made_at", limit=limit, cursor=cursor, where=[*where, *named]
    )
    items = [Override(**{**row._mapping, "side": Side(row.side)}) for row in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


def insert_look(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append that a review is to be looked at again."""
    connection.execute(insert(second_looks), row)


def find_look(connection: Connection, look_id: str) -> Row[Any] | None:
    """Return one second look with its answer and the key of its applicant."""
    return connection.execute(_looks.where(second_looks.c.id == look_id)).one_or_none()


def list_looks(connection: Connection, *, answered: bool, most: int) -> list[Row[Any]]:
    """Return second looks of persons who were not erased: waiting ones oldest first."""
    there = (
        second_answers.c.look_id.is_not(None) if answered else second_answers.c.look_id.is_(None)
    )
    statement = _looks.where(there, WRAPPED.is_not(None))
    order = (second_looks.c.opened_at, second_looks.c.id)
    ordered = [one.desc() for one in order] if answered else order
    return list(connection.execute(statement.order_by(*ordered).limit(most)))


def count_looks(connection: Connection) -> tuple[int, dict[tuple[str, str], int]]:
    """Return how many second looks wait, and how often each pair of outcomes was."""
    statement = (
        select(second_looks.c.first_outcome, second_answers.c.outcome, func.count())
        .select_from(
            second_looks.outerjoin(second_answers, second_answers.c.look_id == second_looks.c.id)
        )
        .group_by(second_looks.c.first_outcome, second_answers.c.outcome)
    )
    found = {(row[0], row[1]): int(row[2]) for row in connection.execute(statement)}
    waiting = sum(count for (_, second), count in found.items() if second is None)
    return waiting, {pair: count for pair, count in found.items() if pair[1] is not None}


def insert_answer(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Append a second answer, and tell whether nobody was quicker."""
    return bool(insert_new(connection, second_answers, [row], second_answers.c.look_id))
