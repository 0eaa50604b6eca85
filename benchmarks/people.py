"""How long the server takes for a page of 100,000 applicants, filtered and sorted, with names."""

import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import create_engine, insert, make_url, text

from benchmarks.http import POSTGRESQL
from loanwright.service.applicants.names import NameTokens
from loanwright.service.applicants.schemas import Contacts, Status, Wanted
from loanwright.service.applicants.service import new_row
from loanwright.service.applicants.tables import applicant_names, applicants
from loanwright.service.bootstrap import Service, build
from loanwright.service.ground import upgrade_database
from loanwright.service.kit.bulk import Append
from loanwright.service.settings import Settings
from loanwright.service.users.permissions import PERMISSIONS
from loanwright.service.users.schemas import Principal

PEOPLE = 100_000
BLOCK = 2_000
MANAGERS = 30
REPEATED = 15
LIMIT = 0.200
PAGES_DEEP = 100
FIRST = ("Anna", "Ivan", "Maria", "Алексей", "Ольга", "José", "Li", "Fatima", "Пётр", "Zoë")
LAST = ("Petrov", "Smith", "Иванова", "Müller", "García", "Wu", "O’Brien", "Кузнецов", "Silva")
MACHINE = Principal(id="key_BENCHMARK", kind="key", permissions=frozenset(PERMISSIONS))


def run(people: int = PEOPLE) -> dict[str, Any]:
    """Fill both databases and measure the pages that people ask for."""
    figures: dict[str, Any] = {"applicants": people, "limit, seconds": LIMIT}
    with tempfile.TemporaryDirectory() as directory, postgresql() as server:
        urls = {"sqlite": f"sqlite:///{directory}/people.db", "postgresql": server}
        for name, url in urls.items():
            settings = Settings(database_url=url, var_dir=Path(directory) / name)
            upgrade_database(settings)
            service = build(settings)
            begun = time.perf_counter()
            fill(service, people)
            figures[name] = {"filled in, seconds": round(time.perf_counter() - begun, 1)}
            figures[name] |= _measure(service)
            service.close()
    return figures


@contextmanager
def postgresql() -> Iterator[str]:
    """Return the address of an empty PostgreSQL database, which is dropped in the end."""
    url = make_url(os.environ.get("LOANWRIGHT_TEST_POSTGRES_URL", POSTGRESQL))
    name = f"loanwright_people_{secrets.token_hex(4)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def fill(service: Service, people: int) -> None:
    """Add people with sealed names, some with a manager."""
    tokens = NameTokens(service.applicants.keyed_hash)
    words: dict[str, set[int]] = {}
    started = datetime(2024, 1, 1, tzinfo=UTC)
    for first in range(0, people, BLOCK):
        ids = service.new_id.several("apl", min(BLOCK, people - first))
        rows, named = [], []
        with service.database.write() as connection:
            keys = service.vault.make(connection, ids)
            for number, identity in enumerate(ids, start=first):
                row, name = _row(service, number, identity, started)
                sealed = msgspec.json.encode(Contacts(name=name).document()).decode()
                row["contacts"] = keys[identity].seal(
                    sealed, place=f"applicants.contacts:{identity}"
                )
                rows.append(row)
                found: set[int] = set()
                for word in name.split():
                    words.setdefault(word, tokens.of_name(word))
                    found |= words[word]
                named += [{"token": one, "applicant_id": identity} for one in sorted(found)]
            connection.execute(insert(applicants), rows)
            Append(applicant_names).write(connection, named)
    with service.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _row(
    service: Service, number: int, identity: str, started: datetime
) -> tuple[dict[str, Any], str]:
    # Ten of each moment, so that ties are as common as they are after a file was taken in.
    moment = started + timedelta(minutes=number // 10)
    hashed = service.applicants.document_hash(f"D{number}")
    row = new_row(identity, hashed, moment)
    row["updated_at"] = moment + timedelta(minutes=number * 7919 % 1_000)
    row["status"] = "closed" if number % 20 == 0 else "active"
    row["manager_id"] = manager_of(number % MANAGERS) if number % 3 else None
    last = f"{LAST[number % len(LAST)]}{'abcdefghij'[number // 1000 % 10]}"
    return row, f"{FIRST[number * 31 % len(FIRST)]} {last} {number}"


def manager_of(number: int) -> str:
    """Return the id of one of the managers."""
    return f"usr_{number:026d}"


def _measure(service: Service) -> dict[str, Any]:
    day = datetime(2024, 1, 3, tzinfo=UTC)
    asked: dict[str, tuple[Wanted, dict[str, Any]]] = {
        "newest 50": (Wanted(), {}),
        "newest 200": (Wanted(), {"limit": 200}),
        "oldest 50": (Wanted(), {"sort": "created_at"}),
        "last edited 50": (Wanted(), {"sort": "-updated_at"}),
        "closed, last edited": (Wanted(status=Status.CLOSED), {"sort": "-updated_at"}),
        "of one manager": (Wanted(manager_id=manager_of(4)), {}),
        "of one manager, last edited": (Wanted(manager_id=manager_of(4)), {"sort": "-updated_at"}),
        "of nobody": (Wanted(manager_id="none"), {}),
        "of one day": (Wanted(created_from=day, created_before=day + timedelta(days=1)), {}),
        "without an account": (Wanted(has_account=False), {}),
        "with an account": (Wanted(has_account=True), {}),
        "by document number": (Wanted(document_number="D77777"), {}),
        "by a common beginning of a name": (Wanted(name="iv"), {}),
        "by two words": (Wanted(name="anna petrova"), {}),
        "by a name that nobody has": (Wanted(name="zzyzx"), {}),
    }
    figures = {
        name: timed(lambda w=wanted, o=options: _page(service, w, o))
        for name, (wanted, options) in asked.items()
    }
    for sort in ("-created_at", "-updated_at"):
        cursor = None
        for _ in range(PAGES_DEEP):
            cursor = _page(service, Wanted(), {"sort": sort, "limit": 200, "cursor": cursor})
        deep = {"sort": sort, "limit": 200, "cursor": cursor}
        figures[f"page {PAGES_DEEP} of 200, {sort}"] = timed(
            lambda d=deep: _page(service, Wanted(), d)
        )
    medians = [one["median, ms"] for one in figures.values()]
    slowest = max(one["slowest, ms"] for one in figures.values())
    within = max(medians) <= LIMIT * 1000
    return {
        **figures,
        "slowest median, ms": max(medians),
        "slowest of all, ms": slowest,
        "medians within limit": within,
    }


def _page(service: Service, wanted: Wanted, options: dict[str, Any]) -> str | None:
    return service.applicant_records.list_page(MACHINE, wanted, **options).next_cursor


def timed(ask: Callable[[], object]) -> dict[str, float]:
    """Return how long a question takes, once it was asked before."""
    ask()
    seconds = []
    for _ in range(REPEATED):
        begun = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - begun)
    return {
        "median, ms": round(statistics.median(seconds) * 1000, 1),
        "slowest, ms": round(max(seconds) * 1000, 1),
    }
