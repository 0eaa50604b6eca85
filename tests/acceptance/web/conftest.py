"""A real browser before a real service.

``visit``
    A stranger before the public pages of a bank without people (``bank``).
``office``
    A bank with people, decisions, reviews, offers and accounts, served: a copy of its own for each
    test module, on SQLite and then on PostgreSQL.
``signed_in``
    ``signed_in("manager1")``, or ``signed_in("manager")`` for the first of them, is a visit of
    somebody of that bank; ``signed_in(None)`` of a stranger.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.acceptance.web.bank import Bank, Templates, served
from tests.acceptance.web.visiting import (
    PHONE,
    Visit,
    chromium_or_skip,
    open_browser,
    sign_in,
    visit_of,
)

from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import Service, build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings
from loanwright.training import train


# While playwright runs, its event loop counts as running in this thread, and no later test could
# call asyncio.run: so the browser ends with the module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    with open_browser(chromium_or_skip()) as browser:
        yield browser


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
    with served(bank) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Return a fresh visitor: English, light and on a phone unless ``visitor`` says otherwise."""
    wanted = getattr(request, "param", {})
    options = {"viewport": PHONE, "locale": "en", "color_scheme": "light"} | wanted
    context = browser.new_context(**options)
    yield visit_of(context, address)
    context.close()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Return the filled banks that all processes of this run make their copies of."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with Templates(shared / "banks") as templates:
        yield templates


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest,
    browser: Browser,
    templates: Templates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bank]:
    """Return a bank of this module's own, with people in it, served."""
    yield from open_office(request.param, templates, tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def touring_bank(
    browser: Browser, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bank]:
    """Return a bank on SQLite for those who only look."""
    yield from open_office("sqlite", templates, tmp_path_factory.mktemp("office"))


def open_office(kind: str, templates: Templates, directory: Path) -> Iterator[Bank]:
    """Give a copy of the bank, served."""
    with templates.open(kind, directory) as (service, known), served(service) as address:
        yield Bank(service=service, known=known, address=address)


@pytest.fixture
def signed_in(browser: Browser, office: Bank) -> Iterator[Callable[..., Visit]]:
    """Return what lets somebody of the bank come to its pages: in English, light, at a desk."""
    with ExitStack() as stack:

        def come(who: str | None, **wanted: Any) -> Visit:
            options = {"viewport": {"width": 1280, "height": 800}, "locale": "en"}
            context = browser.new_context(**({**options, "color_scheme": "light"} | wanted))
            stack.callback(context.close)
            if who is not None:
                sign_in(context, office, who)
            return visit_of(context, office.address)

        yield come
