"""What is known of me: contacts, devices, a copy of all data, and being erased."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import NotFound, Rejected
from loanwright.notices.notice import NoticeIncomplete
from loanwright.service.applicants.errors import BornInFuture
from loanwright.service.applicants.schemas import Contacts, Edit
from loanwright.service.edge.sessions import drop_session
from loanwright.service.erasure.schemas import Block, RequestState
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.notices.endpoints import POLICY
from loanwright.service.notices.schemas import MEDIA, Format, Wish
from loanwright.service.users.service import EmailRefused, plain_email
from loanwright.service.web.borrower import parts
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, go, page_router, show, values_of

router = page_router()
CONTACTS: Final = ("name", "email", "phone", "address", "date_of_birth")
LONGEST: Final[Mapping[str, int]] = {"name": 120, "email": 254, "phone": 40, "address": 400}
SAVED: Final = N_("Saved.")
MEANWHILE: Final = N_("Somebody has changed this meanwhile. Please look again and save once more.")
WRONG_DATE: Final = N_("Write the date as it is in your document.")
WRONG_EMAIL: Final = N_("Write an e-mail address, such as anna@example.com.")
TOO_LONG: Final = N_("This is too long, or has signs that cannot be printed.")
ENDED: Final = N_("That device has to sign in anew.")
WAITS: Final = N_("Your wish is on record. It is carried out as soon as nothing keeps it back.")
LAW_NEEDED: Final = N_("Choose first whose law applies to you.")
NOT_NAMED: Final = N_(
    "The bank has not yet said all that this law asks for in such a paper. Ask the bank, "
    "or choose another law."
)
SURE: Final = "erase"


@router.get("/my/profile")
def show_profile(request: Request, viewer: parts.ReadSelf, own: parts.OwnRooms) -> Response:
    """Show what somebody is called and where they can be reached, and their devices."""
    record = own.records.get(viewer.principal, parts.self_of(viewer))
    values = {name: _text(value) for name, value in asdict(record.contacts).items()}
    return _profile(request, viewer, own, {**values, "version": str(record.version)}, {})


@router.post("/my/profile")
def save_profile(
    request: Request, viewer: parts.WriteContacts, form: Posted, own: parts.OwnRooms
) -> Response:
    """Save where somebody can be reached."""
    values = values_of(form, *CONTACTS, "version")
    contacts, wrong = _read(values)
    if not wrong:
        seen = int(values["version"]) if values["version"].isdecimal() else 0
        try:
            edit = Edit(contacts=asdict(contacts))
            own.records.edit(viewer.principal, parts.self_of(viewer), seen=seen, edit=edit)
        except BornInFuture:
            wrong = {"date_of_birth": WRONG_DATE}
        except EditedMeanwhile:
            return go("/my/profile", notice=MEANWHILE, tone="warn")
        else:
            return go("/my/profile", notice=SAVED)
    return _profile(request, viewer, own, values, wrong)


@router.post("/my/sessions/{session_id}/end")
def end_session(
    viewer: parts.ReadSelf, _form: Posted, own: parts.OwnRooms, session_id: parts.SessionId
) -> Response:
    """End a session on another device."""
    own.sessions.end_one(viewer.principal, session_id)
    return go("/my/profile", notice=ENDED)


@router.get("/my/data")
def show_data(request: Request, viewer: parts.ReadSelf, own: parts.OwnRooms) -> Response:
    """Show what can be downloaded, and what keeps data from being erased."""
    return _data(request, viewer, own, wrong=None)


@router.get("/my/data/pack")
def download_data(
    viewer: parts.ReadSelf,
    own: parts.OwnRooms,
    form: Annotated[Format, Query(alias="format")] = Format.HTML,
    law: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
) -> Response:
    """Send everything that is kept of somebody, as one paper."""
    wish = Wish(jurisdiction=law, language=viewer.language.code, format=form)
    try:
        paper = own.data_packs.write(viewer.principal, parts.self_of(viewer), wish)
    except (Rejected, NotFound):
        return go("/my/data", notice=LAW_NEEDED, tone="warn")
    except NoticeIncomplete:
        return go("/my/data", notice=NOT_NAMED, tone="warn")
    headers = {
        "content-security-policy": POLICY,
        "content-disposition": f'attachment; filename="my-data.{form}"',
        "cache-control": "no-store",
    }
    return Response(paper.content, media_type=MEDIA[form], headers=headers)


@router.post("/my/erase")
def erase(request: Request, viewer: parts.ReadSelf, form: Posted, own: parts.OwnRooms) -> Response:
    """Erase a person, or keep the wish until nothing holds it back any more."""
    if form.get("sure") != SURE:
        wrong = N_("Tick the box, so that nothing is erased by a slip.")
        return _data(request, viewer, own, wrong=wrong)
    asked = own.erasure.request(viewer.principal.actor, parts.self_of(viewer))
    if asked.state is RequestState.OPEN:
        return go("/my/data", notice=WAITS, tone="warn")
    response = go("/")
    drop_session(response)
    return response


def _profile(
    request: Request,
    viewer: Viewer,
    own: parts.Own,
    values: Mapping[str, str],
    wrong: Mapping[str, str],
) -> Response:
    language = viewer.language
    sessions = [
        {
            "id": one.id,
            "here": one.id == viewer.principal.session_id,
            "since": language.moment(one.created_at),
            "seen": language.moment(one.last_seen_at),
        }
        for one in own.sessions.list_open(viewer.principal.id)
    ]
    return show(
        request,
        viewer,
        "borrower/profile.html",
        status=422 if wrong else 200,
        values=values,
        wrong={name: language.gettext(text) for name, text in wrong.items()},
        complaints=[(name, language.gettext(text)) for name, text in wrong.items()],
        sessions=sessions,
    )


def _data(request: Request, viewer: Viewer, own: parts.Own, *, wrong: str | None) -> Response:
    applicant_id, language = parts.self_of(viewer), viewer.language
    standing = own.erasure.look(applicant_id)
    try:
        asked = own.erasure.find_request(applicant_id)
    except NotFound:
        asked = None
    return show(
        request,
        viewer,
        "borrower/data.html",
        status=422 if wrong else 200,
        laws=_laws(viewer, own),
        blocks=[_block(viewer, own, one) for one in standing.blocks],
        asked=None if asked is None else language.day(asked.requested_at.date()),
        wrong=None if wrong is None else language.gettext(wrong),
        sure=SURE,
    )


def _laws(viewer: Viewer, own: parts.Own) -> list[tuple[str, str]]:
    """Return whose law may be chosen, where the bank has not said whose applies."""
    territories = viewer.language.locale.territories
    codes = own.data_packs.laws(viewer.principal, parts.self_of(viewer))
    return [(code, territories.get(code, code)) for code in codes]


def _block(viewer: Viewer, own: parts.Own, block: Block) -> tuple[str, str]:
    """Return what keeps somebody's data, and until when."""
    words = own.erasure.words_of(block).in_language(viewer.language.code)
    until = "" if block.until is None else viewer.language.day(block.until.date())
    return words, until


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _read(values: Mapping[str, str]) -> tuple[Contacts, dict[str, str]]:
    """Return the contacts of a form, and what is wrong with which field."""
    wrong: dict[str, str] = {}
    for name, longest in LONGEST.items():
        if len(values[name]) > longest or not values[name].isprintable():
            wrong[name] = TOO_LONG
    born: date | None = None
    if values["date_of_birth"]:
        try:
            born = date.fromisoformat(values["date_of_birth"])
        except ValueError:
            wrong["date_of_birth"] = WRONG_DATE
    email = values["email"]
    if email and "email" not in wrong:
        try:
            email = plain_email(email)
        except EmailRefused:
            wrong["email"] = WRONG_EMAIL
    told = {name: values[name] or None for name in ("name", "phone", "address")}
    return Contacts(**told, email=email or None, date_of_birth=born), wrong
