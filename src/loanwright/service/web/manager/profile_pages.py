"""The profile of an applicant: what is known, its history, and the form to edit it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import Query, Request
from starlette.responses import Response

from loanwright.features.errors import RecordRejected
from loanwright.features.product import Product
from loanwright.service.applicants.profile import FeatureEdit, HistoryWanted, Profile
from loanwright.service.kit.problem import PathUnknown
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.manager.card_view import tabs_of
from loanwright.service.web.manager.parties import (
    ApplicantId,
    ApplicantsRead,
    ApplicantsWrite,
    House,
    Rooms,
    Who,
)
from loanwright.service.web.manager.profile_view import groups_known, present_edit
from loanwright.service.web.manager.questions import changes_of, groups_of, plain_of
from loanwright.service.web.office import Posted, Viewer, go, page_router, show
from loanwright.service.web.public.forms import complain

router = page_router()
ProductName = Annotated[str | None, Query(max_length=80)]
Cursor = Annotated[str | None, Query(max_length=512)]
EDITS: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What stands in the form, and what is wrong with it."""

    sent: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[tuple[str | None, str], ...] = ()
    meanwhile: tuple[Any, ...] = ()
    refused: bool = False


@router.get("/applicants/{applicant_id}/profile")
def show_profile(
    request: Request,
    viewer: ApplicantsRead,
    house: House,
    applicant_id: ApplicantId,
    product: ProductName = None,
) -> Response:
    """Show what is known of an applicant, by source."""
    record = house.applicant_records.get(viewer.principal, applicant_id)
    chosen = product_of(viewer, house, applicant_id, product)
    profile = house.profiles.get(viewer.principal, applicant_id, chosen.name)
    who = Who(users=house.users, language=viewer.language)
    return show(
        request,
        viewer,
        "manager/profile.html",
        record=record,
        tabs=tabs_of(viewer, record, "profile", chosen.name),
        groups=groups_known(profile, chosen, who, viewer.language),
        product=chosen.name,
        offered=offered(viewer, house),
    )


@router.get("/applicants/{applicant_id}/profile/history")
def show_history(
    request: Request,
    viewer: ApplicantsRead,
    house: House,
    applicant_id: ApplicantId,
    product: ProductName = None,
    cursor: Cursor = None,
) -> Response:
    """Show who has changed what, the newest edit first."""
    record = house.applicant_records.get(viewer.principal, applicant_id)
    chosen = product_of(viewer, house, applicant_id, product)
    wanted = HistoryWanted(product=chosen.name, limit=EDITS, cursor=cursor)
    found = house.profiles.list_history(viewer.principal, applicant_id, wanted)
    who = Who(users=house.users, language=viewer.language)
    listing = Listing(
        path=f"/applicants/{applicant_id}/profile/history",
        sort="-at",
        filters={"product": chosen.name},
        cursor=cursor,
    )
    return show(
        request,
        viewer,
        "manager/history.html",
        record=record,
        product=chosen.name,
        edits=[present_edit(one, chosen, who, viewer.language) for one in found.items],
        listing=listing.reaching(found.next_cursor),
    )


@router.get("/applicants/{applicant_id}/profile/edit")
def show_form(
    request: Request,
    viewer: ApplicantsWrite,
    house: House,
    applicant_id: ApplicantId,
    product: ProductName = None,
) -> Response:
    """Show the form to edit what is known."""
    chosen = product_of(viewer, house, applicant_id, product)
    return _form(request, viewer, house, (applicant_id, chosen), Typed())


@router.post("/applicants/{applicant_id}/profile/take-over")
def take_over(
    request: Request,
    viewer: ApplicantsWrite,
    form: Posted,
    house: House,
    applicant_id: ApplicantId,
) -> Response:
    """Show the form with what was supposed filled in; nothing is kept before it is sent."""
    chosen = product_of(viewer, house, applicant_id, form.get("product"))
    sent = {name: text for name, text in form.items() if name in chosen.features}
    return _form(request, viewer, house, (applicant_id, chosen), Typed(sent=sent))


@router.post("/applicants/{applicant_id}/profile/edit")
def edit_profile(
    request: Request,
    viewer: ApplicantsWrite,
    form: Posted,
    house: House,
    applicant_id: ApplicantId,
) -> Response:
    """Keep what was changed, or say beside the fields what is wrong; nothing typed is lost."""
    chosen = product_of(viewer, house, applicant_id, form.get("product"))
    edits = changes_of(chosen, form, viewer.language)
    seen = int(form["version"]) if form.get("version", "").isdigit() else 0
    about = (applicant_id, chosen)
    try:
        house.profiles.edit(
            viewer.principal,
            applicant_id,
            chosen.name,
            seen=seen,
            edits={name: _edit(value) for name, value in edits.items()},
        )
    except RecordRejected as refusal:
        return _form(request, viewer, house, about, _refused(form, refusal, chosen, viewer))
    except EditedMeanwhile:
        return _form(request, viewer, house, about, _meanwhile(form, about, house, viewer))
    address = f"/applicants/{applicant_id}/profile?product={chosen.name}"
    return go(address, notice=N_("What is known is kept.") if edits else N_("Nothing was changed."))


def product_of(viewer: Viewer, house: Rooms, applicant_id: str, name: str | None) -> Product:
    """Return the product that is asked for, or that of the last decision."""
    if name:
        if name not in house.products:
            raise PathUnknown
        return house.products[name]
    made = house.decisions.list_of_applicant(applicant_id, by=viewer.principal, most=1)
    last = made[0].product if made else ""
    return house.products.get(last) or next(iter(house.products.values()))


def offered(viewer: Viewer, house: Rooms) -> list[tuple[str, str]]:
    """Return the products that there are, by title."""
    code = viewer.language.code
    return [(name, one.title.in_language(code)) for name, one in house.products.items()]


def _edit(value: Any) -> FeatureEdit | None:
    return None if value is None else FeatureEdit(sent=frozenset({"value"}), value=value)


def _refused(
    form: Mapping[str, str], refusal: RecordRejected, product: Product, viewer: Viewer
) -> Typed:
    fields = [
        one.field
        for group in groups_of(product, {}, {}, viewer.language)
        for one in group.questions
    ]
    said = complain(refusal.problems, fields, viewer.language)
    return Typed(
        sent=form,
        wrong={one.field: one.message for one in said if one.field},
        complaints=tuple((one.field, f"{one.title}: {one.message}") for one in said),
        refused=True,
    )


def _meanwhile(
    form: Mapping[str, str], about: tuple[str, Product], house: Rooms, viewer: Viewer
) -> Typed:
    """Tell what somebody else has changed; what was typed stays, what was not touched is theirs."""
    applicant_id, product = about
    wanted = HistoryWanted(product=product.name, limit=1)
    last = house.profiles.list_history(viewer.principal, applicant_id, wanted).items
    who = Who(users=house.users, language=viewer.language)
    mine = changes_of(product, form, viewer.language)
    return Typed(
        sent={name: text for name, text in form.items() if name.partition(".")[0] in mine},
        meanwhile=tuple(present_edit(one, product, who, viewer.language) for one in last),
        refused=True,
    )


def _form(
    request: Request, viewer: Viewer, house: Rooms, about: tuple[str, Product], typed: Typed
) -> Response:
    applicant_id, product = about
    record = house.applicant_records.get(viewer.principal, applicant_id)
    profile = house.profiles.get(viewer.principal, applicant_id, product.name)
    known = {name: one.value for name, one in profile.features.items()}
    # Typed before somebody else's edit, it is compared with what is there now.
    sent = typed.sent if not typed.meanwhile else _without_was(typed.sent)
    return show(
        request,
        viewer,
        "manager/edit.html",
        status=422 if typed.refused else 200,
        record=record,
        product=product.name,
        product_title=product.title.in_language(viewer.language.code),
        groups=groups_of(product, known, sent, viewer.language),
        version=_version(typed, profile),
        wrong=typed.wrong,
        complaints=list(typed.complaints),
        meanwhile=typed.meanwhile,
        plain=plain_of,
    )


def _version(typed: Typed, profile: Profile) -> str:
    """Return which version was seen: that of the form, until somebody else's edit was shown."""
    seen = typed.sent.get("version")
    return str(profile.version) if typed.meanwhile or seen is None else seen


def _without_was(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in sent.items() if not name.startswith("was.")}
