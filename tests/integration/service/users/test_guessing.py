"""Nobody tries many passwords, and nobody keeps the owner out."""

import statistics
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.integration.http.visiting import PASSWORD, add_user
from tests.integration.service.conftest import bare_service, settings

from loanwright.service.kit.problem import Throttled
from loanwright.service.users.guessing import (
    Guess,
    GuessesUsedUp,
    Guessing,
    GuessLimits,
    network_of,
)
from loanwright.service.users.logins import LoginRefused, Visitor

__all__ = ["bare_service", "settings"]


class Counting:
    """Counts how often a password is really compared."""

    def __init__(self, passwords):
        self._passwords = passwords
        self.count = 0

    def verify(self, password, kept):
        self.count += 1
        return password == PASSWORD and kept is not None

    def __getattr__(self, name):
        return getattr(self._passwords, name)


@pytest.fixture
def owner(bare_service):
    return add_user(bare_service, "underwriter", email="owner@example.com")


@pytest.fixture
def counting(bare_service):
    return Counting(bare_service.access.logins.passwords)


@pytest.fixture
def logins(bare_service, counting):
    return replace(bare_service.access.logins, passwords=counting)


def elsewhere(service, logins):
    """Return logins of another process: the same database, another memory."""
    guessing = Guessing(
        database=service.database,
        master=service.vault.master,
        limits=GuessLimits(),
    )
    return replace(logins, guessing=guessing)


def attempt(logins, email, password, *, number=0, device=None):
    visitor = Visitor(address=f"192.0.2.{number}", device=device)
    try:
        return logins.login(email, password, visitor)
    except (LoginRefused, Throttled) as refusal:
        return refusal


def test_a_thousand_guesses_from_fifty_addresses_are_twenty_verifications_at_most(
    bare_service, logins, counting, owner
):
    known = attempt(logins, owner.email, PASSWORD)
    before = counting.count
    processes = [logins, elsewhere(bare_service, logins)]
    for number in range(1_000):
        refusal = attempt(
            processes[number % 2], owner.email, f"guess {number}", number=number % 50 + 1
        )
        assert isinstance(refusal, LoginRefused | GuessesUsedUp)
    assert 1 <= counting.count - before <= 20

    assert attempt(logins, owner.email, PASSWORD, number=99).retry_after <= 900
    again = attempt(logins, owner.email, PASSWORD, number=99, device=known.device)
    assert again.user_id == owner.id


def test_the_mark_of_a_device_is_good_for_its_own_user_alone(bare_service, logins, owner):
    other = add_user(bare_service, "analyst", email="other@example.com")
    known = attempt(logins, other.email, PASSWORD)
    for number in range(20):
        attempt(logins, owner.email, "wrong", number=number, device=known.device)
    refusal = attempt(logins, owner.email, PASSWORD, number=50, device=known.device)
    assert isinstance(refusal, GuessesUsedUp)
    name, _, mark = known.device.partition(".")
    for forged in (f"{name}x.{mark}", f"{name}.{mark[:-1]}0", f".{mark}", "x"):
        assert isinstance(attempt(logins, owner.email, PASSWORD, device=forged), GuessesUsedUp)


def test_guesses_from_a_known_device_have_their_own_limit(logins, counting, owner):
    known = attempt(logins, owner.email, PASSWORD)
    before = counting.count
    for _ in range(50):
        attempt(logins, owner.email, "wrong", device=known.device)
    assert counting.count - before == GuessLimits().account


def test_one_password_for_ten_thousand_users_is_stopped_by_its_address(logins, counting, owner):
    refused = sum(
        isinstance(attempt(logins, f"user{number}@example.com", "Summer of 2026!"), GuessesUsedUp)
        for number in range(10_000)
    )
    assert counting.count == GuessLimits().address
    assert refused == 10_000 - GuessLimits().address


def test_what_comes_from_everywhere_is_stopped_in_all(bare_service, logins, counting):
    limits = GuessLimits(account=10, address=10, everybody=30)
    guessing = Guessing(
        database=bare_service.database, master=bare_service.vault.master, limits=limits
    )
    logins = replace(logins, guessing=guessing)
    for number in range(200):
        attempt(logins, f"user{number}@example.com", "Summer of 2026!", number=number)
    assert counting.count == 30


def test_logging_in_rightly_is_no_guess(logins, counting, owner):
    for number in range(30):
        assert attempt(logins, owner.email, PASSWORD, number=1).user_id == owner.id, number


def test_a_window_ends_after_a_quarter_of_an_hour(bare_service, logins, counting, owner):
    for _ in range(15):
        attempt(logins, owner.email, "wrong")
    assert counting.count == GuessLimits().account
    if bare_service.database.name == "postgresql":
        earlier = "started_at - interval '15 minutes'"
    else:
        earlier = "strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '-15 minutes')"
    with bare_service.database.write() as connection:
        connection.execute(text(f"UPDATE login_windows SET started_at = {earlier}"))
    assert attempt(elsewhere(bare_service, logins), owner.email, PASSWORD).user_id == owner.id


def test_neither_addresses_nor_login_names_can_be_read_from_the_windows(
    bare_service, logins, owner
):
    attempt(logins, owner.email, "wrong", number=7)
    with bare_service.database.read() as connection:
        kept = str(connection.execute(text("SELECT * FROM login_windows")).all())
    assert "192.0.2.7" not in kept
    assert "owner" not in kept


def test_a_stranger_is_refused_as_slowly_as_a_user(bare_service, owner):
    limits = GuessLimits(account=1_000, address=1_000, everybody=1_000)
    guessing = Guessing(
        database=bare_service.database, master=bare_service.vault.master, limits=limits
    )
    logins = replace(bare_service.access.logins, guessing=guessing)

    def took(email):
        # Of this process alone: the clock on the wall also counts what others do meanwhile.
        began = time.process_time()
        attempt(logins, email, "wrong")
        return (time.process_time() - began) * 1000

    took(owner.email)
    pairs = [(took(owner.email), took("nobody@example.com")) for _ in range(40)]
    difference = statistics.median(one for one, _ in pairs) - statistics.median(
        other for _, other in pairs
    )
    assert abs(difference) <= 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_a_line_counts_as_one_address(address, network):
    assert network_of(address) == network


def test_a_refused_guess_counts_in_no_window(bare_service):
    limits = GuessLimits(account=1, address=100, everybody=100)
    guessing = Guessing(
        database=bare_service.database, master=bare_service.vault.master, limits=limits
    )
    for _ in range(5):
        with suppress(GuessesUsedUp):
            guessing.count(Guess(email_hash="a", address="192.0.2.1"))
    with bare_service.database.read() as connection:
        used = connection.execute(text("SELECT used FROM login_windows")).scalars().all()
    assert used == [1, 1, 1]
