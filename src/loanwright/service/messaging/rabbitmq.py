"""Messages over RabbitMQ: durable quorum queues, confirms in a pipeline, dead letters kept."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from functools import partial
from typing import Any, Final

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPException

from loanwright.service.messaging.delivery import LONGER_PAUSE, Events, Handle, report
from loanwright.service.messaging.relay import BrokerUnavailable
from loanwright.service.messaging.schemas import Message

CONNECT_SECONDS: Final = 5.0
CONFIRM_SECONDS: Final = 3.0
CLOSE_SECONDS: Final = 2.0
#: A connection whose other end has gone is found out after three of these and a little.
HEARTBEAT_SECONDS: Final = 5
DELIVERY_LIMIT: Final = 20
TROUBLE: Final = (AMQPException, OSError, asyncio.TimeoutError, RuntimeError)


def queue_arguments(dead: str) -> dict[str, Any]:
    """Return how the queue of jobs is declared; a broker refuses to declare it otherwise."""
    return {
        "x-queue-type": "quorum",
        # Some brokers know no limit by default, and no newer one counts a refusal.
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": dead,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


class RabbitMQ:
    """One process's link to the broker: it publishes, and tells a handler what arrives.

    The connection is made anew whenever it breaks. Until then nothing can be published, which
    leaves messages in the outbox, and what was delivered without an acknowledgement comes again.
    """

    def __init__(self, url: str, *, prefix: str, concurrency: int, events: Events) -> None:
        self._url = url
        self._queue = f"{prefix}.jobs"
        self._dead = f"{prefix}.dead"
        self._concurrency = concurrency
        self._events = events
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="worker")
        self._exchange: AbstractExchange | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._at_work: set[asyncio.Task[None]] = set()
        self._give_up = asyncio.Event()

    def publish(self, messages: Sequence[Message]) -> None:
        """Return when the broker has confirmed every message; called from a thread."""
        if self._loop is None or self._exchange is None:
            raise BrokerUnavailable(why="there is no connection")
        sending: Future[Any] = asyncio.run_coroutine_threadsafe(self._send(messages), self._loop)
        try:
            sending.result(CONFIRM_SECONDS)
        except FutureTimeout:
            sending.cancel()
            # Nobody may be at the other end any more: what waits is sent over a new connection.
            self._loop.call_soon_threadsafe(self._give_up.set)
            raise BrokerUnavailable(why="it does not confirm") from None
        except CancelledError:
            # What waits for a confirmation is cancelled when its connection closes.
            raise BrokerUnavailable(why="the connection was closed") from None
        except TROUBLE as trouble:
            raise BrokerUnavailable(why=type(trouble).__name__) from trouble

    async def run(self, handle: Handle, stopping: asyncio.Event) -> None:
        """Stay connected and tell the handler what arrives, until it is time to stop."""
        self._loop = asyncio.get_running_loop()
        while not stopping.is_set():
            try:
                await self._serve(handle, stopping)
            except TROUBLE as trouble:
                self._events.warning("broker_unavailable", exception=type(trouble).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), LONGER_PAUSE / 2)
        self._pool.shutdown(wait=False)

    async def _serve(self, handle: Handle, stopping: asyncio.Event) -> None:
        connection = await aio_pika.connect(_beating(self._url), timeout=CONNECT_SECONDS)
        closed = self._give_up = asyncio.Event()
        connection.close_callbacks.add(lambda *_: closed.set())
        try:
            publishing = await connection.channel(publisher_confirms=True, on_return_raises=True)
            await self._declare(publishing)
            channel = await connection.channel()
            await channel.set_qos(prefetch_count=self._concurrency)
            queue = await channel.get_queue(self._queue)
            self._exchange = publishing.default_exchange
            tag = await queue.consume(partial(self._take, handle))
            self._events.info("broker_connected")
            await _either(closed, stopping)
            if not closed.is_set():
                await self._finish(queue, tag)
        finally:
            self._exchange = None
            with suppress(*TROUBLE):
                await asyncio.wait_for(connection.close(), CLOSE_SECONDS)

    async def _declare(self, channel: AbstractChannel) -> None:
        dead = await channel.declare_exchange(self._dead, "fanout", durable=True)
        letters = await channel.declare_queue(
            self._dead, durable=True, arguments={"x-queue-type": "quorum"}
        )
        await letters.bind(dead)
        arguments = queue_arguments(self._dead)
        await channel.declare_queue(self._queue, durable=True, arguments=arguments)

    async def _send(self, messages: Sequence[Message]) -> None:
        exchange = self._exchange
        if exchange is None:
            raise ConnectionError
        # All at once: one confirmation takes as long as hundreds that are waited for together.
        await asyncio.gather(
            *(
                exchange.publish(
                    aio_pika.Message(
                        message.subject.encode("ascii"),
                        message_id=str(message.sequence),
                        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                    ),
                    routing_key=self._queue,
                    mandatory=True,
                    timeout=CONFIRM_SECONDS,
                )
                for message in messages
            )
        )

    async def _take(self, handle: Handle, message: AbstractIncomingMessage) -> None:
        task = asyncio.create_task(self._tell(handle, message))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _tell(self, handle: Handle, message: AbstractIncomingMessage) -> None:
        subject = message.body.decode("ascii", "replace")
        while not await self._ended(handle, subject):
            await asyncio.sleep(LONGER_PAUSE)
        # Where the connection has gone meanwhile, the message comes again and finds it done.
        with suppress(*TROUBLE):
            await message.ack()

    async def _ended(self, handle: Handle, subject: str) -> bool:
        done = asyncio.get_running_loop().run_in_executor(self._pool, handle, subject)
        await asyncio.wait([done])
        # A worker outlives whatever its work does.
        failure = done.exception()
        if failure is None:
            return done.result()
        report(self._events, subject, failure)
        return False

    async def _finish(self, queue: AbstractQueue, tag: str) -> None:
        await queue.cancel(tag)
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=CONNECT_SECONDS)


def _beating(url: str) -> str:
    """Return the address with a heartbeat, unless it names its own."""
    if "heartbeat=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}heartbeat={HEARTBEAT_SECONDS}"


async def _either(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
