"""The tours miss no page, and would find what is wrong with one."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect
from starlette.routing import compile_path
from tests.acceptance.web.looking import MOST_SHIFT, WATCH_SHIFT, find_faults, list_told, overflows
from tests.acceptance.web.touring import Stop, inspect, list_not_pages, list_stops, looking_at
from tests.integration.http.access_matrix import all_routes, framework_of

from loanwright.service.asgi import create_app

STOPS = list_stops()
JUMPING = "<p>Above</p><div style='height: 400px; background: teal'>Below</div>"
START = Stop(name="start", path=lambda _: "/")


def page_routes(service):
    """Return the patterns of the routes that a browser may open and the API does not describe."""
    app = create_app(service)
    described = framework_of(app).openapi()["paths"]
    reading = (route.path for route in all_routes(app) if "GET" in route.methods)
    return {path: compile_path(path)[0] for path in reading if path not in described}


def test_every_page_is_on_a_tour(touring_bank):
    routes = page_routes(touring_bank.service)
    seen = {stop.path(touring_bank).partition("?")[0] for stop in STOPS.values()}
    # An address that is a page of its own is no visit to one with a name in its place.
    others = seen - set(routes)
    missed = {
        path
        for path, pattern in routes.items()
        if path not in seen and not any(map(pattern.match, others))
    }
    missed -= set(list_not_pages())
    assert missed == set()


def test_what_is_said_to_be_no_page_is_there(touring_bank):
    assert set(list_not_pages()) <= set(page_routes(touring_bank.service))


@pytest.mark.parametrize("name", STOPS)
def test_every_stop_has_a_name_for_a_file(name):
    assert re.fullmatch(r"[a-z_]+/[a-z0-9-]+", name)


def test_a_stop_tells_what_is_wrong(browser, touring_bank):
    def spoil(visit):
        visit.page.evaluate("document.querySelector('h1').after(document.createElement('button'))")
        visit.page.evaluate("document.body.setAttribute('style', 'color: red')")

    found = inspect(replace(START, act=spoil, status=201), browser, touring_bank, "en")
    assert found.pop("status") == 200
    assert [rule for rule, _ in found.pop("axe, light")] == ["button-name"]
    assert len(found.pop("complaints")) == 1
    assert found == {}


def test_a_name_in_an_address_a_wide_page_and_a_jump_are_found(browser, touring_bank):
    with looking_at(START, browser, touring_bank) as (visit, _, scales):
        page = visit.page
        assert scales.bytes > 1_000
        secret = touring_bank.known.secrets[0]
        assert list_told(page, [secret]) == []
        page.evaluate("secret => document.querySelector('a').href = '/x?name=' + secret", secret)
        assert len(list_told(page, [secret])) == 1
        assert overflows(page) == []
        page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(400)")
        assert overflows(page, [360]) != []
        expect(page.locator("h1")).to_be_visible()


def test_a_page_that_jumps_is_found(browser):
    page = browser.new_page()
    page.add_init_script(WATCH_SHIFT)
    page.route("**/*", lambda route: route.fulfill(body=JUMPING, content_type="text/html"))
    page.goto("http://127.0.0.1/")
    page.wait_for_timeout(100)
    page.evaluate("document.querySelector('p').style.height = '300px'")
    page.wait_for_function(f"window.shifted > {MOST_SHIFT}")
    page.close()


def test_an_empty_page_has_faults(browser):
    page = browser.new_page()
    page.set_content("<img src=x>")
    assert "image-alt" in [rule for rule, _ in find_faults(page)]
    page.close()
