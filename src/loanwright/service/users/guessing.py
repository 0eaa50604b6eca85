"""How many passwords may be tried: per account, per address and in all, counted in the database."""

import ipaddress
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from loanwright.service.kit.database import Database, database_now
from loanwright.service.kit.problem import Throttled
from loanwright.service.privacy.keys import Key
from loanwright.service.users import repository

WINDOW: Final = timedelta(minutes=15)
MOST_REMEMBERED: Final = 10_000
EVERYBODY: Final = "everybody"


class GuessesUsedUp(Throttled):
    """Too many passwords were tried; try again in {retry_after} seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GuessLimits:
    """How many passwords may be tried in a quarter of an hour.

    Attributes
    ----------
    account
        For one login name from unknown devices, and as often again from each known one.
    address
        From one address, whatever the login names.
    everybody
        From all addresses together, known devices left aside.
    """

    account: int = 10
    address: int = 50
    everybody: int = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """Somebody who tries a password.

    Attributes
    ----------
    device
        Name of a device from which this login name was used before, or None.
    """

    email_hash: str
    address: str
    device: str | None = None


class Guessing:
    """Counts tried passwords; a window begins with its first guess."""

    def __init__(
        self,
        *,
        database: Database,
        master: Key,
        limits: GuessLimits | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._master = master
        self._limits = limits or GuessLimits()
        self._tick = tick
        # Whoever has used up a window is refused from memory until it is over.
        self._closed: dict[str, float] = {}

    def count(self, guess: Guess) -> None:
        """Count a guess, or refuse it."""
        windows = sorted(self._windows(guess))
        self._refuse_closed([subject for subject, _ in windows])
        self._count(windows)

    def forgive(self, guess: Guess) -> None:
        """Take a guess back: it was right, so it was none."""
        subjects = sorted(subject for subject, _ in self._windows(guess))
        with self._database.write() as connection:
            repository.forgive_guesses(connection, subjects)

    def _windows(self, guess: Guess) -> list[tuple[str, int]]:
        if guess.device is not None:
            # Its own window: whatever strangers try, the owner still gets in.
            return [
                (self._subject(f"{guess.email_hash}:{guess.device}"), self._limits.account),
            ]
        return [
            (self._subject(f"account:{guess.email_hash}"), self._limits.account),
            (self._subject(f"address:{network_of(guess.address)}"), self._limits.address),
            (self._subject(EVERYBODY), self._limits.everybody),
        ]

    def _subject(self, text: str) -> str:
        return self._master.salt(f"login_windows:{text}").hex()

    def _count(self, windows: Sequence[tuple[str, int]]) -> None:
        # One window that is used up undoes the counting of all: a refused guess is none.
        with self._database.write() as connection:
            now = database_now(connection)
            for subject, most in windows:
                row = repository.count_guess(connection, subject, now=now, since=now - WINDOW)
                if row.used > most:
                    self._close(subject, (row.started_at + WINDOW - now).total_seconds())

    def _close(self, subject: str, seconds: float) -> None:
        if len(self._closed) >= MOST_REMEMBERED:
            self._closed.clear()
        self._closed[subject] = self._tick() + seconds
        raise GuessesUsedUp(retry_after=max(1, math.ceil(seconds)))

    def _refuse_closed(self, subjects: Sequence[str]) -> None:
        now = self._tick()
        left = max((self._closed.get(one, now) - now for one in subjects), default=0.0)
        if left > 0:
            raise GuessesUsedUp(retry_after=max(1, math.ceil(left)))


def network_of(address: str) -> str:
    """Return what stands for one visitor: an address, or the /64 that one IPv6 line has.

    Examples
    --------
    >>> network_of("192.0.2.7"), network_of("2001:db8::1:2"), network_of("testclient")
    ('192.0.2.7', '2001:db8::/64', 'unknown')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))
