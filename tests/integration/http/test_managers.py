"""Managers over HTTP: whom they look after, and how that changes hands without a gap."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from tests.integration.http.test_applicants import add
from tests.integration.http.visiting import add_user

from loanwright.errors import LoanwrightError
from loanwright.service.applicants.schemas import Contacts, Edit
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.users.schemas import COMMAND_LINE, Principal

ROUNDS = 25


@pytest.fixture
def managers(service):
    return [add_user(service, "manager", password=None).id for _ in range(2)]


@pytest.fixture
def people(api):
    return [add(api, contacts={"name": f"Person {n}"}).json()["id"] for n in range(3)]


@pytest.fixture
def machine(service):
    return service.keys.create("machine")[0].principal


def assign(api, manager, ids):
    return api.post(f"/v1/managers/{manager}/applicants", json={"applicants": ids})


def counts(api):
    return {one["id"]: one["applicants"] for one in api.get("/v1/managers").json()["items"]}


def test_applicants_are_assigned_reassigned_and_detached(api, managers, people):
    first, second = managers

    assert assign(api, first, people).json() == {"moved": 3}
    assert counts(api) == {first: 3, second: 0}
    listed = api.get(f"/v1/managers/{first}/applicants", params={"limit": 2}).json()
    assert (len(listed["items"]), listed["next_cursor"] is None) == (2, False)

    moved = api.post(f"/v1/managers/{first}/reassignment", json={"to": second})
    assert moved.json() == {"moved": 3}
    assert counts(api) == {first: 0, second: 3}

    detached = api.post(f"/v1/managers/{second}/dismissal", json={})
    assert detached.json() == {"moved": 3}
    assert counts(api) == {first: 0, second: 0}
    assert api.get(f"/v1/applicants/{people[0]}").json()["version"] == 4


def test_one_who_cannot_be_assigned_keeps_all_from_being_assigned(api, managers, people):
    nobody = "apl_" + "0" * 26

    assert assign(api, managers[0], [*people, nobody]).json()["code"] == "applicant_not_found"
    api.delete(f"/v1/applicants/{people[0]}", headers={"if-match": '"1"'})
    assert assign(api, managers[0], people).json()["code"] == "applicant_closed"
    assert counts(api)[managers[0]] == 0


def test_only_managers_in_office_look_after_applicants(api, service, managers, people):
    analyst = add_user(service, "analyst", password=None).id
    dismissed = api.post(f"/v1/managers/{managers[0]}/dismissal", json={"suspend": True})

    assert dismissed.status_code == 200
    assert assign(api, managers[0], people).json()["code"] == "manager_suspended"
    for nobody in (analyst, "usr_" + "0" * 26):
        assert assign(api, nobody, people).json()["code"] == "manager_not_found"
    same = api.post(f"/v1/managers/{managers[1]}/reassignment", json={"to": managers[1]})
    assert same.status_code == 409


def test_closing_a_record_takes_its_manager_off(api, managers, people):
    assign(api, managers[0], people)
    closed = api.delete(f"/v1/applicants/{people[0]}", headers={"if-match": '"2"'}).json()

    assert (closed["status"], closed["manager_id"]) == ("closed", None)


def test_a_manager_who_gets_another_role_leaves_no_applicant_behind(api, service, managers, people):
    assign(api, managers[0], people)
    admins = [
        Principal(
            id=add_user(service, "admin", password=None).id, kind="user", permissions=frozenset()
        )
        for _ in range(2)
    ]
    grants = service.access.role_grants
    proposed = grants.propose(managers[0], "analyst", by=admins[0])
    grants.approve(proposed.id, by=admins[1])

    assert orphans(service) == 0
    assert api.get(f"/v1/applicants/{people[0]}").json()["manager_id"] is None


def orphans(service):
    query = (
        "SELECT count(*) FROM applicants WHERE manager_id IS NOT NULL AND manager_id NOT IN "
        "(SELECT id FROM users WHERE role = 'manager' AND status = 'active')"
    )
    with service.database.read() as connection:
        return connection.execute(text(query)).scalar_one()


def at_once(*deeds):
    """Do everything at the same moment; return what came of each."""
    gate = threading.Barrier(len(deeds))

    def do(deed):
        gate.wait()
        try:
            return deed()
        except LoanwrightError as refusal:
            return refusal

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_whoever_is_assigned_while_a_manager_is_dismissed_is_nobodys_orphan(
    service, machine, managers, people
):
    for _ in range(ROUNDS):
        at_once(
            lambda: service.managers.assign(machine, managers[0], people),
            lambda: service.managers.dismiss(machine, managers[0], suspend=True),
        )
        assert orphans(service) == 0
        service.access.users.reactivate(managers[0], actor=COMMAND_LINE)


def test_managers_who_exchange_their_applicants_do_not_wait_for_each_other_for_ever(
    service, machine, managers, people
):
    first, second = managers
    service.managers.assign(machine, first, people)
    for _ in range(ROUNDS):
        results = at_once(
            lambda: service.managers.reassign(machine, first, second),
            lambda: service.managers.reassign(machine, second, first),
        )
        assert all(isinstance(one, int) for one in results)
        assert sum(service.applicant_records.count_by_manager().values()) == 3


def test_of_two_who_edit_at_the_same_moment_exactly_one_wins(service, machine, people):
    records = service.applicant_records
    for _ in range(ROUNDS):
        seen = records.get(machine, people[0]).version
        results = at_once(
            *(
                lambda name=name, seen=seen: records.edit(
                    machine, people[0], seen=seen, edit=Edit(contacts={"name": name})
                )
                for name in (f"A{seen}", f"B{seen}")
            )
        )
        (lost,) = (one for one in results if isinstance(one, EditedMeanwhile))
        (won,) = (one for one in results if not isinstance(one, LoanwrightError))
        assert lost.current == won.document()
        assert (won.version, won.contacts) == (seen + 1, records.get(machine, people[0]).contacts)


def test_of_two_who_add_the_same_document_one_is_told_so(service, machine):
    from loanwright.service.applicants.errors import DocumentTaken
    from loanwright.service.applicants.schemas import Identity, Verification

    records = service.applicant_records
    for number in range(ROUNDS):
        identity = Identity(document_number=f"AB {number}", verified_how=Verification.VIDEO)
        results = at_once(
            *[
                lambda identity=identity: records.add(
                    machine, contacts=Contacts(), language=None, identity=identity
                )
            ]
            * 2
        )
        assert sum(isinstance(one, DocumentTaken) for one in results) == 1


def test_a_reassignment_during_a_decision_loses_neither(service, machine, managers, people):
    from loanwright.service.applicants.profile import FeatureEdit

    sent = frozenset({"value"})
    edits = {
        "limit": FeatureEdit(sent=sent, value=200_000),
        "education": FeatureEdit(sent=sent, value="university"),
    }
    service.profiles.edit(machine, people[0], "credit-card", seen=0, edits=edits)
    service.managers.assign(machine, managers[0], people)
    for number in range(ROUNDS):
        pair = managers[number % 2], managers[(number + 1) % 2]
        reply, moved = at_once(
            lambda: service.rescoring.assess(
                machine, people[0], "credit-card", idempotency_key=None
            ),
            lambda pair=pair: service.managers.reassign(machine, *pair),
        )
        assert (reply.status, moved) == (201, 3)
    assert orphans(service) == 0
    with service.database.read() as connection:
        query = text("SELECT count(*) FROM applications WHERE applicant_id = :person")
        assert connection.execute(query, {"person": people[0]}).scalar_one() == ROUNDS
