"""Verification: everything that is recorded is computed again, and the first break is named."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from loanwright.service.audit import merkle, repository
from loanwright.service.audit.canonical import row_hash, row_text
from loanwright.service.audit.findings import Finding, Verification
from loanwright.service.audit.ranges import Range, holes, numbers_in, ranges_of, read_ranges
from loanwright.service.audit.schemas import Seal
from loanwright.service.audit.sealing import (
    FIRST,
    LEAF_LENGTH,
    NOT_SIGNED,
    decision_keys,
    read_awaited,
)
from loanwright.service.audit.service import NOT_HASHED, Audit
from loanwright.service.audit.signing import PublicKeys
from loanwright.service.audit.vouched import Vouched
from loanwright.service.kit.database import Database

ENTRIES: Final = "audit_entries"
SEALS: Final = "audit_seals"
AT_ONCE: Final = 5_000
SEALS_AT_ONCE: Final = 500
MOST_FINDINGS: Final = 20

Row = Mapping[str, Any]


class Verifier:
    """Verifies the whole log, a block at a time, while it goes on growing."""

    def __init__(self, *, database: Database, audit: Audit, keys: PublicKeys) -> None:
        self._database = database
        self._audit = audit
        self._keys = keys

    def verify(
        self,
        exported: Iterable[Seal] = (),
        *,
        advance: Callable[[int], None] = lambda _entries: None,
    ) -> Verification:
        """Compute everything again; `exported` are seals that were kept elsewhere.

        ``advance`` is told now and then how many entries are verified.
        """
        run = _Run(self._database, self._audit, self._keys, exported, advance=advance)
        found = tuple(islice(run.findings(), MOST_FINDINGS))
        return Verification(
            entries=run.entries,
            sealed=run.sealed,
            seals=run.seals,
            rows=run.vouched.rows,
            last_seal=run.last.hash if run.last else None,
            findings=found,
        )


class _Run:
    """One verification."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        keys: PublicKeys,
        exported: Iterable[Seal],
        *,
        advance: Callable[[int], None],
    ) -> None:
        self._advance = advance
        self._database = database
        self._audit = audit
        self._keys = keys
        self._exported = {seal.number: seal.hash for seal in exported}
        self._covered: list[Range] = []
        self.vouched = Vouched()
        self._sound: Seal | None = None
        self.last: Seal | None = None
        self.entries = self.sealed = self.seals = 0

    def findings(self) -> Iterator[Finding]:
        """Go through everything that is not as it was recorded."""
        group: list[Seal] = []
        for seal in self._all_seals():
            wrong = list(self._check_seal(seal))
            yield from wrong
            self.last, self.seals = seal, self.seals + 1
            if wrong:
                # What a broken seal says of its entries is worth nothing.
                continue
            self._sound = seal
            group.append(seal)
            if sum(one.count for one in group) >= AT_ONCE:
                yield from self._check_group(group)
                group = []
        yield from self._check_group(group)
        yield from self._check_end()

    def _all_seals(self) -> Iterator[Seal]:
        after = 0
        while True:
            with self._database.read() as connection:
                seals = repository.list_seals(connection, after=after, most=SEALS_AT_ONCE)
            yield from seals
            if len(seals) < SEALS_AT_ONCE:
                return
            after = seals[-1].number

    def _check_seal(self, seal: Seal) -> Iterator[Finding]:
        number, expected = str(seal.number), self.last.number + 1 if self.last else 1
        row = {name: getattr(seal, name) for name in Seal.__slots__}
        if seal.number != expected:
            yield Finding(table=SEALS, id=str(expected), what="it is missing")
        elif seal.previous != (self.last.hash if self.last else FIRST):
            yield Finding(table=SEALS, id=number, what="it does not follow the seal before it")
        if row_hash(row, NOT_SIGNED) != seal.hash:
            yield Finding(table=SEALS, id=number, what="its content does not give its hash")
        elif not self._keys.knows(seal.key_id):
            what = f"it is signed with the key {seal.key_id}, which is not known here"
            yield Finding(table=SEALS, id=number, what=what)
        elif not self._keys.confirm(seal.key_id, row_text(row, NOT_SIGNED), seal.signature):
            yield Finding(table=SEALS, id=number, what="its signature does not hold")
        if self._exported.pop(seal.number, seal.hash) != seal.hash:
            yield Finding(table=SEALS, id=number, what="it is not the one that was exported")

    def _check_group(self, group: Sequence[Seal]) -> Iterator[Finding]:
        if not group:
            return
        stretches = [read_ranges(seal.entries) for seal in group]
        with self._database.read() as connection:
            found = _read(connection, stretches, sum(seal.count for seal in group))
            genuine: list[Row] = []
            places: dict[str, int] = {}
            for seal, ranges in zip(group, stretches, strict=True):
                rows = [(number, found.get(number)) for number in numbers_in(ranges)]
                yield from self._check_stretch(seal, rows, genuine)
                places |= _places(seal, [row for _, row in rows])
            yield from self.vouched.check(connection, genuine, places)
        self._covered += [one for ranges in stretches for one in ranges]
        self._advance(self.entries)

    def _check_stretch(
        self, seal: Seal, rows: Sequence[tuple[int, Row | None]], genuine: list[Row]
    ) -> Iterator[Finding]:
        leaves, missing = [], 0
        for number, row in rows:
            if row is None:
                missing += 1
                leaves.append(b"")
                what = f"it is missing; seal {seal.number} holds it"
                yield Finding(table=ENTRIES, id=f"#{number}", what=what)
                continue
            yield from self._check_entry(row, genuine)
            leaves.append(merkle.leaf(number, _hex(row["hash"])))
        self.sealed += len(rows) - missing
        if not missing:
            yield from _check_root(seal, rows, leaves)

    def _check_entry(self, row: Row, genuine: list[Row]) -> Iterator[Finding]:
        self.entries += 1
        if self._audit.is_genuine(row):
            genuine.append(row)
        elif row_hash(row, NOT_HASHED) != row["hash"]:
            what = "its content does not give its hash"
            yield Finding(table=ENTRIES, id=row["id"], what=what)
        else:
            yield Finding(table=ENTRIES, id=row["id"], what="this service has not written it")

    def _check_end(self) -> Iterator[Finding]:
        """Verify what is not sealed yet, and that nothing is there that should not be."""
        for number in sorted(self._exported):
            yield Finding(table=SEALS, id=str(number), what="it was exported, and it is missing")
        with self._database.snapshot() as connection:
            through = self._sound.through if self._sound else 0
            awaited = _awaited(self._sound)
            late = repository.list_at(connection, list(numbers_in(awaited)))
            yield from self._check_loose(connection, late)
            if repository.count_until(connection, through) != self.sealed + len(late):
                yield from self._uncovered(connection, through, {row["id"] for row in late})
            while rows := repository.list_after(connection, through, AT_ONCE):
                through = rows[-1]["sequence"]
                yield from self._check_loose(connection, rows)
            yield from self.vouched.finish(connection)

    def _check_loose(self, connection: Connection, rows: Sequence[Row]) -> Iterator[Finding]:
        genuine: list[Row] = []
        for row in rows:
            yield from self._check_entry(row, genuine)
        yield from self.vouched.check(connection, genuine, {})
        self._advance(self.entries)

    def _uncovered(self, connection: Connection, through: int, late: set[str]) -> Iterator[Finding]:
        for first, last in holes(self._covered, through):
            for row in repository.list_between(connection, first, last):
                if row["id"] not in late:
                    yield Finding(table=ENTRIES, id=row["id"], what="no seal holds it")


def _read(
    connection: Connection, stretches: Sequence[Sequence[Range]], count: int
) -> dict[int, Row]:
    """Return the entries of stretches by their place, in as few statements as will do."""
    ranges = sorted(one for ranges in stretches for one in ranges)
    if ranges[-1][1] - ranges[0][0] < 2 * count + AT_ONCE:
        ranges = [(ranges[0][0], ranges[-1][1])]
    return {
        row["sequence"]: row
        for first, last in ranges
        for row in repository.list_between(connection, first, last)
    }


def _places(seal: Seal, rows: Sequence[Row | None]) -> dict[str, int]:
    keys = [key for row in rows if row is not None for key in decision_keys(row)]
    numbers = list(numbers_in(read_ranges(seal.decisions)))
    return dict(zip(keys, numbers, strict=True)) if len(keys) == len(numbers) else {}


def _check_root(
    seal: Seal, rows: Sequence[tuple[int, Row | None]], leaves: Sequence[bytes]
) -> Iterator[Finding]:
    beginnings = [one.hex()[:LEAF_LENGTH] for one in leaves]
    whole = merkle.root(leaves).hex() == seal.root
    if whole and "".join(beginnings) == seal.leaves:
        return
    if whole:
        yield Finding(table=SEALS, id=str(seal.number), what="its leaves are not those it holds")
        return
    wrong = [
        row["id"]
        for index, (_, row) in enumerate(rows)
        if row is not None
        and beginnings[index] != seal.leaves[index * LEAF_LENGTH : (index + 1) * LEAF_LENGTH]
    ]
    for entry_id in wrong:
        yield Finding(table=ENTRIES, id=entry_id, what=f"it is not what seal {seal.number} holds")
    if not wrong:
        what = "its root is not that of its entries"
        yield Finding(table=SEALS, id=str(seal.number), what=what)


def _awaited(seal: Seal | None) -> list[Range]:
    if seal is None:
        return []
    return ranges_of(
        n for first, last, _ in read_awaited(seal.awaited) for n in range(first, last + 1)
    )


def _hex(told: str) -> str:
    """Return a hash that can be read as one, whatever stands in the column."""
    try:
        return bytes.fromhex(told).hex()
    except ValueError:
        return ""
