"""The list of applicants: searched, filtered, sorted, and kept under a name."""

from typing import Annotated, Final

from fastapi import Path, Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError
from loanwright.service.kit.ids import ALPHABET, LENGTH, is_id
from loanwright.service.roster.schemas import Sort
from loanwright.service.users.schemas import Reach
from loanwright.service.views.service import TooManyViews, ViewNameRefused
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.manager.list_view import (
    ALL,
    FILTERS,
    PAGE,
    choices_of,
    present_line,
    present_views,
    wanted,
)
from loanwright.service.web.manager.parties import (
    ApplicantsRead,
    House,
    Who,
)
from loanwright.service.web.office import Posted, go, page_router, show

router = page_router()
ViewId = Annotated[str, Path(pattern=f"^viw_[{ALPHABET}]{{{LENGTH}}}$")]
SEARCH: Final = "search"
SORTS: Final = tuple(str(one) for one in Sort)
FIRST: Final = "-added"
LINES: Final = 25
LONGEST_SEARCH: Final = 100


@router.get("/applicants")
def list_applicants(request: Request, viewer: ApplicantsRead, house: House) -> Response:
    """Show the applicants whom one looks after, or may see."""
    listing = Listing.read(request, sorts=SORTS, filters=(*FILTERS, SEARCH), sort=FIRST)
    token = listing.get(SEARCH)
    looked_for = house.searches.open(viewer.principal, token) if token else None
    asked = wanted(listing, looked_for)
    found = house.roster.list_page(
        viewer.principal, asked, sort=listing.sort, limit=LINES, cursor=listing.cursor
    )
    who = Who(users=house.users, language=viewer.language)
    return show(
        request,
        viewer,
        "manager/list.html",
        listing=listing.reaching(found.next_cursor),
        lines=[present_line(one, who, viewer.language) for one in found.items],
        count=house.roster.count(viewer.principal, asked),
        choices=choices_of(viewer, house.products, house.users),
        views=present_views(house.views.list_of(viewer.principal, PAGE), listing),
        looked_for=looked_for or "",
        ended=bool(token) and looked_for is None,
        everybody=viewer.principal.reach is Reach.ALL and listing.get("scope") != "own",
    )


@router.post("/applicants/search")
def search(viewer: ApplicantsRead, form: Posted, house: House) -> Response:
    """Lead to whom somebody looks for; a name is sealed before it stands in an address."""
    text = form.get("q", "").strip()[:LONGEST_SEARCH]
    if is_id(text, "apl"):
        return go(f"/applicants/{text}")
    if not text:
        return go("/applicants")
    return go(f"/applicants?{SEARCH}={house.searches.seal(viewer.principal, text)}&status={ALL}")


@router.post("/applicants/views")
def save_view(viewer: ApplicantsRead, form: Posted, house: House) -> Response:
    """Keep the filters and the sort of the list under a name."""
    asked = {name: form[name] for name in (*FILTERS, "sort") if form.get(name)}
    listing = Listing(path="/applicants", sort=asked.pop("sort", FIRST), filters=asked)
    try:
        house.views.save(
            viewer.principal, PAGE, form.get("name", ""), {**asked, "sort": listing.sort}
        )
    except (ViewNameRefused, TooManyViews) as refusal:
        return go(listing.first_address, notice=_why(refusal), tone="bad")
    return go(listing.first_address, notice=N_("The view is saved."))


@router.post("/applicants/views/{view_id}/remove")
def remove_view(viewer: ApplicantsRead, _form: Posted, view_id: ViewId, house: House) -> Response:
    """Remove a view that one has saved."""
    house.views.remove(viewer.principal, view_id)
    return go("/applicants", notice=N_("The view is removed."))


def _why(refusal: LoanwrightError) -> str:
    if isinstance(refusal, TooManyViews):
        return N_("There are 50 saved views already: remove one first.")
    return N_("Give the view a name of 1 to 60 characters.")
