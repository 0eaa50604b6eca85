"""Messages leave in their order, and stay until it is sure that they arrived."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from loanwright.service.messaging.relay import KEPT, BrokerUnavailable, Relay


class Kept:
    """A publisher that keeps what it gets, until it is told to fail."""

    def __init__(self):
        self.subjects = []
        self.away = False

    def publish(self, messages):
        if self.away:
            raise BrokerUnavailable(why="told so")
        self.subjects += [message.subject for message in messages]


@pytest.fixture
def publisher():
    return Kept()


@pytest.fixture
def relay(bare_service, clock, publisher):
    return Relay(database=bare_service.database, clock=clock, publisher=publisher)


def put(service, *subjects):
    with service.database.write() as connection:
        service.jobs.outbox.put(connection, "jobs", subjects)


def test_messages_leave_once_and_in_order(bare_service, relay, publisher):
    put(bare_service, *(f"job_{number}" for number in range(450)))
    assert [relay.pass_on() for _ in range(4)] == [200, 200, 50, 0]
    assert publisher.subjects == [f"job_{number}" for number in range(450)]


def fail_after_putting(service, subject):
    with service.database.write() as connection:
        service.jobs.outbox.put(connection, "jobs", [subject])
        raise ZeroDivisionError


def test_a_message_of_a_transaction_that_failed_never_leaves(bare_service, relay, publisher):
    with pytest.raises(ZeroDivisionError):
        fail_after_putting(bare_service, "job_1")
    assert relay.pass_on() == 0
    assert publisher.subjects == []


def test_what_could_not_be_published_waits(bare_service, relay, publisher):
    put(bare_service, "job_1")
    publisher.away = True
    with pytest.raises(BrokerUnavailable):
        relay.pass_on()
    assert bare_service.jobs.outbox.count_waiting() == 1
    publisher.away = False
    assert relay.pass_on() == 1


def test_old_messages_are_forgotten_once_they_have_left(bare_service, relay, clock):
    put(bare_service, "job_1", "job_2")
    relay.pass_on()
    put(bare_service, "job_3")
    clock.advance(KEPT + timedelta(seconds=1))
    assert relay.forget() == 2
    assert bare_service.jobs.outbox.count_waiting() == 1


class Dying:
    """A publisher whose process dies now and then, before or after the messages are safe."""

    def __init__(self, rng):
        self.rng = rng
        self.subjects = []

    def publish(self, messages):
        fate = self.rng.random()
        safe = [message.subject for message in messages]
        if fate < 0.3:
            # The broker has taken a part of them, in their order, and then nobody was there.
            self.subjects += safe[: self.rng.randrange(len(safe) + 1)]
            raise BrokerUnavailable(why="told so")
        self.subjects += safe
        if fate < 0.6:
            raise BrokerUnavailable(why="it died before it could say so")


def test_many_deaths_lose_nothing_and_keep_the_order_of_each_application(bare_service, clock):
    rng = random.Random(17)
    publisher = Dying(rng)
    relay = Relay(database=bare_service.database, clock=clock, publisher=publisher)
    wanted = {f"app{number}": [] for number in range(20)}
    deaths = sent = 0
    while deaths < 200:
        for _ in range(rng.randrange(3)):
            one = rng.choice(sorted(wanted))
            wanted[one].append(f"{one}-{sent}")
            put(bare_service, f"{one}-{sent}")
            sent += 1
        try:
            relay.pass_on()
        except BrokerUnavailable:
            deaths += 1
    while bare_service.jobs.outbox.count_waiting():
        with suppress(BrokerUnavailable):
            relay.pass_on()
    first = list(dict.fromkeys(publisher.subjects))
    for one, subjects in wanted.items():
        assert [subject for subject in first if subject.startswith(f"{one}-")] == subjects
    assert len(first) == sent
