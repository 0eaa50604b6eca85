"""What the list of applicants shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from loanwright.features.product import Product
from loanwright.service.applicants.schemas import UNASSIGNED, Status, Wanted
from loanwright.service.kit.ids import is_id
from loanwright.service.roster.schemas import Asked, Line
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import Reach
from loanwright.service.users.service import Users
from loanwright.service.views.schemas import View
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.listing import Listing
from loanwright.service.web.manager.parties import Who, short_day
from loanwright.service.web.office import Viewer
from loanwright.service.web.parts import Tone

PAGE: Final = "applicants"
ALL: Final = "all"
FILTERS: Final = (
    "scope",
    "manager",
    "product",
    "outcome",
    "grade",
    "status",
    "account",
    "arrears",
)
NEVER: Final = "none"
OUTCOMES: Final[Mapping[str, tuple[str, Tone]]] = {
    "approve": (N_("Approved"), "good"),
    "refer": (N_("Referred to a person"), "warn"),
    "decline": (N_("Declined"), "bad"),
}
UNDECIDED: Final[tuple[str, Tone]] = ("", "quiet")
_YES_NO: Final = {"yes": True, "no": False}
MOST_MANAGERS: Final = 200

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One applicant on the list."""

    id: str
    name: str
    address: str
    closed: bool
    manager: str
    outcome: str
    tone: Tone
    overridden: bool
    decided: str
    score: str
    grade: str
    accounts: str
    arrears: str
    added: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedView:
    """A saved view as a link."""

    id: str
    name: str
    address: str
    here: bool


def wanted(listing: Listing, looked_for: str | None) -> Asked:
    """Return which applicants a list asks for; what makes no sense in it does not matter."""
    manager, status = listing.get("manager"), listing.get("status")
    known = manager == UNASSIGNED or is_id(manager, "usr")
    outcome, grade = listing.get("outcome"), listing.get("grade")
    numbered = looked_for is not None and any(sign.isdigit() for sign in looked_for)
    closed = {"": Status.ACTIVE, "closed": Status.CLOSED}
    return Asked(
        people=Wanted(
            status=closed.get(status),
            manager_id=manager if known else None,
            own=listing.get("scope") == "own",
            has_account=_YES_NO.get(listing.get("account")),
            document_number=looked_for if numbered else None,
            name=None if numbered else looked_for,
        ),
        product=listing.get("product") or None,
        outcome=outcome if outcome in OUTCOMES else None,
        grade=grade or None,
        decided=False if outcome == NEVER else None,
        arrears=_YES_NO.get(listing.get("arrears")),
    )


def present_line(line: Line, who: Who, language: Language) -> Row:
    """Say one line in a language."""
    record, last, holding = line.record, line.last, line.holding
    title, tone = UNDECIDED if last is None else OUTCOMES[last.outcome]
    late = None if holding is None else holding.overdue_since
    return Row(
        id=record.id,
        name=record.contacts.name or language.gettext("Without a name"),
        address=f"/applicants/{record.id}",
        closed=record.status is Status.CLOSED,
        manager="" if record.manager_id is None else who.name(record.manager_id),
        outcome=language.gettext(title) if title else "",
        tone=tone,
        overridden=last is not None and last.overridden,
        decided="" if last is None else short_day(last.decided_at.date(), language),
        score="" if last is None else language.number(last.score),
        grade="" if last is None else last.grade,
        accounts="" if holding is None else language.number(holding.accounts),
        arrears="" if late is None else short_day(late, language),
        added=short_day(record.created_at.date(), language),
    )


def present_views(views: Iterable[View], listing: Listing) -> list[SavedView]:
    """Return the saved views as links, and which of them this list is."""
    now = {**listing.filters, "sort": listing.sort}
    return [
        SavedView(
            id=one.id,
            name=one.name,
            address=f"/applicants?{urlencode(one.asked)}",
            here=dict(one.asked) == now,
        )
        for one in views
    ]


def choices_of(viewer: Viewer, products: Mapping[str, Product], users: Users) -> dict[str, Choices]:
    """Return what can be chosen in each filter; a filter that is not for the viewer is empty."""
    _ = viewer.language.gettext
    everyone = viewer.principal.reach is Reach.ALL
    managed = viewer.can("managers:read")
    code = viewer.language.code
    grades = {g["name"]: None for one in products.values() for g in one.scale["grades"]}
    return {
        "scope": [("", _("Everybody")), ("own", _("Only mine"))] if everyone else [],
        "manager": [("", _("Anybody")), (UNASSIGNED, _("Nobody")), *_managers(users)]
        if managed
        else [],
        "product": [
            ("", _("All products")),
            *((name, one.title.in_language(code)) for name, one in products.items()),
        ],
        "outcome": [
            ("", _("Any")),
            *((name, _(title)) for name, (title, _tone) in OUTCOMES.items()),
            (NEVER, _("Never decided")),
        ],
        "grade": [("", _("Any")), *((name, name) for name in sorted(grades))],
        "status": [("", _("Active")), ("closed", _("Closed")), (ALL, _("All"))],
        "account": [("", _("Any")), ("yes", _("With an account")), ("no", _("Without"))],
        "arrears": [("", _("Any")), ("yes", _("In arrears")), ("no", _("Not in arrears"))],
    }


def _managers(users: Users) -> Choices:
    page = users.list_page({"role": Role.MANAGER.value}, limit=MOST_MANAGERS)
    named = [(one.id, one.name or one.email or one.id) for one in page.items]
    return sorted(named, key=lambda pair: pair[1].casefold())
