"""A sign-in for whoever holds the answer to an application; what was sent is not sent again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from loanwright.errors import Forbidden
from loanwright.features.product import Product
from loanwright.service.applicants.profile import FeatureEdit
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.applicants.records import Records
from loanwright.service.applicants.schemas import Edit
from loanwright.service.applications.schemas import Application
from loanwright.service.applications.service import Applications
from loanwright.service.audit.schemas import Actor
from loanwright.service.users.guessing import network_of
from loanwright.service.users.passwords import Passwords, check_password
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal
from loanwright.service.users.service import NewUser, UserExists, Users, plain_email, plain_name

PUBLIC: Final = "public"
STATED: Final = "questionnaire"
MOST_PER_APPLICATION: Final = 5


class NotToBeJoined(Forbidden):
    """Only an application from the public page can be joined."""


class Counted(Protocol):
    """Counts what is asked for within a day."""

    def count(self, what: str, subject: str, *, most: int) -> int:
        """Count a question, or refuse it; return how many there were."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """What somebody wants to sign in with."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Joining:
    """Makes borrowers of applicants who came without a name.

    Whoever holds the unguessable address of a result is its applicant. Nobody becomes an applicant
    who was known before: that takes a document which somebody has verified, never a typed name.
    """

    users: Users
    passwords: Passwords
    profiles: Profiles
    applications: Applications
    quotas: Counted
    per_day: int

    def is_joined(self, application_id: str) -> bool:
        """Tell whether the applicant of an application can sign in already."""
        return self.users.is_borrower(self.applications.get(application_id).applicant_id)

    def join(
        self, application_id: str, wanted: SignIn, *, address: str, request_id: str | None = None
    ) -> None:
        """Give the applicant of an application a sign-in.

        Whether somebody has the e-mail address already is not told: it ends alike, as slowly, and
        what the address opened before it opens still.
        """
        email, name = plain_email(wanted.email), plain_name(wanted.name)
        check_password(wanted.password, words=(*email.split("@"), *name.split()))
        application = self.applications.get(application_id)
        if application.caller_id != PUBLIC:
            raise NotToBeJoined
        self.quotas.count("joining", application_id, most=MOST_PER_APPLICATION)
        self.quotas.count("joining-from", network_of(address), most=self.per_day)
        kept = self.passwords.hash(wanted.password)
        actor = Actor(id="system:joining", request_id=request_id)
        with self._records.database.write() as connection:
            new = NewUser(
                name=name,
                email=email,
                role=Role.BORROWER,
                applicant_id=application.applicant_id,
            )
            try:
                user = self.users.add(connection, new, actor=actor)
            except UserExists:
                return
            self.users.keep_password(connection, user.id, wanted.password, kept, actor=actor)
            principal = borrower(user.id, application.applicant_id, request_id)
            self._introduce(connection, principal, name=name, email=email)
            self._keep(connection, principal, application)

    def remember(self, principal: Principal, application_id: str) -> None:
        """Keep what a borrower has just said of themselves, so that they can be scored anew."""
        with self._records.database.write() as connection:
            self._keep(connection, principal, self.applications.get(application_id))

    @property
    def _records(self) -> Records:
        return self.profiles.records

    def _introduce(
        self, connection: Connection, principal: Principal, *, name: str, email: str
    ) -> None:
        applicant_id = str(principal.applicant_id)
        seen = self._records.get_seen(connection, principal, applicant_id).version
        edit = Edit(contacts={"name": name, "email": email})
        self._records.edit_in(connection, principal, applicant_id, seen=seen, edit=edit)

    def _keep(self, connection: Connection, principal: Principal, application: Application) -> None:
        product = self.profiles.products.get(application.product)
        if product is None:
            return
        answers = json.loads(application.received).get("features", {})
        self.profiles.edit_in(
            connection,
            principal,
            application.applicant_id,
            product.name,
            edits=stated(product, answers),
        )


def stated(product: Product, answers: Mapping[str, Any]) -> dict[str, FeatureEdit]:
    """Return what somebody said of themselves, as edits of a profile."""
    return {
        name: FeatureEdit(sent=frozenset({"value"}), value=value)
        for name, value in answers.items()
        if name in product.features
        and product.features[name].source == STATED
        and value is not None
    }


def borrower(user_id: str, applicant_id: str, request_id: str | None = None) -> Principal:
    """Return a borrower who acts for themselves."""
    return Principal(
        id=user_id,
        kind="user",
        permissions=ROLES[Role.BORROWER],
        role=Role.BORROWER,
        applicant_id=applicant_id,
        request_id=request_id,
    )
