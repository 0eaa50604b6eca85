"""What the public pages need of the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from loanwright.features.product import Product
from loanwright.service.decisions.borrowers import LastWords
from loanwright.service.enquiries.schemas import Asking, Enquiry
from loanwright.service.joining.service import SignIn
from loanwright.service.origination.schemas import Reply, Submission
from loanwright.service.settings import Settings
from loanwright.service.users.schemas import Principal

Submit = Callable[[Submission], Awaitable[Reply]]


class Origination(Protocol):
    """The verb of origination that the pages need."""

    def submit(self, submission: Submission) -> Reply:
        """Decide one submission, or raise its error."""


class Decisions(Protocol):
    """The verb of the decisions that the pages need."""

    def reply_of(self, application_id: str) -> bytes:
        """Return the stored answer to an application."""


class Questionnaires(Protocol):
    """Where unfinished answers are kept."""

    def save(self, token: str | None, product: str, answers: Mapping[str, str]) -> str:
        """Keep answers; return the token by which they are found."""

    def find(self, token: str | None, product: str) -> dict[str, str] | None:
        """Return the answers so far."""

    def drop(self, token: str | None, product: str) -> None:
        """Delete them."""


class Joining(Protocol):
    """Where applicants get a sign-in."""

    def is_joined(self, application_id: str) -> bool:
        """Tell whether the applicant of an application can sign in."""

    def join(
        self, application_id: str, wanted: SignIn, *, address: str, request_id: str | None = None
    ) -> None:
        """Give the applicant of an application a sign-in."""

    def remember(self, principal: Principal, application_id: str) -> None:
        """Keep what a borrower has said of themselves."""


class Enquiries(Protocol):
    """Where applications are put to every lender."""

    def lends(self, product: str) -> bool:
        """Tell whether any lender lends a product."""

    def open(self, asking: Asking) -> None:
        """Put an application to every lender."""

    def find(self, application_id: str) -> Enquiry | None:
        """Return what lenders have answered."""


class PublicService(Protocol):
    """What the pages need of the service."""

    @property
    def settings(self) -> Settings:
        """What was set from outside."""

    @property
    def products(self) -> Mapping[str, Product]:
        """The products on offer, by name."""

    @property
    def origination(self) -> Origination:
        """Where applications are decided."""

    @property
    def decisions(self) -> Decisions:
        """Where decisions are kept."""

    @property
    def questionnaires(self) -> Questionnaires:
        """Where unfinished answers are kept."""

    @property
    def joining(self) -> Joining:
        """Where applicants get a sign-in."""

    @property
    def enquiries(self) -> Enquiries:
        """Where applications are put to every lender."""

    @property
    def last_words(self) -> LastWords:
        """What persons decided in the place of decisions."""
