"""Messages over a real RabbitMQ."""

import asyncio
import secrets
import threading
from datetime import UTC, datetime

import aio_pika
import pytest

from loanwright.errors import Unavailable
from loanwright.service.messaging.rabbitmq import RabbitMQ
from loanwright.service.messaging.relay import BrokerUnavailable
from loanwright.service.messaging.schemas import Message

MOMENT = datetime(2026, 11, 21, tzinfo=UTC)


class Events:
    def __init__(self):
        self.names = []

    def info(self, event, **facts):
        self.names.append(event)

    warning = error = info


def messages(*subjects):
    return [
        Message(sequence=number, topic="jobs", subject=subject, created_at=MOMENT)
        for number, subject in enumerate(subjects)
    ]


@pytest.fixture
def prefix(rabbitmq_url):
    name = f"loanwright-test-{secrets.token_hex(4)}"
    yield name
    asyncio.run(clean(rabbitmq_url, name))


async def clean(url, name):
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        for queue in (f"{name}.jobs", f"{name}.dead"):
            await channel.queue_delete(queue)
        await channel.exchange_delete(f"{name}.dead")


def run_link(link, handle, during, *, seconds=20):
    """Run a link and, beside it, what a test does in a thread."""

    async def both():
        stopping = asyncio.Event()
        running = asyncio.create_task(link.run(handle, stopping))
        try:
            return await asyncio.wait_for(asyncio.to_thread(during), seconds)
        finally:
            stopping.set()
            await running

    return asyncio.run(both())


def wait_until(condition, seconds=10):
    waited = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        waited.wait(0.02)
    raise AssertionError("it did not happen")


def publish_when_connected(link, several):
    def publish():
        try:
            link.publish(several)
        except BrokerUnavailable:
            return False
        return True

    wait_until(publish)


def link_to(url, prefix, concurrency=4):
    return RabbitMQ(url, prefix=prefix, concurrency=concurrency, events=Events())


def test_what_is_published_is_told(rabbitmq_url, prefix):
    told, link = [], link_to(rabbitmq_url, prefix)
    wanted = [f"job_{number}" for number in range(300)]

    def during():
        publish_when_connected(link, messages(*wanted))
        wait_until(lambda: len(told) >= len(wanted))

    run_link(link, lambda subject: bool(told.append(subject)) or True, during)
    assert sorted(told) == sorted(wanted)


def test_what_is_busy_or_unavailable_is_told_again(rabbitmq_url, prefix):
    told, link = [], link_to(rabbitmq_url, prefix)

    def handle(subject):
        told.append(subject)
        if len(told) == 1:
            return False
        if len(told) == 2:
            raise Unavailable
        if len(told) == 3:
            raise ZeroDivisionError
        return True

    def during():
        publish_when_connected(link, messages("job_1"))
        wait_until(lambda: len(told) >= 4)

    run_link(link, handle, during)
    assert told == ["job_1"] * 4


def test_what_was_not_finished_is_told_to_another(rabbitmq_url, prefix):
    first, second = link_to(rabbitmq_url, prefix), link_to(rabbitmq_url, prefix)
    told = []

    def cut_off(subject):
        told.append(("first", subject))
        # The work ends after the connection: nobody hears that it was done.
        threading.Event().wait(7)
        return True

    def begin():
        publish_when_connected(first, messages("job_1"))
        wait_until(lambda: told)

    run_link(first, cut_off, begin)

    def go_on():
        wait_until(lambda: len(told) >= 2)

    run_link(second, lambda subject: bool(told.append(("second", subject))) or True, go_on)
    assert told == [("first", "job_1"), ("second", "job_1")]


def test_without_a_broker_nothing_is_published():
    link = RabbitMQ("amqp://guest@127.0.0.1:9/", prefix="x", concurrency=1, events=Events())

    def during():
        with pytest.raises(BrokerUnavailable):
            link.publish(messages("job_1"))

    run_link(link, lambda _subject: True, during)
    with pytest.raises(BrokerUnavailable):
        link_to("amqp://guest@127.0.0.1:9/", "x").publish(messages("job_1"))
