"""The queue: the most valuable review that is free goes to one person, for a time that runs out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.kit.database import database_now
from loanwright.service.reviews import repository
from loanwright.service.reviews.codes import return_codes
from loanwright.service.reviews.errors import (
    NothingWaits,
    ReturnCodeUnknown,
    ReviewNotOpen,
    ReviewOfAnother,
    TookPart,
)
from loanwright.service.reviews.schemas import Return, Review, State
from loanwright.service.reviews.sealing import seal, unseal
from loanwright.service.reviews.service import MOST_AT_ONCE, Reviews
from loanwright.service.reviews.worth import Worth, disagreement
from loanwright.service.users.schemas import Principal

KEEPER: Final = Actor(id="system:reviews")
#: How many of the first reviews are tried for somebody who had a part in some of them.
MOST_TRIED: Final = 100
FREED: Final = {
    "state": State.OPEN,
    "taken_by": None,
    "taken_at": None,
    "lease_until": None,
}


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Who works at what."""

    reviews: Reviews

    def take_next(self, principal: Principal) -> Review:
        """Take the most valuable review that nobody holds and the principal may judge.

        Two who ask at once wait for each other at the review that is first for both; the one who
        comes second then finds it taken and gets the next.
        """
        tried: set[str] = set()
        while candidates := [one for one in self._free(principal) if one not in tried]:
            for review_id in candidates:
                tried.add(review_id)
                try:
                    return self.reviews.take(principal, review_id)
                except (ReviewNotOpen, TookPart):
                    continue
        raise NothingWaits

    def renew(self, principal: Principal, review_id: str) -> Review:
        """Keep a review longer for whoever works at it; a glance later nothing is written."""
        reviews = self.reviews
        review = reviews.get(principal, review_id)
        if review.state is not State.TAKEN or review.taken_by != principal.id:
            return review
        until = reviews.now() + reviews.lease
        if review.lease_until is not None and until - review.lease_until < reviews.lease / 10:
            return review
        with reviews.accounts.database.write() as connection:
            repository.keep(connection, review_id, principal.id, until)
            return reviews.visible(connection, principal, review_id)

    def release(
        self, principal: Principal, review_id: str, code: str, words: str | None = None
    ) -> Review:
        """Put a review back for somebody else, and say why."""
        if code not in return_codes():
            raise ReturnCodeUnknown(code=code, known=", ".join(return_codes()))
        reviews = self.reviews
        with reviews.accounts.database.write() as connection:
            review = reviews.locked(connection, principal, review_id, State.TAKEN)
            if review.taken_by != principal.id:
                raise ReviewOfAnother
            key = reviews.vault.get(connection, review.applicant_id)
            row_id = reviews.accounts.new_id("ret")
            row = {
                "id": row_id,
                "review_id": review_id,
                "applicant_id": review.applicant_id,
                "code": code,
                "words": seal(key, row_id, "return", words),
                "returned_by": principal.id,
                "returned_at": database_now(connection),
            }
            repository.insert_return(connection, row)
            return reviews.change(connection, principal.actor, review, FREED)

    def lapse(self) -> int:
        """Put back what was kept for somebody too long; return how many they were."""
        reviews = self.reviews
        with reviews.accounts.database.read() as connection:
            if not repository.list_lapsed(connection, database_now(connection), 1):
                return 0
        with reviews.accounts.database.write() as connection:
            over = repository.list_lapsed(connection, database_now(connection), MOST_AT_ONCE)
            if over:
                repository.free(connection, [row.id for row in over])
                changes = [
                    Change(action="review.released", subject=row.id, person=row.applicant_id)
                    for row in over
                ]
                reviews.accounts.audit.record(connection, KEEPER, changes)
        return len(over)

    def list_returns(self, principal: Principal, review_id: str) -> list[Return]:
        """Return how often and why a review was put back, the oldest first."""
        vault = self.reviews.vault
        with self.reviews.accounts.database.read() as connection:
            self.reviews.visible(connection, principal, review_id)
            rows = repository.list_returns(connection, review_id)
        return [
            Return(
                code=row.code,
                words=unseal(
                    vault.unwrap(row.applicant_id, row.wrapped), row.id, "return", row.words
                ),
                returned_by=row.returned_by,
                returned_at=row.returned_at,
            )
            for row in rows
        ]

    def hear(self, connection: Connection, said: Mapping[str, Sequence[float]]) -> None:
        """Move what waits for a person in the queue, now that challengers have assessed it.

        Parameters
        ----------
        said
            Probabilities of default by challengers, by decision.
        """
        for row in repository.list_live_of_decisions(connection, said):
            line = self.reviews.accounts.decisions.get_line(row.decision_id)
            apart = disagreement(line.probability_of_default, said[row.decision_id])
            if apart > row.disagreement:
                worth = Worth(closeness=row.closeness, size=row.size, disagreement=apart)
                first_at = worth.first_at(row.opened_at, row.due_at)
                repository.set_worth(connection, row.id, apart, first_at)

    def count(self, principal: Principal) -> Mapping[str, int]:
        """Return how many reviews are open, the principal's own, overdue, awaited and proposed."""
        with self.reviews.accounts.database.read() as connection:
            now = database_now(connection)
            return repository.count_live(connection, now, principal.id)

    def _free(self, principal: Principal) -> list[str]:
        accounts = self.reviews.accounts
        within = accounts.people.within_reach(principal, repository.APPLICANT)
        with accounts.database.read() as connection:
            now = database_now(connection)
            return repository.list_free(connection, now, MOST_TRIED, within=within)
