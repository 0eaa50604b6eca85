"""The parts of the service that a borrower's pages ask for, and who may open them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Final

from fastapi import Depends, Path
from starlette.requests import Request

from loanwright.features.product import Product
from loanwright.service.accounts.paying import Payments
from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.records import Records
from loanwright.service.decisions.borrowers import LastWords
from loanwright.service.decisions.paths import PathFinder
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.trials import Trials
from loanwright.service.erasure.service import Erasure
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.problem import PathUnknown
from loanwright.service.notices.data_packs import DataPacks
from loanwright.service.offers.service import Offers
from loanwright.service.origination.rescoring import Rescoring
from loanwright.service.reviews.asking import Requests
from loanwright.service.reviews.service import Reviews
from loanwright.service.users.service import Users
from loanwright.service.users.sessions import Sessions
from loanwright.service.web.office import Viewer, enter


def own(permission: str) -> Callable[..., Viewer]:
    """Return a dependency that lets in a borrower; to anybody else there is no such page."""
    entered = enter(permission)

    def borrower(found: Annotated[Viewer, Depends(entered)]) -> Viewer:
        if found.principal.applicant_id is None:
            raise PathUnknown
        return found

    return borrower


def self_of(viewer: Viewer) -> str:
    """Return the applicant that a borrower is."""
    return str(viewer.principal.applicant_id)


MOST_DECISIONS: Final = 200
ReadDecisions = Annotated[Viewer, Depends(own("decisions:read"))]
OpenReviews = Annotated[Viewer, Depends(own("reviews:open"))]
Apply = Annotated[Viewer, Depends(own("applications:write"))]
ReadOffers = Annotated[Viewer, Depends(own("offers:read"))]
AcceptOffers = Annotated[Viewer, Depends(own("offers:accept"))]
ReadAccounts = Annotated[Viewer, Depends(own("accounts:read"))]
ReadSelf = Annotated[Viewer, Depends(own("applicants:read"))]
WriteContacts = Annotated[Viewer, Depends(own("contacts:write"))]

DecisionId = Annotated[str, Path(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
OfferId = Annotated[str, Path(pattern=f"^off_[{ALPHABET}]{{{LENGTH}}}$")]
AccountId = Annotated[str, Path(pattern=f"^acc_[{ALPHABET}]{{{LENGTH}}}$")]
RequestId = Annotated[str, Path(pattern=f"^req_[{ALPHABET}]{{{LENGTH}}}$")]
SessionId = Annotated[str, Path(pattern=f"^ses_[{ALPHABET}]{{{LENGTH}}}$")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """The rooms of the service from which a borrower's pages are made."""

    products: Mapping[str, Product]
    decisions: Decisions
    last_words: LastWords
    reviews: Reviews
    paths: PathFinder
    trials: Trials
    offers: Offers
    accounts: Accounts
    payments: Payments
    records: Records
    rescoring: Rescoring
    users: Users
    sessions: Sessions
    erasure: Erasure
    data_packs: DataPacks
    review_requests: Requests


#: Rooms whose part of the service has another name.
NAMED: Final = {"records": "applicant_records"}


async def _own(request: Request) -> Own:
    state = request.app.state
    names = (one.name for one in fields(Own))
    return Own(**{name: getattr(state, NAMED.get(name, name)) for name in names})


OwnRooms = Annotated[Own, Depends(_own)]
