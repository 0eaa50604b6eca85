"""Notes on an applicant: read, and added to."""

from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from loanwright.service.notes.service import LONGEST, NoteRefused
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.manager.card_view import tabs_of
from loanwright.service.web.manager.parties import (
    ApplicantId,
    House,
    NotesRead,
    NotesWrite,
    Rooms,
    Who,
)
from loanwright.service.web.office import Posted, Viewer, go, page_router, show

router = page_router()
Cursor = Annotated[str | None, Query(max_length=512)]
NOTES: Final = 20


@router.get("/applicants/{applicant_id}/notes")
def list_notes(
    request: Request,
    viewer: NotesRead,
    house: House,
    applicant_id: ApplicantId,
    cursor: Cursor = None,
) -> Response:
    """Show the notes on an applicant, the newest first."""
    return _page(request, viewer, house, applicant_id, {"cursor": cursor})


@router.post("/applicants/{applicant_id}/notes")
def write_note(
    request: Request, viewer: NotesWrite, form: Posted, house: House, applicant_id: ApplicantId
) -> Response:
    """Add a note, or say why it cannot be."""
    text = form.get("text", "")
    try:
        house.notes.write(viewer.principal, applicant_id, text)
    except NoteRefused:
        message = viewer.language.gettext("A note has 1 to 4,000 characters that can be read.")
        return _page(request, viewer, house, applicant_id, {"text": text, "wrong": message})
    return go(f"/applicants/{applicant_id}/notes", notice=N_("The note is kept."))


def _page(
    request: Request,
    viewer: Viewer,
    house: Rooms,
    applicant_id: str,
    given: dict[str, str | None],
) -> Response:
    record = house.applicant_records.get(viewer.principal, applicant_id)
    cursor = given.get("cursor")
    found = house.notes.list_page(viewer.principal, applicant_id, limit=NOTES, cursor=cursor)
    who = Who(users=house.users, language=viewer.language)
    listing = Listing(path=f"/applicants/{applicant_id}/notes", sort="-written", cursor=cursor)
    notes = [
        (one.text, who.name(one.written_by), viewer.language.moment(one.written_at))
        for one in found.items
    ]
    return show(
        request,
        viewer,
        "manager/notes.html",
        status=422 if given.get("wrong") else 200,
        record=record,
        tabs=tabs_of(viewer, record, "notes", None),
        notes=notes,
        listing=listing.reaching(found.next_cursor),
        text=given.get("text") or "",
        wrong=given.get("wrong"),
        longest=LONGEST,
    )
