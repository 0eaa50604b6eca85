"""Jobs are ordered once, worked on once at a time, and end however often workers die."""

import json
from datetime import timedelta

import pytest
from tests.integration.service.conftest import application

from loanwright.errors import Rejected, Unavailable
from loanwright.service.jobs.schemas import Order, Outcome, State
from loanwright.service.jobs.service import (
    LEASE,
    MOST_ATTEMPTS,
    JobNotFailed,
    JobNotFound,
    Progress,
    Workbench,
)


class Refused(Rejected):
    """It cannot be done."""


class Away(Unavailable):
    """It does not answer now."""


def order(jobs, key=None, body_hash="a" * 64):
    return jobs.order(
        Order(kind="test", caller_id="key_A", key=key, body_hash=body_hash, payload="{}")
    )


def bench(service, handler):
    return Workbench(jobs=service.jobs, handlers={"test": handler})


def fail_with(error):
    def handler(_job):
        raise error

    return handler


def test_an_ordered_job_waits_and_its_message_with_it(bare_service):
    job = order(bare_service.jobs)
    assert (job.state, job.attempts, job.result) == (State.QUEUED, 0, None)
    assert bare_service.jobs.outbox.count_waiting() == 1


def test_the_same_key_is_the_same_job_and_one_message(bare_service):
    first = order(bare_service.jobs, key="k")
    assert order(bare_service.jobs, key="k").id == first.id
    assert order(bare_service.jobs, key="other").id != first.id
    assert bare_service.jobs.outbox.count_waiting() == 2


def test_a_job_is_done_once(bare_service):
    job, done = order(bare_service.jobs), []

    def handler(one):
        done.append(one.id)
        return Outcome(result="dec_1")

    workbench = bench(bare_service, handler)
    assert workbench.work(job.id) is Progress.ENDED
    assert workbench.work(job.id) is Progress.ENDED
    assert done == [job.id]
    after = bare_service.jobs.get(job.id)
    assert (after.state, after.result, after.steps_done) == (State.DONE, "dec_1", 1)


def test_a_job_that_another_works_on_is_left_alone_until_its_lease_is_over(bare_service, clock):
    job = order(bare_service.jobs)
    assert bare_service.jobs.claim(job.id) is not None

    workbench = bench(bare_service, lambda _job: Outcome(result="late"))
    assert workbench.work(job.id) is Progress.BUSY
    clock.advance(LEASE + timedelta(seconds=1))
    assert workbench.work(job.id) is Progress.ENDED
    assert bare_service.jobs.get(job.id).attempts == 2


def test_a_refusal_ends_the_job_and_says_why(bare_service):
    job = order(bare_service.jobs)
    assert bench(bare_service, fail_with(Refused())).work(job.id) is Progress.ENDED
    after = bare_service.jobs.get(job.id)
    assert after.state is State.FAILED
    assert json.loads(after.problem)["code"] == "refused"


def test_what_is_unavailable_is_no_attempt(bare_service):
    job = order(bare_service.jobs)
    for _ in range(MOST_ATTEMPTS + 5):
        with pytest.raises(Away):
            bench(bare_service, fail_with(Away())).work(job.id)
    after = bare_service.jobs.get(job.id)
    assert (after.state, after.attempts) == (State.QUEUED, 0)


def test_a_job_that_kills_its_worker_is_given_up_and_can_be_driven_anew(bare_service):
    job = order(bare_service.jobs)
    broken = bench(bare_service, fail_with(ZeroDivisionError()))
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            broken.work(job.id)
    assert broken.work(job.id) is Progress.ENDED
    after = bare_service.jobs.get(job.id)
    assert json.loads(after.problem)["code"] == "gave_up"
    assert f"begun {MOST_ATTEMPTS} times" in json.loads(after.problem)["detail"]

    assert bare_service.jobs.redrive(job.id).state is State.QUEUED
    assert bench(bare_service, lambda _job: Outcome(result="x")).work(job.id) is Progress.ENDED
    assert bare_service.jobs.get(job.id).state is State.DONE
    with pytest.raises(JobNotFailed, match="done"):
        bare_service.jobs.redrive(job.id)


def test_an_unknown_job_is_unknown(bare_service):
    assert bench(bare_service, fail_with(Away())).work("job_0") is Progress.UNKNOWN
    with pytest.raises(JobNotFound):
        bare_service.jobs.get("job_0")


def test_what_nobody_worked_on_is_announced_again_now_and_then(bare_service, clock):
    job = order(bare_service.jobs)
    finished = order(bare_service.jobs)
    bench(bare_service, lambda _job: Outcome(result="x")).work(finished.id)
    assert bare_service.jobs.remind() == 0
    clock.advance(timedelta(seconds=61))
    assert (bare_service.jobs.remind(), bare_service.jobs.remind()) == (1, 0)
    clock.advance(timedelta(seconds=61))
    assert bare_service.jobs.remind() == 1
    assert bare_service.jobs.outbox.count_waiting() == 4
    assert bare_service.jobs.list_jobs(State.QUEUED)[0].id == job.id


def test_the_job_of_a_dead_worker_is_announced_when_its_lease_is_over(bare_service, clock):
    job = order(bare_service.jobs)
    bare_service.jobs.claim(job.id)
    assert bare_service.jobs.remind() == 0
    clock.advance(LEASE + timedelta(seconds=1))
    assert bare_service.jobs.remind() == 1


def test_whoever_begins_anew_is_told_of_everything_that_has_not_ended(bare_service):
    waiting, running = order(bare_service.jobs), order(bare_service.jobs)
    ended = order(bare_service.jobs)
    bare_service.jobs.claim(running.id)
    bench(bare_service, lambda _job: Outcome(result="x")).work(ended.id)
    assert bare_service.jobs.announce() == 2
    assert waiting.state is State.QUEUED


def test_an_application_is_decided_later_as_it_would_be_now(service):
    now = service.origination.submit(application(idempotency_key=None))
    job = service.later.order(application(idempotency_key=None))
    assert service.work(job.id)
    later = service.decisions.get(service.jobs.get(job.id).result)
    ours, theirs = json.loads(later.reply), json.loads(now.body)
    for name in ("product", "segment"):
        assert ours[name] == theirs[name]
    assert (
        ours["decision"]["probability_of_default"] == theirs["decision"]["probability_of_default"]
    )


def test_a_decision_asked_for_later_is_made_once_however_often_it_is_tried(service):
    job = service.later.order(application(idempotency_key=None))
    before = service.decisions.count()
    replies = {service.later.decide(service.jobs.get(job.id)).result for _ in range(3)}
    assert len(replies) == 1
    assert service.decisions.count() == before + 1


def test_what_waits_holds_no_document_number(service):
    job = service.later.order(application(document_number="4509 123456"))
    assert "123456" not in service.jobs.get(job.id).payload
    assert service.work(job.id)
    assert service.jobs.get(job.id).state is State.DONE


def test_what_could_not_be_decided_is_refused_at_once(service):
    with pytest.raises(Rejected):
        service.later.order(application(features={"limit": -1}))
    assert service.jobs.count_by_state() == {}


def test_the_job_of_a_dead_worker_keeps_no_other_waiting_and_is_announced_once(bare_service, clock):
    job = order(bare_service.jobs)
    bare_service.jobs.claim(job.id)
    assert bare_service.work(job.id) is True
    assert bare_service.jobs.get(job.id).state == "running"

    clock.advance(LEASE + timedelta(seconds=1))
    assert [bare_service.jobs.remind() for _ in range(3)] == [1, 0, 0]
    assert bare_service.jobs.get(job.id).state == "queued"
    assert bare_service.jobs.claim(job.id).attempts == 2
