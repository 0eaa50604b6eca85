"""Structured logs: what happened, when, to which request; never what was in it."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol

import msgspec
import structlog


class Log(Protocol):
    """Writes events."""

    def info(self, event: str, **facts: Any) -> Any:
        """Write an event of everyday life."""
        ...

    def warning(self, event: str, **facts: Any) -> Any:
        """Write an event that somebody should look at."""
        ...

    def error(self, event: str, **facts: Any) -> Any:
        """Write a failure of ours."""
        ...


def json_log(level: str = "info") -> Log:
    """Return a log that writes one JSON object a line to the standard output."""
    log: Log = structlog.wrap_logger(
        structlog.BytesLogger(sys.stdout.buffer),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _drop_silent,
            structlog.processors.JSONRenderer(serializer=_serialise),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return log


def _drop_silent(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in event.items() if value is not None}


def _serialise(event: dict[str, Any], **_options: Any) -> bytes:
    return msgspec.json.encode(event)


class ServerEvents(logging.Handler):
    """Turns what the HTTP server says into events, without the exceptions: the gate has them."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        if record.exc_info is None:
            self._log.warning("http_server", said=str(record.msg)[:200])
