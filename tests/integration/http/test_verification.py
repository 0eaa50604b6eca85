"""The audit log verified as a job, and the jobs of everybody, over HTTP."""

import time

import msgspec
import pytest
from sqlalchemy import text
from tests.integration.http.conftest import apply
from tests.integration.service.conftest import application
from tests.integration.unguarded import unguard

from loanwright.service.audit.schemas import Actor
from loanwright.service.auditing.verifying import VerificationUnfinished
from loanwright.service.jobs.schemas import Order, State

PATH = "/v1/audit/verification"
SOMEBODY = Actor(id="usr_1")


def ended(api, location, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = api.get(location).json()
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def verified(service):
    job = service.jobs.claim(service.verifications.order(SOMEBODY).id)
    return msgspec.json.decode(service.verifications.verify(job).result)


def test_the_log_is_verified_when_somebody_asks(api):
    apply(api)
    answer = api.post(PATH)
    assert (answer.status_code, answer.json()["kind"]) == (202, "audit")
    found = ended(api, answer.headers["location"])
    assert (found["state"], found["problem"]) == ("done", None)
    told = found["result"]
    assert told["intact"] is True
    assert told["findings"] == []
    assert told["entries"] >= 3
    assert [one["id"] for one in api.get(PATH).json()["items"]] == [found["id"]]
    entries = api.get("/v1/audit?action=audit.verification_ordered").json()["items"]
    assert [one["subject"] for one in entries] == [found["id"]]


def test_a_changed_entry_is_named(service):
    service.origination.submit(application())
    service.ledger.seal()
    assert verified(service)["intact"] is True
    statement = "UPDATE audit_entries SET actor = 'somebody else' WHERE action = 'decision.made'"
    with service.database.write() as connection:
        unguard(connection)
        connection.execute(text(statement))
        changed = connection.execute(
            text("SELECT id FROM audit_entries WHERE action = 'decision.made'")
        ).scalar_one()
    told = verified(service)
    assert told["intact"] is False
    first = told["findings"][0]
    assert (first["table"], first["id"]) == ("audit_entries", changed)


def test_two_who_ask_at_once_get_one_verification(service):
    first = service.verifications.order(SOMEBODY)
    assert service.verifications.order(Actor(id="usr_2")).id == first.id
    service.workbench.work(first.id)
    assert service.verifications.get(first.id).state is State.DONE
    assert service.verifications.order(SOMEBODY).id != first.id


def test_a_service_that_stops_leaves_the_verification_to_another(service):
    service.origination.submit(application())
    service.ledger.seal()
    job = service.verifications.order(SOMEBODY)
    service.stop_long_work()
    with pytest.raises(VerificationUnfinished):
        service.workbench.work(job.id)
    assert service.verifications.get(job.id).state is State.QUEUED
    service.verifications.stopping.clear()
    service.workbench.work(job.id)
    assert service.verifications.get(job.id).state is State.DONE


def test_progress_is_told_while_it_goes_on(service):
    for _ in range(3):
        service.origination.submit(application())
        service.ledger.seal()
    told = []
    service.ledger.verify(advance=told.append)
    assert told == sorted(told)
    assert told[-1] == service.ledger.count()


def test_a_job_of_another_kind_is_no_verification(api):
    job = apply(api, prefer="respond-async").json()
    answer = api.get(f"{PATH}/{job['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "verification_not_found")


def fail(service):
    job = service.jobs.order(
        Order(kind="batch", caller_id="key_1", key=None, body_hash="0" * 64, payload="bat_gone")
    )
    service.workbench.work(job.id)
    return job.id


def test_jobs_are_listed_by_state_and_kind_in_pages(api, service):
    failed = [fail(service), fail(service)]
    done = ended(api, api.post(PATH).headers["location"])["id"]
    assert [one["id"] for one in api.get("/v1/jobs").json()["items"]] == [done, *failed[::-1]]
    only = api.get("/v1/jobs?kind=audit").json()["items"]
    assert [(one["id"], one["result"]) for one in only] == [(done, None)]
    first = api.get("/v1/jobs?state=failed&limit=1").json()
    rest = api.get(f"/v1/jobs?state=failed&limit=1&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == failed[::-1]
    assert rest["next_cursor"] is None
    assert first["items"][0]["problem"]["code"] == "batch_not_found"


def test_a_failed_job_is_driven_anew_and_no_other(api, service):
    failed = fail(service)
    answer = api.post(f"/v1/jobs/{failed}/redrive")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    entries = api.get("/v1/audit?action=job.redriven").json()["items"]
    assert [one["subject"] for one in entries] == [failed]
    done = ended(api, api.post(PATH).headers["location"])["id"]
    refused = api.post(f"/v1/jobs/{done}/redrive")
    assert (refused.status_code, refused.json()["code"]) == (409, "job_not_failed")
