"""How fast the audit log grows, is sealed and is verified: a million entries on each database."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from loanwright.service.audit.ledger import Ledger
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.audit.signing import PublicKeys, Signer
from loanwright.service.bootstrap import Service  # noqa: F401  (knows the tables of all rooms)
from loanwright.service.kit.bulk import Append
from loanwright.service.kit.clock import SystemClock
from loanwright.service.kit.database import Database, Moment, metadata
from loanwright.service.kit.ids import Ids
from loanwright.service.migrations.steps import upgrade
from loanwright.service.privacy.vault import Vault

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
ENTRIES = int(os.environ.get("LOANWRIGHT_BENCH_ENTRIES", "1000000"))
#: Of a hundred entries this many are decisions, each with an application of 300 and a decision
#: of 3,000 characters that are read and compared.
DECISIONS = 5
AT_ONCE = 500
WANTED_SECONDS = 60
WANTED_PER_SECOND = 200
CALLER = Actor(id="key_BENCH", request_id="req_BENCH")


def run() -> dict[str, Any]:
    """Fill, seal and verify a log on PostgreSQL and on SQLite."""
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for name, opened in (("postgresql", _postgresql), ("sqlite", _sqlite)):
            with opened(Path(directory)) as database:
                rows.append({"database": name, **_measure(database, Path(directory) / name)})
    return {
        "entries": ENTRIES,
        "decisions among them": ENTRIES * DECISIONS // 100,
        "wanted": {"verify, seconds": WANTED_SECONDS, "append, per second": WANTED_PER_SECOND},
        "log": rows,
        "load of the machine": round(os.getloadavg()[0], 1),
    }


def _measure(database: Database, directory: Path) -> dict[str, Any]:
    clock = SystemClock()
    audit = Audit(clock=clock, new_id=Ids(clock), keys=Vault(clock=clock, master=bytes(32)))
    signer = Signer(bytes(32))
    ledger = Ledger(
        database=database,
        clock=clock,
        audit=audit,
        signer=signer,
        keys=PublicKeys([signer.public]),
        directory=directory,
    )
    appended = _timed(lambda: _fill(database, audit))
    sealed = _timed(ledger.seal)

    verified = _timed(lambda: _whole(ledger.verify()))
    return {
        "append, per second": round(ENTRIES / appended[0]),
        "append, CPU microseconds each": round(appended[1] / ENTRIES * 1e6, 1),
        "seal, seconds": sealed[0],
        "verify, seconds": verified[0],
        "verify, CPU seconds": verified[1],
    }


def _whole(found: Any) -> None:
    if found.findings or found.entries != ENTRIES:
        raise RuntimeError(found)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return round(time.perf_counter() - begun, 2), round(time.process_time() - worked, 2)


def _fill(database: Database, audit: Audit) -> None:
    tables = {name: metadata.tables[name] for name in ("applications", "decisions")}
    add = {name: Append(table) for name, table in tables.items()}
    with database.write() as connection:
        row = {column.name: None for column in metadata.tables["applicants"].columns}
        told = {"id": "apl_BENCH", "created_at": _now(), "status": "active", "version": 1}
        told |= {"updated_at": _now(), "language": "en"}
        known = {name: value for name, value in told.items() if name in row}
        connection.execute(metadata.tables["applicants"].insert(), known)
    for start in range(0, ENTRIES, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, ENTRIES))
        stored: dict[str, list[dict[str, Any]]] = {"applications": [], "decisions": []}
        changes = [_change(number, stored) for number in numbers]
        with database.write() as connection:
            for name in add:
                add[name].write(connection, stored[name])
            audit.record(connection, CALLER, changes)


def _change(number: int, stored: dict[str, list[dict[str, Any]]]) -> Change:
    if number % 100 >= DECISIONS:
        content = {"number": number, "state": "open"}
        return Change(action="account.edited", subject=f"acc_{number}", after=content)
    application = _row("applications", number, received="r" * 300)
    decision = _row("decisions", number, snapshot="s" * 2_000, reply="a" * 1_000)
    decision["application_id"] = application["id"]
    stored["applications"].append(application)
    stored["decisions"].append(decision)
    return Change(
        action="decision.made",
        subject=decision["id"],
        after={"snapshot": decision["snapshot"], "reply": decision["reply"]},
        stored={
            f"applications:{application['id']}": application,
            f"decisions:{decision['id']}": decision,
        },
    )


def _row(table: str, number: int, **told: str) -> dict[str, Any]:
    kinds = {int: number % 900, float: number / 7}
    row = {
        column.name: _now()
        if isinstance(column.type, Moment)
        else kinds.get(column.type.python_type, "x")
        for column in metadata.tables[table].columns
        if column.name != "sequence"
    }
    named = {"id": f"{table[:3]}_{number}", "applicant_id": "apl_BENCH"}
    return row | {name: value for name, value in named.items() if name in row} | told


def _now() -> datetime:
    return datetime(2026, 11, 21, tzinfo=UTC)


@contextmanager
def _sqlite(root: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{root / 'audit.db'}", timeout=60)
    upgrade(database)
    yield database
    database.close()


@contextmanager
def _postgresql(_root: Path) -> Iterator[Database]:
    url = make_url(os.environ.get("LOANWRIGHT_TEST_POSTGRES_URL", POSTGRESQL))
    name = f"loanwright_bench_{os.urandom(4).hex()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = Database(url.set(database=name).render_as_string(hide_password=False), timeout=60)
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
