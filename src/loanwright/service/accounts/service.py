"""Accounts: opened once, edited by version, judged by a dated definition."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select

from loanwright.decisioning.months import vintage
from loanwright.decisioning.performance import (
    STANDARD,
    History,
    PerformanceDefinition,
    Standing,
    definition_on,
    performance,
)
from loanwright.decisioning.schedule import Instalment, schedule
from loanwright.features.product import Product
from loanwright.service.accounts import repository
from loanwright.service.accounts.documents import describe_account
from loanwright.service.accounts.errors import (
    AccountAlreadyOpen,
    AccountNotFound,
    CurrencyRefused,
    DecisionOfAnother,
    EndRefused,
    ProductNotOffered,
    StatusRefused,
    TermsFixed,
)
from loanwright.service.accounts.people import People, refuse_strangers, see
from loanwright.service.accounts.schemas import (
    NEXT,
    Account,
    Opening,
    RecordedPayment,
    Status,
    Wanted,
)
from loanwright.service.applications.service import Applications
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.decisions.service import Decisions
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.versions import check_version
from loanwright.service.users.schemas import Principal

CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Booked credit; who may not see the applicant does not see the account."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    products: Mapping[str, Product]
    people: People
    decisions: Decisions
    applications: Applications

    def today(self) -> date:
        """Return the present day in UTC."""
        return self.clock.now().date()

    def open(self, principal: Principal, opening: Opening) -> Account:
        """Book credit for an applicant."""
        self._check_decision(opening)
        with self.database.write() as connection:
            refuse_strangers(self.people, connection, principal, opening.applicant_id)
            return self.open_in(connection, principal.actor, opening)

    def open_in(self, connection: Connection, actor: Actor, opening: Opening) -> Account:
        """Book credit inside a transaction; of two openings of one offer, one succeeds."""
        row = self._row(opening, self.new_id("acc"))
        if not repository.insert_account(connection, row):
            raise AccountAlreadyOpen
        account = self.get_in(connection, row["id"])
        self.audit.record(connection, actor, [self._opened(account)])
        return account

    @property
    def holders(self) -> ColumnElement[str]:
        """Return the applicants who have accounts, for the lists of other rooms."""
        return repository.HOLDERS

    @property
    def overdue(self) -> Select[tuple[str]]:
        """Return the applicants who are in arrears, for the lists of other rooms."""
        return repository.OVERDUE

    def open_many(
        self, connection: Connection, actor: Actor, openings: Sequence[Opening]
    ) -> list[str]:
        """Book many credits inside a transaction, all or none; return their ids in order.

        Whoever calls vouches for the decisions that are named.
        """
        rows = [
            self._row(opening, account_id)
            for opening, account_id in zip(
                openings, self.new_id.several("acc", len(openings)), strict=True
            )
        ]
        hashes = [row["reference_hash"] for row in rows if row["reference_hash"] is not None]
        if len(set(hashes)) < len(hashes) or repository.list_references(connection, hashes):
            raise AccountAlreadyOpen
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            repository.append_accounts(connection, chunk)
            accounts = repository.lock(connection, [row["id"] for row in chunk])
            self.audit.record(connection, actor, [self._opened(one) for one in accounts])
        return [row["id"] for row in rows]

    def find_by_references(
        self, connection: Connection, references: Sequence[str]
    ) -> dict[str, str]:
        """Return the ids of the accounts that have these numbers of the lender's own."""
        hashes = {self._reference_hash(one): one for one in references}
        found = repository.list_references(connection, hashes)
        return {hashes[key]: account_id for key, account_id in found.items()}

    def get(self, principal: Principal, account_id: str) -> Account:
        """Return one account."""
        with self.database.read() as connection:
            return self.visible(connection, principal, account_id)

    def get_in(self, connection: Connection, account_id: str) -> Account:
        """Return one account inside a transaction, whoever asks."""
        found = repository.find(connection, account_id)
        if found is None:
            raise AccountNotFound(account_id=account_id)
        return found

    def visible(self, connection: Connection, principal: Principal, account_id: str) -> Account:
        """Return one account, or raise as if it were not there."""
        account = self.get_in(connection, account_id)
        if not see(self.people, connection, principal, account.applicant_id):
            raise AccountNotFound(account_id=account_id)
        return account

    def list_ends(
        self, connection: Connection, applicant_ids: Collection[str]
    ) -> dict[str, list[date | None]]:
        """Return on which day each account of some applicants ended, None where it is open."""
        ends: dict[str, list[date | None]] = {}
        for one in repository.list_of_applicants(connection, applicant_ids):
            ends.setdefault(one.applicant_id, []).append(one.ended_on)
        return ends

    def list_held(self, connection: Connection, applicant_ids: Collection[str]) -> list[Account]:
        """Return every account of some applicants, few enough for one page."""
        return repository.list_of_applicants(connection, applicant_ids)

    def list_of(
        self, connection: Connection, applicant_ids: Collection[str]
    ) -> list[tuple[Account, list[RecordedPayment]]]:
        """Return the accounts of some applicants, each with its payments as they stand."""
        people, found = sorted(set(applicant_ids)), []
        for start in range(0, len(people), CHUNK):
            chunk = people[start : start + CHUNK]
            accounts = repository.list_of_applicants(connection, chunk)
            paid = repository.list_payments(connection, [one.id for one in accounts])
            found += [(one, paid[one.id]) for one in accounts]
        return found

    def read_all(self) -> Iterator[tuple[Account, list[RecordedPayment]]]:
        """Go through every account with its payments as they stand."""
        after = ""
        while True:
            with self.database.read() as connection:
                held = repository.list_after(connection, after, CHUNK)
                paid = repository.list_payments(connection, [one.id for one in held])
            yield from ((one, paid[one.id]) for one in held)
            if len(held) < CHUNK:
                return
            after = held[-1].id

    def list_page(self, principal: Principal, wanted: Wanted) -> Page[Account]:
        """Return one page of the accounts that the principal sees."""
        with self.database.read() as connection:
            return repository.page(
                connection,
                wanted,
                today=self.today(),
                within=self.people.within_reach(principal, repository.APPLICANT),
            )

    def edit(
        self, principal: Principal, account_id: str, seen: int, wanted: Mapping[str, Any]
    ) -> Account:
        """Change what is named; None clears it."""
        with self.database.read() as connection:
            known = self.visible(connection, principal, account_id)
        if wanted.get("decision_id") is not None:
            self._check_belongs(wanted["decision_id"], known.applicant_id, known.product)
        with self.database.write() as connection:
            self.visible(connection, principal, account_id)
            before = repository.lock(connection, [account_id])[0]
            check_version(seen, before.version, describe_account(before, self.today()))
            values = self._values(before, wanted)
            repository.change(connection, account_id, before.version, values)
            after = self.get_in(connection, account_id)
            if (before.status, before.ended_on) != (after.status, after.ended_on):
                repository.insert_ending(connection, after, self.clock.now())
            change = Change(
                action="account.edited",
                subject=account_id,
                person=after.applicant_id,
                before=self._described(before),
                after=self._described(after),
            )
            self.audit.record(connection, principal.actor, [change])
        return after

    def schedule(
        self, principal: Principal, account_id: str
    ) -> tuple[Account, tuple[Instalment, ...]]:
        """Return what is due when."""
        account = self.get(principal, account_id)
        return account, schedule(account.credit)

    def performance(
        self, principal: Principal, account_id: str, as_of: date | None = None
    ) -> tuple[Account, Standing, list[RecordedPayment]]:
        """Return how an account turned out, seen from a day, by the definition of that day."""
        day = as_of or self.today()
        with self.database.read() as connection:
            account = self.visible(connection, principal, account_id)
            recorded = repository.list_payments(connection, [account_id])[account_id]
        definition = definition_on(self.definitions(account.product), day)
        return account, performance(history_of(account, recorded), day, definition), recorded

    def product(self, name: str) -> Product:
        """Return a product that is offered."""
        product = self.products.get(name)
        if product is None:
            raise ProductNotOffered(product=name)
        return product

    def definitions(self, product: str) -> tuple[PerformanceDefinition, ...]:
        """Return the dated definitions of a product; of one no longer offered, the standard."""
        known = self.products.get(product)
        return STANDARD if known is None else known.accounts.performance

    def count(self) -> int:
        """Return how many accounts there are."""
        with self.database.read() as connection:
            return repository.count(connection)

    def _row(self, opening: Opening, account_id: str) -> dict[str, Any]:
        product = self.product(opening.product)
        if opening.currency != product.currency:
            raise CurrencyRefused(product=product.name, currency=product.currency)
        credit = opening.credit
        reference = opening.reference
        return {
            "id": account_id,
            "applicant_id": opening.applicant_id,
            "product": opening.product,
            "decision_id": opening.decision_id,
            "offer_id": opening.offer_id,
            "reference_hash": None if reference is None else self._reference_hash(reference),
            "amount": credit.amount,
            "currency": opening.currency,
            "annual_rate_bp": credit.annual_rate_bp,
            "term_months": credit.term_months,
            "repayment": str(credit.repayment),
            "disbursed_on": credit.disbursed_on,
            "vintage": vintage(credit.disbursed_on),
            "status": str(Status.OPEN),
            "ended_on": None,
            "overdue_since": None,
            "version": 1,
            "opened_at": self.clock.now(),
        }

    def _reference_hash(self, reference: str) -> str:
        return self.people.keyed_hash(f"account:{reference}")

    def _check_decision(self, opening: Opening) -> None:
        if opening.decision_id is not None:
            self._check_belongs(opening.decision_id, opening.applicant_id, opening.product)

    def _check_belongs(self, decision_id: str, applicant_id: str, product: str) -> None:
        decision = self.decisions.get(decision_id)
        application = self.applications.get(decision.application_id)
        if (application.applicant_id, application.product) != (applicant_id, product):
            raise DecisionOfAnother(decision_id=decision_id)

    def _values(self, before: Account, wanted: Mapping[str, Any]) -> dict[str, Any]:
        values = dict(wanted)
        if "reference" in values:
            reference = values.pop("reference")
            values["reference_hash"] = (
                None if reference is None else self._reference_hash(reference)
            )
        if {"annual_rate_bp", "term_months"} & values.keys() and before.status is not Status.OPEN:
            raise TermsFixed(account_id=before.id, status=before.status)
        return {**values, **self._life(before, wanted)}

    def _life(self, before: Account, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return status and end, which must agree."""
        status = Status(wanted.get("status", before.status))
        if status is not before.status and status not in NEXT[before.status]:
            raise StatusRefused(account_id=before.id, status=before.status, wanted=status)
        if status is Status.OPEN:
            if wanted.get("ended_on") is not None:
                raise EndRefused
            return {"status": str(status), "ended_on": None}
        kept = before.ended_on if status is before.status else self.today()
        ended_on = wanted.get("ended_on", kept)
        if ended_on is None or ended_on < before.disbursed_on:
            raise EndRefused
        return {"status": str(status), "ended_on": ended_on}

    def _opened(self, account: Account) -> Change:
        return Change(
            action="account.opened",
            subject=account.id,
            person=account.applicant_id,
            after=self._described(account),
        )

    def _described(self, account: Account) -> dict[str, Any]:
        # Without what changes by itself from day to day.
        described = describe_account(account, account.disbursed_on)
        del described["days_past_due"]
        return described


def history_of(account: Account, recorded: Sequence[RecordedPayment]) -> History:
    """Return an account as its performance is judged."""
    return History(
        disbursed_on=account.disbursed_on,
        payments=[one.payment for one in recorded],
        repaid_on=account.ended_on if account.status is Status.CLOSED else None,
        written_off_on=account.ended_on if account.status is Status.WRITTEN_OFF else None,
    )
