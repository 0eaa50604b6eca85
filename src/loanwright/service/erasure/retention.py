"""Retention: goes through everybody, a few at a time, and erases whoever need not be kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import Connection

from loanwright.service.audit.schemas import Actor
from loanwright.service.erasure import repository
from loanwright.service.erasure.schemas import Tally
from loanwright.service.erasure.service import Erasure

AT_ONCE: Final = 500
HOURS: Final = 6
RUNS_KEPT: Final = timedelta(days=400)
RETENTION: Final = Actor(id="system:retention")

#: Deletes what nobody needs any more, inside a transaction; returns how much it was.
Prune: TypeAlias = Callable[[Connection, datetime], int]


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Erases whom nobody has to keep, and whoever asked for it as soon as it can be done.

    Without rules nobody's time is ever over: only those who asked are erased.
    """

    erasure: Erasure
    prune: Sequence[Prune]
    at_once: int = AT_ONCE

    def step(self) -> bool:
        """Go on with the run of these hours; tell whether it has gone through everybody."""
        erasure, now = self.erasure, self.erasure.clock.now()
        slot = _slot(now)
        with erasure.database.read() as connection:
            if repository.is_finished(connection, slot):
                return True
        with erasure.database.write() as connection:
            repository.begin_run(connection, _begun(slot, now))
            run = repository.lock_run(connection, slot)
            if run is None:
                return False
            ids = erasure.vault.list_living(connection, run.place, self.at_once)
            found = self._due(connection, ids)
            self._carry_out(connection, found)
            values = {
                "place": ids[-1] if ids else run.place,
                "looked_at": run.looked_at + found.looked_at,
                "erased": run.erased + len(found.erased),
                "held": run.held + found.held,
                "finished_at": now if len(ids) < self.at_once else None,
            }
            repository.change_run(connection, slot, values)
        if len(ids) < self.at_once:
            self._tidy(now)
            return True
        return False

    def chore(self) -> None:
        """Go on with the run of these hours, a little."""
        self.step()

    def rehearse(self) -> Tally:
        """Return what a run would do now, doing nothing."""
        return self._through(act=False)

    def run(self) -> Tally:
        """Go through everybody now."""
        whole = self._through(act=True)
        self._tidy(self.erasure.clock.now())
        return whole

    def _through(self, *, act: bool) -> Tally:
        database, vault, whole, place = self.erasure.database, self.erasure.vault, Tally(), ""
        while True:
            with database.write() if act else database.read() as connection:
                ids = vault.list_living(connection, place, self.at_once)
                found = self._due(connection, ids)
                if act:
                    self._carry_out(connection, found)
            whole = whole.plus(found)
            if len(ids) < self.at_once:
                return whole
            place = ids[-1]

    def _carry_out(self, connection: Connection, due: Tally) -> None:
        if not due.erased:
            return
        # Whoever places a hold takes the same lock: either the hold is seen here, or it is refused.
        self.erasure.vault.lock(connection, due.erased)
        still = self._due(connection, due.erased).erased
        if still:
            self.erasure.erase(connection, RETENTION, still)

    def _due(self, connection: Connection, ids: Sequence[str]) -> Tally:
        """Return who of these can go, and how many are kept by nothing but a hold."""
        if not ids:
            return Tally()
        erasure = self.erasure
        tied = erasure.bonds.tied(connection, ids)
        blocks = erasure.blocks(connection, tied)
        asked = repository.open_requests(connection, ids)
        ruled = bool(erasure.rules)
        over = [one for one in sorted(tied) if not blocks[one] and (ruled or one in asked)]
        held = [one for one in tied if {block.code for block in blocks[one]} == {"hold"}]
        return Tally(looked_at=len(ids), erased=tuple(over), held=len(held))

    def _tidy(self, now: datetime) -> None:
        for prune in self.prune:
            more = True
            while more:
                with self.erasure.database.write() as connection:
                    more = prune(connection, now) > 0
        with self.erasure.database.write() as connection:
            repository.forget_runs(connection, now - RUNS_KEPT)


def _slot(now: datetime) -> str:
    moment = now.astimezone(UTC)
    return f"{moment:%Y-%m-%d}T{moment.hour // HOURS * HOURS:02}"


def _begun(slot: str, now: datetime) -> dict[str, object]:
    return {
        "slot": slot,
        "place": "",
        "looked_at": 0,
        "erased": 0,
        "held": 0,
        "started_at": now,
        "finished_at": None,
    }
