"""Users and their roles over HTTP."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.integration.http.conftest import open_api
from tests.integration.http.visiting import PASSWORD, add_user, log_in, visit

NEW = {"name": "Ben  Beispiel", "email": "Ben@Example.com", "role": "analyst"}


@pytest.fixture
def home(service, log):
    with open_api(service, log) as caller:
        yield caller


@pytest.fixture
def admin(home, service):
    return log_in(home, add_user(service, "admin", email="first@example.com"))


@pytest.fixture
def second(home, service):
    return log_in(home, add_user(service, "admin", email="second@example.com"))


def test_a_user_is_made_read_edited_and_found_in_the_list(admin):
    made = admin.post("/v1/users", json=NEW)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    user = made.json()
    assert (user["name"], user["email"]) == ("Ben Beispiel", "ben@example.com")
    address = f"/v1/users/{user['id']}"
    assert admin.get(address).json() == user

    assert admin.patch(address, json={"name": "Benno"}).status_code == 428
    edited = admin.patch(address, json={"name": "Benno"}, headers={"if-match": '"1"'})
    assert (edited.json()["name"], edited.headers["etag"]) == ("Benno", '"2"')
    late = admin.patch(address, json={"name": "Bert"}, headers={"if-match": '"1"'})
    assert (late.status_code, late.json()["current"]["name"]) == (412, "Benno")

    listed = admin.get("/v1/users", params={"role": "analyst", "sort": "created_at"}).json()
    assert [one["id"] for one in listed["items"]] == [user["id"]]
    assert admin.get("/v1/users", params={"sort": "name"}).status_code == 422


def test_pages_of_users_hold_everybody_once(admin, service):
    made = {add_user(service, "analyst", password=None).id for _ in range(5)}
    seen, cursor = [], None
    while True:
        asked = {"limit": 2, "role": "analyst"} | ({"cursor": cursor} if cursor else {})
        page = admin.get("/v1/users", params=asked).json()
        assert "items" in page, page
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (len(seen), set(seen)) == (5, made)


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"role": "admin"}, 403, "role_not_given"),
        ({"role": "borrower"}, 422, "applicant_needed"),
        ({"applicant_id": "apl_01ARZ3NDEKTSV4RRFFQ69G5FAV"}, 422, "applicant_needed"),
        (
            {"role": "borrower", "applicant_id": "apl_01ARZ3NDEKTSV4RRFFQ69G5FAV"},
            404,
            "applicant_missing",
        ),
        ({"email": "nonsense"}, 422, "email_refused"),
        ({"name": " \t "}, 422, "name_refused"),
        ({"email": "FIRST@example.com"}, 409, "user_exists"),
        ({"password_hash": "x"}, 422, "payload_rejected"),
        ({"status": "suspended"}, 422, "payload_rejected"),
        ({"id": "usr_1"}, 422, "payload_rejected"),
        ({"version": 9}, 422, "payload_rejected"),
    ],
)
def test_a_user_that_cannot_be_is_refused(admin, changed, status, code):
    answer = admin.post("/v1/users", json={**NEW, **changed})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "field", ["role", "status", "applicant_id", "password", "password_hash", "version", "id"]
)
def test_nothing_but_name_and_address_can_be_edited(admin, service, field):
    user = add_user(service, "analyst")
    answer = admin.patch(
        f"/v1/users/{user.id}", json={field: "admin"}, headers={"if-match": f'"{user.version}"'}
    )
    assert answer.status_code == 422
    assert service.access.users.get(user.id).role == "analyst"


def test_an_applicant_logs_in_as_one_user_only(admin, service):
    with service.database.write() as connection:
        applicant = service.applicants.receive(connection, [None])[0].id
    body = {**NEW, "role": "borrower", "applicant_id": applicant}
    assert admin.post("/v1/users", json=body).status_code == 201
    again = admin.post("/v1/users", json={**body, "email": "other@example.com"})
    assert again.json()["code"] == "user_exists"


def test_nobody_suspends_themselves(admin):
    me = admin.get("/v1/users/me").json()["id"]
    assert admin.post(f"/v1/users/{me}/suspension").json()["code"] == "not_oneself"


def test_a_role_is_proposed_by_one_and_approved_by_another(home, admin, second, service):
    user = add_user(service, "analyst")
    theirs = log_in(home, user)
    proposal = admin.post(f"/v1/users/{user.id}/role-grants", json={"role": "admin"}).json()
    approval = f"/v1/role-grants/{proposal['id']}/approval"
    assert admin.post(approval).json()["code"] == "second_approver_needed"
    assert service.access.users.get(user.id).role == "analyst"
    assert theirs.get("/v1/users/me").status_code == 200

    approved = second.post(approval).json()
    assert (approved["state"], approved["approver"] != approved["proposer"]) == ("approved", True)
    assert service.access.users.get(user.id).role == "admin"
    assert theirs.get("/v1/users/me").status_code == 401
    assert second.post(approval).json()["code"] == "role_grant_closed"
    assert log_in(home, user).get("/v1/users").status_code == 200


def test_whoever_gets_a_role_does_not_approve_it(admin, second, service):
    me = second.get("/v1/users/me").json()["id"]
    proposal = admin.post(f"/v1/users/{me}/role-grants", json={"role": "analyst"}).json()
    answer = second.post(f"/v1/role-grants/{proposal['id']}/approval")
    assert answer.json()["code"] == "second_approver_needed"


def test_whoever_gave_the_second_person_a_password_cannot_be_the_first(home, admin, service):
    puppet = add_user(service, "admin", email="puppet@example.com")
    token = admin.post(f"/v1/users/{puppet.id}/password-tokens").json()["token"]
    chosen = {"token": token, "password": "strings on my hands"}
    assert visit(home).post("/v1/passwords", json=chosen).status_code == 204
    user = add_user(service, "analyst")
    proposal = admin.post(f"/v1/users/{user.id}/role-grants", json={"role": "admin"}).json()
    played = log_in(home, puppet, "strings on my hands")
    answer = played.post(f"/v1/role-grants/{proposal['id']}/approval")
    assert answer.json()["code"] == "second_approver_needed"


def test_borrowers_stay_borrowers_and_nobody_becomes_one(admin, service):
    borrower, analyst = add_user(service, "borrower"), add_user(service, "analyst")
    answers = [
        admin.post(f"/v1/users/{borrower.id}/role-grants", json={"role": "admin"}),
        admin.post(f"/v1/users/{analyst.id}/role-grants", json={"role": "analyst"}),
    ]
    assert {one.json()["code"] for one in answers} == {"role_unchangeable"}
    wrong = admin.post(f"/v1/users/{analyst.id}/role-grants", json={"role": "borrower"})
    assert wrong.status_code == 422


def test_a_later_proposal_takes_the_place_of_the_one_before(admin, second, service):
    user = add_user(service, "analyst")
    address = f"/v1/users/{user.id}/role-grants"
    old, new = (admin.post(address, json={"role": role}).json() for role in ("admin", "manager"))
    answer = second.post(f"/v1/role-grants/{old['id']}/approval")
    assert (answer.status_code, answer.json()["code"]) == (409, "role_grant_closed")
    items = admin.get("/v1/role-grants", params={"state": "proposed"}).json()["items"]
    assert [one["id"] for one in items] == [new["id"]]


def test_the_database_itself_wants_two_persons(service):
    user = add_user(service, "analyst")
    row = (
        "INSERT INTO role_grants (id, user_id, role, state, proposer, approver, proposed_at) "
        f"VALUES ('g', '{user.id}', 'admin', 'approved', 'usr_1', :approver, :at)"
    )
    for approver in ("usr_1", user.id, None):
        values = {"approver": approver, "at": "2026-11-21T00:00:00.000Z"}
        with pytest.raises(IntegrityError), service.database.write() as connection:
            connection.execute(text(row), values)
    moved = (
        "INSERT INTO model_transitions (model_hash, state, at, by, note, proposer) "
        "SELECT model_hash, 'champion', at, 'Anna', '', 'Anna' FROM model_transitions LIMIT 1"
    )
    with pytest.raises(IntegrityError), service.database.write() as connection:
        connection.execute(text(moved))


def test_every_change_is_in_the_audit_log(home, admin, service):
    user = admin.post("/v1/users", json=NEW).json()
    admin.post(f"/v1/users/{user['id']}/suspension", headers={"x-request-id": "asked-1"})
    with service.database.read() as connection:
        entries = connection.execute(
            text("SELECT action, actor, request_id FROM audit_entries ORDER BY sequence DESC")
        ).all()
    me = admin.get("/v1/users/me").json()["id"]
    assert ("user.suspended", me, "asked-1") in [tuple(one) for one in entries]
    assert {"user.created", "password.set", "session.opened"} <= {one[0] for one in entries}


def test_a_forgotten_borrower_cannot_log_in_and_has_no_name(home, service):
    borrower = add_user(service, "borrower", email="gone@example.com")
    browser = log_in(home, borrower)
    from loanwright.service.users.schemas import COMMAND_LINE

    with service.database.write() as connection:
        service.access.users.erase(connection, borrower.applicant_id, actor=COMMAND_LINE)
    left = service.access.users.get(borrower.id)
    assert (left.name, left.email, left.has_password) == (None, None, False)
    assert browser.get("/v1/users/me").status_code == 401
    answer = visit(home).post(
        "/v1/sessions", json={"email": "gone@example.com", "password": PASSWORD}
    )
    assert answer.status_code == 401
