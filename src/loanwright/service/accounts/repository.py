"""The SQL of accounts and payments."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    func,
    insert,
    select,
    update,
)

from loanwright.service.accounts.schemas import (
    Account,
    RecordedPayment,
    Wanted,
    account_of,
    recorded_of,
)
from loanwright.service.accounts.tables import account_endings, accounts, payments
from loanwright.service.kit.bulk import Append, Lookup, insert_new
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page

SORTS = {
    "opened_at": accounts.c.opened_at,
    "disbursed_on": accounts.c.disbursed_on,
    "amount": accounts.c.amount,
}
APPLICANT = accounts.c.applicant_id
_listing = Listing(select(accounts), key=accounts.c.id, sorts=SORTS)
_append_accounts, _append_payments = Append(accounts), Append(payments)

_other = payments.alias("other")
_newest = (
    select(func.max(_other.c.version))
    .where(_other.c.account_id == payments.c.account_id, _other.c.number == payments.c.number)
    .scalar_subquery()
)
_standing = (
    select(payments)
    .where(payments.c.version == _newest)
    .order_by(payments.c.account_id, payments.c.number)
)
_payments_of = Lookup(_standing, payments.c.account_id)
_accounts_of = Lookup(select(accounts).order_by(accounts.c.id), accounts.c.applicant_id)
_references = Lookup(select(accounts.c.reference_hash, accounts.c.id), accounts.c.reference_hash)
_numbers = Lookup(
    select(payments.c.account_id, payments.c.number).where(payments.c.version == 1),
    payments.c.account_id,
)
# In the order of their ids, so that two who record many wait for each other in one order.
_locked = Lookup(select(accounts).order_by(accounts.c.id).with_for_update(), accounts.c.id)
_set_overdue = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(overdue_since=bindparam("since"))
)


HOLDERS: ColumnElement[str] = accounts.c.applicant_id
OVERDUE: Select[tuple[str]] = select(accounts.c.applicant_id).where(
    accounts.c.overdue_since.is_not(None), accounts.c.status == "open"
)


def insert_account(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert an account; tell whether neither its reference nor its offer had one."""
    return bool(insert_new(connection, accounts, [row], accounts.c.id))


def append_accounts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add many accounts."""
    _append_accounts.write(connection, rows)


def list_references(connection: Connection, hashes: Collection[str]) -> dict[str, str]:
    """Return the accounts of references, by reference."""
    found = _references.rows(connection, hashes) if hashes else ()
    return {row.reference_hash: row.id for row in found}


def list_numbers(connection: Connection, ids: Collection[str]) -> dict[str, set[int]]:
    """Return which months of accounts are recorded."""
    found: dict[str, set[int]] = {account_id: set() for account_id in ids}
    for row in _numbers.rows(connection, ids) if ids else ():
        found[row.account_id].add(row.number)
    return found


def find(connection: Connection, account_id: str) -> Account | None:
    """Return one account, if it is there."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).mappings().first()
    return None if row is None else account_of(dict(row))


def lock(connection: Connection, ids: Collection[str]) -> list[Account]:
    """Return accounts, which nobody else changes until the transaction ends."""
    return [account_of(dict(row)) for row in _locked.rows(connection, ids).mappings()]


def list_of_applicants(connection: Connection, ids: Collection[str]) -> list[Account]:
    """Return every account of some applicants."""
    return [account_of(dict(row)) for row in _accounts_of.rows(connection, ids).mappings()]


def list_after(connection: Connection, account_id: str, most: int) -> list[Account]:
    """Return the next accounts in the order of their ids."""
    statement = select(accounts).where(accounts.c.id > account_id).order_by(accounts.c.id)
    return [account_of(dict(row)) for row in connection.execute(statement.limit(most)).mappings()]


def page(
    connection: Connection,
    wanted: Wanted,
    *,
    today: date,
    within: Sequence[ColumnElement[bool]],
) -> Page[Account]:
    """Return one page of the accounts that are wanted and within reach."""
    found = _listing.page(
        connection,
        sort=wanted.sort,
        limit=wanted.limit,
        cursor=wanted.cursor,
        where=[*within, *_conditions(wanted, today)],
    )
    items = [account_of(dict(row._mapping)) for row in found.items]
    return Page(items=items, next_cursor=found.next_cursor)


def _conditions(wanted: Wanted, today: date) -> Iterable[ColumnElement[bool]]:
    for name in ("applicant_id", "status", "product", "vintage"):
        value = getattr(wanted, name)
        if value is not None:
            yield accounts.c[name] == str(value)
    if wanted.days_past_due_from:
        yield accounts.c.overdue_since <= today - timedelta(days=wanted.days_past_due_from)


def change(
    connection: Connection, account_id: str, version: int, values: Mapping[str, Any]
) -> bool:
    """Change an account that is still at this version; tell whether it was."""
    statement = (
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.version == version)
        .values(**values, version=version + 1)
    )
    return connection.execute(statement).rowcount == 1


def set_overdue(connection: Connection, since: Mapping[str, date | None]) -> None:
    """Write since when accounts are in arrears."""
    rows = [{"account_id": one, "since": day} for one, day in sorted(since.items())]
    if rows:
        connection.execute(_set_overdue, rows)


def list_payments(connection: Connection, ids: Collection[str]) -> dict[str, list[RecordedPayment]]:
    """Return the payments of accounts as they stand, in order."""
    found: dict[str, list[RecordedPayment]] = {account_id: [] for account_id in ids}
    for row in _payments_of.rows(connection, ids):
        found[row[0]].append(recorded_of(row))
    return found


def list_payments_after(
    connection: Connection, account_id: str, number: int, most: int
) -> list[RecordedPayment]:
    """Return the next payments of one account as they stand."""
    statement = _standing.where(payments.c.account_id == account_id, payments.c.number > number)
    return [recorded_of(row) for row in connection.execute(statement.limit(most))]


def list_versions(connection: Connection, account_id: str, number: int) -> list[RecordedPayment]:
    """Return every version of one payment, the first one first."""
    statement = (
        select(payments)
        .where(payments.c.account_id == account_id, payments.c.number == number)
        .order_by(payments.c.version)
    )
    return [recorded_of(row) for row in connection.execute(statement)]


def insert_payment(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add one version of one payment."""
    connection.execute(insert(payments), row)


def append_payments(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add many payments."""
    _append_payments.write(connection, rows)


def count(connection: Connection) -> int:
    """Return how many accounts there are."""
    return connection.execute(select(func.count()).select_from(accounts)).scalar_one()


def insert_ending(connection: Connection, account: Account, now: datetime) -> None:
    """Keep what was said of the end of an account."""
    row = {
        "account_id": account.id,
        "version": account.version,
        "status": str(account.status),
        "ended_on": account.ended_on,
        "recorded_at": now,
    }
    connection.execute(insert(account_endings), row)


def list_vintages(connection: Connection, product: str) -> list[str]:
    """Return the months in which accounts of a product were paid out, the oldest first."""
    query = select(accounts.c.vintage).where(accounts.c.product == product).distinct()
    return list(connection.execute(query.order_by(accounts.c.vintage)).scalars())


def list_watched(
    connection: Connection, product: str, vintage: str, known_at: datetime
) -> Sequence[Row[Any]]:
    """Return the accounts of a vintage, with their ends as they were known at a moment."""
    said = account_endings.alias("said")
    last = (
        select(func.max(said.c.version))
        .where(said.c.account_id == accounts.c.id, said.c.recorded_at <= known_at)
        .correlate(accounts)
        .scalar_subquery()
    )
    ended = (account_endings.c.account_id == accounts.c.id) & (account_endings.c.version == last)
    query = (
        select(
            accounts.c.id,
            accounts.c.decision_id,
            accounts.c.disbursed_on,
            func.coalesce(account_endings.c.status, "open").label("status"),
            account_endings.c.ended_on,
        )
        .select_from(accounts.outerjoin(account_endings, ended))
        .where(
            accounts.c.product == product,
            accounts.c.vintage == vintage,
            accounts.c.opened_at <= known_at,
        )
    )
    found: Sequence[Any] = connection.execute(query.order_by(accounts.c.id)).all()
    return found


def list_watched_payments(
    connection: Connection, product: str, vintage: str, known_at: datetime
) -> Sequence[Row[Any]]:
    """Return the payments of a vintage as they were known at a moment."""
    newest = (
        select(func.max(_other.c.version))
        .where(
            _other.c.account_id == payments.c.account_id,
            _other.c.number == payments.c.number,
            _other.c.recorded_at <= known_at,
        )
        .scalar_subquery()
    )
    query = (
        select(
            payments.c.account_id,
            payments.c.due_on,
            payments.c.due,
            payments.c.paid,
            payments.c.paid_on,
            payments.c.days_past_due,
        )
        .join(accounts, accounts.c.id == payments.c.account_id)
        .where(
            accounts.c.product == product,
            accounts.c.vintage == vintage,
            payments.c.version == newest,
        )
    )
    found: Sequence[Any] = connection.execute(query).all()
    return found
