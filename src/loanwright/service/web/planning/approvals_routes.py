"""Why more or fewer applications were approved than in another month."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError
from loanwright.features.product import Product
from loanwright.service.business.approvals import Approvals
from loanwright.service.business.service import Business
from loanwright.service.edge.provided import provided
from loanwright.service.kit.prepared import Underway
from loanwright.service.policies.service import Policies
from loanwright.service.web.office import Viewer, enter, page_router, show
from loanwright.service.web.planning.approvals_view import AskedMonths, present_change
from loanwright.service.web.planning.asking import choose
from loanwright.service.web.refusals import tell_refusal

router = page_router()
ChangeRead = Annotated[Viewer, Depends(enter("simulations:read", staff=True))]
ApprovalsRoom = Annotated[Approvals, Depends(provided("approvals"))]
BusinessRoom = Annotated[Business, Depends(provided("business"))]
PoliciesRoom = Annotated[Policies, Depends(provided("policies"))]
MONTHS_BACK = 24


@router.get("/analysis/business/approvals")
def show_change(
    request: Request,
    viewer: ChangeRead,
    approvals: ApprovalsRoom,
    business: BusinessRoom,
    policies: PoliciesRoom,
) -> Response:
    """Show what changed the approval rate from one month to another."""
    asked = _read(request, business)
    found = None
    refused = ""
    if asked.before and asked.after:
        try:
            found = approvals.explain(asked.product, asked.before, asked.after)
        except LoanwrightError as problem:
            refused = tell_refusal(problem, viewer.language).text
    underway = isinstance(found, Underway)
    product: Product | None = business.products.get(asked.product)
    view = None
    if found is not None and not isinstance(found, Underway) and product is not None:
        view = present_change(found, product, viewer.language, names_of(policies, asked.product))
    return show(
        request,
        viewer,
        "planning/approvals.html",
        asked=asked,
        underway=found if underway else None,
        refused=refused,
        view=view,
    )


def names_of(policies: Policies, product: str) -> dict[str, str]:
    """Return what the published policies of a product are called, by hash."""
    published = policies.list_publications(product=product)
    return {one.version.hash: one.version.policy.name for one in published}


def _read(request: Request, business: Business) -> AskedMonths:
    query, products = request.query_params, business.products
    decided = business.decided_months(MONTHS_BACK)
    usual = max(decided, key=lambda name: sum(decided[name].values()), default="")
    product = choose(query.get("product", ""), products, usual)
    months = sorted(decided.get(product, {}))
    over = [one for one in months if one < business.months(1)[0]] or months
    after = choose(query.get("after", ""), months, over[-1] if over else "")
    earlier = [one for one in months if one < after]
    before = choose(query.get("before", ""), months, earlier[-1] if earlier else "")
    return AskedMonths(
        product=product, before=before, after=after, months=tuple(months), products=products
    )
