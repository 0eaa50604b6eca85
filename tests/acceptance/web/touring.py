"""Tours: every page of the bank, seen by whoever works with it.

A module of `tests/acceptance/web/tours` has `STOPS`, one for each page and for each state of it
that is worth seeing, and may have `NOT_PAGES`: routes that a browser asks for and that are no page,
with what they are instead. From the stops come the tests of every page, the screenshots
(`make screenshots`) and the benchmark of the pages.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import tests.acceptance.web.tours as package
from playwright.sync_api import Browser, Response
from tests.acceptance.web.bank import Bank
from tests.acceptance.web.looking import (
    MOST_SHIFT,
    WATCH_SHIFT,
    WEIGHT,
    WEIGHT_WITH_CHARTS,
    Scales,
    find_faint,
    find_faults,
    list_told,
    overflows,
)
from tests.acceptance.web.visiting import DESK, Visit, sign_in, visit_of

LANGUAGES: Final = ("en", "ru")
THEMES: Final = ("light", "dark")


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One page in one state.

    Attributes
    ----------
    name
        Of its own within the tour: small letters, digits and hyphens.
    path
        Where it is in a bank; what it needs may be made there, once, and kept in `bank.memory`.
    role
        Who looks: a role, or a login such as ``borrower2``; None for a stranger.
    charts
        Whether it has charts, which may weigh more.
    status
        What the page is answered with.
    act
        What is done before it is looked at, such as sending a form that is wrong.
    """

    name: str
    path: Callable[[Bank], str]
    role: str | None = None
    charts: bool = False
    status: int = 200
    act: Callable[[Visit], None] | None = None


def list_stops() -> dict[str, Stop]:
    """Return every stop of every tour, by tour and name."""
    return {
        f"{name}/{stop.name}": stop
        for name, module in _modules().items()
        for stop in getattr(module, "STOPS", ())
    }


def list_not_pages() -> dict[str, str]:
    """Return the routes that are no pages, and what they are."""
    found: dict[str, str] = {}
    for module in _modules().values():
        found.update(getattr(module, "NOT_PAGES", {}))
    return found


def _modules() -> Mapping[str, Any]:
    names = sorted(one.name for one in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}


@contextmanager
def looking_at(
    stop: Stop, browser: Browser, bank: Bank, **wanted: Any
) -> Iterator[tuple[Visit, Response, Scales]]:
    """Open the page of a stop in a browser that has never been here."""
    # In the middle of a change of colours nothing can be told of them.
    options = {"viewport": DESK, "color_scheme": "light", "reduced_motion": "reduce"}
    context = browser.new_context(**(options | wanted))
    try:
        if stop.role is not None:
            sign_in(context, bank, stop.role)
        visit = visit_of(context, bank.address)
        visit.page.add_init_script(WATCH_SHIFT)
        scales = Scales(visit.page)
        answer = visit.page.goto(bank.address + stop.path(bank))
        assert answer is not None
        # Events of a page in progress keep a connection open: idle may never come.
        visit.page.wait_for_load_state("load")
        yield visit, answer, scales
    finally:
        context.close()


def inspect(stop: Stop, browser: Browser, bank: Bank, language: str) -> dict[str, Any]:
    """Return everything that is wrong with a page in a language: nothing, where all is well."""
    with looking_at(stop, browser, bank, locale=language) as (visit, answer, scales):
        page, found = visit.page, {}
        if answer.status != stop.status:
            found["status"] = answer.status
        if answer.headers.get("cache-control") != "no-store":
            found["cache-control"] = answer.headers.get("cache-control")
        page.wait_for_timeout(100)
        if scales.bytes > (WEIGHT_WITH_CHARTS if stop.charts else WEIGHT):
            found["weight"] = scales.bytes
        if page.evaluate("window.shifted") > MOST_SHIFT:
            found["layout shift"] = page.evaluate("window.shifted")
        if page.get_attribute("html", "lang") != language:
            found["language"] = page.get_attribute("html", "lang")
        if stop.act is not None:
            stop.act(visit)
        # All rules once per language, each time in another theme; those about colours in both.
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            whole = LANGUAGES.index(language) == THEMES.index(theme)
            found[f"axe, {theme}"] = find_faults(page) if whole else find_faint(page)
        found["sideways"] = overflows(page)
        found["persons in addresses"] = list_told(page, bank.known.secrets)
        found["complaints"] = visit.complaints
        found["hosts"] = sorted(visit.hosts - {bank.address.removeprefix("http://")})
    return {what: told for what, told in found.items() if told}
