import json
import multiprocessing
import threading
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.service.conftest import (
    BEHAVIOUR,
    CARD,
    UNASSESSABLE,
    PlainPackage,
    application,
    told,
)

from loanwright.decisioning.policy import Policy
from loanwright.errors import LoanwrightError, Unavailable
from loanwright.features.errors import RecordRejected
from loanwright.service.applicants.service import DocumentNumberRefused
from loanwright.service.bootstrap import build
from loanwright.service.origination.errors import (
    ApplicantNamedTwice,
    ApplicantUnknown,
    BodyNotText,
    DecisionImpossible,
    IdempotencyKeyReused,
    ProductNotOffered,
)
from loanwright.service.origination.schemas import ApplicantReference, Caller, Reply
from loanwright.service.registry.service import NoChampion


def counts(service):
    return {
        "applicants": service.applicants.count(),
        "applications": service.applications.count(),
        "decisions": service.decisions.count(),
    }


NOTHING = {"applicants": 0, "applications": 0, "decisions": 0}


def test_an_application_is_decided_stored_and_answered_with_its_reasons(service):
    reply = service.origination.submit(application(document_number="AB 123"))
    body = told(reply)

    assert (reply.status, reply.replayed) == (201, False)
    assert body.segment == "new"
    assert body.decision.id == reply.decision_id
    assert body.decision.outcome in ("approve", "refer", "decline")
    assert 1 <= len(body.decision.reasons) <= 4
    assert all(reason.text.en and reason.text.ru for reason in body.decision.reasons)
    parts = [part.contribution for part in body.decision.contributions]
    assert body.decision.base_log_odds + sum(parts) == pytest.approx(
        body.decision.log_odds, abs=1e-9
    )
    assert counts(service) == {"applicants": 1, "applications": 1, "decisions": 1}


def test_what_was_received_is_kept_as_it_came(service):
    sent = application()
    body = told(service.origination.submit(sent))
    kept = service.applications.get(body.id)

    assert kept.received.encode() == sent.received
    assert (kept.applicant_id, kept.caller_id) == (body.applicant.id, "key_BANK")


def test_a_document_number_is_kept_as_its_keyed_hash_and_the_rest_as_it_came(service):
    features = {"limit": 120000, "city": "Tomsk, Томск"}
    received = {"applicant": {"document_number": "SECRET-4711"}, "features": features}
    sent = application(document_number="SECRET-4711", received=json.dumps(received).encode())
    kept = service.applications.get(told(service.origination.submit(sent)).id)

    number = {"document_hash": service.applicants.document_hash("SECRET-4711")}
    assert json.loads(kept.received) == {"applicant": number, "features": features}


def test_the_hash_of_a_body_cannot_be_guessed_without_the_key(service, database):
    sent = application(document_number="SECRET-4711", idempotency_key="once")
    service.origination.submit(sent)
    with database.read() as connection:
        [stored] = connection.execute(text("SELECT body_hash FROM idempotency_keys")).scalars()

    assert stored == service.applicants.keyed_hash(sent.body_hash) != sent.body_hash


def test_the_stored_reply_is_what_was_answered(service):
    reply = service.origination.submit(application())

    assert service.decisions.reply_of(told(reply).id) == reply.body


def test_the_document_number_is_nowhere_in_its_columns(service, database):
    service.origination.submit(application(document_number="SECRET-4711"))
    with database.read() as connection:
        rows = [
            str(connection.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("applicants", "applications", "decisions", "idempotency_keys")
        ]

    assert "4711" not in "".join(rows)


def test_the_same_person_is_known_again_whatever_the_spelling(service):
    first = told(service.origination.submit(application(document_number="ab-12 3")))
    again = told(service.origination.submit(application(document_number=" AB123")))

    assert first.applicant.id == again.applicant.id
    assert counts(service)["applicants"] == 1


def test_nobody_named_is_a_new_person_each_time(service):
    replies = service.origination.submit_many([application(), application()])

    assert len({told(reply).applicant.id for reply in replies}) == 2


def test_an_applicant_can_be_named_by_id(service):
    known = service.applicants.get_or_receive("AB 123")
    named = application(applicant=ApplicantReference(applicant_id=known.id))

    assert told(service.origination.submit(named)).applicant.id == known.id


def test_the_segment_follows_the_stored_behaviour_not_what_was_typed(service):
    known = service.applicants.get_or_receive("AB 123")
    before = told(service.origination.submit(application(document_number="AB 123")))
    version = service.applicants.record_behaviour(known.id, CARD, BEHAVIOUR)
    after = told(service.origination.submit(application(document_number="AB 123")))

    assert (before.segment, after.segment, version) == ("new", "existing", 1)
    assert len(after.decision.contributions) == len(CARD.segment("existing").features)
    snapshot = json.loads(service.decisions.get(after.decision.id).snapshot)
    assert snapshot["behaviour_version"] == 1


def test_the_newest_behaviour_counts(service):
    known = service.applicants.get_or_receive("AB 123")
    service.applicants.record_behaviour(known.id, CARD, BEHAVIOUR)
    service.applicants.record_behaviour(known.id, CARD, {**BEHAVIOUR, "bill_1": 77_000})
    body = told(service.origination.submit(application(document_number="AB 123")))
    snapshot = json.loads(service.decisions.get(body.decision.id).snapshot)

    assert (snapshot["behaviour_version"], snapshot["record"]["bill_1"]) == (2, 77_000)


def test_behaviour_in_the_body_is_rejected_and_nothing_is_stored(service):
    sent = application(features={"limit": 200_000, "bill_1": 5_000})
    with pytest.raises(RecordRejected) as refusal:
        service.origination.submit(sent)

    assert [(p.feature, p.code) for p in refusal.value.problems] == [
        ("bill_1", "not_accepted_here")
    ]
    assert counts(service) == NOTHING


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"features": {"limit": -1}}, RecordRejected),
        ({"features": {"limit": {"deep": []}}}, RecordRejected),
        ({"product": "boat-loan"}, ProductNotOffered),
        ({"product": "boat\x00\ud800"}, ProductNotOffered),
        ({"product": "instalment-loan"}, NoChampion),
        ({"applicant": ApplicantReference(applicant_id="apl_" + "0" * 26)}, ApplicantUnknown),
        ({"applicant": ApplicantReference(applicant_id="apl_\x00")}, ApplicantUnknown),
        ({"applicant": ApplicantReference()}, ApplicantUnknown),
        (
            {"applicant": ApplicantReference(applicant_id="a", document_number="b")},
            ApplicantNamedTwice,
        ),
        ({"document_number": ""}, DocumentNumberRefused),
        ({"document_number": " - "}, DocumentNumberRefused),
        ({"document_number": "\ud800"}, DocumentNumberRefused),
        ({"document_number": "9" * 65}, DocumentNumberRefused),
        ({"received": b"\xff"}, BodyNotText),
        ({"received": b"\x00"}, BodyNotText),
    ],
)
def test_one_bad_submission_is_refused_alone_and_stores_nothing(service, changes, error):
    answers = service.origination.submit_many([application(), application(**changes)])

    assert isinstance(answers[0], Reply)
    assert isinstance(answers[1], error)
    assert counts(service) == {"applicants": 1, "applications": 1, "decisions": 1}


def test_one_application_that_the_model_cannot_assess_leaves_the_others_alone(service):
    sent = [application(features={"limit": limit}) for limit in (10_000, UNASSESSABLE, 30_000)]
    answers = service.origination.submit_many(sent)

    assert [type(answer) for answer in answers] == [Reply, DecisionImpossible, Reply]
    assert counts(service)["applications"] == 2


def test_a_policy_that_does_not_know_the_segment_is_our_failure(service):
    policy = Policy.from_mapping(CARD.policy)
    # A humble policy would ask a person; this one asks nobody.
    bare = replace(policy, rules=(), examples=(), humility=None)
    only_new = replace(bare, cutoffs={"new": policy.cutoffs["new"]})
    service.policies.publish("credit-card", only_new, by="tests")
    service.applicants.record_behaviours(CARD, {"EXISTING": BEHAVIOUR})
    answers = service.origination.submit_many(
        [application(), application(document_number="EXISTING")]
    )

    assert [type(answer) for answer in answers] == [Reply, DecisionImpossible]
    assert "existing" in str(answers[1])


def test_a_batch_answers_in_its_order_with_the_bits_of_single_submissions(service):
    service.applicants.record_behaviours(CARD, {"EXISTING": BEHAVIOUR})
    numbers = [None, "EXISTING", "N1", "EXISTING", None, "N1"]
    limits = [10_000, 20_000, 300_000, 400_000, 500_000, 999_999]
    made = [
        application(document_number=number, features={"limit": limit})
        for number, limit in zip(numbers, limits, strict=True)
    ]
    together = [told(reply).decision for reply in service.origination.submit_many(made)]
    alone = [
        told(
            service.origination.submit(
                application(document_number=number, features={"limit": limit})
            )
        ).decision
        for number, limit in zip(numbers, limits, strict=True)
    ]

    assert [d.log_odds.hex() for d in together] == [d.log_odds.hex() for d in alone]
    assert [d.score for d in together] == [d.score for d in alone]


def test_an_empty_batch_has_no_answers(service):
    assert service.origination.submit_many([]) == []


def test_the_same_key_and_body_gives_the_very_same_bytes(service):
    sent = application(document_number="AB 123")
    first, again = service.origination.submit(sent), service.origination.submit(sent)

    assert again.body == first.body
    assert (first.replayed, again.replayed) == (False, True)
    assert again.decision_id == first.decision_id
    assert counts(service)["decisions"] == 1


def test_the_same_key_with_another_body_is_refused(service):
    sent = application(idempotency_key="once")
    service.origination.submit(sent)
    with pytest.raises(IdempotencyKeyReused):
        service.origination.submit(application(idempotency_key="once", body_hash="other"))

    assert counts(service)["decisions"] == 1


def test_callers_do_not_share_their_keys(service):
    sent = application(idempotency_key="once")
    other = application(idempotency_key="once", caller=Caller(id="key_OTHER", kind="key"))
    replies = service.origination.submit_many([sent, other])

    assert replies[0].decision_id != replies[1].decision_id


def test_a_refused_submission_may_be_mended_and_sent_again_with_its_key(service):
    bad = application(idempotency_key="once", features={"limit": -1}, body_hash="bad")
    good = application(idempotency_key="once", body_hash="good")
    with pytest.raises(RecordRejected):
        service.origination.submit(bad)

    assert service.origination.submit(good).status == 201


def test_doubles_in_one_batch_become_one_decision(service):
    sent = application(document_number="AB 123")
    replies = service.origination.submit_many([sent] * 20)

    assert {reply.body for reply in replies} == {replies[0].body}
    assert [reply.replayed for reply in replies] == [False] + [True] * 19
    assert counts(service) == {"applicants": 1, "applications": 1, "decisions": 1}


def test_a_hundred_parallel_doubles_become_one_decision(service):
    sent = application(document_number="AB 123")
    start = threading.Barrier(20)
    replies = []

    def send():
        start.wait()
        for _ in range(5):
            replies.extend(service.origination.submit_many([sent]))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(replies) == 100
    assert {reply.body for reply in replies} == {replies[0].body}
    assert [reply.replayed for reply in replies].count(False) == 1
    assert counts(service) == {"applicants": 1, "applications": 1, "decisions": 1}


def send_in_own_process(settings, batches, start, answers):
    service = build(settings, load_package=PlainPackage.load)
    start.wait()
    for batch in batches:
        answers.put([reply.body for reply in service.origination.submit_many(batch)])
    service.close()


def test_processes_that_send_the_same_batches_in_other_orders_agree_on_every_decision(service):
    sent = [application(document_number=f"AB {number % 5}") for number in range(30)]
    batches = [sent[:10], sent[10:20], sent[20:], sent]
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(4), context.Queue()
    orders = [
        batches,
        batches[::-1],
        [batch[::-1] for batch in batches],
        [batch[::-1] for batch in batches[::-1]],
    ]
    service.database.close()
    workers = [
        context.Process(target=send_in_own_process, args=(service.settings, order, start, answers))
        for order in orders
    ]
    for worker in workers:
        worker.start()
    bodies = {body for _ in range(16) for body in answers.get(timeout=60)}
    for worker in workers:
        worker.join(timeout=60)

    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert len(bodies) == 30
    assert counts(service) == {"applicants": 5, "applications": 30, "decisions": 30}


def test_two_transactions_that_receive_one_new_person_end_with_one_applicant(service):
    start = threading.Barrier(8)
    answers = []

    def send(number):
        mine = [application(document_number=f"P{n}") for n in range(number % 2, 12)]
        start.wait()
        answers.extend(service.origination.submit_many(mine))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(isinstance(answer, Reply) for answer in answers)
    assert counts(service)["applicants"] == 12


def test_a_commit_that_fails_is_an_error_for_the_whole_batch_and_stores_nothing(service, database):
    break_commit(database)
    with pytest.raises((DBAPIError, Unavailable)):
        service.origination.submit_many([application() for _ in range(5)])

    assert counts(service) == NOTHING


def break_commit(database):
    """Let the database itself refuse at COMMIT, after every statement went well."""
    if database.name == "sqlite":
        statements = (
            "CREATE TABLE anchors (id TEXT PRIMARY KEY)",
            "CREATE TABLE chains (anchor TEXT REFERENCES anchors (id) "
            "DEFERRABLE INITIALLY DEFERRED)",
            "CREATE TRIGGER refuse AFTER INSERT ON decisions "
            "BEGIN INSERT INTO chains VALUES ('nowhere'); END",
        )
    else:
        statements = (
            "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$",
            "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON decisions "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
    with database.write() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.fixture(autouse=True)
def mend_commit(database):
    yield
    if database.name == "postgresql":
        with database.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS refuse ON decisions")


def test_a_database_that_went_away_is_unavailable_and_comes_back(service, database):
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE decisions RENAME TO hidden")
    try:
        with pytest.raises((DBAPIError, LoanwrightError)):
            service.origination.submit(application())
    finally:
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE hidden RENAME TO decisions")

    assert counts(service) == NOTHING
    assert service.origination.submit(application()).status == 201
