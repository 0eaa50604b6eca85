"""The strategy desk: cut-offs are dragged, and what they would have done is told at once."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError
from loanwright.service.cutoffs.schemas import Counted
from loanwright.service.cutoffs.service import CutoffDesk
from loanwright.service.edge.provided import provided
from loanwright.service.kit.prepared import Underway
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.planning.cutoffs_asked import read_asked, read_cutoffs
from loanwright.service.web.planning.cutoffs_view import present_desk
from loanwright.service.web.refusals import tell_refusal
from loanwright.simulation.errors import NothingToSimulate, PricesRefused

router = page_router()
DeskRead = Annotated[Viewer, Depends(enter("simulations:read", staff=True))]
DraftsWrite = Annotated[Viewer, Depends(enter("policies:write", staff=True))]
DeskRoom = Annotated[CutoffDesk, Depends(provided("cutoff_desk"))]
DESK = "/analysis/strategy"


@router.get("/analysis/strategy")
def show_desk(request: Request, viewer: DeskRead, desk: DeskRoom) -> Response:
    """Show the desk, with what the cut-offs would have done that are asked for."""
    asked = read_asked(request.query_params, desk.simulations.products, desk.policies.all_live())
    empty = refused = ""
    counted: Counted | Underway | None = None
    try:
        counted = desk.open(asked.product, prices=asked.prices) if asked.product else None
    except NothingToSimulate:
        empty = "nothing"
    except PricesRefused as problem:
        refused = tell_refusal(problem, viewer.language).text
        counted = desk.open(asked.product)
    underway = counted if isinstance(counted, Underway) else None
    view = None
    if isinstance(counted, Counted):
        view = present_desk(counted, asked, viewer.language)
    return show(
        request,
        viewer,
        "planning/desk.html",
        asked=asked,
        underway=underway,
        view=view,
        empty=empty,
        refused=refused,
    )


@router.post("/analysis/strategy/count")
def count_anew(viewer: DeskRead, form: Posted, desk: DeskRoom) -> Response:
    """Count the recorded decisions anew."""
    del viewer
    asked = read_asked(form, desk.simulations.products, desk.policies.all_live())
    desk.refresh(asked.product, prices=asked.prices)
    return go(f"{DESK}?{asked.query}")


@router.post("/analysis/strategy/draft")
def make_draft(viewer: DraftsWrite, form: Posted, desk: DeskRoom) -> Response:
    """Write the live policy with these cut-offs down as a draft."""
    asked = read_asked(form, desk.simulations.products, desk.policies.all_live())
    moved = read_cutoffs(form, desk.policies.live(asked.product).policy)
    try:
        draft = desk.make_draft(
            viewer.principal.actor,
            asked.product,
            moved,
            name=form.get("name", ""),
            note=form.get("note", ""),
        )
    except LoanwrightError:
        notice = N_("The draft could not be written: check the name and the cut-offs.")
        return go(f"{DESK}?{asked.query}", notice=notice, tone="bad")
    return go(f"/analysis/policies/drafts/{draft.id}", notice=N_("The draft is written."))
