"""How the rooms are furnished in which the lender's people look after applicants."""

from collections.abc import Mapping
from typing import Any

from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.records import Records
from loanwright.service.ground import Ground
from loanwright.service.notes.service import Notes
from loanwright.service.origination.service import Origination
from loanwright.service.origination.supposing import Suppositions
from loanwright.service.roster.service import Roster
from loanwright.service.views.searches import Searches
from loanwright.service.views.service import Views


def make_looking_after(
    ground: Ground, people: Mapping[str, Any], origination: Origination, accounts: Accounts
) -> dict[str, Any]:
    """Return what lists applicants, notes things down about them, and remembers searches."""
    records: Records = people["applicant_records"]
    return {
        "notes": Notes(records=records),
        "roster": Roster(database=ground.database, records=records, accounts=accounts),
        "suppositions": Suppositions(
            profiles=people["profiles"],
            decisions=origination.decisions,
            desk=origination.desk,
            judge=origination.judge,
        ),
        "searches": Searches(clock=ground.clock, key=ground.vault.master),
        "views": Views(database=ground.database, clock=ground.clock, new_id=ground.new_id),
    }
