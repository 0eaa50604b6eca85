"""Who may open the pages about applicants, what the pages are made of, and who did what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Annotated, Final

from babel.dates import format_date
from fastapi import Depends, Path
from starlette.requests import Request

from loanwright.features.product import Product
from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.applicants.records import Records
from loanwright.service.decisions.service import Decisions
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.notes.service import Notes
from loanwright.service.offers.service import Offers
from loanwright.service.origination.rescoring import Rescoring
from loanwright.service.origination.supposing import Suppositions
from loanwright.service.reviews.service import Reviews
from loanwright.service.roster.service import Roster
from loanwright.service.users.service import UserNotFound, Users
from loanwright.service.views.searches import Searches
from loanwright.service.views.service import Views
from loanwright.service.web.languages import Language
from loanwright.service.web.office import Viewer, enter

ApplicantsRead = Annotated[Viewer, Depends(enter("applicants:read", staff=True))]
ApplicantsWrite = Annotated[Viewer, Depends(enter("applicants:write", staff=True))]
ContactsWrite = Annotated[Viewer, Depends(enter("contacts:write", staff=True))]
ApplicationsWrite = Annotated[Viewer, Depends(enter("applications:write", staff=True))]
AccountsRead = Annotated[Viewer, Depends(enter("accounts:read", staff=True))]
NotesRead = Annotated[Viewer, Depends(enter("notes:read", staff=True))]
NotesWrite = Annotated[Viewer, Depends(enter("notes:write", staff=True))]

ApplicantId = Annotated[str, Path(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]

BORROWER: Final = "borrower"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rooms:
    """The rooms of the service that the pages about applicants ask."""

    accounts: Accounts
    applicant_records: Records
    decisions: Decisions
    notes: Notes
    offers: Offers
    products: Mapping[str, Product]
    profiles: Profiles
    rescoring: Rescoring
    reviews: Reviews
    roster: Roster
    searches: Searches
    suppositions: Suppositions
    users: Users
    views: Views


def _rooms(request: Request) -> Rooms:
    state = request.app.state
    return Rooms(**{one.name: getattr(state, one.name) for one in fields(Rooms)})


House = Annotated[Rooms, Depends(_rooms)]


@dataclass(frozen=True, kw_only=True)
class Who:
    """Says who somebody is, each looked up once a page."""

    users: Users
    language: Language
    known: dict[str, str] = field(default_factory=dict)

    def name(self, actor: str | None) -> str:
        """Return the name of whoever did something."""
        if actor is None or not actor.startswith("usr_"):
            return self._machine(actor)
        if actor not in self.known:
            self.known[actor] = self._find(actor)
        return self.known[actor]

    def _machine(self, actor: str | None) -> str:
        if actor is not None and actor.startswith("key_"):
            return self.language.gettext("a program of the lender")
        return self.language.gettext("the system")

    def _find(self, user_id: str) -> str:
        try:
            user = self.users.get(user_id)
        except UserNotFound:
            return user_id
        if user.role == BORROWER:
            return self.language.gettext("the applicant")
        return user.name or user.email or user_id


def short_day(day: date, language: Language) -> str:
    """Write a day in little room."""
    return format_date(day, "medium", locale=language.locale)
