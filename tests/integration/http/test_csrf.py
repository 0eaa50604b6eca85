"""Another site cannot make a browser change anything."""

import pytest
from tests.integration.http.conftest import GOOD, open_api, rows
from tests.integration.http.visiting import ORIGIN, PASSWORD, add_user, log_in, visit

from loanwright.service.edge.sessions import SESSION


@pytest.fixture(params=[True, False], ids=["hot route", "ordinary route"])
def app(request, service, log):
    with open_api(service, log, hot_route=request.param) as caller:
        yield caller


FOREIGN = {
    "no token": {"x-csrf-token": ""},
    "the token of another session": {"x-csrf-token": "0" * 64},
    "a foreign origin": {"origin": "https://elsewhere.example"},
    "a hidden origin": {"origin": "null"},
    "another port": {"origin": ORIGIN + ":8443"},
    "a cross-site request": {"sec-fetch-site": "cross-site"},
    "a same-site request": {"sec-fetch-site": "same-site"},
    "no origin at all": {"origin": None},
    "plain text": {"content-type": "text/plain"},
    "plain text in capitals": {"content-type": "Text/Plain; charset=utf-8"},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "a file": {"content-type": "multipart/form-data; boundary=x"},
}
UNSAFE = [
    ("POST", "/v1/applications"),
    ("POST", "/upload_features"),
    ("POST", "/v1/users"),
    ("POST", "/v1/api-keys"),
    ("PUT", "/v1/users/me/password"),
    ("DELETE", "/v1/sessions/current"),
]


@pytest.mark.parametrize("changed", FOREIGN.values(), ids=FOREIGN)
def test_what_did_not_come_from_our_page_is_refused_and_changes_nothing(app, service, changed):
    browser = log_in(app, add_user(service, "admin"))
    before = rows(service.database)
    headers = {"content-type": "application/json", **browser.headers, **changed}
    browser.headers.clear()
    for method, path in UNSAFE:
        sent = {name: value for name, value in headers.items() if value is not None}
        answer = browser.request(method, path, json=GOOD, headers=sent)
        assert answer.status_code == 403, (path, answer.text)
        assert answer.json()["code"] in {"foreign_origin", "csrf_token_wrong", "body_from_form"}
    assert rows(service.database) == before
    assert browser.get("/v1/users/me").status_code == 200


def test_the_token_of_somebody_else_is_no_use(app, service):
    one, other = (log_in(app, add_user(service, "admin")) for _ in range(2))
    one.headers["x-csrf-token"] = other.headers["x-csrf-token"]
    assert one.delete("/v1/sessions/current").json()["code"] == "csrf_token_wrong"


def test_what_our_own_page_sends_passes(app, service):
    browser = log_in(app, add_user(service, "underwriter"))
    answer = browser.post("/v1/applications", json=GOOD, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 201


def test_an_api_key_needs_none_of_it(app, token):
    headers = {"x-api-key": token, "origin": "https://elsewhere.example"}
    browser = visit(app)
    assert browser.post("/v1/applications", json=GOOD, headers=headers).status_code == 201


def test_reading_changes_nothing(app, service):
    browser = log_in(app, add_user(service, "admin"))
    before = rows(service.database)
    for path in app_paths(app):
        browser.get(path)
        browser.head(path)
    assert rows(service.database) == before


def test_another_site_cannot_log_a_browser_in(app, service):
    user = add_user(service, "underwriter")
    body = {"email": user.email, "password": PASSWORD}
    browser = visit(app)
    for headers in (
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
    ):
        answer = browser.post("/v1/sessions", json=body, headers=headers)
        assert answer.status_code == 403
        assert SESSION not in browser.cookies


def app_paths(app):
    from tests.integration.http.access_matrix import routes_of

    return sorted({path.split("{")[0] for method, path in routes_of(app.app) if method == "GET"})
