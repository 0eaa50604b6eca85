"""Saved views: named, of one user each."""

import pytest

from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal
from loanwright.service.views.service import (
    MOST,
    TooManyViews,
    ViewNameRefused,
    ViewNotFound,
)

ARREARS = {"arrears": "yes", "sort": "-score"}


def user(name):
    return Principal(
        id=f"usr_{name}", kind="user", permissions=ROLES[Role.MANAGER], role=Role.MANAGER
    )


def test_views_are_ones_own_and_ordered_by_name(bare_service):
    views, me = bare_service.views, user("ME")
    views.save(me, "applicants", "Without an account", {"account": "no"})
    views.save(me, "applicants", "  In   arrears ", ARREARS)
    views.save(me, "reviews", "Near the cut-off", {})
    views.save(user("OTHER"), "applicants", "In arrears", {})

    found = views.list_of(me, "applicants")
    assert [one.name for one in found] == ["In arrears", "Without an account"]
    assert found[0].asked == ARREARS


def test_a_name_that_is_there_means_what_was_saved_last(bare_service):
    views, me = bare_service.views, user("ME")
    first = views.save(me, "applicants", "Mine", {})
    second = views.save(me, "applicants", "Mine", ARREARS)

    assert second.id == first.id
    assert views.get(me, first.id).asked == ARREARS


def test_the_view_of_another_is_like_not_there(bare_service):
    views, me = bare_service.views, user("ME")
    mine = views.save(me, "applicants", "Mine", {})
    with pytest.raises(ViewNotFound):
        views.get(user("OTHER"), mine.id)
    with pytest.raises(ViewNotFound):
        views.remove(user("OTHER"), mine.id)

    views.remove(me, mine.id)
    assert views.list_of(me, "applicants") == []
    with pytest.raises(ViewNotFound):
        views.remove(me, mine.id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "nul\0", "a\u202eb"])
def test_a_name_that_nobody_could_read_is_refused(bare_service, name):
    with pytest.raises(ViewNameRefused):
        bare_service.views.save(user("ME"), "applicants", name, {})


def test_views_do_not_grow_without_end(bare_service):
    views, me = bare_service.views, user("ME")
    for number in range(MOST):
        views.save(me, "applicants", f"view {number}", {})
    with pytest.raises(TooManyViews):
        views.save(me, "applicants", "one more", {})
    assert views.save(me, "applicants", "view 7", ARREARS).asked == ARREARS
