"""A person is erased: at once where nothing forbids it, and otherwise when that is over."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import BEHAVIOUR, CARD, application
from tests.integration.service.erasure.conftest import ADMIN, apply

from loanwright.service.accounts.schemas import Opening
from loanwright.service.applicants.schemas import Contacts
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.erasure.rules import Rule
from loanwright.service.erasure.service import HoldEndsInPast, HoldNotFound, ReasonNeeded
from loanwright.service.origination.errors import ApplicantUnknown
from loanwright.service.origination.schemas import ApplicantReference
from loanwright.service.privacy.keys import SealBroken
from loanwright.service.privacy.vault import PersonErased
from loanwright.service.users.permissions import PERMISSIONS
from loanwright.service.users.schemas import Principal

ROOT = Principal(id="usr_ROOT", kind="key", permissions=frozenset(PERMISSIONS))
YEARS = timedelta(days=26 * 31)


@pytest.fixture
def erasure(service):
    return service.erasure


def force(service, person):
    return service.erasure.request(ADMIN, person, reason="court order 7", force=True)


def test_what_is_known_of_an_erased_person_cannot_be_read_any_more(service):
    service.applicants.record_behaviours(CARD, {"AB 1": BEHAVIOUR})
    one = apply(service, document_number="AB 1")
    force(service, one.person)

    for read in (
        lambda: service.decisions.get(one.decision),
        lambda: service.decisions.reply_of(one.application),
        lambda: service.decisions.replay(one.decision),
        lambda: service.applications.get(one.application),
        lambda: service.applicant_records.get(ROOT, one.person),
        lambda: service.erasure.look(one.person),
        lambda: service.applicants.record_behaviour(one.person, CARD, BEHAVIOUR),
    ):
        with pytest.raises(PersonErased):
            read()
    assert service.applicants.get(one.person).behaviours == {}
    assert service.applicants.get(one.person).key is None


def test_the_figures_of_a_decision_stay_when_its_person_goes(service):
    one, other = apply(service), apply(service)
    before = service.decisions.list_page().items
    force(service, one.person)

    assert service.decisions.list_page().items == before
    assert service.decisions.get_line(one.decision).outcome in {"approve", "refer", "decline"}
    assert service.decisions.count() == 2
    assert [(r.erased, r.equal) for r in service.decisions.replay_all()] == [
        (False, True),
        (True, False),
    ]
    assert service.decisions.get(other.decision).reply


def test_the_chain_of_the_audit_log_still_verifies_after_an_erasure(service):
    people = [apply(service).person for _ in range(3)]
    service.ledger.seal()
    force(service, people[1])
    service.ledger.seal()

    assert service.ledger.verify().findings == ()


def test_an_erased_person_cannot_be_found_and_may_come_again_as_somebody_new(service):
    one = apply(service, document_number="AB 2")
    force(service, one.person)

    assert service.applicants.find("AB 2") is None
    with pytest.raises(ApplicantUnknown):
        apply(service, applicant=ApplicantReference(applicant_id=one.person))
    assert apply(service, document_number="AB 2").person != one.person


def test_contacts_and_the_names_to_search_by_are_gone(service):
    added = service.applicant_records.add(
        ROOT, contacts=Contacts(name="Anna Petrova"), language="en", identity=None
    )
    force(service, added.id)
    with service.database.read() as connection:
        names = connection.execute(text("SELECT count(*) FROM applicant_names")).scalar_one()
        row = connection.execute(
            text("SELECT contacts, document_hash, manager_id FROM applicants")
        ).one()

    assert names == 0
    assert tuple(row) == (None, None, None)


def test_the_same_key_of_the_caller_gives_no_answer_any_more(service):
    one = apply(service)
    force(service, one.person)

    (answer,) = service.origination.submit_many([one.sent])
    assert isinstance(answer, PersonErased)
    assert service.decisions.count() == 1


def test_a_job_of_a_person_erased_meanwhile_fails_and_says_so(service):
    job = service.later.order(application(document_number="AB 3"))
    person = service.jobs.get(job.id).applicant_id
    force(service, person)

    assert service.work(job.id)
    after = service.jobs.get(job.id)
    assert after.state == "failed"
    assert '"person_erased"' in after.problem
    assert after.payload == ""


def test_what_a_job_needed_goes_when_it_is_done(service):
    job = service.later.order(application(document_number="AB 4"))
    assert service.jobs.get(job.id).payload.startswith("s1.")
    assert service.work(job.id)
    assert service.jobs.get(job.id).payload == ""


def test_a_rule_keeps_a_person_and_says_until_when(service, clock):
    one = apply(service)
    request = service.erasure.request(ADMIN, one.person, reason="asked by letter")

    assert (request.state, request.done_at) == ("open", None)
    assert [block.code for block in request.blocks] == ["us.reg_b"]
    assert request.possible_from == datetime(2028, 12, 21, tzinfo=UTC)
    assert request.due_at == clock.now() + timedelta(days=30)
    assert service.decisions.get(one.decision).reply
    assert service.erasure.request(ADMIN, one.person).id == request.id


def test_a_person_is_erased_at_once_where_nothing_forbids_it(service, clock):
    one = apply(service)
    clock.advance(YEARS)
    request = service.erasure.request(ADMIN, one.person)

    assert (request.state, request.done_at, request.forced) == ("done", clock.now(), False)
    with pytest.raises(PersonErased):
        service.erasure.request(ADMIN, one.person)


def test_an_open_account_keeps_a_person_however_old_the_decision_is(service, clock):
    one = apply(service)
    opening = Opening(
        applicant_id=one.person,
        product="credit-card",
        amount=1_000_00,
        currency="TWD",
        annual_rate_bp=1_200,
        term_months=12,
        repayment="annuity",
        disbursed_on=date(2026, 11, 1),
    )
    service.accounts.open(ROOT, opening)
    clock.advance(YEARS)
    request = service.erasure.request(ADMIN, one.person)

    assert [block.code for block in request.blocks] == ["account.open"]
    assert request.possible_from is None


def test_force_needs_a_reason_and_stays_on_record(service):
    one = apply(service)
    with pytest.raises(ReasonNeeded):
        service.erasure.request(ADMIN, one.person, force=True)
    request = force(service, one.person)

    assert (request.forced, request.reason) == (True, "court order 7")
    assert [block.code for block in request.blocks] == ["us.reg_b"]
    actions = {entry.action for entry in service.ledger.list_page().items}
    assert "applicant.erased-by-force" in actions


def test_a_hold_keeps_a_person_until_it_is_released(service, clock):
    one = apply(service)
    clock.advance(YEARS)
    held = service.erasure.hold(ADMIN, one.person, reason="case 12")
    request = service.erasure.request(ADMIN, one.person)
    assert [(block.code, block.source) for block in request.blocks] == [("hold", held.id)]

    service.erasure.release(ADMIN, held.id)
    assert service.erasure.request(ADMIN, one.person).state == "done"
    with pytest.raises(HoldNotFound):
        service.erasure.release(ADMIN, held.id)


def test_a_hold_runs_out_by_itself(service, clock):
    one = apply(service)
    clock.advance(YEARS)
    until = clock.now() + timedelta(days=10)
    service.erasure.hold(ADMIN, one.person, reason="case 13", until=until)
    assert service.erasure.request(ADMIN, one.person).possible_from == until
    clock.advance(timedelta(days=10))

    assert service.erasure.look(one.person).blocks == []


def test_nobody_can_be_held_who_is_not_there_or_for_a_time_that_is_over(service, clock):
    one = apply(service)
    with pytest.raises(HoldEndsInPast):
        service.erasure.hold(ADMIN, one.person, reason="late", until=clock.now())
    with pytest.raises(ApplicantNotFound):
        service.erasure.hold(ADMIN, "apl_" + "0" * 26, reason="nobody")
    force(service, one.person)
    with pytest.raises(PersonErased):
        service.erasure.hold(ADMIN, one.person, reason="too late")


def test_many_who_ask_at_once_make_one_request(service):
    one, failures = apply(service), []

    def ask():
        try:
            service.erasure.request(ADMIN, one.person)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(service.erasure.list_requests()) == 1


def test_every_step_is_in_the_audit_log(service, clock):
    one = apply(service)
    held = service.erasure.hold(ADMIN, one.person, reason="case 14")
    service.erasure.request(ADMIN, one.person)
    service.erasure.release(ADMIN, held.id)
    clock.advance(YEARS)
    service.erasure.request(ADMIN, one.person)
    entries = [entry for entry in service.ledger.list_page().items if entry.person == one.person]
    actions = [entry.action for entry in reversed(entries)]

    assert actions == [
        "decision.made",
        "hold.placed",
        "erasure.blocked",
        "hold.released",
        "applicant.erased",
    ]
    assert {entry.actor for entry in entries[:4]} == {ADMIN.id}


def test_a_sealed_text_moved_to_another_row_does_not_open(service, database):
    from tests.integration.unguarded import unguard

    one, other = apply(service, document_number="AB 5"), apply(service, document_number="AB 5")
    with database.write() as connection:
        unguard(connection)
        connection.execute(
            text(
                "UPDATE decisions SET reply = (SELECT reply FROM decisions WHERE id = :one) "
                "WHERE id = :other"
            ),
            {"one": one.decision, "other": other.decision},
        )
    with pytest.raises(SealBroken):
        service.decisions.get(other.decision)


def test_a_rule_that_is_not_in_force_keeps_nobody(service):
    one = apply(service)
    rule = Rule(
        code="later",
        jurisdiction="EU",
        after="decision",
        months=6,
        since=date(2027, 12, 2),
        until=None,
        source="a law to come",
        read=False,
    )
    object.__setattr__(service.erasure, "rules", (rule,))

    assert service.erasure.look(one.person).blocks == []
