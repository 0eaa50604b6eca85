"""Blind second looks: a sample is answered again by somebody who sees no first answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from loanwright.decisioning.outcome import Outcome
from loanwright.metrics.agreement import FEWEST, cohens_kappa
from loanwright.metrics.estimate import Estimate
from loanwright.service.accounts.people import see
from loanwright.service.accounts.service import Accounts
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.kit.database import database_now
from loanwright.service.privacy.vault import Vault
from loanwright.service.reviews import repository
from loanwright.service.reviews.errors import (
    SecondLookAnswered,
    SecondLookNotFound,
    TookPart,
)
from loanwright.service.reviews.parties import parties_of
from loanwright.service.reviews.schemas import Agreement, Kind, Review, SecondLook
from loanwright.service.reviews.sealing import seal, unseal
from loanwright.service.users.schemas import Principal

DRAWER: Final = Actor(id="system:reviews")
MOST: Final = 200
JUDGED: Final = (Outcome.APPROVE, Outcome.DECLINE)
_SPAN: Final = 2**64


@dataclass(frozen=True, kw_only=True)
class SecondLooks:
    """What is looked at again.

    Attributes
    ----------
    share
        Of the reviews that are answered.
    """

    accounts: Accounts
    vault: Vault
    share: float = 0.0

    def draw(self, connection: Connection, review: Review) -> bool:
        """Have an answered review looked at again if its hash falls into the share.

        The hash is keyed, so that nobody who answers can work out what will be looked at again.
        """
        if review.kind is Kind.REASONS or review.outcome not in JUDGED:
            return False
        drawn = self.accounts.people.keyed_hash(f"second-look:{review.id}")
        if int(drawn[:16], 16) >= self.share * _SPAN:
            return False
        look_id = self.accounts.new_id("snd")
        row = {
            "id": look_id,
            "review_id": review.id,
            "decision_id": review.decision_id,
            "applicant_id": review.applicant_id,
            "product": review.product,
            "first_outcome": review.outcome,
            "first_by": review.resolved_by,
            "opened_at": database_now(connection),
        }
        repository.insert_look(connection, row)
        change = Change(action="second_look.opened", subject=look_id, person=review.applicant_id)
        self.accounts.audit.record(connection, DRAWER, [change])
        return True

    def list_waiting(self, principal: Principal) -> list[SecondLook]:
        """Return what the principal may look at again, the oldest first, without first answers."""
        with self.accounts.database.read() as connection:
            rows = repository.list_looks(connection, answered=False, most=MOST)
            return [
                self._opened(row).blind()
                for row in rows
                if not self._has_part(connection, principal, row)
            ]

    def list_answered(self, most: int = MOST) -> list[SecondLook]:
        """Return what was looked at again, the newest first."""
        with self.accounts.database.read() as connection:
            rows = repository.list_looks(connection, answered=True, most=most)
        return [self._opened(row) for row in rows]

    def get(self, principal: Principal, look_id: str) -> SecondLook:
        """Return one second look; the first answer only once there is a second."""
        with self.accounts.database.read() as connection:
            row = self._visible(connection, principal, look_id)
            if row.outcome is None and self._has_part(connection, principal, row):
                raise TookPart
        return self._opened(row).blind()

    def answer(
        self, principal: Principal, look_id: str, outcome: str, words: str | None = None
    ) -> SecondLook:
        """Answer without having seen the first answer; of two who do, one is heard."""
        with self.accounts.database.write() as connection:
            row = self._visible(connection, principal, look_id)
            self.vault.lock(connection, [row.applicant_id])
            if self._has_part(connection, principal, row):
                raise TookPart
            key = self.vault.get(connection, row.applicant_id)
            answered = {
                "look_id": look_id,
                "outcome": str(Outcome(outcome)),
                "words": seal(key, look_id, "second", words),
                "answered_by": principal.id,
                "answered_at": database_now(connection),
            }
            if not repository.insert_answer(connection, answered):
                raise SecondLookAnswered(look_id=look_id)
            change = Change(
                action="second_look.answered",
                subject=look_id,
                person=row.applicant_id,
                after={"outcome": answered["outcome"]},
            )
            self.accounts.audit.record(connection, principal.actor, [change])
            return self._opened(self._visible(connection, principal, look_id))

    def agreement(self) -> Agreement:
        """Return how far second looks agree with first answers."""
        with self.accounts.database.read() as connection:
            waiting, counts = repository.count_looks(connection)
        looked = sum(counts.values())
        agreed = sum(count for (first, second), count in counts.items() if first == second)
        return Agreement(
            looked=looked,
            waiting=waiting,
            agreed=agreed,
            kappa=_kappa(counts) if looked >= FEWEST else None,
            counts=counts,
        )

    def _visible(self, connection: Connection, principal: Principal, look_id: str) -> Row[Any]:
        row = repository.find_look(connection, look_id)
        if row is None or not see(self.accounts.people, connection, principal, row.applicant_id):
            raise SecondLookNotFound(look_id=look_id)
        return row

    def _has_part(self, connection: Connection, principal: Principal, row: Row[Any]) -> bool:
        about = self.accounts.decisions.get_line(row.decision_id)
        return principal.id in parties_of(self.accounts, connection, about)

    def _opened(self, row: Row[Any]) -> SecondLook:
        fields = dict(row._mapping)
        key = self.vault.unwrap(row.applicant_id, fields.pop("wrapped"))
        words = unseal(key, row.id, "second", row.words)
        return SecondLook(**{**fields, "words": words})


def _kappa(counts: Mapping[tuple[str, str], int]) -> Estimate | None:
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    return cohens_kappa([first for first, _ in pairs], [second for _, second in pairs])
