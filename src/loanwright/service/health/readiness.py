"""Whether this process can decide now, part by part."""

import shutil
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import make_url

from loanwright.errors import LoanwrightError
from loanwright.service.kit.recent import Recent

#: Returns what is wrong, or nothing.
Probe: TypeAlias = Callable[[], str | None]

STOPPING: Final = {"stopping": "the process was told to stop"}
BROKER_SECONDS: Final = 0.5
BROKER_PORTS: Final = {"amqp": 5672, "amqps": 5671}
LEAST_DISK: Final = 64 << 20
MOST_LAG_SECONDS: Final = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What was found: parts without which nothing is decided, and parts that can wait."""

    failing: Mapping[str, str]
    degraded: Mapping[str, str]
    sound: tuple[str, ...]


class Readiness:
    """Asks every part; while the process stops, the answer is no before any part has gone."""

    def __init__(
        self,
        *,
        check: Callable[[], Mapping[str, str]],
        needed: Mapping[str, Probe],
        useful: Mapping[str, Probe],
    ) -> None:
        self._check = check
        self._needed = needed
        self._useful = useful
        self._stopping = False

    def announce_stop(self) -> None:
        """Say no from now on, so that nobody sends more."""
        self._stopping = True

    @property
    def stopping(self) -> bool:
        """Return whether the process is about to stop."""
        return self._stopping

    def stand(self) -> Standing:
        """Return how every part stands."""
        if self._stopping:
            return Standing(failing=STOPPING, degraded={}, sound=())
        failing = {**self._check(), **_ask(self._needed)}
        # With the database away, parts that ask it would only say the same again.
        useful = {} if "database" in failing else self._useful
        degraded = _ask(useful)
        asked = ("database", "models", *self._needed, *useful)
        sound = tuple(name for name in asked if name not in failing and name not in degraded)
        return Standing(failing=failing, degraded=degraded, sound=sound)


def _ask(probes: Mapping[str, Probe]) -> dict[str, str]:
    answers = {name: _answer(probe) for name, probe in probes.items()}
    return {name: answer for name, answer in answers.items() if answer is not None}


def _answer(probe: Probe) -> str | None:
    try:
        return probe()
    except LoanwrightError as problem:
        return str(problem)


def broker_probe(url: str) -> Probe:
    """Return a probe that looks whether something listens where the broker should."""
    parsed = make_url(url)
    place = (parsed.host or "127.0.0.1", parsed.port or BROKER_PORTS.get(parsed.drivername, 5672))

    def look() -> str | None:
        try:
            socket.create_connection(place, timeout=BROKER_SECONDS).close()
        except OSError as failure:
            return f"{place[0]}:{place[1]} does not answer ({type(failure).__name__})"
        return None

    return Recent(look, seconds=5.0).get


def disk_probe(directory: Path, least: int = LEAST_DISK) -> Probe:
    """Return a probe that looks whether there is room to write."""

    def look() -> str | None:
        place = next(one for one in (directory, *directory.resolve().parents) if one.exists())
        free = shutil.disk_usage(place).free
        return f"{free >> 20} MiB free in {place}" if free < least else None

    return look


def relay_probe(oldest: Callable[[], float | None]) -> Probe:
    """Return a probe that looks whether messages leave the outbox."""

    def look() -> str | None:
        seconds = oldest()
        if seconds is None or seconds < MOST_LAG_SECONDS:
            return None
        return f"a message has waited {seconds:.0f} s in the outbox"

    return look
