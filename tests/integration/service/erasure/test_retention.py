"""The retention run: whoever need not be kept goes, whoever is held stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import application
from tests.integration.service.erasure.conftest import ADMIN, apply

from loanwright.service.privacy.vault import PersonErased

PERIOD = timedelta(days=26 * 31)


def living(service):
    with service.database.read() as connection:
        return service.vault.list_living(connection, "", 1_000)


def test_a_rehearsal_says_what_the_run_does_and_does_nothing(service, clock):
    old = {apply(service).person for _ in range(4)}
    held = apply(service).person
    service.erasure.hold(ADMIN, held, reason="case 1")
    clock.advance(PERIOD)
    young = apply(service).person
    rehearsed = service.retention.rehearse()
    assert set(living(service)) == {*old, held, young}

    done = service.retention.run()
    assert done == rehearsed
    assert set(done.erased) == old
    assert (done.looked_at, done.held) == (6, 1)
    assert set(living(service)) == {held, young}
    assert service.retention.run().erased == ()


def test_expired_persons_are_gone_within_a_day_by_the_chore_alone(service, clock):
    expired = apply(service)
    clock.advance(PERIOD)
    for _ in range(24):
        service.retention.chore()
        clock.advance(timedelta(hours=1))

    with pytest.raises(PersonErased):
        service.decisions.get(expired.decision)


def test_a_request_that_was_blocked_is_carried_out_when_the_block_ends(service, clock):
    one = apply(service)
    request = service.erasure.request(ADMIN, one.person)
    service.retention.run()
    assert service.erasure.find_request(one.person).state == "open"

    clock.advance(request.possible_from - clock.now())
    service.retention.run()
    after = service.erasure.find_request(one.person)
    assert (after.id, after.state, after.done_at) == (request.id, "done", clock.now())
    assert after.blocks == request.blocks


def test_without_rules_only_those_go_who_asked(service, clock):
    asked, silent = apply(service), apply(service)
    service.erasure.request(ADMIN, asked.person)
    object.__setattr__(service.erasure, "rules", ())
    clock.advance(PERIOD * 10)

    assert service.retention.run().erased == (asked.person,)
    assert service.decisions.get(silent.decision).reply


def test_a_run_goes_on_where_it_was_and_is_done_once_in_six_hours(service, clock):
    retention = replace(service.retention, at_once=2)
    people = sorted(apply(service).person for _ in range(5))
    clock.advance(PERIOD)
    assert [retention.step() for _ in range(4)] == [False, False, True, True]
    with service.database.read() as connection:
        ((looked_at, erased, place),) = connection.execute(
            text("SELECT looked_at, erased, place FROM retention_runs")
        ).all()

    assert (looked_at, erased, place) == (5, 5, people[-1])
    clock.advance(timedelta(hours=6))
    assert service.retention.step() is True
    assert living(service) == []


def test_keys_are_forgotten_after_thirty_days_and_what_failed_jobs_needed(service, clock):
    one = apply(service)
    job = service.later.order(application(document_number="AB 9"))
    with service.database.write() as connection:
        connection.execute(
            text("UPDATE jobs SET state = 'failed', finished_at = created_at, problem = '{}'")
        )
    clock.advance(timedelta(days=29))
    service.retention.run()
    assert service.origination.submit(one.sent).replayed
    assert service.jobs.get(job.id).payload

    clock.advance(timedelta(days=2))
    service.retention.run()
    assert not service.origination.submit(one.sent).replayed
    assert service.jobs.get(job.id).payload == ""


def test_the_chain_verifies_after_a_run(service, clock):
    for _ in range(3):
        apply(service)
    service.ledger.seal()
    clock.advance(PERIOD)
    service.retention.run()
    service.ledger.seal()

    assert service.ledger.verify().findings == ()
    actors = {e.actor for e in service.ledger.list_page().items if e.action == "applicant.erased"}
    assert actors == {"system:retention"}
