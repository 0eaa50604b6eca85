"""Logging in and out, and for how long a session is good."""

import time

import pytest
from sqlalchemy import text
from tests.integration.http.conftest import open_api
from tests.integration.http.visiting import PASSWORD, add_user, log_in, visit

from loanwright.service.edge.sessions import DEVICE, SESSION

ME = "/v1/users/me"


@pytest.fixture
def app(service, log):
    with open_api(service, log) as caller:
        yield caller


@pytest.fixture
def underwriter(service):
    return add_user(service, "underwriter", email="una@example.com")


def set_clock_back(service, column, minutes):
    """Let every session have begun, or been used, some minutes earlier."""
    if service.database.name == "postgresql":
        earlier = f"{column} - interval '{minutes} minutes'"
    else:
        earlier = f"strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '-{minutes} minutes')"
    with service.database.write() as connection:
        connection.execute(text(f"UPDATE sessions SET {column} = {earlier}"))
    service.access.sessions.forget()


def test_a_session_is_in_a_cookie_that_no_script_and_no_other_site_gets(app, underwriter):
    answer = visit(app).post(
        "/v1/sessions", json={"email": underwriter.email, "password": PASSWORD}
    )
    cookies = {one.partition("=")[0]: one for one in answer.headers.get_list("set-cookie")}
    assert set(cookies) == {SESSION, DEVICE}
    for cookie in cookies.values():
        parts = set(cookie.lower().split("; ")[1:])
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    assert SESSION.startswith("__Host-")
    assert answer.json()["user"]["role"] == "underwriter"
    assert "decisions:read" in answer.json()["permissions"]


def test_whoever_is_logged_in_may_what_the_role_may(app, service, underwriter):
    browser = log_in(app, underwriter)
    assert browser.get(ME).json()["id"] == underwriter.id
    assert browser.get("/v1/decisions").status_code == 200
    assert browser.get("/v1/users").status_code == 403


def test_the_token_is_nowhere_in_the_database(app, service, underwriter):
    token = log_in(app, underwriter).cookies[SESSION]
    with service.database.read() as connection:
        kept = str(connection.execute(text("SELECT * FROM sessions")).all())
        people = str(connection.execute(text("SELECT * FROM users")).all())
    assert len(token) >= 43
    assert token not in kept
    assert "una@example.com" not in people
    assert "Anna" not in people
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in people


def test_a_login_gives_a_new_token_and_ends_the_session_before(app, underwriter):
    browser = log_in(app, underwriter)
    before = browser.cookies[SESSION]
    browser.post("/v1/sessions", json={"email": underwriter.email, "password": PASSWORD})
    assert browser.cookies[SESSION] != before
    assert browser.get(ME).status_code == 200
    thief = visit(app)
    for _ in range(20):
        assert thief.get(ME, headers={"cookie": f"{SESSION}={before}"}).status_code == 401


def test_a_token_that_somebody_chose_is_never_taken_up(app, underwriter):
    browser = visit(app)
    browser.cookies.set(SESSION, "chosen-by-the-attacker", domain="testserver.local")
    answer = browser.post(
        "/v1/sessions",
        json={"email": underwriter.email, "password": PASSWORD},
        headers={"cookie": f"{SESSION}=chosen-by-the-attacker"},
    )
    assert answer.status_code == 201
    headers = {"cookie": f"{SESSION}=chosen-by-the-attacker"}
    assert visit(app).get(ME, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("column", "minutes", "status"),
    [("last_seen_at", 29, 200), ("last_seen_at", 30, 401)],
)
def test_a_session_that_is_not_used_ends_after_half_an_hour(
    app, service, underwriter, column, minutes, status
):
    browser = log_in(app, underwriter)
    set_clock_back(service, column, minutes)
    assert browser.get(ME).status_code == status


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(app, service, underwriter):
    browser = log_in(app, underwriter)
    set_clock_back(service, "created_at", 12 * 60 - 1)
    assert browser.get(ME).status_code == 200
    set_clock_back(service, "created_at", 1)
    assert browser.get(ME).status_code == 401


def test_use_keeps_a_session_alive(app, service, underwriter):
    browser = log_in(app, underwriter)
    for _ in range(3):
        set_clock_back(service, "last_seen_at", 20)
        assert browser.get(ME).status_code == 200


def test_whoever_logs_out_is_out(app, underwriter):
    browser = log_in(app, underwriter)
    token = browser.cookies[SESSION]
    answer = browser.delete("/v1/sessions/current")
    assert answer.status_code == 204
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert browser.get(ME).status_code == 401
    assert visit(app).get(ME, headers={"cookie": f"{SESSION}={token}"}).status_code == 401


def test_a_session_on_another_device_can_be_ended(app, underwriter):
    here, there = log_in(app, underwriter), log_in(app, underwriter)
    items = here.get("/v1/sessions").json()["items"]
    assert [one["current"] for one in items] == [False, True]
    other = next(one["id"] for one in items if not one["current"])
    assert here.delete(f"/v1/sessions/{other}").status_code == 204
    assert there.get(ME).status_code == 401
    assert here.get(ME).status_code == 200
    assert here.delete(f"/v1/sessions/{other}").status_code == 404


def test_nobody_ends_the_session_of_somebody_else(app, service, underwriter):
    theirs = log_in(app, add_user(service, "analyst"))
    session = theirs.get("/v1/sessions").json()["items"][0]["id"]
    assert log_in(app, underwriter).delete(f"/v1/sessions/{session}").status_code == 404
    assert theirs.get(ME).status_code == 200


def test_a_session_ends_within_a_second_in_another_process_too(service, app, log, underwriter):
    from loanwright.service.bootstrap import build

    elsewhere = build(service.settings)
    with open_api(elsewhere, log) as caller:
        browser = log_in(app, underwriter)
        token = browser.cookies[SESSION]
        other = visit(caller)
        headers = {"cookie": f"{SESSION}={token}"}
        assert other.get(ME, headers=headers).status_code == 200
        browser.delete("/v1/sessions/current")
        end = time.monotonic() + 1.0
        while other.get(ME, headers=headers).status_code == 200:
            assert time.monotonic() < end + 0.2
            time.sleep(0.05)
        assert time.monotonic() < end + 0.2


def test_a_change_of_password_ends_every_session_but_gives_a_new_one(app, underwriter):
    here, there = log_in(app, underwriter), log_in(app, underwriter)
    before = here.cookies[SESSION]
    changed = {"present": PASSWORD, "password": "ten violet teapots 43"}
    wrong = here.put("/v1/users/me/password", json={**changed, "present": "wrong"})
    assert wrong.status_code == 403
    assert wrong.json()["code"] == "password_wrong"
    answer = here.put("/v1/users/me/password", json=changed)
    assert answer.status_code == 200, answer.text
    assert here.cookies[SESSION] != before
    assert here.get(ME).status_code == 200
    assert there.get(ME).status_code == 401
    log_in(app, underwriter, "ten violet teapots 43")


def test_a_suspended_user_is_out_at_once_and_cannot_come_back(app, service, underwriter):
    admin = log_in(app, add_user(service, "admin"))
    browser = log_in(app, underwriter)
    assert admin.post(f"/v1/users/{underwriter.id}/suspension").json()["status"] == "suspended"
    assert browser.get(ME).status_code == 401
    answer = visit(app).post(
        "/v1/sessions", json={"email": underwriter.email, "password": PASSWORD}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "login_refused")
    admin.delete(f"/v1/users/{underwriter.id}/suspension")
    assert browser.get(ME).status_code == 401
    log_in(app, underwriter)


def test_a_one_time_token_sets_a_password_once(app, service):
    admin = log_in(app, add_user(service, "admin"))
    body = {"name": "Ben", "email": "ben@example.com", "role": "analyst"}
    made = admin.post("/v1/users", json=body)
    assert made.status_code == 201, made.text
    token = admin.post(f"/v1/users/{made.json()['id']}/password-tokens").json()["token"]
    chosen = {"token": token, "password": "eleven green apples"}
    browser = visit(app)
    assert browser.post("/v1/passwords", json={**chosen, "password": "short"}).status_code == 422
    assert browser.post("/v1/passwords", json=chosen).status_code == 204
    assert browser.post("/v1/passwords", json=chosen).status_code == 403
    log_in(app, service.access.users.get(made.json()["id"]), "eleven green apples")


def test_who_is_wrong_is_told_the_same_whatever_was_wrong(app, underwriter):
    browser = visit(app)
    answers = [
        browser.post("/v1/sessions", json={"email": email, "password": password})
        for email, password in [
            (underwriter.email, "wrong"),
            ("nobody@example.com", PASSWORD),
            ("no address", PASSWORD),
        ]
    ]
    told = [{**one.json(), "request_id": None} for one in answers]
    assert {one.status_code for one in answers} == {401}
    assert told[0] == told[1] == told[2]
    assert all("set-cookie" not in one.headers for one in answers)


def test_a_key_and_a_session_together_count_as_the_key_alone(app, service, underwriter):
    browser = log_in(app, underwriter)
    _, weak = service.keys.create("weak", ["models:read"])
    assert browser.get("/v1/decisions", headers={"x-api-key": weak}).status_code == 403
    assert browser.get("/v1/decisions", headers={"x-api-key": "lw_wrong"}).status_code == 401
    assert browser.get("/v1/decisions", headers={"authorization": "Basic eA=="}).status_code == 401
    assert browser.get(ME, headers={"x-api-key": weak}).status_code == 403
