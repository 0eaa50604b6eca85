"""Erasure: asked for, blocked by rules and holds with the reason kept, and carried out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import Connection

from loanwright.errors import NotFound, Rejected
from loanwright.features.text import Text
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.erasure import repository
from loanwright.service.erasure.rules import Rule
from loanwright.service.erasure.schemas import (
    Block,
    ErasureRequest,
    Hold,
    RequestState,
    Standing,
    Ties,
)
from loanwright.service.erasure.ties import Bonds
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.privacy.vault import PersonErased, Vault
from loanwright.service.users.schemas import Principal
from loanwright.service.users.service import Users

CLOCK: Final = timedelta(days=30)
HOLD: Final = "hold"
OPEN_ACCOUNT: Final = "account.open"
OPEN_ACCOUNT_TEXT: Final = Text(
    en="The contract with the person is still carried out.",
    ru="Договор с вами ещё исполняется.",
)

#: Forgets persons, inside the transaction that destroys their keys.
Forget: TypeAlias = Callable[[Connection, Collection[str]], object]


class HoldNotFound(NotFound):
    """There is no hold {hold_id} in force on this applicant."""


class HoldEndsInPast(Rejected):
    """A hold must end in the future."""


class ReasonNeeded(Rejected):
    """Whoever erases a person against a rule or a hold must say why."""


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What is known of persons, and whether it may go."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    vault: Vault
    rules: Sequence[Rule]
    bonds: Bonds
    users: Users
    forget: Sequence[Forget]

    def check_seen(self, principal: Principal, applicant_id: str) -> None:
        """Refuse whom a caller cannot see as if there were nobody."""
        with self.database.read() as connection:
            self.bonds.check_seen(connection, principal, applicant_id)

    def look(self, applicant_id: str) -> Standing:
        """Return what erasing a person would destroy, and what keeps it from being done."""
        with self.database.read() as connection:
            blocks = self._blocks_of(connection, applicant_id)
            decisions, accounts = self.bonds.count(connection, applicant_id)
        return Standing(
            applicant_id=applicant_id, decisions=decisions, accounts=accounts, blocks=blocks
        )

    def words_of(self, block: Block) -> Text:
        """Return what keeps a person's data, in both languages; a rule of one has that one."""
        if block.code == OPEN_ACCOUNT:
            return OPEN_ACCOUNT_TEXT
        if block.code == HOLD:
            return Text(
                en=f"An order to keep your data ({block.source}).",
                ru=f"Распоряжение хранить ваши данные ({block.source}).",
            )
        russian = next((one.source_ru for one in self.rules if one.code == block.code), "")
        return Text(en=block.source, ru=russian or block.source)

    def request(
        self, actor: Actor, applicant_id: str, *, reason: str | None = None, force: bool = False
    ) -> ErasureRequest:
        """Erase a person now; or, where that is blocked, keep the wish until it is not.

        Forced, it is done against rules and holds, for a reason that stays on record.
        """
        if force and not reason:
            raise ReasonNeeded
        now = self.clock.now()
        with self.database.write() as connection:
            self.vault.lock(connection, [applicant_id])
            blocks = self._blocks_of(connection, applicant_id)
            found = self._kept(connection, actor, applicant_id, reason, now)
            if blocks and not force:
                return self._wait(connection, actor, found, blocks)
            self.erase(connection, actor, [applicant_id], forced=bool(blocks))
            values = {
                "forced": int(bool(blocks)),
                "blocked_by": repository.write_blocks(blocks),
                "reason": reason or found.reason,
            }
            repository.change_request(connection, found.id, values)
            return self._latest(connection, applicant_id)

    def erase(
        self, connection: Connection, actor: Actor, ids: Sequence[str], *, forced: bool = False
    ) -> None:
        """Destroy the keys of persons, and with them all that they had sealed."""
        for applicant_id in ids:
            self.vault.destroy(connection, applicant_id)
            self.users.erase(connection, applicant_id, actor=actor)
        for forget in self.forget:
            forget(connection, ids)
        repository.close_requests(connection, ids, self.clock.now())
        action = "applicant.erased-by-force" if forced else "applicant.erased"
        changes = [Change(action=action, subject=one, person=one) for one in ids]
        self.audit.record(connection, actor, changes)

    def blocks(self, connection: Connection, tied: Mapping[str, Ties]) -> dict[str, list[Block]]:
        """Return what keeps each person from being erased, at this moment."""
        now = self.clock.now()
        found = {one: self._ruled(ties, now) for one, ties in tied.items()}
        for hold in repository.holds_in_force(connection, found, now) if found else ():
            found[hold.applicant_id].append(Block(code=HOLD, source=hold.id, until=hold.until))
        return found

    def find_request(self, applicant_id: str) -> ErasureRequest | None:
        """Return the last request for a person."""
        with self.database.read() as connection:
            return repository.find_request(connection, applicant_id)

    def list_requests(self, *, most: int = 1_000) -> list[ErasureRequest]:
        """Return the requests that wait, the newest first."""
        with self.database.read() as connection:
            return repository.list_requests(connection, most)

    def hold(
        self, actor: Actor, applicant_id: str, *, reason: str, until: datetime | None = None
    ) -> Hold:
        """Keep what is known of a person, whatever the rules say."""
        now = self.clock.now()
        if until is not None and until <= now:
            raise HoldEndsInPast
        placed = Hold(
            id=self.new_id("hld"),
            applicant_id=applicant_id,
            reason=reason,
            placed_by=actor.id,
            placed_at=now,
            until=until,
            released_by=None,
            released_at=None,
        )
        with self.database.write() as connection:
            self.vault.lock(connection, [applicant_id])
            self._ties(connection, applicant_id)
            repository.insert_hold(connection, asdict(placed))
            change = Change(
                action="hold.placed",
                subject=placed.id,
                person=applicant_id,
                after=placed.document(),
            )
            self.audit.record(connection, actor, [change])
        return placed

    def release(self, actor: Actor, hold_id: str, *, applicant_id: str | None = None) -> Hold:
        """End a hold."""
        with self.database.write() as connection:
            before = repository.find_hold(connection, hold_id)
            own = before is not None and applicant_id in (None, before.applicant_id)
            if not own or not repository.release_hold(
                connection, hold_id, actor.id, self.clock.now()
            ):
                raise HoldNotFound(hold_id=hold_id)
            after = repository.find_hold(connection, hold_id)
            if before is None or after is None:
                raise HoldNotFound(hold_id=hold_id)
            change = Change(
                action="hold.released",
                subject=hold_id,
                person=after.applicant_id,
                before=before.document(),
                after=after.document(),
            )
            self.audit.record(connection, actor, [change])
        return after

    def list_holds(self, applicant_id: str | None = None, *, most: int = 1_000) -> list[Hold]:
        """Return holds, of one person or of everybody, the newest first."""
        with self.database.read() as connection:
            return repository.list_holds(connection, applicant_id, most)

    def _ties(self, connection: Connection, applicant_id: str) -> Ties:
        found = self.bonds.tied(connection, [applicant_id])
        if applicant_id not in found:
            if self.vault.is_destroyed(connection, applicant_id):
                raise PersonErased(person_id=applicant_id)
            raise ApplicantNotFound(applicant_id=applicant_id)
        return found[applicant_id]

    def _blocks_of(self, connection: Connection, applicant_id: str) -> list[Block]:
        ties = self._ties(connection, applicant_id)
        return self.blocks(connection, {applicant_id: ties})[applicant_id]

    def _ruled(self, ties: Ties, now: datetime) -> list[Block]:
        blocks = []
        if ties.account_open:
            blocks.append(Block(code=OPEN_ACCOUNT, source=OPEN_ACCOUNT_TEXT.en, until=None))
        for rule in self.rules:
            event = ties.decided_at if rule.after == "decision" else ties.account_ended_at
            if event is None or not rule.in_force(now.date()):
                continue
            until = rule.ends(event.astimezone(UTC))
            if until > now:
                blocks.append(Block(code=rule.code, source=rule.source, until=until))
        return blocks

    def _kept(
        self,
        connection: Connection,
        actor: Actor,
        applicant_id: str,
        reason: str | None,
        now: datetime,
    ) -> ErasureRequest:
        """Return the request that waits for this person, new where none does."""
        waiting = repository.open_requests(connection, [applicant_id]).get(applicant_id)
        if waiting is not None:
            return waiting
        row = {
            "id": self.new_id("era"),
            "applicant_id": applicant_id,
            "state": str(RequestState.OPEN),
            "reason": reason,
            "requested_by": actor.id,
            "requested_at": now,
            "due_at": now + CLOCK,
            "forced": 0,
        }
        repository.insert_request(connection, row)
        return self._latest(connection, applicant_id)

    def _wait(
        self,
        connection: Connection,
        actor: Actor,
        request: ErasureRequest,
        blocks: Sequence[Block],
    ) -> ErasureRequest:
        """Keep a request that is blocked, with the reason why it is and until when."""
        values = {
            "blocked_by": repository.write_blocks(blocks),
            "possible_from": possible_from(blocks),
        }
        repository.change_request(connection, request.id, values)
        found = self._latest(connection, request.applicant_id)
        change = Change(
            action="erasure.blocked",
            subject=request.id,
            person=request.applicant_id,
            after=found.document(),
        )
        self.audit.record(connection, actor, [change])
        return found

    def _latest(self, connection: Connection, applicant_id: str) -> ErasureRequest:
        found = repository.find_request(connection, applicant_id)
        if found is None:
            raise ApplicantNotFound(applicant_id=applicant_id)
        return found


def possible_from(blocks: Collection[Block]) -> datetime | None:
    """Return when the last block ends, None where nobody knows."""
    moments = [one.until for one in blocks]
    return None if None in moments else max(one for one in moments if one is not None)
