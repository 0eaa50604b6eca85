"""Lists of applicants in pages: everyone once, whatever the sort, the ties and the newcomers."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from loanwright.service.applicants.schemas import Contacts, Edit, Wanted
from loanwright.service.applicants.service import new_row
from loanwright.service.applicants.tables import applicants
from loanwright.service.errors import CursorInvalid
from loanwright.service.users.permissions import PERMISSIONS
from loanwright.service.users.schemas import Principal

MACHINE = Principal(id="key_TESTS", kind="key", permissions=frozenset(PERMISSIONS))
SORTS = ("created_at", "-created_at", "updated_at", "-updated_at")
QUICK = settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_days = count(1, 50)


def add(service, moments):
    """Add one applicant at each moment; return their ids."""
    ids = service.new_id.several("apl", len(moments))
    rows = [new_row(one, None, moment) for one, moment in zip(ids, moments, strict=True)]
    with service.database.write() as connection:
        service.vault.make(connection, ids)
        connection.execute(insert(applicants), rows)
    return ids


def read_all(service, *, sort, limit, between=lambda: None, wanted=None):
    seen, cursor = [], None
    while True:
        page = service.applicant_records.list_page(
            MACHINE, wanted or Wanted(), sort=sort, limit=limit, cursor=cursor
        )
        assert len(page.items) <= limit
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen
        between()


@QUICK
@given(
    ties=st.lists(st.integers(0, 3), min_size=1, max_size=24),
    limit=st.integers(1, 9),
    sort=st.sampled_from(SORTS),
    newcomers=st.lists(st.integers(-2, 5), max_size=8),
)
def test_everyone_is_read_exactly_once_with_ties_and_while_others_are_added(
    bare_service, ties, limit, sort, newcomers
):
    start = bare_service.clock.now() + timedelta(days=next(_days))
    there = add(bare_service, [start + timedelta(hours=hour) for hour in ties])
    waiting = iter(newcomers)

    def welcome():
        hour = next(waiting, None)
        if hour is not None:
            add(bare_service, [start + timedelta(hours=hour)])

    end = start + timedelta(days=2)
    wanted = Wanted(created_from=start - timedelta(days=1), created_before=end)
    seen = read_all(bare_service, sort=sort, limit=limit, between=welcome, wanted=wanted)

    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_come_in_the_order_that_was_asked_for(bare_service, sort):
    start = bare_service.clock.now()
    ids = add(bare_service, [start + timedelta(hours=hour // 2) for hour in range(7)])
    with bare_service.database.write() as connection:
        for hour, one in enumerate(ids):
            edited = {"updated_at": start - timedelta(hours=hour // 3)}
            connection.execute(update(applicants).where(applicants.c.id == one), edited)
    hours = {
        one: (-(hour // 3) if "updated" in sort else hour // 2) for hour, one in enumerate(ids)
    }
    wanted = sorted(ids, key=lambda one: (hours[one], one), reverse=sort.startswith("-"))

    assert read_all(bare_service, sort=sort, limit=2) == wanted


def test_a_cursor_of_another_list_is_refused(bare_service):
    add(bare_service, [bare_service.clock.now()] * 3)
    records = bare_service.applicant_records
    cursor = records.list_page(MACHINE, Wanted(), sort="created_at", limit=1).next_cursor

    for sort, told in (("-created_at", cursor), ("created_at", "nonsense"), ("created_at", "")):
        with pytest.raises(CursorInvalid):
            records.list_page(MACHINE, Wanted(), sort=sort, limit=1, cursor=told)


contacts = st.fixed_dictionaries(
    {},
    optional={
        name: st.none() | st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30)
        for name in ("name", "email", "phone", "address")
    },
)


@QUICK
@given(patches=st.lists(contacts, min_size=1, max_size=6))
def test_patches_are_merged_as_rfc_7396_says(bare_service, patches):
    records = bare_service.applicant_records
    record = records.add(MACHINE, contacts=Contacts(), language=None, identity=None)
    merged = {}
    for patch in patches:
        record = records.edit(MACHINE, record.id, seen=record.version, edit=Edit(contacts=patch))
        merged.update(patch)
        merged = {name: value for name, value in merged.items() if value is not None}
        told = record.contacts.document()
        assert {name: value for name, value in told.items() if value is not None} == merged
    assert records.get(MACHINE, record.id) == record
