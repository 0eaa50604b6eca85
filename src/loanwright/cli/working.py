"""`loanwright worker`: does what was accepted for later."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service


def worker(
    concurrency: Annotated[
        int, typer.Option(help="Jobs worked on at the same time.", min=1, max=64)
    ] = 8,
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Port for /metrics, on the address `host`.", min=1, max=65535),
    ] = None,
) -> None:
    """Work on accepted jobs until a signal says stop; start as many workers as are needed.

    With `broker_url` set it is told of jobs by RabbitMQ, otherwise it looks into the database.
    """
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.edge.logs import json_log
    from loanwright.service.worker import run_worker

    settings = read_settings()
    with open_service(settings) as service, _measured(service, metrics_port):
        run_worker(service, concurrency=concurrency, events=json_log(settings.log_level))


@contextmanager
def _measured(service: "Service", port: int | None) -> "Iterator[None]":
    if port is None:
        yield
        return
    from prometheus_client import start_http_server

    server, thread = start_http_server(
        port, addr=service.settings.host, registry=service.metrics.registry
    )
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
