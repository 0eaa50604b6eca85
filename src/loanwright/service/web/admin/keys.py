"""API keys: made, rotated, revoked; a token is shown once."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import Rejected
from loanwright.service.edge.provided import provided
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.keys import KeyEnded, Keys, ScopesNotYours
from loanwright.service.users.permissions import EVERYDAY
from loanwright.service.users.schemas import SCOPES, ApiKey
from loanwright.service.users.service import Users
from loanwright.service.web.admin.names import names_of
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import PostedMany, Viewer, enter, go, page_router, show
from loanwright.service.web.parts import Tone

router = page_router()
KeysRead = Annotated[Viewer, Depends(enter("keys:read"))]
KeysWrite = Annotated[Viewer, Depends(enter("keys:write"))]
KeysService = Annotated[Keys, Depends(provided("keys"))]
UsersService = Annotated[Users, Depends(provided("users"))]
ClockService = Annotated[Clock, Depends(provided("clock"))]
KeyId = Annotated[str, Path(pattern=f"^key_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE = "/admin/keys"
LONGEST_NAME = 120
DAYS = (30, 90, 180, 365)


@router.get(PLACE)
def show_keys(
    request: Request, viewer: KeysRead, keys: KeysService, users: UsersService, clock: ClockService
) -> Response:
    """Show which machines may call, and when they last did."""
    listing = Listing.read(request, sorts=("created_at", "name"), filters=(), sort="-created_at")
    page = keys.list_page(sort=listing.sort, cursor=listing.cursor)
    return show(
        request,
        viewer,
        "admin/keys.html",
        keys=[_line(one, viewer.language, clock) for one in page.items],
        names=names_of(users, [one.created_by for one in page.items]),
        listing=listing.reaching(page.next_cursor),
    )


@router.get(f"{PLACE}/new")
def ask_for_key(request: Request, viewer: KeysWrite) -> Response:
    """Ask what a machine shall be able to do."""
    return _ask(request, viewer, name="", days="365", scopes=EVERYDAY, wrong={})


@router.post(f"{PLACE}/new")
def make_key(
    request: Request, viewer: KeysWrite, form: PostedMany, keys: KeysService, clock: ClockService
) -> Response:
    """Make a key, and show its token this once."""
    _ = viewer.language.gettext
    name = next(iter(form.get("name", [])), "").strip()
    days = next(iter(form.get("days", [])), "")
    scopes, wrong = form.get("scope", []), {}
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        wrong["name"] = _(N_("Write a name of 1 to 120 signs: what is it for?"))
    if days not in map(str, DAYS):
        wrong["days"] = _(N_("Choose how long it lives."))
    if not scopes:
        wrong["scopes"] = _(N_("Choose at least one thing that it may do."))
    if wrong:
        return _ask(request, viewer, name=name, days=days, scopes=scopes, wrong=wrong)
    end = clock.now() + timedelta(days=int(days))
    try:
        key, token = keys.create(name, scopes, expires_at=end, by=viewer.principal)
    except (ScopesNotYours, Rejected):
        wrong = {"scopes": _(N_("Nobody can give a key more than they may do themselves."))}
        return _ask(request, viewer, name=name, days=days, scopes=scopes, wrong=wrong)
    return _show(request, viewer, key, clock, token=token)


@router.get(f"{PLACE}/{{key_id}}")
def show_key(
    request: Request, viewer: KeysRead, keys: KeysService, clock: ClockService, key_id: KeyId
) -> Response:
    """Show one key, without its secret."""
    return _show(request, viewer, keys.get(key_id), clock)


@router.post(f"{PLACE}/{{key_id}}/rotation")
def rotate(
    request: Request, viewer: KeysWrite, keys: KeysService, clock: ClockService, key_id: KeyId
) -> Response:
    """Give a key a new token, and show it this once; the one before is good for a day yet."""
    try:
        key, token = keys.rotate(key_id, by=viewer.principal)
    except KeyEnded:
        return go(
            f"{PLACE}/{key_id}", notice=N_("This key is revoked or has run out."), tone="warn"
        )
    return _show(request, viewer, key, clock, token=token)


@router.post(f"{PLACE}/{{key_id}}/revocation")
def revoke(viewer: KeysWrite, keys: KeysService, key_id: KeyId) -> Response:
    """End the life of a key."""
    keys.revoke(key_id, by=viewer.principal)
    return go(f"{PLACE}/{key_id}", notice=N_("The key is revoked: it stops within a second."))


def _show(
    request: Request, viewer: Viewer, key: ApiKey, clock: Clock, *, token: str | None = None
) -> Response:
    line = _line(key, viewer.language, clock)
    return show(request, viewer, "admin/key.html", key=line, token=token)


def _ask(request: Request, viewer: Viewer, **content: Any) -> Response:
    days = [(str(one), _days(one, viewer.language)) for one in DAYS]
    return show(
        request,
        viewer,
        "admin/key_new.html",
        status=422 if content["wrong"] else 200,
        known=[one for one in SCOPES if viewer.can(one)],
        lifetimes=days,
        **content,
    )


def _days(count: int, language: Language) -> str:
    return language.ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _line(key: ApiKey, language: Language, clock: Clock) -> dict[str, Any]:
    now = clock.now()
    text, tone = _state(key, clock)
    used = key.last_used_at
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_by": key.created_by,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "used": None if used is None else language.ago(used, now),
        "state": language.gettext(text),
        "tone": tone,
        "live": tone == "good",
    }


def _state(key: ApiKey, clock: Clock) -> tuple[str, Tone]:
    if key.revoked_at is not None:
        return N_("revoked"), "quiet"
    if key.expires_at is not None and key.expires_at <= clock.now():
        return N_("run out"), "quiet"
    return N_("in force"), "good"
