"""What a broker looks like from outside, for whoever looks for trouble; changes nothing."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import aio_pika
from aio_pika.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed

from loanwright.service.messaging.rabbitmq import CONNECT_SECONDS, TROUBLE, queue_arguments
from loanwright.service.messaging.relay import BrokerUnavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokerState:
    """What was found: which broker, and whether the queue of jobs is as it must be."""

    product: str
    queue: Literal["sound", "missing", "different"]
    waiting: int = 0
    dead: int = 0


def inspect_broker(url: str, prefix: str) -> BrokerState:
    """Return what the broker looks like, or raise `BrokerUnavailable`."""
    try:
        return asyncio.run(asyncio.wait_for(_inspect(url, prefix), 2 * CONNECT_SECONDS))
    except TROUBLE as trouble:
        raise BrokerUnavailable(why=type(trouble).__name__) from trouble


async def _inspect(url: str, prefix: str) -> BrokerState:
    async with await aio_pika.connect(url, timeout=CONNECT_SECONDS) as connection:
        product = _product(connection)
        queue, dead = f"{prefix}.jobs", f"{prefix}.dead"
        try:
            channel = await connection.channel()
            found = await channel.declare_queue(queue, passive=True)
            letters = await channel.declare_queue(dead, passive=True)
        except ChannelNotFoundEntity:
            return BrokerState(product=product, queue="missing")
        try:
            channel = await connection.channel()
            # It is there: declared the same way nothing changes, declared another way it refuses.
            await channel.declare_queue(queue, durable=True, arguments=queue_arguments(dead))
        except ChannelPreconditionFailed:
            return BrokerState(product=product, queue="different")
        return BrokerState(
            product=product,
            queue="sound",
            waiting=found.declaration_result.message_count or 0,
            dead=letters.declaration_result.message_count or 0,
        )


def _product(connection: Any) -> str:
    told = connection.transport.connection.server_properties
    return " ".join(str(told[name]) for name in ("product", "version") if name in told)
