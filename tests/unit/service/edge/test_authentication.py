import asyncio
from datetime import UTC, datetime

import pytest

from loanwright.service.edge.authentication import Doorkeeper, read_token
from loanwright.service.kit.problem import ScopeMissing, Unauthenticated
from loanwright.service.users.keys import KeyRefused
from loanwright.service.users.schemas import ApiKey
from loanwright.service.users.sessions import SessionRefused

KEY = ApiKey(
    id="key_1",
    name="test",
    scopes=frozenset({"decisions:read"}),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    expires_at=None,
    revoked_at=None,
)


class Ring:
    """Knows one key, freshly or only after asking."""

    def __init__(self, *, fresh):
        self._fresh = fresh
        self.asked = 0

    def find_fresh(self, token):
        return KEY if self._fresh and token == "lw_right" else None

    def verify(self, token):
        self.asked += 1
        if token != "lw_right":
            raise KeyRefused
        return KEY

    def note_use(self, key):
        self.noted = key


class Nobody:
    """Knows no session."""

    def find_fresh(self, token):
        return None

    def verify(self, token):
        raise SessionRefused


def admit(ring, headers, *, scope="decisions:read"):
    async def story():
        return await Doorkeeper(ring, Nobody()).admit(headers, scope=scope)

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({b"authorization": b"Bearer lw_x"}, "lw_x"),
        ({b"authorization": b"bearer  lw_x "}, "lw_x"),
        ({b"x-api-key": b"lw_x"}, "lw_x"),
        ({b"authorization": b"Basic lw_x"}, None),
        ({b"authorization": b"Bearer "}, None),
        ({b"authorization": b"Basic x", b"x-api-key": b"lw_x"}, None),
        ({b"x-api-key": b""}, None),
        ({}, None),
    ],
)
def test_a_token_is_found_where_it_may_stand(headers, token):
    assert read_token(headers) == token


def test_a_fresh_key_asks_nobody():
    ring = Ring(fresh=True)
    headers = {b"x-api-key": b"lw_right"}
    assert admit(ring, headers) == KEY.principal
    assert ring.asked == 0


def test_a_key_that_is_not_fresh_is_verified():
    ring = Ring(fresh=False)
    headers = {b"x-api-key": b"lw_right"}
    assert admit(ring, headers) == KEY.principal
    assert ring.asked == 1


@pytest.mark.parametrize("headers", [{}, {b"x-api-key": b"lw_wrong"}, {b"x-api-key": b"\xff"}])
def test_without_a_valid_key_nobody_passes(headers):
    with pytest.raises(Unauthenticated):
        admit(Ring(fresh=False), headers)


def test_a_valid_key_without_the_scope_is_refused_by_name_of_the_scope():
    with pytest.raises(ScopeMissing, match="decisions:replay"):
        admit(Ring(fresh=True), {b"x-api-key": b"lw_right"}, scope="decisions:replay")


def test_many_who_come_together_ask_but_once():
    ring = Ring(fresh=False)

    async def story():
        keeper = Doorkeeper(ring, Nobody())
        headers = {b"x-api-key": b"lw_right"}
        calls = [
            asyncio.create_task(keeper.admit(headers, scope="decisions:read")) for _ in range(20)
        ]
        await asyncio.sleep(0)
        calls[0].cancel()
        return await asyncio.gather(*calls, return_exceptions=True)

    first, *others = asyncio.run(story())
    assert isinstance(first, asyncio.CancelledError)
    assert others == [KEY.principal] * 19
    assert ring.asked == 1
