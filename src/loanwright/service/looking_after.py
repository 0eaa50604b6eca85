"""How the rooms are furnished in which the lender's people look after applicants."""

from typing import Any

from loanwright.service.applicants.records import Records
from loanwright.service.ground import Ground
from loanwright.service.notes.service import Notes
from loanwright.service.views.service import Views


def make_looking_after(ground: Ground, records: Records) -> dict[str, Any]:
    """Return what notes things down about applicants, and remembers what is looked for."""
    return {
        "notes": Notes(records=records),
        "views": Views(database=ground.database, clock=ground.clock, new_id=ground.new_id),
    }
