"""Starts the server: uvloop, httptools, a graceful stop."""

import logging
import sys

import uvicorn

from loanwright.service.asgi import create_app
from loanwright.service.bootstrap import build
from loanwright.service.edge.logs import ServerEvents, json_log
from loanwright.service.settings import Settings

SWITCH_SECONDS = 0.0005


def serve(settings: Settings) -> None:
    """Serve until a signal says stop; open requests are answered first."""
    # The deciding thread and the loop take turns often: 5 ms, the default, is a whole decision.
    sys.setswitchinterval(SWITCH_SECONDS)
    log = json_log()
    logging.getLogger("uvicorn").addHandler(ServerEvents(log))
    uvicorn.run(
        create_app(build(settings), log=log),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=round(settings.graceful_timeout),
        backlog=2048,
    )


if __name__ == "__main__":
    serve(Settings())
