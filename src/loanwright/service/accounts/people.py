"""What accounts need to know of people: who there is, who sees them, and how they have behaved."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection

from loanwright.features.product import Product
from loanwright.service.applicants.schemas import Applicant
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.users.schemas import Principal


class People(Protocol):
    """The applicants, as rooms above them see them."""

    def reach(
        self, connection: Connection, applicant_ids: Collection[str]
    ) -> Mapping[str, str | None]:
        """Return who looks after applicants; an id that is missing is no applicant."""
        ...

    def within_reach(
        self, principal: Principal, column: ColumnElement[str]
    ) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that keep a list to the applicants that a principal sees."""
        ...

    def list_known(self, connection: Connection, names: Collection[str]) -> list[Applicant]:
        """Return applicants with the newest behaviour by product."""
        ...

    def append_behaviours(
        self,
        connection: Connection,
        product: Product,
        known: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Append behaviour by applicant, where it differs from what was known before."""
        ...

    def keyed_hash(self, text: str) -> str:
        """Return a hash that nobody can guess back from a list of candidates without the key."""
        ...


def see(people: People, connection: Connection, principal: Principal, applicant_id: str) -> bool:
    """Tell whether an applicant is there and within the reach of a principal."""
    managers = people.reach(connection, [applicant_id])
    return applicant_id in managers and principal.sees(
        applicant_id=applicant_id, manager_id=managers[applicant_id]
    )


def refuse_strangers(
    people: People, connection: Connection, principal: Principal, applicant_id: str
) -> None:
    """Raise `ApplicantNotFound` unless the applicant is there and within reach."""
    if not see(people, connection, principal, applicant_id):
        raise ApplicantNotFound(applicant_id=applicant_id)
