"""Messages over a real RabbitMQ."""

import asyncio
import secrets
import threading
from datetime import UTC, datetime

import aio_pika
import pytest
from faultlab.checker import reason_of
from faultlab.proxy import Fault, FaultProxy
from sqlalchemy import make_url

from loanwright.errors import Unavailable
from loanwright.service.messaging.rabbitmq import DELIVERY_LIMIT, RabbitMQ
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


async def refuse_always(url, name):
    """Take a message again and again without ever acknowledging it; return how often it came."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue, dead = (
            await channel.get_queue(f"{name}.jobs"),
            await channel.get_queue(f"{name}.dead"),
        )
        deliveries = 0
        for _ in range(400):
            message = await queue.get(fail=False)
            if message is not None:
                deliveries += 1
                await message.reject(requeue=True)
            elif (letter := await dead.get(fail=False)) is not None:
                await letter.ack()
                return deliveries, letter
            else:
                await asyncio.sleep(0.02)
    raise AssertionError("the message was neither delivered nor dead")


def test_a_poisoned_message_dies_after_the_limit_and_says_why(rabbitmq_url, prefix):
    link = link_to(rabbitmq_url, prefix)
    run_link(link, lambda _subject: True, lambda: publish_when_connected(link, messages("job_0")))

    async def publish_only():
        connection = await aio_pika.connect(rabbitmq_url)
        async with connection:
            channel = await connection.channel()
            await channel.default_exchange.publish(
                aio_pika.Message(b"job_1"), routing_key=f"{prefix}.jobs", mandatory=True
            )

    asyncio.run(publish_only())
    deliveries, letter = asyncio.run(refuse_always(rabbitmq_url, prefix))
    assert deliveries == DELIVERY_LIMIT + 1
    assert letter.body == b"job_1"
    assert reason_of(letter.headers) == "delivery_limit"


def test_what_no_queue_takes_is_an_error_and_not_silence(rabbitmq_url, prefix):
    link = link_to(rabbitmq_url, prefix)

    def during():
        publish_when_connected(link, messages("job_1"))
        asyncio.run(clean(rabbitmq_url, prefix))
        with pytest.raises(BrokerUnavailable):
            link.publish(messages("job_2"))

    run_link(link, lambda _subject: True, during)


@pytest.mark.parametrize("kind", ["black hole", "half-open", "reset"])
def test_a_broker_that_falls_silent_is_found_again_without_a_restart(rabbitmq_url, prefix, kind):
    told = []
    proxy = FaultProxy(make_url(rabbitmq_url).port or 5672)
    link = link_to(rabbitmq_url.replace("5672", str(proxy.port)), prefix)

    def during():
        publish_when_connected(link, messages("job_1"))
        proxy.set(Fault(kind=kind))
        with pytest.raises(BrokerUnavailable):
            link.publish(messages("job_2"))
        proxy.heal()
        publish_when_connected(link, messages("job_3"))
        wait_until(lambda: "job_3" in told)

    run_link(link, lambda subject: bool(told.append(subject)) or True, during, seconds=40)
    proxy.close()


def test_messages_of_one_publisher_arrive_in_their_order(rabbitmq_url, prefix):
    told, link = [], link_to(rabbitmq_url, prefix, concurrency=1)
    wanted = [f"job_{number}" for number in range(600)]

    def during():
        publish_when_connected(link, messages(*wanted[:200]))
        link.publish(messages(*wanted[200:400]))
        link.publish(messages(*wanted[400:]))
        wait_until(lambda: len(told) >= len(wanted))

    run_link(link, lambda subject: bool(told.append(subject)) or True, during)
    assert told == wanted
