"""How long the list of a manager takes over 100,000 applicants: found, filtered, sorted, opened."""

import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from starlette.testclient import TestClient

from benchmarks.people import (
    LIMIT,
    MACHINE,
    PAGES_DEEP,
    PEOPLE,
    fill,
    manager_of,
    postgresql,
    timed,
)
from loanwright.service.accounts.tables import accounts
from loanwright.service.applicants.schemas import Status, Wanted
from loanwright.service.applicants.tables import applicants
from loanwright.service.asgi import create_app
from loanwright.service.bootstrap import Service, build
from loanwright.service.decisions.tables import last_decisions
from loanwright.service.edge.sessions import SESSION
from loanwright.service.ground import upgrade_database
from loanwright.service.kit.bulk import Append
from loanwright.service.roster.schemas import Asked
from loanwright.service.settings import Settings
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import COMMAND_LINE, Principal, Way
from loanwright.service.users.service import NewUser

PAGE = 25
PAGES = (
    "/applicants",
    "/applicants?sort=-score",
    "/applicants?outcome=decline&grade=E&status=all&sort=score",
    "/applicants?arrears=yes&sort=-decided",
)
BLOCK = 2_000
GRADES = ("A", "B", "C", "D", "E")
OUTCOMES = ("approve", "approve", "approve", "refer", "decline", "decline")
PRODUCTS = ("credit-card", "instalment-loan")
START = datetime(2024, 1, 1, tzinfo=UTC)
MANAGER = Principal(
    id=manager_of(4), kind="user", permissions=ROLES[Role.MANAGER], role=Role.MANAGER
)
BOTH: Mapping[str, Principal] = {"everybody's": MACHINE, "own": MANAGER}


def run(people: int = PEOPLE) -> dict[str, Any]:
    """Fill both databases and measure the pages that managers ask for."""
    figures: dict[str, Any] = {"applicants": people, "limit, seconds": LIMIT}
    with tempfile.TemporaryDirectory() as directory, postgresql() as server:
        for name, url in {"sqlite": f"sqlite:///{directory}/list.db", "postgresql": server}.items():
            settings = Settings(database_url=url, var_dir=Path(directory) / name)
            upgrade_database(settings)
            service = build(settings)
            begun = time.perf_counter()
            fill(service, people)
            fill_standing(service)
            figures[name] = {"filled in, seconds": round(time.perf_counter() - begun, 1)}
            figures[name] |= measure(service)
            figures[name]["pages, answered by the server"] = measure_pages(service)
            service.close()
    return figures


def fill_standing(service: Service) -> None:
    """Give nine of ten a last decision, and one of three an account."""
    with service.database.read() as connection:
        ids = list(connection.execute(select(applicants.c.id).order_by(applicants.c.id)).scalars())
    for first in range(0, len(ids), BLOCK):
        numbered = list(enumerate(ids[first : first + BLOCK], start=first))
        decided = [row for number, one in numbered if number % 10 for row in _lasts(number, one)]
        held = [_account(number, one) for number, one in numbered if number % 3 == 0]
        with service.database.write() as connection:
            Append(last_decisions).write(connection, decided)
            Append(accounts).write(connection, held)
    with service.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def _lasts(number: int, applicant_id: str) -> list[dict[str, Any]]:
    score = 300 + number * 7919 % 550
    last = {
        "applicant_id": applicant_id,
        "decision_id": f"dec_{number:026d}",
        "outcome": OUTCOMES[number * 31 % len(OUTCOMES)],
        "overridden": int(number % 50 == 0),
        "score": score,
        "grade": GRADES[min(4, (850 - score) // 110)],
        "decided_at": START + timedelta(minutes=number * 104_729 % 1_000_000),
    }
    return [{**last, "product": product} for product in ("", PRODUCTS[number % 2])]


def _account(number: int, applicant_id: str) -> dict[str, Any]:
    day = date(2025, 1, 1) + timedelta(days=number % 600)
    return {
        "id": f"acc_{number:026d}",
        "applicant_id": applicant_id,
        "product": PRODUCTS[number % 2],
        "decision_id": None,
        "offer_id": None,
        "reference_hash": None,
        "amount": 1_000_000,
        "currency": "EUR",
        "annual_rate_bp": 1200,
        "term_months": 24,
        "repayment": "annuity",
        "disbursed_on": day,
        "vintage": f"{day:%Y-%m}",
        "status": "open",
        "ended_on": None,
        "overdue_since": day + timedelta(days=40) if number % 21 == 0 else None,
        "version": 1,
        "opened_at": START,
    }


def measure(service: Service) -> dict[str, Any]:
    """Return how long pages take, for somebody who sees all and for one of thirty managers."""
    asked: dict[str, tuple[Asked, str]] = {
        "added last": (Asked(), "-added"),
        "decided last": (Asked(), "-decided"),
        "safest": (Asked(), "-score"),
        "riskiest": (Asked(), "score"),
        "approved, safest": (Asked(outcome="approve"), "-score"),
        "approved of grade E, which nobody is, safest": (
            Asked(outcome="approve", grade="none"),
            "-score",
        ),
        "of grade E, safest": (Asked(grade="E"), "-score"),
        "of one product, decided last": (Asked(product="credit-card"), "-decided"),
        "of one product, declined, added last": (
            Asked(product="credit-card", outcome="decline"),
            "-added",
        ),
        "in arrears, riskiest": (Asked(arrears=True), "score"),
        "in arrears, added last": (Asked(arrears=True), "-added"),
        "not in arrears, safest": (Asked(arrears=False), "-score"),
        "never decided, added last": (Asked(decided=False), "-added"),
        "closed, decided last": (Asked(people=Wanted(status=Status.CLOSED)), "-decided"),
        "with an account, safest": (Asked(people=Wanted(has_account=True)), "-score"),
        "without an account, decided last": (Asked(people=Wanted(has_account=False)), "-decided"),
        "of nobody, riskiest": (Asked(people=Wanted(manager_id="none")), "score"),
        "of one manager, safest": (Asked(people=Wanted(manager_id=manager_of(4))), "-score"),
        "by name, safest": (Asked(people=Wanted(name="anna petrova")), "-score"),
        "by a common beginning of a name, decided last": (
            Asked(people=Wanted(name="iv")),
            "-decided",
        ),
    }
    figures = {}
    for whose, principal in BOTH.items():
        for name, (wanted, sort) in asked.items():
            figures[f"{whose}: {name}"] = timed(
                lambda p=principal, w=wanted, s=sort: _page(service, p, w, s)
            )
    cursor = None
    for _ in range(PAGES_DEEP):
        cursor = _page(service, MACHINE, Asked(), "-score", cursor)
    figures[f"everybody's: page {PAGES_DEEP}, safest"] = timed(
        lambda: _page(service, MACHINE, Asked(), "-score", cursor)
    )
    figures["everybody's: the first who were never decided"] = timed(
        lambda: _page(service, MACHINE, Asked(), "-score", "never.")
    )
    medians = {name: one["median, ms"] for name, one in figures.items()}
    slowest = max(medians, key=lambda name: medians[name])
    return {
        **figures,
        "slowest median, ms": medians[slowest],
        "slowest median of": slowest,
        "medians within limit": medians[slowest] <= LIMIT * 1000,
    }


def _page(
    service: Service, principal: Principal, asked: Asked, sort: str, cursor: str | None = None
) -> str | None:
    """Read a page and how many there are, as the page of the portal does."""
    page = service.roster.list_page(principal, asked, sort=sort, limit=PAGE, cursor=cursor)
    service.roster.count(principal, asked)
    return page.next_cursor


def measure_pages(service: Service) -> dict[str, Any]:
    """Return how long the server takes for whole pages, for somebody who sees everybody."""
    users = service.access.users
    new = NewUser(name="Bench", email="bench@example.com", role=Role.UNDERWRITER, applicant_id=None)
    known = users.find(new.email)
    with service.database.write() as connection:
        user = known or users.add(connection, new, actor=COMMAND_LINE)
        token = service.access.sessions.open(connection, user.id, way=Way.PASSWORD)
    with TestClient(create_app(service), base_url="https://testserver") as browser:
        browser.cookies.set(SESSION, token)
        return {address: timed(lambda a=address: _get(browser, a)) for address in PAGES}


def _get(browser: TestClient, address: str) -> None:
    answer = browser.get(address)
    if answer.status_code != 200 or "<table" not in answer.text:
        raise RuntimeError(f"{address} answered {answer.status_code}")
