"""A service that has done a little of everything, and somebody who may write past all guards."""

import math
import random
from datetime import datetime, timedelta

import pytest
from tests.integration.service.conftest import application, write_plain
from tests.integration.unguarded import unguard

from loanwright.service.audit.canonical import row_hash
from loanwright.service.audit.sealing import NOT_SIGNED
from loanwright.service.audit.service import NOT_HASHED
from loanwright.service.kit.database import metadata
from loanwright.service.registry.schemas import State

TABLES = (
    "audit_entries",
    "audit_seals",
    "applications",
    "decisions",
    "models",
    "model_transitions",
    "policy_versions",
)
KEYS = {
    "audit_entries": "id",
    "audit_seals": "number",
    "applications": "id",
    "decisions": "id",
    "models": "hash",
    "model_transitions": "sequence",
    "policy_versions": "sequence",
}


class Superuser:
    """Changes rows as the owner of the database can: without triggers and foreign keys."""

    def __init__(self, database):
        self.database = database
        self.kept = {name: self.rows(name) for name in TABLES}

    def rows(self, name):
        table = metadata.tables[name]
        with self.database.read() as connection:
            statement = table.select().order_by(*table.primary_key)
            return [dict(row) for row in connection.execute(statement).mappings()]

    def write(self, contents):
        """Let tables have these rows and no others."""
        engine = self.database.engine
        with engine.connect() as connection:
            self._foreign_keys(connection, "OFF")
            with connection.begin():
                unguard(connection)
                for name, rows in contents.items():
                    table = metadata.tables[name]
                    connection.execute(table.delete())
                    if rows:
                        connection.execute(table.insert(), rows)
            self._foreign_keys(connection, "ON")

    def _foreign_keys(self, connection, state):
        if self.database.name == "sqlite":
            # Past SQLAlchemy: inside a transaction this does nothing.
            connection.connection.driver_connection.execute(f"PRAGMA foreign_keys = {state}")

    def restore(self, name):
        self.write({name: self.kept[name]})


class Tampering:
    """One change of one table, drawn by chance; `named` are the rows that may be blamed for it."""

    def __init__(self, superuser, seed):
        self.random = random.Random(seed)
        self.table = TABLES[seed % len(TABLES)]
        self.key = KEYS[self.table]
        self.rows = [dict(row) for row in superuser.kept[self.table]]
        kinds = ("change", "change", "delete", "insert", "swap")
        self.kind = kinds[seed // len(TABLES) % len(kinds)]
        self.named = set()
        self.column = ""
        getattr(self, self.kind)()

    def __str__(self):
        return f"{self.kind} {self.table} {self.column}"

    def blame(self, row):
        self.named.add(str(row[self.key]))
        if self.table == "audit_entries":
            self.named.add(f"#{row['sequence']}")

    def change(self):
        row = self.random.choice(self.rows)
        self.blame(row)
        self.column = self.random.choice([name for name in row if name != "note"])
        row[self.column] = self.other(row[self.column])
        self.cover_up(row)
        self.blame(row)

    def other(self, value):
        if self.column == "state":
            return next(str(one) for one in State if str(one) != value)
        if value is None:
            return "x"
        if isinstance(value, datetime):
            return value + timedelta(milliseconds=1)
        if isinstance(value, float):
            return math.nextafter(value, 1.0)
        if isinstance(value, int):
            return value + 1_000
        at = self.random.randrange(len(value)) if value else 0
        sign = "1" if value[at : at + 1] == "0" else "0"
        return value[:at] + sign + value[at + 1 :]

    def cover_up(self, row):
        """Compute the plain hash anew, as anybody can who knows how."""
        if self.column != "hash" and self.random.random() < 0.5:
            without = {"audit_entries": NOT_HASHED, "audit_seals": NOT_SIGNED}.get(self.table)
            if without is not None:
                row["hash"] = row_hash(row, without)

    def delete(self):
        # The last one as often as any other: cutting off the end leaves the least trace.
        index = self.random.choice([len(self.rows) - 1, self.random.randrange(len(self.rows))])
        self.blame(self.rows.pop(index))

    def insert(self):
        row = dict(self.random.choice(self.rows))
        for name in ("sequence", "number"):
            if name in row:
                row[name] = max(one[name] for one in self.rows) + 1
        for name in ("id", "application_id"):
            if name in row:
                row[name] = row[name][:-4] + "0000"
        if self.table == "models":
            row["hash"] = "0" * 64
        self.cover_up(row)
        self.rows.append(row)
        self.blame(row)

    def swap(self):
        one, other = self.random.sample(self.rows, 2) if len(self.rows) > 1 else self.rows * 2
        # With their places exchanged, or with their contents exchanged.
        kept = {self.key, "sequence" if self.random.random() < 0.5 else self.key}
        kept &= {self.key} if self.table != "audit_entries" else {"sequence", self.key}
        if self.table == "audit_entries":
            kept = {self.random.choice(["sequence", "id"])}
        if self.table == "decisions" and self.random.random() < 0.5:
            kept = {name for name in one if name != "sequence"}
        for row in (one, other):
            self.blame(row)
        for name in set(one) - kept:
            one[name], other[name] = other[name], one[name]
        if self.rows[0] is one and len(self.rows) == 1:
            self.change()


@pytest.fixture
def busy(service):
    """Return a service that has registered, promoted, published and decided, all of it sealed."""
    for batch in range(5):
        numbers = [f"P{batch}{number}" for number in range(6)]
        service.origination.submit_many([application(document_number=one) for one in numbers])
        service.ledger.seal()
    path = write_plain(service.settings.models_dir, "new", -0.4)
    model = service.registry.register(path, by="anna")
    service.registry.approve(model.hash, to=State.CHAMPION, by="boris", note="better")
    policy = service.policies.live("credit-card").policy
    changed = type(policy).from_mapping({**policy.to_mapping(), "name": "stricter"})
    service.policies.publish("credit-card", changed, by="anna")
    service.ledger.seal()
    return service
