"""Seals: the log is chained and signed, a stretch at a time."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from loanwright.service.audit import merkle, repository
from loanwright.service.audit.canonical import row_hash, row_text
from loanwright.service.audit.export import SealFile
from loanwright.service.audit.ranges import Range, numbers_in, ranges_of, write_ranges
from loanwright.service.audit.schemas import Seal
from loanwright.service.audit.service import Audit, read_stored_text
from loanwright.service.audit.signing import Signer
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database

NOT_SIGNED: Final = frozenset({"hash", "signature", "leaves"})
FIRST: Final = "0" * 64
DECISIONS: Final = "decisions:"
LEAF_LENGTH: Final = 12
#: A stretch must fit into memory, and into the time that a transaction may take.
MOST_AT_ONCE: Final = 5_000

# Two numbers that begin and end a hole, and the transaction before which all must have ended
# until it is known that nothing will come there; None until that is known.
Hole = tuple[int, int, int | None]


class Sealer:
    """Seals what has been added to the log; any number of them may be at work."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        signer: Signer,
        files: Sequence[SealFile] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._signer = signer
        self._files = files

    def seal(self) -> int:
        """Seal all entries that no seal holds yet; return how many there were."""
        total = 0
        while True:
            with self._database.write() as connection:
                count, more = self._seal_some(connection)
            total += count
            if not more:
                break
        for file in self._files:
            file.follow(self._database)
        return total

    def _seal_some(self, connection: Connection) -> tuple[int, bool]:
        if not repository.begin_sealing(connection):
            return 0, False
        last = repository.find_last_seal(connection)
        awaited = read_awaited(last.awaited) if last else []
        through = last.through if last else 0
        late = repository.list_at(connection, list(numbers_in((a, b) for a, b, _ in awaited)))
        new = repository.list_after(connection, through, MOST_AT_ONCE)
        horizon = repository.read_horizon(connection)
        # What this service has not written is left out: verification names it.
        entries = [row for row in (*late, *new) if self._audit.is_genuine(row)]
        if entries:
            there = [row["sequence"] for row in entries]
            left = write_awaited(_awaited(awaited, through, there, horizon))
            row = self._row(entries, last, left)
            row["decisions"] = write_ranges(ranges_of(_decisions(connection, entries)))
            repository.insert_seal(connection, self._signed(row))
        return len(entries), len(new) == MOST_AT_ONCE and bool(entries)

    def _row(
        self, entries: Sequence[Mapping[str, Any]], last: Seal | None, awaited: str
    ) -> dict[str, Any]:
        leaves = [merkle.leaf(row["sequence"], row["hash"]) for row in entries]
        return {
            "number": last.number + 1 if last else 1,
            "sealed_at": self._clock.now(),
            "previous": last.hash if last else FIRST,
            "entries": write_ranges(ranges_of(row["sequence"] for row in entries)),
            "count": len(entries),
            "through": max(entries[-1]["sequence"], last.through if last else 0),
            "root": merkle.root(leaves).hex(),
            "awaited": awaited,
            "key_id": self._signer.key_id,
            "leaves": "".join(one.hex()[:LEAF_LENGTH] for one in leaves),
        }

    def _signed(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            **row,
            "hash": row_hash(row, NOT_SIGNED),
            "signature": self._signer.sign(row_text(row, NOT_SIGNED)),
        }


def read_awaited(text: str) -> list[Hole]:
    """Return the holes that a seal leaves open."""
    return [(first, last, until) for first, last, until in json.loads(text)]


def write_awaited(open_holes: Sequence[Hole]) -> str:
    """Return holes as text."""
    return msgspec.json.encode(open_holes).decode()


def _awaited(
    awaited: Sequence[Hole], through: int, there: Sequence[int], horizon: tuple[int, int]
) -> list[Hole]:
    """Return the holes that something may still come to.

    A sequence is drawn before its transaction commits, so that a lower number may appear after a
    higher one. A hole is closed once all have ended that were under way when it was seen twice.
    """
    ended, next_one = horizon
    filled = set(there)
    left: list[Hole] = []
    for first, last, until in awaited:
        if until is not None and until <= ended:
            continue
        marked = next_one if until is None else until
        empty = ranges_of(number for number in range(first, last + 1) if number not in filled)
        left += [(start, end, marked) for start, end in empty]
    above = sorted(number for number in filled if number > through)
    fresh = _between(through, above)
    return [*left, *((first, last, None) for first, last in fresh)]


def _between(through: int, above: Sequence[int]) -> list[Range]:
    found, following = [], through + 1
    for number in above:
        if number > following:
            found.append((following, number - 1))
        following = number + 1
    return found


def _decisions(connection: Connection, entries: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the places of the decisions that these entries tell of, in the same order."""
    keys = [key for row in entries for key in decision_keys(row)]
    table = repository.stored_table("decisions")
    if not keys or table is None:
        return []
    places = repository.read_sequences(connection, table, keys)
    return [places.get(key, 0) for key in keys]


def decision_keys(row: Mapping[str, Any]) -> list[str]:
    """Return the ids of the decisions that an entry vouches for."""
    stored = row["stored"]
    if stored is None or DECISIONS not in stored:
        return []
    return [
        place.removeprefix(DECISIONS)
        for place, told in read_stored_text(stored).items()
        if place.startswith(DECISIONS) and told is not None
    ]
