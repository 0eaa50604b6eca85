"""Challengers in the shadow, with real workers, on both databases."""

import json
import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.service.conftest import PlainPackage, application, told, write_plain

from loanwright.service.audit.schemas import Actor
from loanwright.service.bootstrap import build
from loanwright.service.experiments.schemas import Arm, Design, Measure, Plan
from loanwright.service.messaging.relay import Relay
from loanwright.service.registry.schemas import State
from loanwright.service.shadows.service import TOPIC

PATIENCE = 30.0
POISON = -7.0


class PoisonedPackage(PlainPackage):
    """A package that cannot assess anybody with a document of their own."""

    def assess_matrix(self, matrix):
        raise ZeroDivisionError("the income of Anna is nothing")


def load(path):
    weight = json.loads((path / "plain.json").read_text())["weight"]
    return (PoisonedPackage if weight == POISON else PlainPackage).load(path)


@pytest.fixture
def bare_service(settings):
    service = build(settings, load_package=load)
    yield service
    service.close()


class Events:
    """A log that keeps what went wrong."""

    def __init__(self):
        self.wrong = []

    def info(self, event, **facts):
        pass

    def warning(self, event, **facts):
        self.wrong.append((event, facts))

    error = warning


class Published:
    """Takes messages from the relay, and keeps them."""

    def __init__(self):
        self.messages = []

    def publish(self, messages):
        self.messages += messages


def challenge(service, weight, segment="new"):
    path = write_plain(service.settings.models_dir, segment, weight=weight)
    model = service.registry.register(path, by="tests")
    return service.registry.promote(model.hash, to=State.CHALLENGER, by="tests")


def decide(service, count):
    asked = [application(document_number=f"CD {n}") for n in range(count)]
    return [told(one) for one in service.origination.submit_many(asked)]


def work(service, until):
    """Let real workers work until something holds; return what went wrong."""
    events = Events()
    workers = service.workers(events, threads=2)
    workers.start()
    waited, end = threading.Event(), time.monotonic() + PATIENCE
    while not until() and time.monotonic() < end:
        waited.wait(0.05)
    workers.stop()
    assert until()
    return events.wrong


def tallies(service):
    return {one.model_hash: (one.assessed, one.failed) for one in service.shadows.list_tallies()}


def rows(service):
    with service.database.read() as connection:
        return connection.execute(text("SELECT * FROM shadow_assessments")).mappings().all()


def test_workers_let_every_challenger_assess_what_was_decided(service):
    first, second = challenge(service, 2.5), challenge(service, -0.25)
    replies = decide(service, 7)
    assert rows(service) == []
    wrong = work(service, lambda: tallies(service) == {first.hash: (7, 0), second.hash: (7, 0)})
    assert wrong == []
    champion = service.registry.champion("credit-card", "new").hash
    for row in rows(service):
        reply = next(one for one in replies if one.decision.id == row["decision_id"])
        assert row["decided_by"] == champion
        assert row["decided_outcome"] == reply.decision.outcome
        assert row["probability_of_default"] != row["decided_probability"]
    # They are no decisions: nobody is decided by them, and what was decided replays.
    assert service.decisions.count() == 7
    assert all(replay.equal for replay in service.decisions.replay_all())


def test_messages_carry_ids_alone_and_nobody_is_told_where_there_is_no_challenger(service):
    decide(service, 2)
    challenge(service, 2.5, segment="existing")
    decide(service, 2)
    told_of = Published()
    relay = Relay(database=service.database, clock=service.clock, publisher=told_of)
    relay.pass_on()
    assert [one for one in told_of.messages if one.topic == TOPIC] == []
    challenge(service, 2.5)
    (reply,) = decide(service, 1)
    relay.pass_on()
    (message,) = [one for one in told_of.messages if one.topic == TOPIC]
    assert message.subject == reply.decision.id


def test_told_however_often_each_model_assesses_once(service):
    model = challenge(service, 2.5)
    (reply,) = decide(service, 1)
    threads = [threading.Thread(target=service.work, args=(reply.decision.id,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.work(reply.decision.id)
    assert tallies(service) == {model.hash: (1, 0)}


def test_two_processes_assess_once(service, settings):
    model = challenge(service, 2.5)
    decided = [one.decision.id for one in decide(service, 20)]
    other = build(settings, load_package=load)
    try:
        threads = [
            threading.Thread(target=lambda one=one: [one.work(name) for name in decided])
            for one in (service, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        other.close()
    assert tallies(service) == {model.hash: (20, 0)}


def test_a_poisoned_challenger_is_counted_and_harms_nobody(service):
    good, poisoned = challenge(service, 2.5), challenge(service, POISON)
    replies = decide(service, 5)
    expected = {good.hash: (5, 0), poisoned.hash: (5, 5)}
    assert work(service, lambda: tallies(service) == expected) == []
    assert {one.decision.outcome for one in replies} <= {"approve", "refer", "decline"}
    found = service.shadows.compare(poisoned.hash)
    assert (found.failures, found.beside.number) == ({"ZeroDivisionError": 5}, 0)
    # What it says may hold what was sent: only the name of the error is kept.
    assert "Anna" not in str([dict(row) for row in rows(service)])
    assert service.shadows.compare(good.hash).beside.number == 5


def test_a_package_that_is_gone_is_counted_too(service, settings):
    model = challenge(service, 2.5)
    (reply,) = decide(service, 1)
    (settings.models_dir / model.path / "plain.json").unlink()
    (settings.models_dir / model.path).rmdir()
    other = build(settings, load_package=load)
    try:
        assert other.work(reply.decision.id)
    finally:
        other.close()
    assert service.shadows.compare(model.hash).failures == {"PackageMissing": 1}


def test_what_is_personal_is_sealed_and_goes_with_the_person(service):
    model = challenge(service, 2.5)
    first, second = decide(service, 2)
    service.work(first.decision.id)
    (row,) = rows(service)
    assert "log_odds" not in row["detail"]
    with service.database.write() as connection:
        key = service.vault.get(connection, first.applicant.id)
        place = f"shadow_assessments.detail:{first.decision.id}:{model.hash}"
        assert "log_odds" in key.open(row["detail"], place=place)
        connection.execute(text("UPDATE person_keys SET wrapped = NULL, destroyed_at = created_at"))
    assert service.work(second.decision.id)
    assert len(rows(service)) == 1


def test_shadow_assessments_cannot_be_changed(service):
    challenge(service, 2.5)
    (reply,) = decide(service, 1)
    service.work(reply.decision.id)
    for statement in ("UPDATE shadow_assessments SET score = 1", "DELETE FROM shadow_assessments"):
        with pytest.raises(DBAPIError), service.database.write() as connection:
            connection.execute(text(statement))


def test_what_a_dead_process_held_in_memory_is_told_anew(service):
    model = challenge(service, 2.5)
    decide(service, 3)
    lost = Published()
    Relay(database=service.database, clock=service.clock, publisher=lost).pass_on()
    assert work(service, lambda: tallies(service) == {model.hash: (3, 0)}) == []


def test_a_challenger_that_decided_in_an_experiment_does_not_shadow_itself(service):
    model = challenge(service, 2.5)
    arms = (
        Arm(name="champion", share=5_000),
        Arm(name="tried", share=5_000, model_hash=model.hash),
    )
    one = service.experiments.propose(
        Actor(id="a"),
        name="t",
        product="credit-card",
        segment="new",
        design=Design(arms=arms, measure=Measure.APPROVAL_RATE, plan=Plan(base=0.5, effect=0.1)),
    )
    service.experiments.approve(Actor(id="b"), one.id)
    service.experiments.start(Actor(id="a"), one.id)
    replies = decide(service, 12)
    for reply in replies:
        service.work(reply.decision.id)
    by_champion = sum(reply.decision.model.hash != model.hash for reply in replies)
    assert tallies(service) == {model.hash: (by_champion, 0)}
