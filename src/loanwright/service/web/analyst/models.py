"""The models: all of them, one of them, and what may be done with it."""

from datetime import date
from typing import Annotated, Final, NamedTuple

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError
from loanwright.service.inventory.errors import FindingDueBefore, FindingIncomplete
from loanwright.service.inventory.schemas import Correction, FindingState, FindingWish, Severity
from loanwright.service.inventory.service import Inventory
from loanwright.service.kit.clock import SystemClock
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.registry.schemas import State
from loanwright.service.registry.service import (
    ChecksFailed,
    NoEarlierChampion,
    Registry,
    SecondPersonNeeded,
    TransitionRefused,
)
from loanwright.service.users.service import Users
from loanwright.service.web.analyst.asked import (
    MODELS,
    InventoryService,
    ModelHash,
    ModelsApprove,
    ModelsRead,
    UsersService,
    names_by,
)
from loanwright.service.web.analyst.list_view import present_inventory
from loanwright.service.web.analyst.model_page import present_model
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Posted, Viewer, go, page_router, show, values_of

router = page_router()
FindingId = Annotated[str, Path(pattern=f"^fnd_[{ALPHABET}]{{{LENGTH}}}$")]
LONGEST: Final = 2_000
REFUSED: Final = {
    SecondPersonNeeded: N_(
        "You brought this model in yourself: somebody else must look at it and approve it."
    ),
    ChecksFailed: N_("It cannot decide: a check has failed. The checks below say which and why."),
    TransitionRefused: N_("The model is already there, or cannot go there from where it is."),
    NoEarlierChampion: N_("No other model has decided this segment before."),
}


class Desk(NamedTuple):
    """What the pages of one model are made from."""

    inventory: Inventory
    users: Users


class Looked(NamedTuple):
    """Who looks at which model."""

    request: Request
    viewer: Viewer
    desk: Desk
    model_hash: str


def _desk(inventory: InventoryService, users: UsersService) -> Desk:
    return Desk(inventory, users)


ModelsDesk = Annotated[Desk, Depends(_desk)]


@router.get(MODELS)
def list_models(request: Request, viewer: ModelsRead, inventory: InventoryService) -> Response:
    """List the models, and what is open against them."""
    listing = Listing.read(
        request, sorts=("since",), filters=("product", "segment", "state"), sort="-since"
    )
    page = present_inventory(inventory.list_entries(), listing, viewer.language)
    return show(request, viewer, "analyst/models.html", listing=listing, page=page)


@router.get(f"{MODELS}/{{model_hash}}")
def show_model(
    request: Request, viewer: ModelsRead, desk: ModelsDesk, model_hash: ModelHash
) -> Response:
    """Show one model: figures, checks, life, findings."""
    return _page(Looked(request, viewer, desk, model_hash))


@router.post(f"{MODELS}/{{model_hash}}/approval")
def approve_model(
    request: Request,
    viewer: ModelsApprove,
    form: Posted,
    desk: ModelsDesk,
    model_hash: ModelHash,
) -> Response:
    """Make a model champion or challenger; whoever brought it in cannot."""
    to = State.CHALLENGER if form.get("to") == "challenger" else State.CHAMPION
    try:
        desk.inventory.registry.approve(model_hash, to=to, by=viewer.principal.id, note=_note(form))
    except tuple(REFUSED) as refusal:
        return _refused(Looked(request, viewer, desk, model_hash), refusal)
    said = N_("The model decides from now on.")
    return go(
        f"{MODELS}/{model_hash}",
        notice=said if to is State.CHAMPION else N_("The model looks on in the shadow."),
    )


@router.post(f"{MODELS}/{{model_hash}}/retirement")
def retire_model(
    request: Request,
    viewer: ModelsApprove,
    form: Posted,
    desk: ModelsDesk,
    model_hash: ModelHash,
) -> Response:
    """Take a model out of service."""
    try:
        desk.inventory.registry.retire(model_hash, by=viewer.principal.id, note=_note(form))
    except tuple(REFUSED) as refusal:
        return _refused(Looked(request, viewer, desk, model_hash), refusal)
    return go(f"{MODELS}/{model_hash}", notice=N_("The model is retired; its decisions replay."))


@router.post(f"{MODELS}/{{model_hash}}/rollback")
def roll_back(
    request: Request,
    viewer: ModelsApprove,
    form: Posted,
    desk: ModelsDesk,
    model_hash: ModelHash,
) -> Response:
    """Let the champion before this one decide again."""
    registry: Registry = desk.inventory.registry
    model = registry.get(model_hash)
    try:
        back = registry.roll_back(
            model.product, model.segment, by=viewer.principal.id, note=_note(form)
        )
    except tuple(REFUSED) as refusal:
        return _refused(Looked(request, viewer, desk, model_hash), refusal)
    return go(f"{MODELS}/{back.hash}", notice=N_("Rolled back: this model decides again."))


@router.post(f"{MODELS}/{{model_hash}}/findings")
def open_finding(
    request: Request,
    viewer: ModelsApprove,
    form: Posted,
    desk: ModelsDesk,
    model_hash: ModelHash,
) -> Response:
    """Put on record what was found wrong with the model."""
    values = values_of(form, "said", "severity", "owner", "due_on")
    wrong = _wrong_finding(viewer, values)
    if not wrong:
        wish = FindingWish(
            said=values["said"][:LONGEST],
            severity=Severity(values["severity"]),
            owner=values["owner"][:120],
            due_on=date.fromisoformat(values["due_on"]),
        )
        try:
            desk.inventory.open_finding(viewer.principal.actor, model_hash, wish)
        except FindingDueBefore:
            wrong = {"due_on": viewer.language.gettext("Give today or a later day.")}
    if wrong:
        return _page(Looked(request, viewer, desk, model_hash), values=values, wrong=wrong)
    return go(f"{MODELS}/{model_hash}#findings", notice=N_("The finding is on record."))


@router.post(f"{MODELS}/{{model_hash}}/findings/{{finding_id}}")
def change_finding(
    request: Request,
    viewer: ModelsApprove,
    form: Posted,
    desk: ModelsDesk,
    model_hash: ModelHash,
    finding_id: FindingId,
) -> Response:
    """Resolve a finding, or open it again."""
    state = FindingState.OPEN if form.get("state") == "open" else FindingState.RESOLVED
    wish = Correction(state=state, note=_note(form))
    try:
        desk.inventory.correct_finding(viewer.principal.actor, model_hash, finding_id, wish)
    except FindingIncomplete:
        said = viewer.language.gettext("Say what was done, or why it is open again.")
        wrong = {f"note-{finding_id}": said}
        return _page(Looked(request, viewer, desk, model_hash), wrong=wrong)
    return go(f"{MODELS}/{model_hash}#findings", notice=N_("The finding was changed."))


def _refused(looked: Looked, refusal: LoanwrightError) -> Response:
    complaint = looked.viewer.language.gettext(REFUSED[type(refusal)])
    return _page(looked, complaint=complaint, status=409)


def _page(
    looked: Looked,
    *,
    values: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    complaint: str = "",
    status: int = 200,
) -> Response:
    today = SystemClock().now().date()
    desk, language = looked.desk, looked.viewer.language
    names = names_by(desk.users)
    page = present_model(desk.inventory, looked.model_hash, names, language, today)
    return show(
        looked.request,
        looked.viewer,
        "analyst/model.html",
        status=422 if wrong else status,
        page=page,
        values=values or {},
        wrong=wrong or {},
        complaint=complaint,
    )


def _note(form: dict[str, str]) -> str:
    return form.get("note", "").strip()[:LONGEST]


def _wrong_finding(viewer: Viewer, values: dict[str, str]) -> dict[str, str]:
    _ = viewer.language.gettext
    wrong = {}
    if not values["said"]:
        wrong["said"] = _("Say what is wrong.")
    if not values["owner"]:
        wrong["owner"] = _("Name who mends it.")
    if values["severity"] not in tuple(Severity):
        wrong["severity"] = _("Choose how bad it is.")
    try:
        date.fromisoformat(values["due_on"])
    except ValueError:
        wrong["due_on"] = _("Give a day.")
    return wrong
