"""Offers: made after an approval, approved by a second person, accepted once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Connection

from loanwright.decisioning.money import minor_units
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.schedule import Credit, Repayment, monthly_payment
from loanwright.features.affordable import credit_of
from loanwright.features.product import Product
from loanwright.service.accounts.people import see
from loanwright.service.accounts.schemas import Opening
from loanwright.service.accounts.service import Accounts
from loanwright.service.applications.schemas import Application
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.decisions.schemas import DecisionLine, DecisionRecord
from loanwright.service.decisions.service import DecisionNotFound
from loanwright.service.kit.database import database_now
from loanwright.service.kit.pagination import Page
from loanwright.service.offers import repository
from loanwright.service.offers.bounds import Bounds, bounds_of
from loanwright.service.offers.documents import describe_offer
from loanwright.service.offers.errors import (
    DecisionNotApproved,
    OfferNotFound,
    OfferNotOpen,
    SecondPersonNeeded,
)
from loanwright.service.offers.pricing import Pricing
from loanwright.service.offers.schemas import (
    ALIVE,
    Approved,
    Offer,
    State,
    Terms,
    Wanted,
    offer_of,
)
from loanwright.service.users.schemas import Principal, Reach

ORIGINATION = Actor(id="system:origination")
EXPIRY = Actor(id="system:expiry")
MOST_AT_ONCE = 500

#: Tells the outcome of a decision that stands now.
Standing: TypeAlias = Callable[[Connection, DecisionLine], str]


def own_outcome(_connection: Connection, decision: DecisionLine) -> str:
    """Return the outcome of the decision itself, where nobody reviews."""
    return decision.outcome


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What is offered; every moment is the database's, so that all who ask read one clock.

    Attributes
    ----------
    alone_up_to
        The amount, in units of the currency, above which a second person must approve; None for
        never.
    standing
        The outcome of a decision that stands now: a review may have changed it.
    """

    accounts: Accounts
    alone_up_to: int | None = None
    pricing: Pricing = field(default_factory=Pricing)
    standing: Standing = own_outcome

    def make(
        self, principal: Principal, decision_id: str, terms: Terms, *, valid_days: int
    ) -> Offer:
        """Offer credit after an approval."""
        about = self._about(decision_id)
        with self.accounts.database.write() as connection:
            row = self._drawn(connection, principal, about, terms, valid_days)
            return self._insert(connection, principal.actor, [row])[0]

    def suppose(
        self, principal: Principal, decision_id: str, terms: Terms, *, valid_days: int
    ) -> Offer:
        """Return what such an offer would say of its cost; nothing of it is kept."""
        about = self._about(decision_id)
        with self.accounts.database.read() as connection:
            return offer_of(self._drawn(connection, principal, about, terms, valid_days))

    def bounds(self, principal: Principal, decision_id: str) -> Bounds:
        """Return within what credit may be offered after an approval."""
        decision, _ = self._about(decision_id)
        with self.accounts.database.read() as connection:
            self._check_seen(connection, principal, decision)
            self._check_approved(connection, decision)
        return bounds_of(self.accounts.product(decision.product), decision)

    def _about(self, decision_id: str) -> tuple[DecisionRecord, Application]:
        decision = self.accounts.decisions.get(decision_id)
        return decision, self.accounts.applications.get(decision.application_id)

    def _drawn(
        self,
        connection: Connection,
        principal: Principal,
        about: tuple[DecisionRecord, Application],
        terms: Terms,
        days: int,
    ) -> dict[str, Any]:
        """Return an offer as it would be kept, made by somebody who may."""
        decision, application = about
        self._check_seen(connection, principal, decision)
        self._check_approved(connection, decision)
        return self._row(
            self.accounts.product(decision.product),
            _stated(decision.id, application),
            terms,
            by=principal.id,
            now=database_now(connection),
            days=days,
        )

    def _check_seen(
        self, connection: Connection, principal: Principal, decision: DecisionLine
    ) -> None:
        if not see(self.accounts.people, connection, principal, decision.applicant_id):
            raise DecisionNotFound(decision_id=decision.id)

    def _check_approved(self, connection: Connection, decision: DecisionLine) -> None:
        outcome = self.standing(connection, decision)
        if outcome != Outcome.APPROVE:
            raise DecisionNotApproved(decision_id=decision.id, outcome=outcome)

    def repayment_after(self, decision_id: str) -> Repayment:
        """Return how credit of the product is repaid that a decision was about."""
        decision = self.accounts.decisions.get(decision_id)
        return self.accounts.product(decision.product).accounts.repayment

    def make_for(self, connection: Connection, approved: Sequence[Approved]) -> None:
        """Offer what the product files lay down to those who were just approved."""
        if not approved:
            return
        now, rows = database_now(connection), []
        for one in approved:
            product = self.accounts.products[one.product]
            laid_down = product.accounts.offers
            credit = credit_of(product, one.features, one.grade, one.terms, disbursed_on=now.date())
            if laid_down is not None and credit is not None:
                row = self._row(
                    product,
                    one,
                    _terms(credit),
                    by=ORIGINATION.id,
                    now=now,
                    days=laid_down.valid_days,
                )
                rows.append(row)
        if rows:
            self._insert(connection, ORIGINATION, rows)

    def get(self, principal: Principal, offer_id: str) -> Offer:
        """Return one offer."""
        with self.accounts.database.read() as connection:
            return self._visible(connection, principal, offer_id)

    def list_page(self, principal: Principal, wanted: Wanted) -> Page[Offer]:
        """Return one page of the offers that the principal sees."""
        within = list(self.accounts.people.within_reach(principal, repository.APPLICANT))
        if principal.reach is Reach.SELF:
            within.append(repository.APPROVED)
        with self.accounts.database.read() as connection:
            now = database_now(connection)
            page = repository.page(connection, wanted, now=now, within=within)
        items = [one.seen_at(now) for one in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def taken(self, product: str) -> dict[str, bool]:
        """Return which decisions on a product had an offer, and whether one was accepted."""
        with self.accounts.database.read() as connection:
            return repository.list_taken(connection, product)

    def list_of_decision(self, principal: Principal, decision_id: str) -> list[Offer]:
        """Return the offers that followed a decision."""
        decision = self.accounts.decisions.get_line(decision_id)
        with self.accounts.database.read() as connection:
            self._check_seen(connection, principal, decision)
        page = self.list_page(principal, Wanted(decision_id=decision_id, limit=200))
        return list(page.items)

    def approve(self, principal: Principal, offer_id: str) -> Offer:
        """Let an offer go out; whoever made it cannot."""
        with self.accounts.database.write() as connection:
            offer, _, now = self._lock(connection, principal, offer_id, State.PROPOSED)
            if offer.made_by == principal.id:
                raise SecondPersonNeeded
            values = {"state": State.OPEN, "approved_by": principal.id, "approved_at": now}
            return self._change(connection, principal.actor, offer, values, "offer.approved")

    def withdraw(self, principal: Principal, offer_id: str) -> Offer:
        """Take an offer back that nobody has accepted."""
        with self.accounts.database.write() as connection:
            offer, _, now = self._lock(connection, principal, offer_id, *ALIVE)
            values = {"state": State.WITHDRAWN, "ended_at": now}
            return self._change(connection, principal.actor, offer, values, "offer.withdrawn")

    def refuse(self, principal: Principal, offer_id: str) -> Offer:
        """Turn an offer down."""
        with self.accounts.database.write() as connection:
            offer, _, now = self._lock(connection, principal, offer_id, State.OPEN)
            values = {"state": State.REFUSED, "ended_at": now}
            return self._change(connection, principal.actor, offer, values, "offer.refused")

    def accept(self, principal: Principal, offer_id: str) -> Offer:
        """Take an offer: it opens an account, and the other offers of the decision end."""
        decision_id = self.get(principal, offer_id).decision_id
        decision = self.accounts.decisions.get_line(decision_id)
        with self.accounts.database.write() as connection:
            offer, others, now = self._lock(connection, principal, offer_id, State.OPEN)
            self._check_approved(connection, decision)
            product = self.accounts.product(offer.product)
            available = now + self.pricing.wait(product, offer.amount, now.date())
            account = self.accounts.open_in(connection, principal.actor, _opening(offer, available))
            values = {
                "state": State.ACCEPTED,
                "ended_at": now,
                "account_id": account.id,
                "available_at": available,
            }
            accepted = self._change(connection, principal.actor, offer, values, "offer.accepted")
            for one in others:
                if one.state in ALIVE:
                    ended = {"state": State.WITHDRAWN, "ended_at": now}
                    self._change(connection, principal.actor, one, ended, "offer.withdrawn")
        return accepted

    def expire(self) -> int:
        """Mark the offers that have run out; return how many they were."""
        with self.accounts.database.read() as connection:
            if not repository.list_over(connection, database_now(connection), 1):
                return 0
        with self.accounts.database.write() as connection:
            now = database_now(connection)
            over = repository.list_over(connection, now, MOST_AT_ONCE)
            for one in over:
                values = {"state": State.EXPIRED, "ended_at": now}
                self._change(connection, EXPIRY, one, values, "offer.expired")
        return len(over)

    def _row(
        self,
        product: Product,
        about: Approved,
        terms: Terms,
        *,
        by: str,
        now: datetime,
        days: int,
    ) -> dict[str, Any]:
        credit = terms.credit(now.date())
        highest = self.alone_up_to
        needed = highest is not None and terms.amount > highest * minor_units(product.currency)
        return {
            "id": self.accounts.new_id("off"),
            "decision_id": about.decision_id,
            "applicant_id": about.applicant_id,
            "product": product.name,
            "amount": terms.amount,
            "currency": product.currency,
            "annual_rate_bp": terms.annual_rate_bp,
            "term_months": terms.term_months,
            "repayment": str(terms.repayment),
            "monthly_payment": monthly_payment(credit),
            "valid_until": now + timedelta(days=days),
            "state": str(State.PROPOSED if needed else State.OPEN),
            "two_persons": int(needed),
            "made_by": by,
            "made_at": now,
            "approved_by": None,
            "approved_at": None,
            "ended_at": None,
            "account_id": None,
            **self.pricing.price(product, credit, about.features),
        }

    def _insert(
        self, connection: Connection, actor: Actor, rows: Sequence[dict[str, Any]]
    ) -> list[Offer]:
        repository.insert_offers(connection, rows)
        made = [one for row in rows if (one := repository.find(connection, row["id"]))]
        changes = [
            Change(
                action="offer.made",
                subject=one.id,
                person=one.applicant_id,
                after=describe_offer(one),
            )
            for one in made
        ]
        self.accounts.audit.record(connection, actor, changes)
        return made

    def _visible(self, connection: Connection, principal: Principal, offer_id: str) -> Offer:
        offer = repository.find(connection, offer_id)
        if offer is None or not see(
            self.accounts.people, connection, principal, offer.applicant_id
        ):
            raise OfferNotFound(offer_id=offer_id)
        if principal.reach is Reach.SELF and offer.two_persons and offer.approved_by is None:
            raise OfferNotFound(offer_id=offer_id)
        return offer.seen_at(database_now(connection))

    def _lock(
        self, connection: Connection, principal: Principal, offer_id: str, *wanted: State
    ) -> tuple[Offer, list[Offer], datetime]:
        """Return an offer in one of these states, the others of its decision, and the time.

        All offers of the decision are locked in one order, and the time is read afterwards: of
        two who accept, the second one sees what the first has done.
        """
        seen = self._visible(connection, principal, offer_id)
        locked = repository.lock_of_decision(connection, seen.decision_id)
        now = database_now(connection)
        offer = next(one.seen_at(now) for one in locked if one.id == offer_id)
        if offer.state not in wanted:
            raise OfferNotOpen(offer_id=offer_id, state=offer.state)
        return offer, [one for one in locked if one.id != offer_id], now

    def _change(
        self,
        connection: Connection,
        actor: Actor,
        before: Offer,
        values: dict[str, Any],
        action: str,
    ) -> Offer:
        written = {**values, "state": str(values["state"])}
        after = repository.change(connection, before.id, before.state, written)
        if after is None:
            raise OfferNotOpen(offer_id=before.id, state=before.state)
        change = Change(
            action=action,
            subject=after.id,
            person=after.applicant_id,
            before=describe_offer(before),
            after=describe_offer(after),
        )
        self.accounts.audit.record(connection, actor, [change])
        return after


def _opening(offer: Offer, available: datetime) -> Opening:
    """Return the account of an accepted offer; it is disbursed, and bears interest, from then."""
    return Opening(
        applicant_id=offer.applicant_id,
        product=offer.product,
        amount=offer.amount,
        currency=offer.currency,
        annual_rate_bp=offer.annual_rate_bp,
        term_months=offer.term_months,
        repayment=offer.repayment,
        disbursed_on=available.date(),
        decision_id=offer.decision_id,
        offer_id=offer.id,
    )


def _terms(credit: Credit) -> Terms:
    return Terms(
        amount=credit.amount,
        annual_rate_bp=credit.annual_rate_bp,
        term_months=credit.term_months,
        repayment=credit.repayment,
    )


def _stated(decision_id: str, application: Application) -> Approved:
    """Return an approved application with what it said of itself."""
    return Approved(
        decision_id=decision_id,
        applicant_id=application.applicant_id,
        product=application.product,
        grade="",
        features=msgspec.json.decode(application.received).get("features", {}),
    )
