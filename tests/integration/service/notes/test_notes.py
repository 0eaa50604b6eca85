"""Notes on applicants: who may write and read them, what stays, and what goes with the person."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from loanwright.service.applicants.schemas import Contacts
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.audit.schemas import Actor
from loanwright.service.notes.service import LONGEST, NoteRefused
from loanwright.service.privacy.vault import PersonErased
from loanwright.service.users.permissions import PERMISSIONS, ROLES, Role
from loanwright.service.users.schemas import Principal

MACHINE = Principal(id="key_TESTS", kind="key", permissions=frozenset(PERMISSIONS))
HOSTILE = "<script>alert(1)</script>\n{{ 7*7 }} ' OR 1=1 --"


def user(role, applicant_id=None):
    return Principal(
        id=f"usr_{role.value.upper()}",
        kind="user",
        permissions=ROLES[role],
        role=role,
        applicant_id=applicant_id,
    )


@pytest.fixture
def person(bare_service):
    records = bare_service.applicant_records
    added = records.add(MACHINE, contacts=Contacts(name="Anna"), language=None, identity=None)
    return added.id


def texts(service, principal, person, **options):
    return [one.text for one in service.notes.list_page(principal, person, **options).items]


def test_notes_are_read_as_they_were_written_the_newest_first(bare_service, person):
    first = bare_service.notes.write(MACHINE, person, "  Called.\r\nWill send papers. ")
    bare_service.notes.write(user(Role.UNDERWRITER), person, HOSTILE)
    page = bare_service.notes.list_page(MACHINE, person)

    assert first.text == "Called.\nWill send papers."
    assert {one.text for one in page.items} == {first.text, HOSTILE}
    assert {one.written_by for one in page.items} == {"key_TESTS", "usr_UNDERWRITER"}


def test_notes_come_in_pages(bare_service, person):
    written = {bare_service.notes.write(MACHINE, person, f"note {n}").text for n in range(5)}
    seen, cursor = [], None
    while True:
        page = bare_service.notes.list_page(MACHINE, person, limit=2, cursor=cursor)
        seen += [one.text for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == 5
    assert set(seen) == written


@pytest.mark.parametrize("refused", ["", " \n ", "x" * (LONGEST + 1), "nul\0", "bell\a"])
def test_a_note_that_nobody_could_read_is_refused(bare_service, person, refused):
    with pytest.raises(NoteRefused):
        bare_service.notes.write(MACHINE, person, refused)


def test_whoever_does_not_see_the_applicant_sees_no_notes(bare_service, person):
    bare_service.notes.write(MACHINE, person, "seen by few")
    for principal in (user(Role.MANAGER), user(Role.BORROWER, person)):
        with pytest.raises(ApplicantNotFound):
            bare_service.notes.list_page(principal, person)
        with pytest.raises(ApplicantNotFound):
            bare_service.notes.write(principal, person, "mine")


def test_a_note_is_sealed_and_cannot_be_changed(bare_service, person):
    bare_service.notes.write(MACHINE, person, "wilhelmina")
    with bare_service.database.read() as connection:
        (stored,) = connection.execute(text("SELECT text FROM notes")).scalars()

    assert "wilhelmina" not in stored
    for statement in ("UPDATE notes SET text = 'other'", "DELETE FROM notes"):
        with pytest.raises(DBAPIError), bare_service.database.write() as connection:
            connection.execute(text(statement))


def test_writing_is_on_record_and_erasing_takes_the_words_along(bare_service, person):
    bare_service.notes.write(MACHINE, person, "moved house")
    entries = bare_service.ledger.list_page(person=person).items
    bare_service.erasure.request(Actor(id="usr_ADMIN"), person)

    assert [one.actor for one in entries if one.action == "note.written"] == ["key_TESTS"]
    with pytest.raises(PersonErased):
        bare_service.notes.list_page(MACHINE, person)
    with bare_service.database.read() as connection:
        assert bare_service.vault.open(connection, [person]) == {}
