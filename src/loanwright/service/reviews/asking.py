"""What applicants are asked for while their review waits, and whether the clock stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row

from loanwright.service.accounts.people import refuse_strangers
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.kit.database import database_now
from loanwright.service.reviews import repository
from loanwright.service.reviews.codes import request_items
from loanwright.service.reviews.desk_documents import describe_request
from loanwright.service.reviews.errors import (
    ItemUnknown,
    RequestEnded,
    RequestNotFound,
    ReviewOfAnother,
    TooManyRequests,
)
from loanwright.service.reviews.schemas import Request, RequestState, Review, State
from loanwright.service.reviews.sealing import seal, unseal
from loanwright.service.reviews.service import Reviews
from loanwright.service.users.schemas import Principal, Reach

MOST_OPEN: Final = 10


@dataclass(frozen=True, kw_only=True)
class Requests:
    """What underwriters ask applicants for."""

    reviews: Reviews

    def ask(
        self, principal: Principal, review_id: str, item: str, words: str | None = None
    ) -> Request:
        """Ask the applicant for something; the clock stands still where the law lets it."""
        if item not in request_items():
            raise ItemUnknown(item=item, known=", ".join(request_items()))
        reviews = self.reviews
        with reviews.accounts.database.write() as connection:
            review = reviews.locked(connection, principal, review_id, State.TAKEN)
            if review.taken_by != principal.id:
                raise ReviewOfAnother
            if review.awaited >= MOST_OPEN:
                raise TooManyRequests(open=review.awaited)
            now = database_now(connection)
            row = self._row(connection, principal, review, now, (item, words))
            repository.insert_request(connection, row)
            stands = review.stopped_at is None and reviews.law.may_wait(review)
            stopped = now if stands else review.stopped_at
            repository.set_waiting(
                connection, review.id, awaited=review.awaited + 1, stopped_at=stopped
            )
            made = self._reread(connection, row["id"])
            self._tell(connection, principal.actor, "review.requested", made)
            return made

    def end(self, principal: Principal, request_id: str, state: RequestState) -> Request:
        """Say that something was received, or is not needed any more."""
        with self.reviews.accounts.database.write() as connection:
            return self._end(connection, principal, request_id, state, None)

    def answer(self, principal: Principal, request_id: str, words: str) -> Request:
        """Answer as the applicant; with the last answer the clock goes on."""
        with self.reviews.accounts.database.write() as connection:
            return self._end(connection, principal, request_id, RequestState.RECEIVED, words)

    def list_of_review(self, principal: Principal, review_id: str) -> list[Request]:
        """Return what was asked for in a review, the oldest first."""
        with self.reviews.accounts.database.read() as connection:
            self.reviews.visible(connection, principal, review_id)
            rows = repository.list_requests(connection, review_id)
        return self._opened(rows, principal)

    def list_of_applicant(self, principal: Principal, applicant_id: str) -> list[Request]:
        """Return what a person in reach was asked for, the newest first; for their own page."""
        reviews = self.reviews
        with reviews.accounts.database.read() as connection:
            refuse_strangers(reviews.accounts.people, connection, principal, applicant_id)
            rows = repository.list_requests_of_applicant(connection, applicant_id)
        return self._opened(rows, principal)

    def told(self, principal: Principal, request: Request) -> Request:
        """Return what of a request the principal is told."""
        return request.for_applicant() if principal.reach is Reach.SELF else request

    def _opened(self, rows: Sequence[Row[Any]], principal: Principal) -> list[Request]:
        return [self.told(principal, self._open(row)) for row in rows]

    def _row(
        self,
        connection: Connection,
        principal: Principal,
        review: Review,
        now: datetime,
        asked: tuple[str, str | None],
    ) -> dict[str, Any]:
        key = self.reviews.vault.get(connection, review.applicant_id)
        row_id = self.reviews.accounts.new_id("req")
        return {
            "id": row_id,
            "review_id": review.id,
            "applicant_id": review.applicant_id,
            "item": asked[0],
            "words": seal(key, row_id, "words", asked[1]),
            "answer": None,
            "state": str(RequestState.OPEN),
            "asked_by": principal.id,
            "asked_at": now,
            "ended_by": None,
            "ended_at": None,
        }

    def _end(
        self,
        connection: Connection,
        principal: Principal,
        request_id: str,
        state: RequestState,
        words: str | None,
    ) -> Request:
        row = repository.find_request(connection, request_id)
        if row is None:
            raise RequestNotFound(request_id=request_id)
        review = self.reviews.visible(connection, principal, row.review_id)
        self.reviews.vault.lock(connection, [review.applicant_id])
        key = self.reviews.vault.get(connection, review.applicant_id)
        now = database_now(connection)
        values = {
            "state": str(state),
            "answer": seal(key, request_id, "answer", words),
            "ended_by": principal.id,
            "ended_at": now,
        }
        if not repository.end_request(connection, request_id, values):
            found = self._reread(connection, request_id)
            raise RequestEnded(request_id=request_id, state=found.state)
        self._go_on(connection, self.reviews.visible(connection, principal, review.id), now)
        made = self._reread(connection, request_id)
        self._tell(connection, principal.actor, "review.request_ended", made)
        return made

    def _go_on(self, connection: Connection, review: Review, now: datetime) -> None:
        """Let one thing less be awaited; what the clock stood still is given back at the end."""
        left = max(0, review.awaited - 1)
        if left or review.stopped_at is None:
            repository.set_waiting(
                connection, review.id, awaited=left, stopped_at=review.stopped_at
            )
            return
        waited = now - review.stopped_at
        repository.set_waiting(connection, review.id, awaited=0, stopped_at=None)
        repository.move(
            connection,
            review.id,
            due_at=review.due_at + waited,
            first_at=review.first_at + waited,
        )

    def _reread(self, connection: Connection, request_id: str) -> Request:
        row = repository.find_request(connection, request_id)
        if row is None:
            raise RequestNotFound(request_id=request_id)
        return self._open(row)

    def _open(self, row: Row[Any]) -> Request:
        fields = dict(row._mapping)
        key = self.reviews.vault.unwrap(row.applicant_id, fields.pop("wrapped"))
        texts = {name: unseal(key, row.id, name, fields[name]) for name in ("words", "answer")}
        return Request(**{**fields, **texts, "state": RequestState(row.state)})

    def _tell(self, connection: Connection, actor: Actor, action: str, made: Request) -> None:
        change = Change(
            action=action,
            subject=made.review_id,
            person=made.applicant_id,
            after=describe_request(made),
        )
        self.reviews.accounts.audit.record(connection, actor, [change])
