"""Applicants over HTTP: added, read, listed, edited, closed; seen by whom they concern."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.integration.http.conftest import open_api
from tests.integration.http.visiting import add_user

from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal

ANNA = {"name": "Anna Petrova", "email": "anna@example.org", "phone": "+7 900 000-00-01"}
HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert('1')>",
    "Robert'); DROP TABLE applicants;--",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    '=HYPERLINK("http://x")',
    "‮nayrbO ❤️ 👩‍👩‍👧 ﷽",
    "..\\..\\%00%2e%2e/%s%n",
]


def add(api, **sent):
    return api.post("/v1/applicants", json=sent)


def patch(api, applicant_id, document, etag, path=""):
    headers = {"content-type": "application/merge-patch+json"}
    if etag is not None:
        headers["if-match"] = etag
    url = f"/v1/applicants/{applicant_id}{path}"
    return api.patch(url, content=json.dumps(document), headers=headers)


def test_an_applicant_is_added_read_edited_and_closed(api):
    added = add(
        api,
        contacts=ANNA,
        language="ru",
        identity={"document_number": "AB 123", "verified_how": "in_person"},
    )
    told = added.json()
    assert (added.status_code, added.headers["etag"]) == (201, '"1"')
    assert added.headers["location"] == f"/v1/applicants/{told['id']}"
    assert told["contacts"] == {**ANNA, "address": None, "date_of_birth": None}
    assert told["identity"]["has_document"] is True
    assert "AB" not in json.dumps(told["identity"])

    read = api.get(added.headers["location"])
    assert (read.json(), read.headers["etag"]) == (told, '"1"')

    edited = patch(api, told["id"], {"contacts": {"phone": None}, "language": None}, '"1"')
    assert edited.headers["etag"] == '"2"'
    assert edited.json()["contacts"] == {**told["contacts"], "phone": None}
    assert edited.json()["language"] is None

    closed = api.delete(f"/v1/applicants/{told['id']}", headers={"if-match": '"2"'})
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")


def test_the_second_of_two_editors_is_told_what_the_first_one_did(api):
    told = add(api, contacts=ANNA).json()
    first = patch(api, told["id"], {"contacts": {"phone": "+7 900 000-00-02"}}, '"1"')
    second = patch(api, told["id"], {"contacts": {"phone": "+7 900 000-00-03"}}, '"1"')

    assert (second.status_code, second.json()["code"]) == (412, "edited_meanwhile")
    assert second.headers["etag"] == '"2"'
    assert second.json()["current"] == first.json()


def test_an_edit_must_say_which_version_was_read(api):
    told = add(api, contacts=ANNA).json()

    assert patch(api, told["id"], {"language": "en"}, None).status_code == 428
    assert patch(api, told["id"], {"language": "en"}, "3").status_code == 422
    assert api.delete(f"/v1/applicants/{told['id']}").status_code == 428


def test_an_edit_that_changes_nothing_makes_no_version(api):
    told = add(api, contacts=ANNA, language="en").json()
    again = patch(api, told["id"], {"language": "en", "contacts": {"name": ANNA["name"]}}, '"1"')

    assert (again.status_code, again.json()) == (200, told)


def test_a_document_number_belongs_to_one_person(api):
    identity = {"document_number": "AB 123", "verified_how": "video"}
    add(api, identity=identity)
    other = add(api, contacts=ANNA).json()

    assert add(api, identity={**identity, "document_number": "ab-123"}).status_code == 409
    taken = patch(api, other["id"], {"identity": identity}, '"1"')
    assert (taken.status_code, taken.json()["code"]) == (409, "document_taken")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"contacts": {"name": "  "}}, "contacts.name"),
        ({"contacts": {"name": "An\u0007na"}}, "contacts.name"),
        ({"contacts": {"name": "A\nB"}}, "contacts.name"),
        ({"contacts": {"email": "nobody"}}, "contacts.email"),
        ({"contacts": {"phone": "call me"}}, "contacts.phone"),
        ({"contacts": {"date_of_birth": "1970-02-30"}}, "contacts.date_of_birth"),
        ({"contacts": {"nickname": "Ann"}}, "contacts.nickname"),
        ({"language": "de"}, "language"),
        ({"manager_id": "usr_1"}, "manager_id"),
        ({"identity": {"document_number": "1"}}, "identity.verified_how"),
    ],
)
def test_what_is_wrong_is_named(api, sent, field):
    refused = add(api, **sent)

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == [field]


def test_the_future_is_refused(api):
    born = add(api, contacts={"date_of_birth": "2999-01-01"})
    verified = {"document_number": "1", "verified_how": "video", "verified_at": "2999-01-01T00:00Z"}

    assert born.json()["code"] == "born_in_future"
    assert add(api, identity=verified).json()["code"] == "verified_in_future"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_strings_come_back_as_they_were_sent(api, hostile):
    told = add(api, contacts={"name": hostile, "address": hostile}).json()
    read = api.get(f"/v1/applicants/{told['id']}")

    assert read.headers["content-type"] == "application/json"
    assert (read.json()["contacts"]["name"], read.json()["contacts"]["address"]) == (hostile,) * 2


def test_what_is_stored_of_a_person_cannot_be_read_without_their_key(api, service):
    add(api, contacts={**ANNA, "address": "Green street 1"})
    with service.database.read() as connection:
        kept = " ".join(
            str(tuple(row))
            for table in ("applicants", "applicant_names")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        )

    assert "Anna" not in kept
    assert "Green" not in kept
    assert "anna" not in kept


def test_letters_written_in_two_ways_are_one_letter(api):
    told = add(api, contacts={"name": "José Muñoz"}).json()

    assert told["contacts"]["name"] == "José Muñoz"


def names(answer):
    return [one["contacts"]["name"] for one in answer.json()["items"]]


def test_people_are_found_by_the_beginnings_of_their_names(api):
    for name in ("Анна Петрова", "Anna Müller-Lüdenscheidt", "Annabel O’Brien", "Li Wu", None):
        add(api, contacts={"name": name})

    def find(name):
        return sorted(names(api.get("/v1/applicants", params={"name": name})))

    assert find("anna") == ["Anna Müller-Lüdenscheidt", "Annabel O’Brien"]
    assert find("АННА петр") == ["Анна Петрова"]
    assert find("Aннa") == ["Анна Петрова"]
    assert find("muller") == find("lüdenscheidt anna") == ["Anna Müller-Lüdenscheidt"]
    assert find("obrien") == ["Annabel O’Brien"]
    assert find("wu") == ["Li Wu"]
    assert find("!!") == find("x") == find("anna petrov") == []


def test_a_new_name_is_found_and_the_old_one_is_not(api):
    told = add(api, contacts={"name": "Anna Petrova"}).json()
    patch(api, told["id"], {"contacts": {"name": "Anna Sidorova"}}, '"1"')

    assert names(api.get("/v1/applicants", params={"name": "sidorova"})) == ["Anna Sidorova"]
    assert names(api.get("/v1/applicants", params={"name": "petrova"})) == []


def test_lists_are_filtered(api):
    first = add(api, identity={"document_number": "AB 1", "verified_how": "video"}).json()
    second = add(api, contacts=ANNA).json()
    api.delete(f"/v1/applicants/{second['id']}", headers={"if-match": '"1"'})

    def find(**filters):
        return [one["id"] for one in api.get("/v1/applicants", params=filters).json()["items"]]

    assert find(document_number="ab1") == [first["id"]]
    assert find(status="active") == [first["id"]]
    assert find(status="closed") == [second["id"]]
    assert find(manager="none", sort="created_at") == [first["id"], second["id"]]
    assert find(manager="usr_" + "0" * 26) == []
    assert find(created_from="2999-01-01T00:00:00Z") == []
    assert find(created_before="2999-01-01T00:00:00Z", sort="created_at") == [
        first["id"],
        second["id"],
    ]


def principal(role, number=1, applicant_id=None):
    return Principal(
        id=f"usr_{number:026d}",
        kind="user",
        permissions=ROLES[role],
        role=role,
        applicant_id=applicant_id,
    )


def test_each_sees_only_whom_they_may(service, api):
    from loanwright.service.applicants.schemas import Contacts, Wanted
    from loanwright.service.applicants.service import ApplicantNotFound

    records = service.applicant_records
    first, second = (
        replace(principal(Role.MANAGER), id=add_user(service, "manager", password=None).id)
        for _ in range(2)
    )
    mine = records.add(first, contacts=Contacts(name="A"), language=None, identity=None)
    foreign = records.add(second, contacts=Contacts(name="B"), language=None, identity=None)
    borrower = principal(Role.BORROWER, 3, applicant_id=mine.id)
    analyst = principal(Role.ANALYST, 4)

    assert [one.id for one in records.list_page(first, Wanted()).items] == [mine.id]
    assert [one.id for one in records.list_page(borrower, Wanted()).items] == [mine.id]
    assert len(records.list_page(analyst, Wanted()).items) == 2
    assert records.list_page(analyst, Wanted(own=True)).items == []
    for stranger in (first, borrower):
        assert records.get(stranger, mine.id).id == mine.id
        with pytest.raises(ApplicantNotFound) as refused:
            records.get(stranger, foreign.id)
        with pytest.raises(ApplicantNotFound) as absent:
            records.get(stranger, "apl_" + "0" * 26)
        assert type(refused.value) is type(absent.value)
        assert str(refused.value).replace(foreign.id, "") == str(absent.value).replace(
            "apl_" + "0" * 26, ""
        )


def test_a_key_without_the_permission_may_not(service, log):
    token = service.keys.create("reader", ["applicants:read"])[1]
    with open_api(replace(service), log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        assert caller.get("/v1/applicants").status_code == 200
        assert add(caller, contacts=ANNA).status_code == 403


def test_lists_tell_who_has_an_account(api):
    holder = add(api, contacts=ANNA).json()["id"]
    other = add(api).json()["id"]
    opening = {
        "applicant_id": holder,
        "product": "credit-card",
        "amount": 100_000,
        "currency": "TWD",
        "annual_rate_bp": 1_500,
        "term_months": 12,
        "repayment": "annuity",
        "disbursed_on": "2025-10-31",
    }
    assert api.post("/v1/accounts", json=opening).status_code == 201
    for has_account, wanted in (("true", [holder]), ("false", [other])):
        found = api.get("/v1/applicants", params={"has_account": has_account}).json()["items"]
        assert [one["id"] for one in found] == wanted
