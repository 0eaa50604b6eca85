"""Reviews: opened, taken by somebody who had no part, resolved; overrides are new facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from loanwright.lending.chance import Reviewed
from loanwright.service.accounts.people import see
from loanwright.service.accounts.service import Accounts
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.decisions.schemas import DecisionLine, DecisionRecord
from loanwright.service.decisions.service import DecisionNotFound
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.kit.database import database_now
from loanwright.service.kit.pagination import Page
from loanwright.service.privacy.vault import Vault
from loanwright.service.reviews import repository
from loanwright.service.reviews.clocks import LawBook
from loanwright.service.reviews.documents import describe_override, describe_review
from loanwright.service.reviews.errors import (
    KindUnfit,
    ReviewAlreadyOpen,
    ReviewNotFound,
    ReviewNotOpen,
    ReviewOfAnother,
    TookPart,
)
from loanwright.service.reviews.parties import parties_of
from loanwright.service.reviews.resolving import (
    ACTIONS,
    Start,
    opened,
    outcome_by,
    override_by,
    result_of,
    row_of,
)
from loanwright.service.reviews.schemas import (
    Answer,
    Kind,
    Override,
    Referred,
    Review,
    State,
    Wanted,
)
from loanwright.service.reviews.sealing import open_review, seal
from loanwright.service.reviews.second import SecondLooks
from loanwright.service.reviews.valuing import referred_of, worth_of
from loanwright.service.users.schemas import Principal

ORIGINATION: Final = Actor(id="system:origination")
REMINDER: Final = Actor(id="system:reviews")
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, kw_only=True)
class Reviews:
    """Looks of persons at decisions; every moment is the database's.

    Attributes
    ----------
    alone_up_to
        The amount, in units of the currency, above which a second person must approve another
        outcome than before; None for never.
    lease
        For how long a review is kept for whoever has taken it.
    second
        Where a sample of what is answered is looked at again.
    """

    accounts: Accounts
    vault: Vault
    law: LawBook
    alone_up_to: int | None = None
    lease: timedelta = timedelta(minutes=30)
    second: SecondLooks

    def open(
        self, principal: Principal, decision_id: str, kind: Kind, reason: str | None = None
    ) -> Review:
        """Ask that a person look at a decision."""
        if kind is Kind.REFERRAL:
            raise KindUnfit(kind=kind)
        line = self.accounts.decisions.get_line(decision_id)
        about = self._referred(line)
        with self.accounts.database.write() as connection:
            self._check_seen(connection, principal, line)
            # One who asks twice at once is answered once.
            self.vault.lock(connection, [line.applicant_id])
            key = self.vault.get(connection, line.applicant_id)
            live = repository.find_live(connection, decision_id, kind)
            if live is not None:
                raise ReviewAlreadyOpen(decision_id=decision_id, review_id=live)
            row = self._row(about, kind, by=principal.id, now=database_now(connection))
            row["reason"] = seal(key, row["id"], "reason", reason)
            return self._insert(connection, principal.actor, [row])[0]

    def open_for(self, connection: Connection, referred: Sequence[Referred]) -> None:
        """Put decisions that were just referred before a person, inside their transaction."""
        if not referred:
            return
        now = database_now(connection)
        rows = [self._row(one, Kind.REFERRAL, by=ORIGINATION.id, now=now) for one in referred]
        self._insert(connection, ORIGINATION, rows)

    def get(self, principal: Principal, review_id: str) -> Review:
        """Return one review."""
        with self.accounts.database.read() as connection:
            return self.visible(connection, principal, review_id)

    def referrals_of(self, product: str) -> Reviewed:
        """Return how persons have resolved what was referred to them of a product."""
        with self.accounts.database.read() as connection:
            approved, resolved = repository.count_referrals(connection, product)
        return Reviewed(approved=approved, resolved=resolved)

    def now(self) -> datetime:
        """Return the present moment of the database."""
        with self.accounts.database.read() as connection:
            return database_now(connection)

    def list_page(self, principal: Principal, wanted: Wanted) -> Page[Review]:
        """Return one page of the reviews that the principal sees."""
        within = list(self.accounts.people.within_reach(principal, repository.APPLICANT))
        with self.accounts.database.read() as connection:
            now = database_now(connection)
            page = repository.page(connection, wanted, now=now, within=within)
        items = [open_review(row, self.vault) for row in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def list_of_decision(
        self, principal: Principal, decision_id: str
    ) -> tuple[str, list[Review], list[Override]]:
        """Return the outcome that stands, the reviews of a decision, and what was overridden."""
        line = self.accounts.decisions.get_line(decision_id)
        with self.accounts.database.read() as connection:
            self._check_seen(connection, principal, line)
            rows = repository.list_of_decision(connection, decision_id)
            overridden = repository.list_overrides(connection, decision_id)
        outcome = overridden[-1].outcome if overridden else line.outcome
        return outcome, [open_review(row, self.vault) for row in rows], overridden

    def overrides_of(self, decision_id: str) -> list[Override]:
        """Return what persons decided in the place of a decision, the oldest first."""
        with self.accounts.database.read() as connection:
            return repository.list_overrides(connection, decision_id)

    def overridden(self, product: str) -> dict[str, str]:
        """Return the outcomes that persons gave decisions of a product, by decision."""
        with self.accounts.database.read() as connection:
            return repository.list_overrides_of_product(connection, product)

    def list_last_words(self, decision_ids: Collection[str]) -> Mapping[str, str]:
        """Return what persons decided in the place of some decisions, the last word of each."""
        if not decision_ids:
            return {}
        with self.accounts.database.read() as connection:
            return repository.list_last_words(connection, decision_ids)

    def outcome_of(self, connection: Connection, line: DecisionLine) -> str:
        """Return the outcome that stands: the last word of a person, else the decision's own."""
        overridden = repository.list_overrides(connection, line.id)
        return overridden[-1].outcome if overridden else line.outcome

    def take(self, principal: Principal, review_id: str) -> Review:
        """Take a review; whoever had a part in the decision cannot."""
        about = self._about(principal, review_id)
        with self.accounts.database.write() as connection:
            now = database_now(connection)
            review = self._free(connection, principal, review_id, now)
            self._refuse_parties(connection, principal, review, about)
            values = {
                "taken_by": principal.id,
                "taken_at": now,
                "lease_until": now + self.lease,
            }
            return self.change(
                connection, principal.actor, review, {**values, "state": State.TAKEN}
            )

    def resolve(self, principal: Principal, review_id: str, answer: Answer) -> Review:
        """Say what came of it; above a limit it waits for a second person."""
        about = self._about(principal, review_id)
        with self.accounts.database.write() as connection:
            review = self.locked(connection, principal, review_id, State.TAKEN)
            if review.taken_by != principal.id:
                raise ReviewOfAnother
            standing = self.outcome_of(connection, about)
            outcome = outcome_by(answer, review.kind, standing)
            changed = outcome != standing
            needed = changed and self._is_large(about)
            key = self.vault.get(connection, review.applicant_id)
            now = database_now(connection)
            values = {
                "state": State.PROPOSED if needed else State.RESOLVED,
                "result": str(result_of(outcome, standing)),
                "outcome": outcome,
                "code": answer.code,
                "answer": seal(key, review.id, "answer", answer.words),
                "resolved_by": principal.id,
                "resolved_at": now,
                "two_persons": int(needed),
                "lease_until": None,
                "awaited": 0,
                "stopped_at": None,
            }
            repository.waive_requests(connection, review.id, principal.id, now)
            after = self.change(connection, principal.actor, review, values)
            self._override(connection, principal.actor, after, standing)
            self.second.draw(connection, after)
            return after

    def approve(self, principal: Principal, review_id: str) -> Review:
        """Let another outcome stand; neither who proposed it nor who had a part can."""
        about = self._about(principal, review_id)
        with self.accounts.database.write() as connection:
            review = self.locked(connection, principal, review_id, State.PROPOSED)
            if principal.id == review.resolved_by:
                raise TookPart
            self._refuse_parties(connection, principal, review, about)
            standing = self.outcome_of(connection, about)
            values = {
                "state": State.RESOLVED,
                "approved_by": principal.id,
                "approved_at": database_now(connection),
            }
            after = self.change(connection, principal.actor, review, values)
            self._override(connection, principal.actor, after, standing)
            return after

    def remind(self) -> int:
        """Tell of reviews whose time is over, once each; return how many they were."""
        with self.accounts.database.read() as connection:
            if not repository.list_over(connection, database_now(connection), 1):
                return 0
        with self.accounts.database.write() as connection:
            now = database_now(connection)
            over = repository.list_over(connection, now, MOST_AT_ONCE)
            if over:
                repository.mark_over(connection, [row.id for row in over], now)
                changes = [
                    Change(action="review.overdue", subject=row.id, person=row.applicant_id)
                    for row in over
                ]
                self.accounts.audit.record(connection, REMINDER, changes)
        return len(over)

    def forget(self, connection: Connection, applicant_ids: Collection[str]) -> None:
        """End what is under way for persons who are erased."""
        repository.withdraw_of(connection, applicant_ids)

    def _check_seen(self, connection: Connection, principal: Principal, line: DecisionLine) -> None:
        if not see(self.accounts.people, connection, principal, line.applicant_id):
            raise DecisionNotFound(decision_id=line.id)

    def visible(self, connection: Connection, principal: Principal, review_id: str) -> Review:
        """Return one review inside a transaction, or raise as if it were not there."""
        row = repository.find(connection, review_id)
        if row is None or not see(self.accounts.people, connection, principal, row.applicant_id):
            raise ReviewNotFound(review_id=review_id)
        return open_review(row, self.vault)

    def locked(
        self, connection: Connection, principal: Principal, review_id: str, needed: State
    ) -> Review:
        """Return a review in this state, which nobody else changes meanwhile."""
        review = self.visible(connection, principal, review_id)
        self.vault.lock(connection, [review.applicant_id])
        review = self.visible(connection, principal, review_id)
        if review.state is not needed:
            raise ReviewNotOpen(review_id=review_id, state=review.state, needed=needed)
        return review

    def _free(
        self, connection: Connection, principal: Principal, review_id: str, now: datetime
    ) -> Review:
        """Return a review that nobody holds, locked; what somebody held too long is free."""
        review = self.visible(connection, principal, review_id)
        self.vault.lock(connection, [review.applicant_id])
        # Read again: whoever was quicker has held the lock until now.
        review = self.visible(connection, principal, review_id)
        lapsed = review.state is State.TAKEN and not review.is_held(now)
        if review.state is not State.OPEN and not lapsed:
            raise ReviewNotOpen(review_id=review_id, state=review.state, needed=State.OPEN)
        return review

    def _about(self, principal: Principal, review_id: str) -> DecisionRecord:
        """Return the decision that a review is about; it never changes, so it is read before."""
        return self.accounts.decisions.get(self.get(principal, review_id).decision_id)

    def _refuse_parties(
        self, connection: Connection, principal: Principal, review: Review, about: DecisionRecord
    ) -> None:
        """Refuse whoever sent the application, or answered an earlier review of the decision."""
        if principal.id in parties_of(self.accounts, connection, about, except_for=review.id):
            raise TookPart

    def _is_large(self, about: DecisionRecord) -> bool:
        """Tell whether more is asked for than one person may grant; unknown where not laid down."""
        product = self.accounts.product(about.product)
        laid_down = product.accounts.offers
        if self.alone_up_to is None or laid_down is None:
            return False
        asked = read_snapshot(about.snapshot)["record"].get(laid_down.amount)
        return asked is not None and asked > self.alone_up_to

    def _row(self, about: Referred, kind: Kind, *, by: str, now: datetime) -> dict[str, Any]:
        start = Start(
            kind=kind,
            by=by,
            now=now,
            due=self.law.due(kind, about.product, now),
            worth=worth_of(about, self.accounts.products),
        )
        return opened(about, start, review_id=self.accounts.new_id("rev"))

    def _referred(self, line: DecisionLine) -> Referred:
        """Return what a review needs of a decision; of erased persons only what is left."""
        if not (found := self.accounts.decisions.list_opened([line.id])):
            return Referred(
                decision_id=line.id, applicant_id=line.applicant_id, product=line.product
            )
        return referred_of(found[0], self.accounts.decisions, self.accounts.products)

    def _insert(
        self, connection: Connection, actor: Actor, rows: Sequence[dict[str, Any]]
    ) -> list[Review]:
        repository.insert_reviews(connection, rows)
        made = [self._reread(connection, row["id"]) for row in rows]
        changes = [self._told("review.opened", one) for one in made]
        self.accounts.audit.record(connection, actor, changes)
        return made

    def change(
        self, connection: Connection, actor: Actor, before: Review, values: Mapping[str, Any]
    ) -> Review:
        """Change a review that is as it was read, and say so in the audit log."""
        written = {**values, "state": str(values["state"])}
        if not repository.change(connection, before.id, before.state, written):
            raise ReviewNotOpen(review_id=before.id, state="changed", needed=before.state)
        after = self._reread(connection, before.id)
        change = self._told(ACTIONS[after.state], after, before)
        self.accounts.audit.record(connection, actor, [change])
        return after

    def _override(self, connection: Connection, actor: Actor, review: Review, before: str) -> None:
        """Add a person's decision in the place of what stood, once nobody has to agree any more."""
        changed = review.outcome is not None and review.outcome != before
        if review.state is not State.RESOLVED or not changed:
            return
        made = override_by(
            review,
            override_id=self.accounts.new_id("ovr"),
            before=before,
            moment=database_now(connection),
        )
        row = row_of(made)
        repository.insert_override(connection, row)
        self.accounts.decisions.override(
            connection, made.applicant_id, made.decision_id, made.outcome
        )
        change = Change(
            action="decision.overridden",
            subject=review.decision_id,
            person=review.applicant_id,
            after=describe_override(made),
            stored={f"overrides:{made.id}": row},
        )
        self.accounts.audit.record(connection, actor, [change])

    def _reread(self, connection: Connection, review_id: str) -> Review:
        row = repository.find(connection, review_id)
        if row is None:
            raise ReviewNotFound(review_id=review_id)
        return open_review(row, self.vault)

    def _told(self, action: str, after: Review, before: Review | None = None) -> Change:
        return Change(
            action=action,
            subject=after.id,
            person=after.applicant_id,
            before=None if before is None else describe_review(before, before.opened_at),
            after=describe_review(after, after.opened_at),
        )
