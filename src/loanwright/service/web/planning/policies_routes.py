"""Policies: what decides, what decided before, and what is on its way."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError
from loanwright.rulebook.files import write_toml
from loanwright.service.edge.provided import provided
from loanwright.service.policies.drafts import PolicyDrafts
from loanwright.service.policies.errors import DraftChangesNothing, NoEarlierVersion
from loanwright.service.policies.schemas import DraftState
from loanwright.service.policies.service import Policies
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.planning.asking import choose, product_choices, segment_title, title_of
from loanwright.service.web.planning.people import person
from loanwright.service.web.planning.policies_view import (
    cutoff_rows,
    differences,
    present_checks,
    state_of,
)

router = page_router()
PoliciesRead = Annotated[Viewer, Depends(enter("policies:write", staff=True))]
PoliciesRoom = Annotated[Policies, Depends(provided("policies"))]
DraftsRoom = Annotated[PolicyDrafts, Depends(provided("policy_drafts"))]
Product = Annotated[str, Path(pattern="^[a-z0-9-]{1,64}$")]
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
LIST = "/analysis/policies"
PAGE = 25


@router.get("/analysis/policies")
def list_policies(
    request: Request, viewer: PoliciesRead, policies: PoliciesRoom, drafts: DraftsRoom
) -> Response:
    """Show what decides each product, what is on its way, and what decided before."""
    listing = Listing.read(request, sorts=("at",), filters=("product",), sort="-at")
    product = choose(listing.get("product"), drafts.products)
    wanted = {"product": product} if product else {}
    under_way = [
        one
        for state in (DraftState.SUBMITTED, DraftState.DRAFT)
        for one in drafts.list_page(limit=PAGE, state=str(state), **wanted).items
    ]
    page = policies.page_publications(limit=PAGE, cursor=listing.cursor, **wanted)
    return show(
        request,
        viewer,
        "planning/policies.html",
        product=product,
        products=product_choices(drafts.products, viewer.language),
        titles={name: title_of(one, viewer.language) for name, one in drafts.products.items()},
        under_way=[
            (one, *state_of(one, viewer.language), person(request, one.author)) for one in under_way
        ],
        live={one.hash for one in policies.list_live()},
        published=[
            (one, person(request, one.version.published_by), person(request, one.author))
            for one in page.items
        ],
        listing=listing.reaching(page.next_cursor),
    )


@router.get("/analysis/policies/{product}/versions/{policy_hash}")
def show_version(
    request: Request,
    viewer: PoliciesRead,
    policies: PoliciesRoom,
    drafts: DraftsRoom,
    product: Product,
    policy_hash: Hash,
) -> Response:
    """Show one published version: its text, what it changed, what was checked."""
    version = policies.get(product, policy_hash)
    published = policies.list_publications(product=product)
    publication = next(one for one in published if one.version.hash == policy_hash)
    before = next((one for one in published if one.sequence < publication.sequence), None)
    live = policies.find_live(product)
    served = drafts.product(product)
    titles = {one: segment_title(served, one, viewer.language) for one in served.segments}
    old = None if before is None else before.version.policy
    checks = publication.checks
    return show(
        request,
        viewer,
        "planning/version.html",
        version=version,
        product_title=title_of(served, viewer.language),
        publication=publication,
        author=person(request, publication.author),
        publisher=person(request, version.published_by),
        is_live=live is not None and live.hash == policy_hash,
        cutoffs=cutoff_rows(version.policy, titles),
        before=before,
        changed=[] if old is None else differences(old, version.policy, viewer.language),
        checks=None if checks is None else present_checks(checks, viewer.language),
        text=write_toml(version.policy.to_mapping()),
    )


@router.post("/analysis/policies/{product}/versions/{policy_hash}/again")
def roll_back(
    viewer: PoliciesRead, form: Posted, drafts: DraftsRoom, product: Product, policy_hash: Hash
) -> Response:
    """Submit an earlier version again; somebody else publishes it."""
    place = f"{LIST}/{product}/versions/{policy_hash}"
    try:
        draft = drafts.roll_back(
            viewer.principal.actor, product, to=policy_hash, note=form.get("note", "")
        )
    except (DraftChangesNothing, NoEarlierVersion):
        return go(place, notice=N_("This version decides already."), tone="warn")
    except LoanwrightError:
        return go(place, notice=N_("It could not be submitted."), tone="bad")
    return go(
        f"{LIST}/drafts/{draft.id}",
        notice=N_("The earlier version is submitted; somebody else has to publish it."),
    )
