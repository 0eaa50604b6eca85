from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from loanwright.service.kit.clock import SetClock
from loanwright.service.kit.ids import Ids
from loanwright.service.users.schemas import SCOPES
from loanwright.service.users.service import KeyNotFound, KeyRefused, Keys, ScopesUnknown


class Ticks:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return SetClock(datetime(2026, 11, 21, 4, 5, tzinfo=UTC))


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def keys(database, clock, ticks):
    return Keys(database=database, clock=clock, new_id=Ids(clock), tick=ticks)


def test_a_new_key_is_verified_by_its_token_with_its_scopes(keys):
    key, token = keys.create("bank", ["decisions:read"])

    assert keys.verify(token) == key
    assert key.scopes == {"decisions:read"}
    assert keys.list_keys() == (key,)


def test_a_key_may_do_everything_unless_told_otherwise(keys):
    key, _ = keys.create("bank")

    assert key.scopes == set(SCOPES)


def test_the_token_is_nowhere_in_the_database(keys, database):
    _, token = keys.create("bank")
    with database.read() as connection:
        stored = str(connection.execute(text("SELECT * FROM api_keys")).all())

    assert token not in stored
    assert token[30:] not in stored


def test_a_token_with_one_other_sign_is_refused(keys):
    _, token = keys.create("bank")
    keys.verify(token)
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(KeyRefused):
            keys.verify(changed)


@pytest.mark.parametrize("token", ["", "lw_", "lw_é", "lw_" + "0" * 26, "x" * 10_000, "lw_\x00"])
def test_what_is_no_token_is_refused(keys, token):
    with pytest.raises(KeyRefused):
        keys.verify(token)


def test_a_revoked_key_stops_at_once_here_and_within_a_second_elsewhere(
    keys, database, clock, ticks
):
    key, token = keys.create("bank")
    elsewhere = Keys(database=database, clock=clock, new_id=Ids(clock), tick=ticks)
    elsewhere.verify(token)
    keys.verify(token)
    revoked = keys.revoke(key.id)

    assert revoked.revoked_at is not None
    assert keys.find_fresh(token) is None
    with pytest.raises(KeyRefused):
        keys.verify(token)
    ticks.now = 1.0
    with pytest.raises(KeyRefused):
        elsewhere.verify(token)


def test_a_key_expires_to_the_moment_even_when_it_was_just_verified(keys, clock):
    end = clock.now() + timedelta(milliseconds=500)
    _, token = keys.create("bank", expires_at=end)
    keys.verify(token)
    clock.advance(timedelta(milliseconds=499))
    keys.verify(token)
    clock.advance(timedelta(milliseconds=1))

    with pytest.raises(KeyRefused):
        keys.verify(token)


def test_a_fresh_key_is_known_without_asking_the_database(keys, database, ticks):
    key, token = keys.create("bank")
    assert keys.find_fresh(token) is None
    keys.verify(token)
    database.close()

    assert keys.find_fresh(token) == key
    ticks.now = 1.0
    assert keys.find_fresh(token) is None


def test_unknown_scopes_are_refused(keys):
    with pytest.raises(ScopesUnknown, match="world:rule"):
        keys.create("bank", ["decisions:read", "world:rule"])


def test_an_unknown_key_cannot_be_revoked(keys):
    with pytest.raises(KeyNotFound):
        keys.revoke("key_unknown")
