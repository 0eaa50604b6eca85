"""The whole service behind its HTTP edge, on each database."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.integration.service.conftest import bare_service, service, settings

from loanwright.service.asgi import create_app
from loanwright.service.bootstrap import Service
from loanwright.service.kit.database import Database, metadata

__all__ = ["bare_service", "service", "settings"]

GOOD = {"product": "credit-card", "features": {"limit": 200_000, "education": "university"}}


class Events:
    """A log that keeps its events."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def info(self, event: str, **facts: Any) -> None:
        self.events.append({"event": event, **facts})

    warning = error = info


@pytest.fixture
def log() -> Events:
    """Return the log of the service."""
    return Events()


@pytest.fixture
def token(service: Service) -> str:
    """Return the token of a key that may do everything."""
    return service.keys.create("tests")[1]


def open_api(service: Service, log: Events, **changes: Any) -> TestClient:
    """Return a caller of the service, whose settings may be changed."""
    changed = replace(service, settings=service.settings.model_copy(update=changes))
    return TestClient(create_app(changed, log=log), raise_server_exceptions=False)


@pytest.fixture
def api(service: Service, token: str, log: Events) -> Iterator[TestClient]:
    """Return a caller with a key."""
    with open_api(service, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        yield caller


@pytest.fixture(params=[True, False], ids=["hot route", "ordinary route"])
def either(
    request: pytest.FixtureRequest, service: Service, token: str, log: Events
) -> Iterator[TestClient]:
    """Return a caller with a key, through the hot route and through the ordinary one."""
    with open_api(service, log, hot_route=request.param) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        yield caller


def apply(caller: TestClient, document: Any = GOOD, **headers: str) -> Any:
    """Send an application."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    sent = {"content-type": "application/json", **headers}
    return caller.post("/v1/applications", content=body, headers=sent)


#: What workers write by themselves, whatever is asked of them meanwhile.
CHORES = {"retention_runs", "audit_seals"}


def rows(database: Database) -> dict[str, int]:
    """Return how many rows every table has, but for those that nobody asks for."""
    with database.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
            if name not in CHORES
        }
