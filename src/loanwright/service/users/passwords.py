"""Passwords: which ones are good enough, and their hashes by Argon2id, a few at a time."""

import threading
import time
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from loanwright.errors import Rejected
from loanwright.service.kit.problem import Throttled

SHORTEST: Final = 15
LONGEST: Final = 128
MEMORY_KIB: Final = 19_456
PASSES: Final = 2
RESTS: Final = 2
LONGEST_REST: Final = 0.25
# Of a password that nobody knows, made with the same effort: what strangers are compared with.
NOBODYS: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$3wOpjaaoNfRrNcmFQ3SLag$"
    "RKeGJjtZF2ikbj35XvNZ/3UfXtw1Eq0U19tHw61D1oI"
)
FEWEST_SIGNS: Final = 5
SHORTEST_WORD: Final = 4
Result = TypeVar("Result")

# Long enough to be accepted, and the first to be guessed. Shorter ones are refused anyway.
COMMON: Final = frozenset(
    {
        "123456789012345",
        "1234567890123456",
        "12345678901234567890",
        "1q2w3e4r5t6y7u8i9o0p",
        "abcdefghijklmno",
        "abcdefghijklmnop",
        "abcdefghijklmnopqrstuvwxyz",
        "adminadminadminadmin",
        "administrator1234",
        "changeme12345678",
        "changemechangeme",
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "iloveyou12345678",
        "iloveyouiloveyou",
        "letmeinletmeinletmein",
        "loanwright12345",
        "loanwrightloanwright",
        "password12345678",
        "password123password",
        "passwordpassword",
        "passwordpassword1",
        "qwertyuiop123456789",
        "qwertyuiop[]asdfghjkl",
        "qwertyuiopasdfg",
        "qwertyuiopasdfghjkl",
        "the quick brown fox",
        "thequickbrownfox",
        "welcome123456789",
    }
)


class PasswordTooShort(Rejected):
    """A password has at least {shortest} signs."""


class PasswordTooLong(Rejected):
    """A password has at most {longest} signs."""


class PasswordTooCommon(Rejected):
    """The password would be among the first to be guessed; choose another."""


class LoginsBusy(Throttled):
    """Too many people log in at this moment; try again in {retry_after} seconds."""


class Passwords:
    """Hashes and verifies passwords, apart from everything else and a few at a time.

    After each one a thread rests for twice as long as it took: a flood of logins gets a third of
    a core at most. (Threads of lower priority would not do: one that waits for its turn while it
    holds Python's lock keeps everybody waiting.)
    """

    def __init__(self, *, threads: int = 1, waiting: int = 32) -> None:
        hasher = Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        self._hash = PasswordHash((hasher,))
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._places = threading.BoundedSemaphore(threads + waiting)

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return self._apart(lambda: self._hash.hash(_plain(password)))

    def verify(self, password: str, kept: str | None) -> bool:
        """Tell whether this is the password; it takes as long where there is none."""
        known = NOBODYS if kept is None else kept

        def compare() -> bool:
            with suppress(UnknownHashError):
                return self._hash.verify(_plain(password), known)
            return False

        return self._apart(compare) and kept is not None

    def close(self) -> None:
        """End the threads."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _apart(self, work: Callable[[], Result]) -> Result:
        if not self._places.acquire(blocking=False):
            raise LoginsBusy(retry_after=1)
        took = [0.0]

        def measured() -> Result:
            began = time.perf_counter()
            try:
                return work()
            finally:
                took[0] = time.perf_counter() - began

        try:
            answer = self._executor.submit(measured)
            # Queued behind it: whoever asked does not wait for the rest.
            self._executor.submit(lambda: time.sleep(min(RESTS * took[0], LONGEST_REST)))
            return answer.result()
        finally:
            self._places.release()


def check_password(password: str, *, words: tuple[str, ...] = ()) -> None:
    """Refuse a password that is short, or among the first to be guessed (NIST SP 800-63B-4).

    ``words`` are what somebody would guess of this user: the login name, for one.
    """
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST)
    if len(password) > LONGEST or len(plain) > LONGEST:
        raise PasswordTooLong(longest=LONGEST)
    folded = plain.casefold()
    if folded in COMMON or len(set(folded)) < FEWEST_SIGNS:
        raise PasswordTooCommon
    rest = folded
    for word in words:
        if len(word) >= SHORTEST_WORD:
            rest = rest.replace(word.casefold(), "")
    if len(rest) < SHORTEST // 2:
        raise PasswordTooCommon


def _plain(password: str) -> str:
    # The same password typed on another keyboard may arrive composed differently.
    return unicodedata.normalize("NFC", password)
