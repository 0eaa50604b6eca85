"""Payments: recorded month by month, corrected by a new version, never edited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from loanwright.decisioning.payments import Payment, overdue_since
from loanwright.decisioning.schedule import Instalment, schedule
from loanwright.service.accounts import repository
from loanwright.service.accounts.documents import describe_payment
from loanwright.service.accounts.errors import (
    AccountCancelled,
    AccountNotFound,
    PaymentAlreadyRecorded,
    PaymentIncomplete,
    PaymentNotFound,
    PaymentRefused,
)
from loanwright.service.accounts.renewing import Renewal
from loanwright.service.accounts.schemas import (
    Account,
    PaymentRecord,
    RecordedPayment,
    Status,
    Why,
)
from loanwright.service.accounts.service import Accounts
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page, read_cursor, write_cursor
from loanwright.service.kit.versions import check_version
from loanwright.service.users.schemas import Principal

CHUNK = 500
#: East of Greenwich it may be tomorrow already.
AHEAD = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Payments:
    """What was due and what was paid; whoever sees the account sees its payments."""

    accounts: Accounts
    renewal: Renewal

    def record(self, principal: Principal, account_id: str, told: PaymentRecord) -> RecordedPayment:
        """Record one month of an account."""
        with self.accounts.database.write() as connection:
            self.accounts.visible(connection, principal, account_id)
            self._record_chunk(connection, principal.actor, {account_id: [told]})
            number = told.number or _last(self._standing(connection, account_id))
            return repository.list_versions(connection, account_id, number)[-1]

    def record_many(
        self,
        connection: Connection,
        actor: Actor,
        told: Mapping[str, Sequence[PaymentRecord]],
        *,
        renew: bool = True,
    ) -> None:
        """Record payments by account inside a transaction, all or none.

        Without `renew` the behaviour of the applicants stays as it is known.
        """
        ids = sorted(told)
        for start in range(0, len(ids), CHUNK):
            chunk = {account_id: told[account_id] for account_id in ids[start : start + CHUNK]}
            self._record_chunk(connection, actor, chunk, renew=renew)

    def correct(
        self,
        principal: Principal,
        account_id: str,
        seen: int,
        told: PaymentRecord,
        why: Why,
    ) -> RecordedPayment:
        """Say anew what one month was like; what was said before stays."""
        number = told.number or 0
        self._refuse_future(number, told)
        with self.accounts.database.write() as connection:
            self.accounts.visible(connection, principal, account_id)
            account = self._lock(connection, [account_id])[0]
            versions = repository.list_versions(connection, account_id, number)
            if not versions:
                raise PaymentNotFound(account_id=account_id, number=number)
            before = versions[-1]
            check_version(seen, before.version, self._described(before))
            after = RecordedPayment(
                account_id=account_id,
                version=before.version + 1,
                payment=_checked(account, told, number, {}),
                why=why,
                recorded_at=self.accounts.clock.now(),
                recorded_by=principal.id,
            )
            repository.insert_payment(connection, _row(after))
            change = Change(
                action="payment.corrected",
                subject=account_id,
                person=account.applicant_id,
                before=self._described(before),
                after=self._described(after),
            )
            self.accounts.audit.record(connection, principal.actor, [change])
            self._settle(connection, [account])
        return after

    def list_page(
        self, principal: Principal, account_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[RecordedPayment]:
        """Return payments as they stand, in order."""
        after = 0 if cursor is None else read_cursor(cursor)
        size = max(1, min(limit, MAXIMUM_PAGE))
        with self.accounts.database.read() as connection:
            self.accounts.visible(connection, principal, account_id)
            found = repository.list_payments_after(connection, account_id, after, size + 1)
        items, more = found[:size], len(found) > size
        return Page(items=items, next_cursor=write_cursor(items[-1].number) if more else None)

    def list_versions(
        self, principal: Principal, account_id: str, number: int
    ) -> list[RecordedPayment]:
        """Return everything that was ever said of one payment, the first version first."""
        with self.accounts.database.read() as connection:
            self.accounts.visible(connection, principal, account_id)
            found = repository.list_versions(connection, account_id, number)
        if not found:
            raise PaymentNotFound(account_id=account_id, number=number)
        return found

    def list_numbers(self, connection: Connection, ids: Sequence[str]) -> dict[str, set[int]]:
        """Return which months of accounts are recorded, inside a transaction."""
        return repository.list_numbers(connection, ids)

    def _record_chunk(
        self,
        connection: Connection,
        actor: Actor,
        told: Mapping[str, Sequence[PaymentRecord]],
        *,
        renew: bool = True,
    ) -> None:
        accounts = self._lock(connection, list(told))
        known = repository.list_payments(connection, list(told))
        now, fresh = self.accounts.clock.now(), []
        for account in accounts:
            for number, one in enumerate(told[account.id], 1):
                self._refuse_future(one.number or number, one)
            added = _added(account, told[account.id], [one.payment for one in known[account.id]])
            fresh += [_first(account.id, one, now, actor.id) for one in added]
        repository.append_payments(connection, [_row(one) for one in fresh])
        self.accounts.audit.record(connection, actor, self._changes(accounts, fresh))
        self._settle(connection, accounts, renew=renew)

    def _refuse_future(self, number: int, told: PaymentRecord) -> None:
        if told.paid_on is not None and told.paid_on > self.accounts.today() + AHEAD:
            problem = f"paid_on, {told.paid_on}, is a day that has not come yet"
            raise PaymentRefused(number=number, problem=problem)

    def _lock(self, connection: Connection, ids: Sequence[str]) -> list[Account]:
        accounts = repository.lock(connection, ids)
        missing = set(ids) - {one.id for one in accounts}
        if missing:
            raise AccountNotFound(account_id=min(missing))
        for one in accounts:
            if one.status is Status.CANCELLED:
                raise AccountCancelled(account_id=one.id)
        return accounts

    def _standing(self, connection: Connection, account_id: str) -> list[RecordedPayment]:
        return repository.list_payments(connection, [account_id])[account_id]

    def _settle(
        self, connection: Connection, accounts: Sequence[Account], *, renew: bool = True
    ) -> None:
        """Write what follows from payments: arrears, and the behaviour of the applicants."""
        standing = repository.list_payments(connection, [one.id for one in accounts])
        since = {one: overdue_since([r.payment for r in standing[one]]) for one in standing}
        changed = {one.id: since[one.id] for one in accounts if one.overdue_since != since[one.id]}
        repository.set_overdue(connection, changed)
        if renew:
            self.renewal.renew(connection, accounts, standing)

    def _changes(
        self, accounts: Sequence[Account], fresh: Sequence[RecordedPayment]
    ) -> list[Change]:
        by_account: dict[str, list[dict[str, Any]]] = {}
        for one in fresh:
            by_account.setdefault(one.account_id, []).append(self._described(one))
        return [
            Change(
                action="payment.recorded",
                subject=one.id,
                person=one.applicant_id,
                after={"payments": by_account[one.id]},
            )
            for one in accounts
            if one.id in by_account
        ]

    def _described(self, recorded: RecordedPayment) -> dict[str, Any]:
        return describe_payment(recorded, self.accounts.today())


def _added(
    account: Account, told: Sequence[PaymentRecord], known: Sequence[Payment]
) -> list[Payment]:
    """Return payments in order, none of which was recorded before."""
    numbers = {one.number for one in known}
    scheduled = {one.number: one for one in schedule(account.credit)} if _asks(told) else {}
    added = []
    for one in told:
        number = one.number or max(numbers, default=0) + 1
        if number in numbers:
            raise PaymentAlreadyRecorded(account_id=account.id, number=number)
        numbers.add(number)
        added.append(_checked(account, one, number, scheduled))
    return added


def _asks(told: Sequence[PaymentRecord]) -> bool:
    return any(one.due_on is None or one.due is None for one in told)


def _checked(
    account: Account, told: PaymentRecord, number: int, scheduled: Mapping[int, Instalment]
) -> Payment:
    planned = scheduled.get(number)
    due_on = told.due_on or (planned.due_on if planned else None)
    due = planned.due if told.due is None and planned else told.due
    if due_on is None or due is None:
        raise PaymentIncomplete(number=number)
    problem = _problem(account, told, due_on)
    if problem is not None:
        raise PaymentRefused(number=number, problem=problem)
    return Payment(
        number=number,
        due_on=due_on,
        due=due,
        paid=told.paid,
        paid_on=told.paid_on,
        balance=told.balance,
        days_past_due=told.days_past_due,
    )


def _problem(account: Account, told: PaymentRecord, due_on: date) -> str | None:
    if due_on < account.disbursed_on:
        return "it was due before the credit was paid out"
    if told.paid_on is not None and told.paid_on < account.disbursed_on:
        return "it was paid before the credit was paid out"
    if told.paid_on is not None and told.paid == 0:
        return "there is a day on which it was paid, but no amount"
    if told.paid > 0 and told.paid_on is None and told.days_past_due is None:
        return "say when it was paid (paid_on), or how late it was (days_past_due)"
    return None


def _first(account_id: str, payment: Payment, now: datetime, by: str) -> RecordedPayment:
    return RecordedPayment(
        account_id=account_id,
        version=1,
        payment=payment,
        why=None,
        recorded_at=now,
        recorded_by=by,
    )


def _last(recorded: Sequence[RecordedPayment]) -> int:
    return max(one.number for one in recorded)


def _row(recorded: RecordedPayment) -> dict[str, Any]:
    one = recorded.payment
    return {
        "account_id": recorded.account_id,
        "number": one.number,
        "version": recorded.version,
        "due_on": one.due_on,
        "due": one.due,
        "paid": one.paid,
        "paid_on": one.paid_on,
        "balance": one.balance,
        "days_past_due": one.days_past_due,
        "why": None if recorded.why is None else str(recorded.why),
        "recorded_at": recorded.recorded_at,
        "recorded_by": recorded.recorded_by,
    }
