"""A real browser before a real service."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.policy import Policy
from loanwright.service.asgi import create_app
from loanwright.service.bootstrap import Service, build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings
from loanwright.training import train

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}


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


# While playwright runs, its event loop counts as running in this thread, and no later test could
# call asyncio.run: so the browser ends with the module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        line = f"no browser: none of {', '.join(CHROMIUM)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(line)
        pytest.skip(line)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a service that decides new applicants, by models that were trained for it."""
    settings = Settings(var_dir=tmp_path_factory.mktemp("bank"), public_per_minute=100_000)
    upgrade_database(settings)
    service = build(settings)
    for product in service.products.values():
        (trained,) = train(
            product,
            load_dataset(product.name),
            models_dir=settings.models_dir,
            only={("new", "scorecard")},
        )
        model = service.registry.register(trained.path, by="tests")
        service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
        service.policies.publish(product.name, Policy.from_mapping(product.policy), by="tests")
    yield service
    service.close()


@pytest.fixture(scope="session")
def address(bank: Service) -> Iterator[str]:
    """Return the address of the service, listening."""
    config = uvicorn.Config(create_app(bank), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Return a fresh visitor: English, light and on a phone unless ``visitor`` says otherwise."""
    wanted = getattr(request, "param", {})
    options = {"viewport": PHONE, "locale": "en", "color_scheme": "light"} | wanted
    context = browser.new_context(**options)
    page = context.new_page()
    visit = Visit(page=page, base=address)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("console", lambda message: _listen(visit, message.type, message.text))
    page.on("request", lambda sent: visit.hosts.add(sent.url.split("/")[2]))
    yield visit
    context.close()


def _listen(visit: Visit, kind: str, text: str) -> None:
    # The status of a refused form or of a missing page is no fault of the page.
    if kind in ("error", "warning") and "the server responded with a status" not in text:
        visit.complaints.append(text)
