"""Offers to an applicant: made after an approval, approved by a second person, taken back."""

from collections.abc import Collection
from typing import Annotated, Final

from fastapi import Depends, Path, Request
from starlette.responses import Response

from loanwright.decisioning.outcome import Outcome
from loanwright.service.decisions.service import DecisionNotFound
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.offers.errors import OfferNotOpen, SecondPersonNeeded
from loanwright.service.offers.schemas import State, Terms, Wanted
from loanwright.service.web.languages import N_
from loanwright.service.web.manager.card_view import tabs_of
from loanwright.service.web.manager.offer_view import (
    FIELDS,
    Line,
    facts_of,
    present_offer,
    read_terms,
    starting_values,
)
from loanwright.service.web.manager.parties import ApplicantId, House, Rooms, Who
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show, values_of

router = page_router()
OffersRead = Annotated[Viewer, Depends(enter("offers:read", staff=True))]
OffersWrite = Annotated[Viewer, Depends(enter("offers:write", staff=True))]
DecisionId = Annotated[str, Path(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
OfferId = Annotated[str, Path(pattern=f"^off_[{ALPHABET}]{{{LENGTH}}}$")]
MOST: Final = 100
MADE: Final = N_("The offer is out: the applicant sees it now.")
PROPOSED: Final = N_("The offer waits for a second person: its amount is above what one may offer.")
WENT_OUT: Final = N_("Two persons have agreed: the applicant sees the offer now.")
TAKEN_BACK: Final = N_("The offer is taken back.")
MEANWHILE: Final = N_("The offer has ended or gone out meanwhile.")
OWN: Final = N_("Whoever made an offer cannot approve it: somebody else must.")


@router.get("/applicants/offers")
def list_waiting(request: Request, viewer: OffersWrite, house: House) -> Response:
    """Show the offers that wait for a second person."""
    return show(
        request,
        viewer,
        "manager/offers_waiting.html",
        offers=_lines(viewer, house, Wanted(state=State.PROPOSED, sort="made_at", limit=MOST)),
    )


@router.get("/applicants/{applicant_id}/offers")
def list_offers(
    request: Request, viewer: OffersRead, house: House, applicant_id: ApplicantId
) -> Response:
    """Show what was offered to an applicant, and after which decisions more can be."""
    record = house.applicant_records.get(viewer.principal, applicant_id)
    offers = _lines(viewer, house, Wanted(applicant_id=applicant_id, limit=MOST))
    taken = {one.decision_id for one in offers if one.accepted}
    return show(
        request,
        viewer,
        "manager/offers.html",
        record=record,
        tabs=tabs_of(viewer, record, "offers", None),
        offers=offers,
        approved=_approved(viewer, house, applicant_id, taken),
    )


@router.get("/applicants/{applicant_id}/decisions/{decision_id}/offer")
def show_form(
    request: Request,
    viewer: OffersWrite,
    house: House,
    applicant_id: ApplicantId,
    decision_id: DecisionId,
) -> Response:
    """Show the form of a new offer, filled with what was asked for."""
    return _form(request, viewer, house, (applicant_id, decision_id), None)


@router.post("/applicants/{applicant_id}/decisions/{decision_id}/offer")
def make_offer(
    request: Request,
    viewer: OffersWrite,
    form: Posted,
    house: House,
    applicant_id: ApplicantId,
    decision_id: DecisionId,
) -> Response:
    """Show what an offer would cost; when that was seen, make it."""
    values = values_of(form, *FIELDS)
    if form.get("step") != "make":
        return _form(request, viewer, house, (applicant_id, decision_id), values)
    _check_fits(house, viewer, applicant_id, decision_id)
    bounds = house.offers.bounds(viewer.principal, decision_id)
    terms, days, _wrong = read_terms(values, bounds, viewer.language)
    if terms is None:
        return _form(request, viewer, house, (applicant_id, decision_id), values)
    made = house.offers.make(viewer.principal, decision_id, terms, valid_days=days)
    notice = PROPOSED if made.state is State.PROPOSED else MADE
    return go(f"/applicants/{applicant_id}/offers", notice=notice)


@router.post("/applicants/{applicant_id}/offers/{offer_id}/approve")
def approve_offer(
    viewer: OffersWrite, _form: Posted, house: House, applicant_id: ApplicantId, offer_id: OfferId
) -> Response:
    """Let an offer go out that somebody else has made."""
    address = f"/applicants/{applicant_id}/offers"
    try:
        house.offers.approve(viewer.principal, offer_id)
    except SecondPersonNeeded:
        return go(address, notice=OWN, tone="bad")
    except OfferNotOpen:
        return go(address, notice=MEANWHILE, tone="warn")
    return go(address, notice=WENT_OUT)


@router.post("/applicants/{applicant_id}/offers/{offer_id}/withdraw")
def withdraw_offer(
    viewer: OffersWrite, _form: Posted, house: House, applicant_id: ApplicantId, offer_id: OfferId
) -> Response:
    """Take an offer back that nobody has accepted."""
    address = f"/applicants/{applicant_id}/offers"
    try:
        house.offers.withdraw(viewer.principal, offer_id)
    except OfferNotOpen:
        return go(address, notice=MEANWHILE, tone="warn")
    return go(address, notice=TAKEN_BACK)


def _form(
    request: Request,
    viewer: Viewer,
    house: Rooms,
    about: tuple[str, str],
    sent: dict[str, str] | None,
) -> Response:
    applicant_id, decision_id = about
    _check_fits(house, viewer, applicant_id, decision_id)
    language, by = viewer.language, viewer.principal
    record = house.applicant_records.get(by, applicant_id)
    bounds = house.offers.bounds(by, decision_id)
    values = starting_values(bounds, language) if sent is None else sent
    terms, days, wrong = (None, 0, {}) if sent is None else read_terms(values, bounds, language)
    line = house.decisions.get_line(decision_id)
    most, rate = bounds.highest, bounds.annual_rate_bp
    return show(
        request,
        viewer,
        "manager/offer_new.html",
        status=422 if wrong else 200,
        record=record,
        decision=line,
        product=_titles(viewer, house).get(line.product, line.product),
        decided_when=language.moment(line.decided_at),
        currency=language.currency_sign(bounds.currency),
        most=None if most is None else language.minor(most, bounds.currency),
        rate=None if rate is None else language.percent(rate / 10_000, 2),
        values=values,
        wrong=wrong,
        **_cost(viewer, house, decision_id, terms, days),
    )


def _cost(
    viewer: Viewer, house: Rooms, decision_id: str, terms: Terms | None, days: int
) -> dict[str, object]:
    """Return what an offer would cost, and whether a second person would have to agree."""
    if terms is None:
        return {"cost": None}
    language = viewer.language
    offer = house.offers.suppose(viewer.principal, decision_id, terms, valid_days=days)
    who = Who(users=house.users, language=language)
    line = present_offer(offer, viewer, who, _titles(viewer, house), language)
    return {"cost": line, "costs": facts_of(offer, language)}


def _lines(viewer: Viewer, house: Rooms, wanted: Wanted) -> list[Line]:
    language = viewer.language
    who, titles = Who(users=house.users, language=language), _titles(viewer, house)
    page = house.offers.list_page(viewer.principal, wanted)
    return [present_offer(one, viewer, who, titles, language) for one in page.items]


def _approved(
    viewer: Viewer, house: Rooms, applicant_id: str, taken: Collection[str]
) -> list[tuple[str, str, str]]:
    """Return the decisions after which credit may be offered: id, product and moment."""
    if not viewer.can("offers:write"):
        return []
    made = house.decisions.list_of_applicant(applicant_id, by=viewer.principal, most=MOST)
    said = house.reviews.list_last_words([one.id for one in made])
    titles = _titles(viewer, house)
    return [
        (one.id, titles.get(one.product, one.product), viewer.language.moment(one.decided_at))
        for one in made
        if said.get(one.id, one.outcome) == Outcome.APPROVE and one.id not in taken
    ]


def _check_fits(house: Rooms, viewer: Viewer, applicant_id: str, decision_id: str) -> None:
    line = house.decisions.get_line(decision_id)
    if line.applicant_id != applicant_id:
        raise DecisionNotFound(decision_id=decision_id)
    house.applicant_records.get(viewer.principal, applicant_id)


def _titles(viewer: Viewer, house: Rooms) -> dict[str, str]:
    code = viewer.language.code
    return {name: one.title.in_language(code) for name, one in house.products.items()}
