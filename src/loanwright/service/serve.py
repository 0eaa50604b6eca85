"""Starts the server: uvloop, httptools, a graceful stop."""

import asyncio
import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import FrameType

import uvicorn

from loanwright.errors import Unavailable
from loanwright.service.asgi import create_app
from loanwright.service.bootstrap import Service, build
from loanwright.service.edge.logs import Log, ServerEvents, json_log
from loanwright.service.settings import Settings

SWITCH_SECONDS = 0.0001
BACKLOG = 2_048
Ready = Callable[[str], None]


class AddressTaken(Unavailable):
    """The service cannot listen on {host}:{port}: {why}."""


def serve(service: Service, *, ready: Ready | None = None, log: Log | None = None) -> None:
    """Serve until a signal says stop; open requests are answered first.

    `ready` is called with the address once requests are answered there.
    """
    # The deciding thread and the loop take turns often: 5 ms, the default, is a whole decision.
    sys.setswitchinterval(SWITCH_SECONDS)
    service.warm_up()
    # What is loaded stays: nobody should wait while it is searched for rubbish.
    gc.collect()
    gc.freeze()
    settings = service.settings
    log = log or json_log(settings.log_level)
    events = ServerEvents(log)
    logging.getLogger("uvicorn").addHandler(events)
    listener = listen(settings.host, settings.port)
    config = uvicorn.Config(
        create_app(service, log=log),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=round(settings.graceful_timeout),
        backlog=BACKLOG,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
    )
    try:
        Server(
            config,
            ready,
            announce_stop=service.readiness.announce_stop,
            stop_delay=settings.stop_delay,
        ).run(sockets=[listener])
    finally:
        logging.getLogger("uvicorn").removeHandler(events)


class Server(uvicorn.Server):
    """A server that says when and where it answers, and that it will stop before it does."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Ready | None,
        *,
        announce_stop: Callable[[], None],
        stop_delay: float,
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._announce_stop = announce_stop
        self._stop_delay = stop_delay
        self._stop_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; told so by SIGTERM, say first that nothing more should be sent."""
        first = self._stop_at is None
        self._announce_stop()
        if sig != signal.SIGTERM or not first or not self._stop_delay:
            super().handle_exit(sig, frame)
            return
        self._stop_at = time.monotonic() + self._stop_delay
        # Whoever is answered from now on looks for another connection, and so for another server.
        self.config.encoded_headers.append((b"connection", b"close"))

    async def on_tick(self, counter: int) -> bool:
        """Tell, ten times a second, whether it is time to stop."""
        if self._stop_at is not None and time.monotonic() >= self._stop_at:
            super().handle_exit(signal.SIGTERM, None)
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell whoever waits for it."""
        await super().startup(sockets)
        if self._ready is not None and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            # In a thread: whoever is told may use the database, which would hold up the loop.
            await asyncio.to_thread(self._ready, f"http://{shown}:{port}")


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or say why there cannot be one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as failure:
        raise AddressTaken(host=host, port=port, why=failure.strerror) from failure


if __name__ == "__main__":
    serve(build(Settings()))
