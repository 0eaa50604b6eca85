"""What if something were different: tried by the engine that decides, and kept nowhere."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from loanwright.features.errors import RecordRejected
from loanwright.service.web.manager.card_view import (
    draw_contributions,
    draw_gauge,
    kpis_of,
    tabs_of,
)
from loanwright.service.web.manager.parties import ApplicantId, ApplicantsRead, House, Rooms
from loanwright.service.web.manager.profile_pages import ProductName, offered, product_of
from loanwright.service.web.manager.what_if_view import assessed_of, changes_of, controls_of
from loanwright.service.web.office import Posted, Viewer, page_router, show

router = page_router()


@router.get("/applicants/{applicant_id}/what-if")
def show_what_if(
    request: Request,
    viewer: ApplicantsRead,
    house: House,
    applicant_id: ApplicantId,
    product: ProductName = None,
) -> Response:
    """Show what would be decided now, and what could be different."""
    chosen = product_of(viewer, house, applicant_id, product).name
    return _page(request, viewer, house, (applicant_id, chosen), {})


@router.post("/applicants/{applicant_id}/what-if")
def suppose(
    request: Request, viewer: ApplicantsRead, form: Posted, house: House, applicant_id: ApplicantId
) -> Response:
    """Show what would be decided if it were so; nothing of it is kept."""
    chosen = product_of(viewer, house, applicant_id, form.get("product")).name
    return _page(request, viewer, house, (applicant_id, chosen), form)


def _page(
    request: Request,
    viewer: Viewer,
    house: Rooms,
    about: tuple[str, str],
    sent: Mapping[str, str],
) -> Response:
    applicant_id, product = about
    by, language = viewer.principal, viewer.language
    record = house.applicant_records.get(by, applicant_id)
    common: dict[str, Any] = {
        "record": record,
        "tabs": tabs_of(viewer, record, "what-if", product),
        "product": product,
        "offered": offered(viewer, house),
    }
    try:
        start = house.suppositions.suppose(by, applicant_id, product)
    except RecordRejected:
        return show(request, viewer, "manager/what_if.html", lacking=True, **common)
    wrong: dict[str, str] = {}
    supposed = start
    changes = changes_of(start, sent, language)
    if changes:
        try:
            supposed = house.suppositions.suppose(by, applicant_id, product, changes)
        except RecordRejected as refusal:
            wrong = {
                one.feature: one.message.in_language(language.code) for one in refusal.problems
            }
    now, then = assessed_of(start), assessed_of(supposed)
    return show(
        request,
        viewer,
        "manager/what_if.html",
        status=422 if wrong else 200,
        lacking=False,
        controls=controls_of(supposed, sent, language),
        wrong=wrong,
        changed=bool(supposed.changed),
        kpis=kpis_of(then, None, language),
        gauge=draw_gauge(then, language),
        contributions=draw_contributions(then, language),
        before=kpis_of(now, None, language),
        **common,
    )
