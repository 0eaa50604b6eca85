"""How the room of notices is furnished."""

from collections.abc import Mapping
from typing import Any

from loanwright.service.notes.service import Notes
from loanwright.service.notices.data_packs import DataPacks
from loanwright.service.notices.lender import read_issuers
from loanwright.service.notices.service import Notices
from loanwright.service.notices.written import Writings
from loanwright.service.settings import Settings


def make_papers(settings: Settings, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what writes notices and data packs, given the other rooms by name."""
    notices = Notices(
        accounts=parts["accounts"],
        records=parts["applicant_records"],
        registry=parts["registry"],
        policies=parts["policies"],
        offers=parts["offers"],
        reviews=parts["reviews"],
        law=parts["reviews"].law,
        issuers=read_issuers(settings.lender_file),
        titles={one.name: one.title for one in parts["lenders"]},
    )
    writings = Writings(
        notes=Notes(records=parts["applicant_records"]),
        queue=parts["review_queue"],
        requests=parts["review_requests"],
    )
    data_packs = DataPacks(
        notices=notices, erasure=parts["erasure"], ledger=parts["ledger"], writings=writings
    )
    return {"notices": notices, "data_packs": data_packs}
