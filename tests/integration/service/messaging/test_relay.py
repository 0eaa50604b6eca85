"""Messages leave in their order, and stay until it is sure that they arrived."""

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
