"""Sealed searches: no name in an address, nobody else's, and not for long."""

from datetime import UTC, datetime, timedelta

from loanwright.service.kit.clock import SetClock
from loanwright.service.privacy.keys import new_key
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal
from loanwright.service.views.searches import LASTING, Searches


def user(name):
    return Principal(
        id=f"usr_{name}", kind="user", permissions=ROLES[Role.MANAGER], role=Role.MANAGER
    )


def searches():
    return Searches(clock=SetClock(datetime(2026, 11, 21, tzinfo=UTC)), key=new_key())


def test_what_was_looked_for_comes_back_and_cannot_be_read_in_the_address():
    found = searches()
    for text in ("Anna Petrova", "Ольга Кузнецова", "<script>", "x" * 500, "я" * 500):
        token = found.seal(user("ME"), f"  {text} ")
        assert text.startswith(found.open(user("ME"), token))
        assert len(token) <= 200
        assert token.replace("-", "").replace("_", "").isalnum()
    assert "Anna" not in found.seal(user("ME"), "Anna")


def test_a_search_is_ones_own_and_ends():
    found = searches()
    token = found.seal(user("ME"), "Anna")
    assert found.open(user("OTHER"), token) is None
    assert found.open(user("ME"), token[:-2]) is None
    assert found.open(user("ME"), "?") is None
    found.clock.advance(LASTING - timedelta(seconds=1))
    assert found.open(user("ME"), token) == "Anna"
    found.clock.advance(timedelta(seconds=1))
    assert found.open(user("ME"), token) is None
