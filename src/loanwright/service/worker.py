"""The worker: does what was accepted for later, until a signal says stop."""

import asyncio
import signal
import threading

from loanwright.service.bootstrap import Service
from loanwright.service.messaging.delivery import Events
from loanwright.service.messaging.rabbitmq import RabbitMQ


def run_worker(service: Service, *, concurrency: int, events: Events) -> None:
    """Work until SIGTERM or SIGINT; what is being worked on is finished first."""
    if service.settings.broker_url is None:
        _run_without_broker(service, concurrency=concurrency, events=events)
    else:
        asyncio.run(_run_with_broker(service, concurrency=concurrency, events=events))


def _run_without_broker(service: Service, *, concurrency: int, events: Events) -> None:
    workers = service.workers(events, threads=concurrency)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    workers.start()
    events.info("worker_ready", broker="none")
    stopped.wait()
    workers.stop()


async def _run_with_broker(service: Service, *, concurrency: int, events: Events) -> None:
    url = service.settings.broker_url
    link = RabbitMQ(
        "" if url is None else url.get_secret_value(),
        prefix=service.settings.broker_prefix,
        concurrency=concurrency,
        events=events,
    )
    stopping, relay_stops = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    relaying = asyncio.create_task(
        asyncio.to_thread(service.relay_loop(link, events).run, relay_stops)
    )
    events.info("worker_ready", broker="rabbitmq")
    await link.run(service.work, stopping)
    relay_stops.set()
    await relaying
