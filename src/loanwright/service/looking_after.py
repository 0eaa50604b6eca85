"""How the rooms are furnished in which the lender's people look after applicants."""

from typing import Any

from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.records import Records
from loanwright.service.ground import Ground
from loanwright.service.notes.service import Notes
from loanwright.service.roster.service import Roster
from loanwright.service.views.service import Views


def make_looking_after(ground: Ground, records: Records, accounts: Accounts) -> dict[str, Any]:
    """Return what lists applicants, notes things down about them, and remembers searches."""
    return {
        "notes": Notes(records=records),
        "roster": Roster(database=ground.database, records=records, accounts=accounts),
        "views": Views(database=ground.database, clock=ground.clock, new_id=ground.new_id),
    }
