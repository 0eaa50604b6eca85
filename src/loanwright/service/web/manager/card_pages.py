"""The card of an applicant: where they stand, what has happened, their accounts."""

import secrets
from typing import Annotated, Any, Final

from fastapi import Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from loanwright.decisioning.outcome import Outcome
from loanwright.features.errors import RecordRejected
from loanwright.service.accounts.schemas import Wanted as AccountsWanted
from loanwright.service.applicants.documents import ContactsSent
from loanwright.service.applicants.errors import BornInFuture
from loanwright.service.applicants.schemas import Edit, Record
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.offers.schemas import State as OfferState
from loanwright.service.offers.schemas import Wanted as OffersWanted
from loanwright.service.policies.service import NoPolicy
from loanwright.service.registry.service import NoChampion
from loanwright.service.reviews.schemas import Wanted as ReviewsWanted
from loanwright.service.web.languages import N_
from loanwright.service.web.manager.account_view import present_account
from loanwright.service.web.manager.card_view import (
    Past,
    assessed_of,
    contacts_of,
    draw_contributions,
    draw_gauge,
    kpis_of,
    reasons_of,
    tabs_of,
    timeline_of,
)
from loanwright.service.web.manager.parties import (
    AccountsRead,
    ApplicantId,
    ApplicantsRead,
    ApplicationsWrite,
    ContactsWrite,
    House,
    Rooms,
    Who,
)
from loanwright.service.web.office import Posted, Viewer, go, page_router, show, values_of

router = page_router()
ProductName = Annotated[str | None, Query(max_length=80)]
DecisionId = Annotated[str | None, Query(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
MOST: Final = 50
CONTACTS: Final = ("name", "phone", "email", "address", "date_of_birth", "language")


@router.get("/applicants/{applicant_id}")
def show_card(
    request: Request,
    viewer: ApplicantsRead,
    house: House,
    applicant_id: ApplicantId,
    product: ProductName = None,
    decision: DecisionId = None,
) -> Response:
    """Show where an applicant stands, why, and what has happened."""
    record = house.applicant_records.get(viewer.principal, applicant_id)
    past = past_of(viewer, house, applicant_id)
    shown = _chosen(past, product, decision)
    language, who = viewer.language, Who(users=house.users, language=viewer.language)
    return show(
        request,
        viewer,
        "manager/card.html",
        record=record,
        tabs=tabs_of(viewer, record, "card", None if shown is None else shown.product),
        contacts=contacts_of(record, who, language),
        timeline=timeline_of(past, who, language),
        once=secrets.token_urlsafe(16),
        offered=[
            (one.name, one.title.in_language(language.code)) for one in house.products.values()
        ],
        product=product or ("" if shown is None else shown.product),
        **_shown(viewer, house, past, shown),
    )


@router.post("/applicants/{applicant_id}/assessment")
def assess_anew(
    viewer: ApplicationsWrite, form: Posted, house: House, applicant_id: ApplicantId
) -> Response:
    """Assess an applicant anew by what is known today."""
    product = form.get("product", "")
    address = f"/applicants/{applicant_id}"
    if product not in house.products:
        return go(address, notice=N_("Choose a product."), tone="bad")
    try:
        house.rescoring.assess(
            viewer.principal, applicant_id, product, idempotency_key=form.get("once") or None
        )
    except RecordRejected:
        return go(
            f"{address}/profile/edit?product={product}&missing=yes",
            notice=N_("Something that is needed is not known or not valid any more. Fill it in."),
            tone="warn",
        )
    except (NoChampion, NoPolicy):
        return go(address, notice=N_("No model decides this product now."), tone="bad")
    return go(f"{address}?product={product}", notice=N_("Assessed anew by what is known today."))


@router.get("/applicants/{applicant_id}/accounts")
def show_accounts(
    request: Request, viewer: AccountsRead, house: House, applicant_id: ApplicantId
) -> Response:
    """Show the accounts of an applicant, month by month."""
    record = house.applicant_records.get(viewer.principal, applicant_id)
    held = house.accounts.list_page(
        viewer.principal, AccountsWanted(applicant_id=applicant_id, limit=MOST)
    )
    told = [
        present_account(
            *house.accounts.performance(viewer.principal, one.id),
            titles=_titles(viewer, house),
            today=house.accounts.today(),
            language=viewer.language,
        )
        for one in held.items
    ]
    return show(
        request,
        viewer,
        "manager/accounts.html",
        record=record,
        tabs=tabs_of(viewer, record, "accounts", None),
        accounts=told,
    )


@router.get("/applicants/{applicant_id}/contacts")
def show_contacts(
    request: Request, viewer: ContactsWrite, house: House, applicant_id: ApplicantId
) -> Response:
    """Show the form for how an applicant is called and reached."""
    record = house.applicant_records.get(viewer.principal, applicant_id)
    return _contacts_form(request, viewer, record, _written(record), {})


@router.post("/applicants/{applicant_id}/contacts")
def edit_contacts(
    request: Request,
    viewer: ContactsWrite,
    form: Posted,
    house: House,
    applicant_id: ApplicantId,
) -> Response:
    """Keep how an applicant is called and reached, or say what is wrong with it."""
    record = house.applicant_records.get(viewer.principal, applicant_id)
    sent = values_of(form, *CONTACTS)
    values = {name: text or None for name, text in sent.items()}
    language = values.pop("language")
    try:
        contacts = ContactsSent.model_validate(values).model_dump()
        seen = int(form.get("version", "0")) if form.get("version", "").isdigit() else 0
        edit = Edit(
            contacts=contacts, fields={"language": language if language in ("en", "ru") else None}
        )
        house.applicant_records.edit(viewer.principal, applicant_id, seen=seen, edit=edit)
    except ValidationError as refusal:
        wrong = {
            str(one["loc"][0]): viewer.language.gettext("This cannot be right; please check it.")
            for one in refusal.errors()
        }
        return _contacts_form(request, viewer, record, sent, wrong)
    except BornInFuture:
        wrong = {"date_of_birth": viewer.language.gettext("Nobody is born in the future.")}
        return _contacts_form(request, viewer, record, sent, wrong)
    except EditedMeanwhile:
        return _contacts_form(request, viewer, record, sent, {}, meanwhile=True)
    return go(f"/applicants/{applicant_id}", notice=N_("The contacts are saved."))


def past_of(viewer: Viewer, house: Rooms, applicant_id: str) -> Past:
    """Return what has happened with an applicant, as far as the viewer may know."""
    by = viewer.principal
    made = house.decisions.list_of_applicant(applicant_id, by=by, most=MOST)
    wanted = ReviewsWanted(applicant_id=applicant_id, limit=MOST)
    reviews = house.reviews.list_page(by, wanted).items if viewer.can("reviews:read") else []
    looked_at = {one.decision_id: None for one in reviews}
    overrides = [over for one in looked_at for over in house.reviews.overrides_of(one)]
    asked = OffersWanted(applicant_id=applicant_id, limit=MOST)
    offers = house.offers.list_page(by, asked).items if viewer.can("offers:read") else []
    return Past(
        decisions=made,
        reviews=reviews,
        overrides=overrides,
        offers=offers,
        titles=_titles(viewer, house),
    )


def _titles(viewer: Viewer, house: Rooms) -> dict[str, str]:
    code = viewer.language.code
    return {name: one.title.in_language(code) for name, one in house.products.items()}


def _chosen(past: Past, product: str | None, decision: str | None) -> DecisionRecord | None:
    for one in past.decisions:
        if decision is not None and one.id == decision:
            return one
    fitting = [one for one in past.decisions if product is None or one.product == product]
    return fitting[0] if fitting else None


def _shown(
    viewer: Viewer, house: Rooms, past: Past, stored: DecisionRecord | None
) -> dict[str, Any]:
    """Return one decision as the page draws it."""
    if stored is None:
        return {"decision": None}
    language = viewer.language
    package, policy = house.decisions.decided_by(stored)
    one = assessed_of(stored, package.product, policy.cutoffs_of(stored.segment))
    standing = [over.outcome for over in past.overrides if over.decision_id == stored.id]
    outcome = standing[-1] if standing else stored.outcome
    taken = any(
        one.decision_id == stored.id and one.state is OfferState.ACCEPTED for one in past.offers
    )
    return {
        "decision": stored,
        "decided_when": language.moment(stored.decided_at),
        "decided_product": past.title(stored.product),
        "newest": stored is past.decisions[0],
        "may_offer": viewer.can("offers:write") and outcome == Outcome.APPROVE and not taken,
        "kpis": kpis_of(one, standing[-1] if standing else None, language),
        "gauge": draw_gauge(one, language),
        "contributions": draw_contributions(one, language),
        "reasons": reasons_of(stored, language),
    }


def _written(record: Record) -> dict[str, str]:
    told = {**record.contacts.document(), "language": record.language}
    return {name: str(told[name] or "") for name in CONTACTS}


def _contacts_form(
    request: Request,
    viewer: Viewer,
    record: Record,
    values: dict[str, str],
    wrong: dict[str, str],
    *,
    meanwhile: bool = False,
) -> Response:
    refused = bool(wrong) or meanwhile
    return show(
        request,
        viewer,
        "manager/contacts.html",
        status=422 if refused else 200,
        record=record,
        values=values,
        wrong=wrong,
        meanwhile=meanwhile,
        theirs=_written(record) if meanwhile else {},
    )
