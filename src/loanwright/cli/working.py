"""`loanwright worker`: does what was accepted for later."""

from typing import Annotated

import typer


def worker(
    concurrency: Annotated[
        int, typer.Option(help="Jobs worked on at the same time.", min=1, max=64)
    ] = 4,
) -> None:
    """Work on accepted jobs until a signal says stop; start as many workers as are needed.

    With `broker_url` set it is told of jobs by RabbitMQ, otherwise it looks into the database.
    """
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.edge.logs import json_log
    from loanwright.service.worker import run_worker

    with open_service(read_settings()) as service:
        run_worker(service, concurrency=concurrency, events=json_log())
