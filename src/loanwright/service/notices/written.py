"""What was written about a person beside decisions and reviews, opened for themselves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from loanwright.notices.written import Written
from loanwright.service.notes.service import Notes
from loanwright.service.reviews.asking import Requests
from loanwright.service.reviews.codes import request_items, return_codes
from loanwright.service.reviews.holding import Queue
from loanwright.service.reviews.schemas import Review
from loanwright.service.users.schemas import Principal

RoleOf = Callable[[str], str]
PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class Writings:
    """Notes, reviews put back, and what was asked for."""

    notes: Notes
    queue: Queue
    requests: Requests

    def list_of(
        self,
        principal: Principal,
        applicant_id: str,
        reviews: Sequence[Review],
        role_of: RoleOf,
    ) -> list[Written]:
        """Return what was written about a person whom the principal may see."""
        return [
            *self._noted(applicant_id, role_of),
            *self._returned(principal, reviews, role_of),
            *self._requested(principal, applicant_id, role_of),
        ]

    def _noted(self, applicant_id: str, role_of: RoleOf) -> Iterator[Written]:
        for one in self.notes.list_all(applicant_id):
            yield Written(
                kind="note", on=one.written_at.date(), role=role_of(one.written_by), text=one.text
            )

    def _returned(
        self, principal: Principal, reviews: Sequence[Review], role_of: RoleOf
    ) -> Iterator[Written]:
        for review in reviews:
            for one in self.queue.list_returns(principal, review.id):
                yield Written(
                    kind="returned",
                    on=one.returned_at.date(),
                    role=role_of(one.returned_by),
                    about=return_codes().get(one.code),
                    text=one.words,
                )

    def _requested(
        self, principal: Principal, applicant_id: str, role_of: RoleOf
    ) -> Iterator[Written]:
        for one in self.requests.list_of_applicant(principal, applicant_id):
            yield Written(
                kind="requested",
                on=one.asked_at.date(),
                role=PERSON if one.asked_by is None else role_of(one.asked_by),
                about=request_items().get(one.item),
                text=one.words,
                answer=one.answer,
            )
