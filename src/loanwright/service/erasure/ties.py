"""What ties the lender to persons: decisions that must be explained, accounts that are owed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection

from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.service import ApplicantNotFound, Applicants
from loanwright.service.decisions.service import Decisions
from loanwright.service.erasure.schemas import Ties
from loanwright.service.users.schemas import Principal


@dataclass(frozen=True, kw_only=True)
class Bonds:
    """Asks every room that holds something of a person."""

    applicants: Applicants
    decisions: Decisions
    accounts: Accounts

    def tied(self, connection: Connection, ids: Collection[str]) -> dict[str, Ties]:
        """Return what ties the lender to persons; whoever was erased is missing."""
        added = self.applicants.list_added(connection, ids)
        decided = self.decisions.list_last(connection, added)
        ended = self.accounts.list_ends(connection, added)
        return {
            one: Ties(
                decided_at=decided.get(one, moment),
                account_ended_at=_evening(max(filter(None, ended[one]), default=None))
                if one in ended
                else None,
                account_open=None in ended.get(one, ()),
            )
            for one, moment in added.items()
        }

    def count(self, connection: Connection, applicant_id: str) -> tuple[int, int]:
        """Return how many decisions and accounts there are of a person."""
        accounts = self.accounts.list_ends(connection, [applicant_id]).get(applicant_id, ())
        return self.decisions.count_of(connection, applicant_id), len(accounts)

    def check_seen(self, connection: Connection, principal: Principal, applicant_id: str) -> None:
        """Refuse whom a caller cannot see as if there were nobody."""
        managers = self.applicants.reach(connection, [applicant_id])
        if applicant_id not in managers or not principal.sees(
            applicant_id=applicant_id, manager_id=managers[applicant_id]
        ):
            raise ApplicantNotFound(applicant_id=applicant_id)


def _evening(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.max, tzinfo=UTC)
