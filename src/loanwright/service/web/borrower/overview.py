"""My credit at a glance: the band over time, what waits for me, my manager, a fresh look."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import LoanwrightError, NotFound
from loanwright.features.errors import RecordRejected
from loanwright.service.accounts.schemas import Account, Status
from loanwright.service.accounts.schemas import Wanted as WantedAccounts
from loanwright.service.offers.schemas import State
from loanwright.service.offers.schemas import Wanted as WantedOffers
from loanwright.service.users.service import Users
from loanwright.service.web.borrower import parts
from loanwright.service.web.borrower.decisions_view import present_course, present_lines
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, go, page_router, show
from loanwright.service.web.parts import Kpi

router = page_router()
SHOWN = 3
REFRESHED = N_("You were scored anew; your band of today is below.")
UNKNOWN = N_("We do not know enough of you for that yet. Please apply once more.")


@router.get("/my")
def show_overview(
    request: Request,
    viewer: parts.ReadDecisions,
    own: parts.OwnRooms,
) -> Response:
    """Show a borrower their credit at a glance."""
    principal, language = viewer.principal, viewer.language
    page = own.decisions.list_page(limit=parts.MOST_DECISIONS, by=principal)
    lines = list(page.items)
    changed = own.last_words([one.id for one in lines])
    offers = own.offers.list_page(principal, WantedOffers(state=State.OPEN)).items
    accounts = own.accounts.list_page(principal, WantedAccounts(status=Status.OPEN)).items
    return show(
        request,
        viewer,
        "borrower/overview.html",
        course=present_course(lines, own.products, language),
        lines=present_lines(lines[:SHOWN], changed, own.products, language),
        kpis=_kpis(viewer, own, offers=len(offers), accounts=accounts),
        manager=_manager(viewer, own),
        products=_scored(lines, own),
    )


@router.post("/my/refresh")
def refresh(viewer: parts.Apply, form: Posted, own: parts.OwnRooms) -> Response:
    """Score somebody anew from what is known of them; once a day for each product."""
    product = form.get("product", "")
    key = f"my-refresh:{parts.self_of(viewer)}:{product}:{own.accounts.today().isoformat()}"
    try:
        own.rescoring.assess(viewer.principal, parts.self_of(viewer), product, idempotency_key=key)
    except (RecordRejected, NotFound):
        return go("/my", notice=UNKNOWN, tone="warn")
    return go("/my", notice=REFRESHED)


def _kpis(viewer: Viewer, own: parts.Own, *, offers: int, accounts: Sequence[Account]) -> list[Kpi]:
    _, today = viewer.language.gettext, own.accounts.today()
    late = sum(one.days_past_due(today) > 0 for one in accounts)
    return [
        Kpi(
            label=_("Open offers"),
            value=viewer.language.number(offers),
            delta=_("Waiting for your answer") if offers else "",
            tone="good",
            href="/my/offers",
        ),
        Kpi(
            label=_("My open accounts"),
            value=viewer.language.number(len(accounts)),
            delta=_("A payment is late") if late else "",
            tone="bad" if late else "quiet",
            href="/my/accounts",
        ),
    ]


def _scored(lines: Sequence[Any], own: parts.Own) -> list[str]:
    """Return the products of this bank for which somebody was decided, the last first."""
    names = dict.fromkeys(one.product for one in lines)
    return [name for name in names if name in own.products and own.products[name].lender is None]


def _manager(viewer: Viewer, own: parts.Own) -> tuple[str, str] | None:
    """Return name and address of whoever looks after a borrower."""
    record = own.records.get(viewer.principal, parts.self_of(viewer))
    if record.manager_id is None:
        return None
    return _named(own.users, record.manager_id)


def _named(users: Users, user_id: str) -> tuple[str, str] | None:
    try:
        user = users.get(user_id)
    except LoanwrightError:
        return None
    return (user.name or "", user.email or "")
