"""Every page and form of the portal: who may open it, and what a form must prove."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.http.access_matrix import STAFF, all_routes, is_page
from tests.integration.http.conftest import open_api, rows
from tests.integration.http.visiting import add_user, log_in, visit

from loanwright.service.edge.csrf import csrf_token
from loanwright.service.edge.sessions import SESSION
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.web.areas import AREAS

#: Pages that anybody may open; everything else asks who is there.
OPEN_TO_ALL = re.compile(
    r"/(how-we-decide|apply/.*|sign-in|choose-password/.*|assets/\{name\}|join.*|quotes.*|resume.*|saved/.*)?$"
)
NOBODY = "x_01ARZ3NDEKTSV4RRFFQ69G5FAV"
FORM = {"content-type": "application/x-www-form-urlencoded"}
ROLE_NAMES = ("borrower", *sorted(STAFF))


@pytest.fixture
def home(service, log):
    with open_api(service, log) as caller:
        yield caller


def pages_of(app) -> list[Any]:
    return [route for route in all_routes(app) if is_page(route)]


def viewers_of(route) -> Iterator[Any]:
    """Return what a page asks of whoever looks at it, if it asks."""
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        waiting.extend(dependant.dependencies)
        if hasattr(dependant.call, "permission") and hasattr(dependant.call, "staff"):
            yield dependant.call


def guarded_pages(app) -> list[tuple[Any, Any]]:
    return [(route, viewer) for route in pages_of(app) for viewer in viewers_of(route)]


def address_of(route) -> str:
    return re.sub(r"\{\w+\}", NOBODY, route.path)


def opened(caller, route):
    return caller.get(address_of(route), headers={"accept": "text/html"}, follow_redirects=False)


def test_the_pages_are_found(home):
    assert {"/", "/home", "/password"} <= {route.path for route in pages_of(home.app)}
    assert {"/home", "/password"} <= {route.path for route, _ in guarded_pages(home.app)}


def test_every_page_asks_who_looks_or_is_open_to_all_on_purpose(home):
    unguarded = {r.path for r in pages_of(home.app) if not list(viewers_of(r))}
    assert {path for path in unguarded if not OPEN_TO_ALL.fullmatch(path)} == set()


def test_every_link_of_the_menu_leads_to_a_page(home):
    there = {route.path for route in pages_of(home.app) if "GET" in route.methods}
    links = [link for area in AREAS for link in area.links]
    assert [link.path for link in links if link.path not in there] == []


def test_whoever_is_not_signed_in_is_led_there_and_back(home):
    stranger = visit(home)
    for route, _ in guarded_pages(home.app):
        if "GET" in route.methods:
            answer = opened(stranger, route)
            wanted = f"/sign-in?back={address_of(route)}"
            assert (answer.status_code, answer.headers["location"]) == (303, wanted), route.path


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_a_page_opens_to_whoever_has_its_permission_alone(home, service, role):
    browser = log_in(home, add_user(service, role))
    wrong = []
    for route, viewer in guarded_pages(home.app):
        if "GET" not in route.methods:
            continue
        permitted = viewer.permission is None or viewer.permission in ROLES[Role(role)]
        status = opened(browser, route).status_code
        expected = {200, 303, 404} if permitted else {403}
        if viewer.staff and role == "borrower":
            expected = {403}
        if status not in expected:
            wrong.append((route.path, viewer.permission, status))
    assert wrong == []


@pytest.mark.parametrize("role", ["borrower", "admin"])
def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(home, service, role):
    browser = log_in(home, add_user(service, role))
    token = csrf_token(browser.cookies[SESSION])
    before = rows(service.database)
    hostile = (
        ({}, ""),
        ({}, "csrf=" + "0" * 64),
        ({"origin": "https://evil.example"}, f"csrf={token}"),
        ({"sec-fetch-site": "cross-site"}, f"csrf={token}"),
    )
    for route, _ in guarded_pages(home.app):
        if "POST" not in route.methods:
            continue
        for headers, body in hostile:
            answer = browser.post(
                address_of(route),
                content=body,
                headers={**FORM, **headers, "accept": "text/html"},
                follow_redirects=False,
            )
            assert answer.status_code == 403, (route.path, headers, body)
    assert rows(service.database) == before


def test_pages_are_never_kept_by_a_browser_and_run_no_script_but_ours(home, service):
    browser = log_in(home, add_user(service, "admin"))
    for route, _ in guarded_pages(home.app):
        if "GET" in route.methods and "{" not in route.path:
            answer = opened(browser, route)
            assert "no-store" in answer.headers["cache-control"], route.path
            assert "unsafe" not in answer.headers["content-security-policy"], route.path
