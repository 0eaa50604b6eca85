"""The worker: does what was accepted for later, until a signal says stop."""

import asyncio
import signal
import threading
from contextlib import suppress

from loanwright.errors import LoanwrightError
from loanwright.service.bootstrap import Service
from loanwright.service.messaging.delivery import Events
from loanwright.service.messaging.rabbitmq import RabbitMQ


def run_worker(service: Service, *, concurrency: int, events: Events) -> None:
    """Work until SIGTERM or SIGINT; what is being worked on is finished first."""
    _open_models(service)
    if service.settings.broker_url is None:
        _run_without_broker(service, concurrency=concurrency, events=events)
    else:
        asyncio.run(_run_with_broker(service, concurrency=concurrency, events=events))


def _open_models(service: Service) -> None:
    """Open what decides now, so that nobody's job waits for it."""
    # What cannot be opened yet is told when it is needed.
    with suppress(LoanwrightError):
        for model in service.registry.list_live():
            service.registry.open(model)


def _run_without_broker(service: Service, *, concurrency: int, events: Events) -> None:
    workers = service.workers(events, threads=concurrency)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    workers.start()
    events.info("worker_ready", broker="none")
    stopped.wait()
    service.stop_long_work()
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

    def stop() -> None:
        service.stop_long_work()
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    relaying = asyncio.create_task(
        asyncio.to_thread(service.relay_loop(link, events).run, relay_stops)
    )
    # A worker whose relay has died is no use to anybody: it ends, and is started again.
    relaying.add_done_callback(lambda _: stopping.set())
    events.info("worker_ready", broker="rabbitmq")
    await link.run(service.work, stopping)
    relay_stops.set()
    await relaying
