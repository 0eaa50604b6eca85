"""The business panel: how lending goes, month by month."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.business.schemas import Assumed, Scope
from loanwright.service.business.service import Business
from loanwright.service.edge.provided import provided
from loanwright.service.kit.prepared import Underway
from loanwright.service.web.office import Viewer, enter, page_router, show
from loanwright.service.web.planning.asking import basis_points, choose
from loanwright.service.web.planning.business_view import FormView, present_figures

router = page_router()
FiguresRead = Annotated[Viewer, Depends(enter("simulations:read", staff=True))]
BusinessRoom = Annotated[Business, Depends(provided("business"))]
#: How many months may be looked at; the first is what is shown unasked.
SPANS = ("9", "6", "12", "24")


@router.get("/analysis/business")
def show_business(request: Request, viewer: FiguresRead, business: BusinessRoom) -> Response:
    """Show the figures of the business: at a glance, as charts and as a table."""
    form = _read(request, business)
    assumed = Assumed(
        loss_given_default_bp=basis_points(form.lgd, 6_000),
        cost_of_funds_bp=basis_points(form.funds, 800),
    )
    scope = Scope(
        product=form.product or None, segment=form.segment or None, lender=form.lender or None
    )
    figures = business.figures(int(form.months), scope=scope, assumed=assumed, wait=1.5)
    if isinstance(figures, Underway):
        return show(
            request, viewer, "planning/business.html", form=form, underway=figures, found=None
        )
    found = present_figures(figures, viewer.language, form)
    return show(request, viewer, "planning/business.html", form=form, underway=None, found=found)


def _read(request: Request, business: Business) -> FormView:
    query, products = request.query_params, business.products
    product = choose(query.get("product", ""), products)
    lenders = sorted({one.lender for one in products.values() if one.lender})
    segments = products[product].segments if product else {}
    return FormView(
        product=product,
        lender=choose(query.get("lender", ""), lenders),
        segment=choose(query.get("segment", ""), segments),
        months=choose(query.get("months", ""), SPANS, SPANS[0]),
        month=query.get("month", ""),
        lgd=query.get("lgd", "60")[:12],
        funds=query.get("funds", "8")[:12],
        spans=SPANS,
        products=products,
        lenders=tuple(lenders),
    )
