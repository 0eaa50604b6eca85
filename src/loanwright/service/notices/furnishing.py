"""How the room of notices is furnished."""

from collections.abc import Mapping
from typing import Any

from loanwright.service.notices.data_packs import DataPacks
from loanwright.service.notices.lender import read_lender
from loanwright.service.notices.service import Notices
from loanwright.service.policies.service import Policies
from loanwright.service.registry.service import Registry
from loanwright.service.settings import Settings


def make_papers(
    settings: Settings, parts: Mapping[str, Any], registry: Registry, policies: Policies
) -> dict[str, Any]:
    """Return what writes notices and data packs, given the other rooms by name."""
    lender, bureaus = read_lender(settings.lender_file)
    notices = Notices(
        accounts=parts["accounts"],
        records=parts["applicant_records"],
        registry=registry,
        policies=policies,
        offers=parts["offers"],
        reviews=parts["reviews"],
        law=parts["reviews"].law,
        lender=lender,
        bureaus=bureaus,
    )
    data_packs = DataPacks(notices=notices, erasure=parts["erasure"], ledger=parts["ledger"])
    return {"notices": notices, "data_packs": data_packs}
