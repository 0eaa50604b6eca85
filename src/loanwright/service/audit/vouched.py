"""Rows that the log vouches for: each must be there, as it was, and no other beside them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from loanwright.service.audit import repository
from loanwright.service.audit.canonical import row_hash
from loanwright.service.audit.findings import Finding
from loanwright.service.audit.service import read_stored_text

#: Tables that only grow, and in which no row may be that no entry tells of.
COMPLETE: Final = ("applications", "decisions", "models", "model_transitions", "policy_versions")
AT_ONCE: Final = 5_000

# Hash of a row and the id of the entry that tells of it, by the key of the row.
Told = dict[str, tuple[str, str]]


class Vouched:
    """Compares stored rows with what entries tell of them."""

    def __init__(self) -> None:
        self._present = dict.fromkeys(COMPLETE, 0)
        self._missing: dict[str, str] = {}
        self._removed: set[str] = set()

    @property
    def rows(self) -> int:
        """Return how many rows were found and compared."""
        return sum(self._present.values())

    def check(
        self,
        connection: Connection,
        entries: Iterable[Mapping[str, Any]],
        places: Mapping[str, int],
    ) -> Iterator[Finding]:
        """Compare the rows that entries tell of; `places` are those of decisions in their table."""
        told: dict[str, Told] = {}
        for entry in entries:
            if entry["stored"] is not None:
                self._sort(entry, told)
        for name, wanted in told.items():
            yield from self._compare(connection, name, wanted, places)

    def _sort(self, entry: Mapping[str, Any], told: dict[str, Told]) -> None:
        for place, stored_hash in read_stored_text(entry["stored"]).items():
            table, _, key = place.partition(":")
            if stored_hash is None:
                self._removed.add(place)
                self._missing.pop(place, None)
            else:
                told.setdefault(table, {})[key] = (stored_hash, entry["id"])

    def _compare(
        self, connection: Connection, name: str, wanted: Told, places: Mapping[str, int]
    ) -> Iterator[Finding]:
        table = repository.stored_table(name)
        if table is None:
            return
        found = repository.read_stored(connection, table, wanted)
        self._present[name] = self._present.get(name, 0) + len(found)
        for key, (stored_hash, entry_id) in wanted.items():
            row = found.get(key)
            if row is None:
                if (place := f"{name}:{key}") not in self._removed:
                    self._missing[place] = entry_id
            elif row_hash(row) != stored_hash:
                what = f"its content is not what entry {entry_id} tells of"
                yield Finding(table=name, id=key, what=what)
            elif name == "decisions" and places.get(key, row["sequence"]) != row["sequence"]:
                what = f"its place is {row['sequence']}, and it was {places[key]}"
                yield Finding(table=name, id=key, what=what)

    def finish(self, connection: Connection) -> Iterator[Finding]:
        """Name rows that are missing, that should have gone, and that no entry tells of."""
        for place, entry_id in self._missing.items():
            table, _, key = place.partition(":")
            yield Finding(table=table, id=key, what=f"it is missing; entry {entry_id} tells of it")
        yield from self._left_over(connection)
        for name in COMPLETE:
            kept = repository.stored_table(name)
            if kept is None:
                continue
            if repository.count_stored(connection, kept) != self._present[name]:
                yield from _untold(connection, name)

    def _left_over(self, connection: Connection) -> Iterator[Finding]:
        by_table: dict[str, list[str]] = {}
        for place in sorted(self._removed):
            table, _, key = place.partition(":")
            by_table.setdefault(table, []).append(key)
        for name, keys in by_table.items():
            kept = repository.stored_table(name)
            if kept is None:
                continue
            for start in range(0, len(keys), AT_ONCE):
                chunk = keys[start : start + AT_ONCE]
                for key in repository.read_stored(connection, kept, chunk):
                    yield Finding(table=name, id=key, what="it was removed, and is there again")


def _untold(connection: Connection, name: str) -> Iterator[Finding]:
    """Name the rows of a table that no entry tells of."""
    table = repository.stored_table(name)
    if table is None:
        return
    known = _keys_told(connection, name)
    after = None
    while keys := repository.list_keys(connection, table, after, AT_ONCE):
        after = keys[-1]
        for key in keys:
            if str(key) not in known:
                yield Finding(table=name, id=str(key), what="no entry tells of it")


def _keys_told(connection: Connection, name: str) -> set[str]:
    known: set[str] = set()
    after, beginning = 0, f"{name}:"
    while entries := repository.list_after(connection, after, AT_ONCE):
        after = entries[-1]["sequence"]
        for entry in entries:
            if entry["stored"] is not None and beginning in entry["stored"]:
                told = read_stored_text(entry["stored"])
                known |= {p.removeprefix(beginning) for p in told if p.startswith(beginning)}
    return known
