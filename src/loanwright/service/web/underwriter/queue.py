"""The queue of reviews: what waits, the most valuable first, and taking the next one."""

from fastapi import Request
from starlette.responses import Response

from loanwright.service.reviews.errors import NothingWaits
from loanwright.service.reviews.schemas import Kind, State, Wanted
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Posted, Viewer, go, page_router, show
from loanwright.service.web.underwriter.addresses import (
    QueuePart,
    Reading,
    ReviewsPart,
    UsersPart,
    Writing,
)
from loanwright.service.web.underwriter.naming import kind_options
from loanwright.service.web.underwriter.queue_view import present_figures, present_row

ROWS = 25
SHOWN = ("waiting", "mine", "overdue", "awaited", "proposed", "answered")
router = page_router()


@router.get("/reviews")
def show_queue(
    request: Request,
    viewer: Reading,
    queue: QueuePart,
    reviews: ReviewsPart,
    users: UsersPart,
) -> Response:
    """Show the reviews, those first for which a look of a person is worth most."""
    listing = Listing.read(
        request,
        sorts=("first_at", "due_at", "opened_at"),
        filters=("show", "kind", "product"),
        sort="first_at",
    )
    page = reviews.list_page(viewer.principal, _wanted(listing, viewer))
    now = reviews.now()
    products = reviews.accounts.products
    rows = [present_row(one, viewer, users, products, now) for one in page.items]
    return show(
        request,
        viewer,
        "underwriter/queue.html",
        rows=rows,
        listing=listing.reaching(page.next_cursor),
        figures=present_figures(queue.count(viewer.principal), viewer.language),
        kinds=kind_options(viewer.language),
        products=[
            (name, one.title.in_language(viewer.language.code)) for name, one in products.items()
        ],
    )


@router.post("/reviews/next")
def take_next(viewer: Writing, queue: QueuePart, _form: Posted) -> Response:
    """Take the most valuable review that nobody holds."""
    try:
        review = queue.take_next(viewer.principal)
    except NothingWaits:
        return go("/reviews", notice=N_("Nothing waits that you could take."), tone="warn")
    return go(f"/reviews/{review.id}", notice=N_("The review is yours."))


def _wanted(listing: Listing, viewer: Viewer) -> Wanted:
    """Return what a list shows; what its address says wrongly shows what waits."""
    shown = listing.get("show")
    kind = listing.get("kind")
    states = {"proposed": State.PROPOSED, "answered": State.RESOLVED}
    return Wanted(
        state=states.get(shown, State.TAKEN if shown == "mine" else None),
        live=None if shown == "answered" else True,
        taken_by=viewer.principal.id if shown == "mine" else None,
        overdue=True if shown == "overdue" else None,
        awaited={"awaited": True, "waiting": False}.get(shown),
        kind=Kind(kind) if kind in set(Kind) else None,
        product=listing.get("product") or None,
        sort=listing.sort,
        limit=ROWS,
        cursor=listing.cursor,
    )
