"""Every principal at every address: what happens is what was declared."""

import re

import pytest
from tests.integration.http.access_matrix import (
    PERSONS,
    PUBLIC,
    ROLES,
    ROUTES,
    STAFF,
    USER,
    framework_of,
    routes_of,
)
from tests.integration.http.conftest import open_api, rows
from tests.integration.http.visiting import add_user, log_in, visit

from loanwright.service.users.permissions import PERMISSIONS
from loanwright.service.users.schemas import COMMAND_LINE

NOBODYS = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
PREFIXES = {
    "application_id": "app",
    "account_id": "acc",
    "applicant_id": "apl",
    "batch_id": "bat",
    "decision_id": "dec",
    "delivery_id": "whd",
    "draft_id": "pol",
    "experiment_id": "exp",
    "grant_id": "grt",
    "hold_id": "hld",
    "job_id": "job",
    "key_id": "key",
    "look_id": "snd",
    "manager_id": "usr",
    "offer_id": "off",
    "report_id": "job",
    "request_id": "req",
    "review_id": "rev",
    "run_id": "job",
    "session_id": "ses",
    "simulation_id": "job",
    "user_id": "usr",
    "webhook_id": "whk",
}
LAST = ("DELETE", "/v1/sessions/current")
ANONYMOUS, FULL_KEY, EMPTY_KEY, SUSPENDED = "anonymous", "key", "key without scopes", "suspended"
PRINCIPALS = (ANONYMOUS, "borrower", *sorted(STAFF), FULL_KEY, EMPTY_KEY, SUSPENDED)
REFUSED, FORBIDDEN, PASSED = "refused", "forbidden", "passed"
# Whoever comes this far was let in; the body and the ids are none on purpose.
LET_IN = {200, 201, 202, 204, 303, 404, 409, 412, 415, 422, 428}


@pytest.fixture
def home(service, log):
    with open_api(service, log) as caller:
        yield caller


def come(principal, home, service):
    """Return a browser or a machine of this principal."""
    if principal in ("borrower", *STAFF):
        return log_in(home, add_user(service, principal))
    if principal == SUSPENDED:
        user = add_user(service, "admin")
        browser = log_in(home, user)
        service.access.users.suspend(user.id, actor=COMMAND_LINE)
        return browser
    caller = visit(home)
    if principal != ANONYMOUS:
        scopes = PERMISSIONS if principal == FULL_KEY else ()
        caller.headers["x-api-key"] = service.keys.create(principal, scopes)[1]
    return caller


def declared(principal, route):
    """Return what must happen, by the table alone."""
    permission = ROUTES[route]
    if permission == PUBLIC:
        return PASSED
    if principal in (ANONYMOUS, SUSPENDED):
        return REFUSED
    if principal in (FULL_KEY, EMPTY_KEY) and (permission == USER or route in PERSONS):
        return FORBIDDEN
    if permission == USER:
        return PASSED
    if principal in (FULL_KEY, EMPTY_KEY):
        return PASSED if principal == FULL_KEY else FORBIDDEN
    return PASSED if principal in ROLES[permission] else FORBIDDEN


def observed(caller, method, path):
    answer = send(caller, method, path)
    if answer.status_code == 401 and answer.json()["code"] == "unauthenticated":
        return REFUSED
    if answer.status_code == 403 and answer.json()["code"] in ("scope_missing", "person_needed"):
        return FORBIDDEN
    assert answer.status_code in LET_IN or path == "/v1/sessions", (method, path, answer.text)
    return PASSED


def send(caller, method, path, **headers):
    def fill(match):
        name = match[1]
        return f"{PREFIXES[name]}_{NOBODYS}" if name in PREFIXES else "1"

    address = re.sub(r"\{(\w+)\}", fill, path)
    if path in ("/check_state", "/get_result"):
        address += f"?job_id=job_{NOBODYS}"
    body = {} if method in ("POST", "PUT", "PATCH") else None
    return caller.request(method, address, json=body, headers=headers, follow_redirects=False)


def test_every_route_is_declared_and_every_declared_route_is_there(home):
    assert set(routes_of(home.app)) == set(ROUTES)


def test_every_permission_is_declared_and_asked_for_somewhere_or_known_to_be_for_later():
    assert set(ROLES) == set(PERMISSIONS)
    assert set(ROUTES.values()) - {PUBLIC, USER} <= set(PERMISSIONS)


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_what_happens_is_what_was_declared(home, service, principal):
    caller = come(principal, home, service)
    wrong = [
        (route, found, wanted)
        for route in sorted(ROUTES, key=lambda one: one == LAST)
        if (found := observed(caller, *route)) != (wanted := declared(principal, route))
    ]
    assert wrong == []


@pytest.mark.parametrize("principal", [ANONYMOUS, "borrower", "admin"])
def test_other_methods_open_nothing(home, service, principal):
    caller = come(principal, home, service)
    before = rows(service.database)
    for path in sorted({path for _, path in ROUTES}):
        known = {method for method, one in ROUTES if one == path}
        for method in {"HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "MOVE"} - known:
            answer = send(caller, method, path)
            assert answer.status_code in {401, 403, 404, 405, 422}, (method, path)
    assert rows(service.database) == before


def test_a_header_cannot_turn_one_method_into_another(home, service):
    caller = come("borrower", home, service)
    before = rows(service.database)
    for path in sorted({path for method, path in ROUTES if method == "GET"}):
        plain = send(caller, "GET", path)
        for name in ("x-http-method-override", "x-http-method", "x-method-override"):
            assert send(caller, "GET", path, **{name: "DELETE"}).status_code == plain.status_code
    assert rows(service.database) == before


def test_an_undeclared_route_would_be_found(home):
    async def hidden() -> str:
        return ""

    framework_of(home.app).add_api_route("/v1/hidden", hidden, include_in_schema=False)
    assert set(routes_of(home.app)) - set(ROUTES) == {("GET", "/v1/hidden")}
