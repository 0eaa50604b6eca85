"""Which rows a principal can see: one condition for every list and every single thing."""

from sqlalchemy import ColumnElement, column, false, select, table, true

from loanwright.service.users.schemas import Principal, Reach

# Not ours, and above us: only its name and these two columns are known here.
_applicants = table("applicants", column("id"), column("manager_id"))


def within(principal: Principal, applicant_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a row's applicant is in reach of a principal.

    Asked as a part of the query itself, so that what is out of reach is found as little as what is
    not there, with the same answer in the same time.
    """
    if principal.reach is Reach.ALL:
        return true()
    if principal.reach is Reach.SELF:
        own = principal.applicant_id
        return false() if own is None else applicant_id == own
    looked_after = select(_applicants.c.id).where(_applicants.c.manager_id == principal.id)
    return applicant_id.in_(looked_after)
