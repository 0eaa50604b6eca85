"""Who had a part in a decision, and can therefore not judge it again."""

from sqlalchemy import Connection

from loanwright.service.accounts.service import Accounts
from loanwright.service.decisions.schemas import DecisionLine
from loanwright.service.reviews import repository


def parties_of(
    accounts: Accounts, connection: Connection, about: DecisionLine, *, except_for: str = ""
) -> set[str]:
    """Return who sent the application, and who answered the other reviews of the decision."""
    found = {accounts.applications.sender_of(connection, about.application_id)}
    for row in repository.list_of_decision(connection, about.id):
        if row.id != except_for:
            found |= {row.resolved_by, row.approved_by}
    return {one for one in found if one is not None}
