"""Somebody before a browser, and everything that goes wrong while they look."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.acceptance.web.bank import Bank

from loanwright.service.edge.sessions import SESSION
from loanwright.service.users.schemas import Way

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: Final = {"width": 390, "height": 844}
DESK: Final = {"width": 1280, "height": 800}


@dataclass
class Visit:
    """A page, and everything that went wrong or over the wire while it was open."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def fill_card(self, limit: str, education: str = "university") -> None:
        self.page.fill("#limit", limit)
        self.page.check(f"input[value={education}]")

    def send(self) -> None:
        self.page.click("button[type=submit]")

    def decide(self, limit: str = "120000") -> None:
        self.open("/apply/credit-card")
        self.fill_card(limit)
        self.send()
        self.page.wait_for_url("**/apply/result/**")


def find_chromium() -> str | None:
    """Return where Chromium is on this machine."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def chromium_or_skip() -> str:
    """Return where Chromium is; without one skip with a clear line, or fail where CI=true."""
    path = find_chromium()
    if path is not None:
        return path
    line = f"no browser: none of {', '.join(CHROMIUM)} is installed"
    if os.environ.get("CI") == "true":
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


@contextmanager
def open_browser(path: str) -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


def visit_of(context: BrowserContext, base: str) -> Visit:
    """Open an empty page and listen to it."""
    page = context.new_page()
    visit = Visit(page=page, base=base)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("console", lambda message: _listen(visit, message.type, message.text))
    page.on("request", lambda sent: visit.hosts.add(sent.url.split("/")[2]))
    return visit


def sign_in(context: BrowserContext, bank: Bank, login: str) -> None:
    """Let a browser be that of a user, as if they had signed in: of ``manager2``, or a manager."""
    service, users = bank.service, bank.known.users
    user_id = users[login] if login in users else users[f"{login}1"]
    with service.database.write() as connection:
        token = service.access.sessions.open(connection, user_id, way=Way.PASSWORD)
    cookie: dict[str, Any] = {
        "name": SESSION,
        "value": token,
        "domain": "127.0.0.1",
        "path": "/",
        "secure": True,
        "httpOnly": True,
        "sameSite": "Lax",
    }
    context.add_cookies([cookie])  # type: ignore[list-item]


def _listen(visit: Visit, kind: str, text: str) -> None:
    # The status of a refused form or of a missing page is no fault of the page.
    if kind in ("error", "warning") and "the server responded with a status" not in text:
        visit.complaints.append(text)
