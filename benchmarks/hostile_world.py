"""A service in this process, everybody who may call it, and real things to call it about."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from requests import PreparedRequest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.hostile_bodies import (
    ACCOUNT,
    ALERT_RULE,
    APPLICATION,
    CREDIT,
    CSV,
    EXPERIMENT,
    FILE,
    FINDING,
    POLICY,
    SCHEDULE,
    WEBHOOK,
)
from loanwright.errors import Conflict
from loanwright.service.applicants.tables import applicants
from loanwright.service.asgi import create_app
from loanwright.service.audit.schemas import Actor
from loanwright.service.bootstrap import Service
from loanwright.service.edge.csrf import csrf_token
from loanwright.service.edge.sessions import SESSION
from loanwright.service.registry.schemas import State
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import COMMAND_LINE, User, Way
from loanwright.service.users.service import NewUser
from loanwright.service.users.sessions import SessionRefused

ORIGIN = "http://testserver"
PASSWORD = "nine yellow Teapots 42"
PRINCIPALS = (
    "key with all",
    "admin",
    "anonymous",
    "borrower",
    "manager",
    "underwriter",
    "analyst",
    "key with none",
)
STAFF = ("manager", "underwriter", "analyst", "admin")


@dataclass
class Sink:
    """A log that keeps what must not happen."""

    failed: list[dict[str, Any]] = field(default_factory=list)
    events: set[str] = field(default_factory=set)

    def info(self, event: str, **facts: Any) -> None:
        """Take in an event."""
        self.events.add(event)
        if event == "request_failed":
            self.failed.append(facts)

    warning = error = info


@dataclass
class Anywhere:
    """The service, each request from another address, its own failures not thrown at the caller."""

    app: ASGIApp
    number: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.number += 1
        high, low = divmod(self.number, 65_536)
        scope["client"] = (f"10.{high % 256}.{low // 256}.{low % 256}", 50_000)
        # The gate has answered 500 and told the log before it raises.
        with suppress(Exception):
            await self.app(scope, receive, send)


class World:
    """The service, its callers and its things."""

    def __init__(self, service: Service, browser: TestClient, log: Sink) -> None:
        self.service = service
        self.browser = browser
        self.log = log
        self.known: dict[str, Any] = {}
        self._champions: dict[tuple[str, str], str] = {}
        for model in service.registry.list_models():
            self._champions.setdefault((model.product, model.segment), model.hash)
        self._tokens: dict[str, str] = {}
        self._keys = {
            "key with all": service.keys.create("everything")[1],
            "key with none": service.keys.create("nothing", frozenset())[1],
        }
        self._users = {role: self._add(role) for role in STAFF}
        self._run_id = self._send_file("/v1/training-runs")
        for role in ("admin", "manager"):
            service.access.users.set_password(self._users[role].id, PASSWORD, actor=COMMAND_LINE)

    def headers(self, principal: str) -> dict[str, str]:
        """Return what a principal sends with every request."""
        if principal == "anonymous":
            return {}
        if principal in self._keys:
            return {"authorization": f"Bearer {self._keys[principal]}"}
        token = self._session(principal)
        return {
            "cookie": f"{SESSION}={token}",
            "x-csrf-token": csrf_token(token),
            "origin": ORIGIN,
        }

    def _make_watch(self) -> dict[str, str]:
        """Make a rule, a schedule, and the name of an alert that nobody raised."""
        return {
            "rule_id": self._post("/v1/alert-rules", ALERT_RULE)["id"],
            "alert_id": self.service.new_id("alt"),
            "schedule_id": self._post("/v1/schedules", SCHEDULE)["id"],
        }

    def fill(self) -> None:
        """Make new things of every kind, and let the borrower and the manager have them."""
        self._restore()
        told = self._post("/v1/applications", APPLICATION)
        applicant_id, decision_id = told["applicant"]["id"], told["decision"]["id"]
        account = self._post("/v1/accounts", {**ACCOUNT, "applicant_id": applicant_id})["id"]
        self._post(f"/v1/accounts/{account}/payments", {})
        webhook = self._post("/v1/webhooks", WEBHOOK)["id"]
        self._give(applicant_id)
        self.known = {
            "applicant_id": applicant_id,
            "manager_id": self._users["manager"].id,
            "other_manager_id": self._add("manager").id,
            "application_id": told["id"],
            "decision_id": decision_id,
            "job_id": self._post("/v1/applications", APPLICATION, prefer="respond-async")["id"],
            "account_id": account,
            "number": 1,
            "review_id": self._post(f"/v1/decisions/{decision_id}/reviews", {"kind": "objection"})[
                "id"
            ],
            "request_id": self.service.new_id("req"),
            "look_id": self.service.new_id("snd"),
            "offer_id": self._post("/v1/offers", {**CREDIT, "decision_id": decision_id})["id"],
            "batch_id": self._send_file("/v1/batches"),
            "run_id": self._run_id,
            "hold_id": self._post(f"/v1/applicants/{applicant_id}/holds", {"reason": "case 9"})[
                "id"
            ],
            "webhook_id": webhook,
            "delivery_id": self._post(f"/v1/webhooks/{webhook}/trial")["id"],
            **self._make_watch(),
            **self._make_policies(),
            "experiment_id": self._make_experiment(),
            **self._make_access(),
            **self._make_model(),
            "mark": self.service.new_id("mark").lower(),
            "soon": f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
            "product": "credit-card",
            "file": "card",
            "cursor": self._cursor(),
            "If-Match": '"1"',
            "if-match": '"1"',
        }

    def _make_policies(self) -> dict[str, str]:
        author = Actor(id=self._users["admin"].id)
        draft = self.service.policy_drafts.write(author, "credit-card", POLICY)
        live = self.service.policies.live("credit-card").hash
        return {"draft_id": draft.id, "policy_hash": live, "old": live, "new": live}

    def _make_model(self) -> dict[str, str]:
        spare = self._spare()
        found = self._post(f"/v1/models/{spare}/findings", FINDING)
        return {"model_hash": spare, "finding_id": str(found["id"])}

    def _make_experiment(self) -> str:
        live = self.service.policies.live("credit-card").hash
        tried = {"name": "tried", "share": 5_000, "policy_hash": live}
        arms = [{"name": "champion", "share": 5_000}, tried]
        asked = {**EXPERIMENT, "name": self.service.new_id("known").lower(), "arms": arms}
        return str(self._post("/v1/experiments", asked)["id"])

    def send(self, prepared: PreparedRequest) -> tuple[httpx.Response, float]:
        """Send a request; return the answer and the seconds that it took."""
        self.browser.cookies.clear()
        started = time.perf_counter()
        answer = self.browser.request(
            str(prepared.method),
            str(prepared.url),
            content=prepared.body or b"",
            headers=list(prepared.headers.items()),
            follow_redirects=False,
        )
        return answer, time.perf_counter() - started

    def _restore(self) -> None:
        """Let the models decide that are meant to, and the staff be what they are."""
        registry = self.service.registry
        live = registry.live()
        for key, model_hash in self._champions.items():
            if key not in live or live[key].hash != model_hash:
                registry.promote(model_hash, to=State.CHAMPION, by="approver")
        for user in self._users.values():
            with suppress(Conflict):
                self.service.access.users.reactivate(user.id, actor=COMMAND_LINE)

    def _spare(self) -> str:
        models = self.service.registry.list_models()
        return next(one.hash for one in models if one.hash not in self._champions.values())

    def _session(self, principal: str) -> str:
        token = self._tokens.get(principal)
        try:
            self.service.access.sessions.verify(token or "")
        except SessionRefused:
            token = None
        return token or self._open(principal)

    def _open(self, principal: str) -> str:
        sessions = self.service.access.sessions
        with self.service.database.write() as connection:
            token = sessions.open(connection, self._users[principal].id, way=Way.PASSWORD)
        self._tokens[principal] = token
        return token

    def _add(self, role: str, applicant_id: str | None = None) -> User:
        new = NewUser(
            name="Anna Example",
            email=f"{self.service.new_id('mail').lower()}@example.com",
            role=Role(role),
            applicant_id=applicant_id,
        )
        with self.service.database.write() as connection:
            return self.service.access.users.add(connection, new, actor=COMMAND_LINE)

    def _give(self, applicant_id: str) -> None:
        self._users["borrower"] = self._add("borrower", applicant_id)
        self._open("borrower")
        mine = applicants.update().where(applicants.c.id == applicant_id)
        with self.service.database.write() as connection:
            connection.execute(mine.values(manager_id=self._users["manager"].id))

    def _make_access(self) -> dict[str, str]:
        """Make what may be suspended, revoked and ended without harm."""
        access = self.service.access
        user, other = self._add("analyst"), self._add("analyst")
        access.users.set_password(other.id, PASSWORD, actor=COMMAND_LINE)
        proposed = {"role": "underwriter"}
        grant = self._post(f"/v1/users/{user.id}/role-grants", proposed, principal="admin")
        self._open("admin")
        return {
            "user_id": user.id,
            "grant_id": grant["id"],
            "key_id": access.keys.create("spare")[0].id,
            "email": other.email,
            "password": PASSWORD,
            "password_token": access.users.issue_password_token(user.id, actor=COMMAND_LINE)[0],
            "session_id": access.sessions.list_open(self._users["admin"].id)[0].id,
        }

    def _send_file(self, path: str) -> str:
        return self._answered(
            self.browser.post(
                path,
                params={"product": "credit-card"},
                content=FILE,
                headers={**self.headers("key with all"), "content-type": CSV},
            )
        )["id"]

    def _cursor(self) -> str | None:
        asked = {"params": {"limit": 1}, "headers": self.headers("key with all")}
        return self._answered(self.browser.get("/v1/decisions", **asked))["next_cursor"]

    def _post(
        self,
        path: str,
        document: Mapping[str, Any] | None = None,
        *,
        principal: str = "key with all",
        **headers: str,
    ) -> Any:
        sent = {**self.headers(principal), **headers}
        return self._answered(self.browser.post(path, json=document, headers=sent))

    def _answered(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 300:
            raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text}")
        self.browser.cookies.clear()
        return answer.json()


@contextmanager
def live_in(service: Service) -> Iterator[World]:
    """Serve in this process, with its workers, until the block ends."""
    offered = replace(service, products={"credit-card": service.products["credit-card"]})
    log = Sink()
    app = Anywhere(create_app(offered, log=log))
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as browser:
        world = World(offered, browser, log)
        world.fill()
        yield world
