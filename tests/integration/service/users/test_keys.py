import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import SystemClock
from loanwright.service.kit.database import database_now
from loanwright.service.kit.ids import Ids
from loanwright.service.privacy.vault import Vault
from loanwright.service.users.keys import (
    KeyEnded,
    KeyNotFound,
    KeyRefused,
    Keys,
    KeyTooLasting,
    ScopesNotYours,
    ScopesUnknown,
)
from loanwright.service.users.schemas import SCOPES, Principal


class Ticks:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks():
    return Ticks()


def open_keys(database, ticks):
    clock = SystemClock()
    new_id, vault = Ids(clock), Vault(clock=clock, master=bytes(32))
    audit = Audit(clock=clock, new_id=new_id, keys=vault)
    return Keys(database=database, new_id=new_id, audit=audit, tick=ticks)


@pytest.fixture
def keys(database, ticks):
    return open_keys(database, ticks)


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


def test_a_revoked_key_stops_at_once_here_and_within_a_second_elsewhere(keys, database, ticks):
    key, token = keys.create("bank")
    elsewhere = open_keys(database, ticks)
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


def test_a_key_expires_to_the_moment_even_when_it_was_just_verified(keys, database, ticks):
    with database.read() as connection:
        now = database_now(connection)
    _, token = keys.create("bank", expires_at=now + timedelta(milliseconds=600))
    keys.verify(token)
    ticks.now = 0.599
    time.sleep(0.7)

    ticks.now = 0.601
    with pytest.raises(KeyRefused):
        keys.verify(token)


def test_whether_a_key_has_expired_is_for_the_database_to_say(keys, database):
    _, token = keys.create("bank")
    with database.write() as connection:
        connection.execute(text("UPDATE api_keys SET expires_at = created_at"))

    with pytest.raises(KeyRefused):
        keys.verify(token)


@pytest.mark.parametrize("days", [-1, 0, 731])
def test_a_key_lives_neither_for_ever_nor_in_the_past(keys, database, days):
    with database.read() as connection:
        end = database_now(connection) + timedelta(days=days)

    with pytest.raises(KeyTooLasting):
        keys.create("bank", expires_at=end)
    assert keys.create("bank")[0].expires_at is not None


def test_a_rotated_key_has_a_new_token_and_the_old_one_for_a_grace_time(keys, database):
    key, old = keys.create("bank")
    rotated, new = keys.rotate(key.id, grace=timedelta(hours=1))

    assert keys.verify(new).id == keys.verify(old).id == key.id
    assert rotated.previous_until is not None
    with database.write() as connection:
        connection.execute(text("UPDATE api_keys SET previous_until = created_at"))
    keys.rotate(key.id, grace=timedelta(0))
    for token in (old, new):
        with pytest.raises(KeyRefused):
            keys.verify(token)


def test_a_revoked_key_cannot_be_rotated_and_rotated_tokens_die_with_it(keys):
    key, old = keys.create("bank")
    _, new = keys.rotate(key.id)
    keys.revoke(key.id)

    for token in (old, new):
        with pytest.raises(KeyRefused):
            keys.verify(token)
    with pytest.raises(KeyEnded):
        keys.rotate(key.id)


def test_nobody_gives_a_key_more_than_they_may_do(keys):
    giver = Principal(id="usr_1", kind="user", permissions=frozenset({"keys:write"}))
    strong, _ = keys.create("strong")

    with pytest.raises(ScopesNotYours, match="decisions:read"):
        keys.create("weak", ["decisions:read"], by=giver)
    with pytest.raises(ScopesNotYours):
        keys.rotate(strong.id, by=giver)
    assert keys.create("weak", ["keys:write"], by=giver)[0].created_by == "usr_1"


def test_use_is_written_down_at_most_once_a_minute(keys, database, ticks):
    key, _ = keys.create("bank")
    keys.note_use(key)
    first = keys.get(key.id).last_used_at
    time.sleep(0.01)
    keys.note_use(key)
    assert keys.get(key.id).last_used_at == first
    ticks.now = 60.0
    keys.note_use(key)

    assert keys.get(key.id).last_used_at > first


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
