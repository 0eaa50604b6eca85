"""How the rooms are furnished in which analysts look at the whole of lending."""

from typing import Any

from loanwright.service.accounts.service import Accounts
from loanwright.service.business.approvals import Approvals
from loanwright.service.business.cohorts import CohortDesk
from loanwright.service.business.service import Business
from loanwright.service.cutoffs.service import CutoffDesk
from loanwright.service.ground import Ground
from loanwright.service.offers.service import Offers
from loanwright.service.policies.drafts import PolicyDrafts
from loanwright.service.reviews.service import Reviews
from loanwright.service.simulations.service import Simulations


def make_analysis(
    ground: Ground,
    simulations: Simulations,
    drafts: PolicyDrafts,
    *,
    offers: Offers,
    reviews: Reviews,
) -> dict[str, Any]:
    """Return the desk for cut-offs, the figures of the business, and why approvals change."""
    accounts: Accounts = offers.accounts
    known: dict[str, Any] = {
        "products": simulations.products,
        "decisions": simulations.decisions,
        "reviews": reviews,
    }
    return {
        "cutoff_desk": CutoffDesk(
            simulations=simulations,
            policies=simulations.policies,
            drafts=drafts,
            clock=ground.clock,
        ),
        "business": Business(clock=ground.clock, accounts=accounts, **known),
        "approvals": Approvals(
            accounts=accounts,
            policies=simulations.policies,
            registry=simulations.registry,
            **known,
        ),
        "cohorts": CohortDesk(applications=accounts.applications, offers=offers, **known),
    }
