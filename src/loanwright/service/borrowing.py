"""How the rooms are furnished that people use who ask for credit themselves."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from loanwright.lending.lender import Lender
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.decisions.trials import Trials
from loanwright.service.enquiries.service import Enquiries
from loanwright.service.ground import Ground
from loanwright.service.jobs.service import Jobs
from loanwright.service.joining.service import Joining
from loanwright.service.lenders.in_house import open_quotes
from loanwright.service.origination.service import Origination
from loanwright.service.questionnaires.service import Questionnaires
from loanwright.service.reviews.service import Reviews
from loanwright.service.users.access import Access
from loanwright.service.users.quotas import Quotas


def make_market(
    ground: Ground,
    lenders: Sequence[Lender],
    jobs: Jobs,
    origination: Origination,
    reviews: Reviews,
) -> dict[str, Any]:
    """Return what asks lenders, and what puts applications to all of them."""
    quotes = open_quotes(
        lenders,
        origination,
        reviewed=reviews.referrals_of,
        seconds=ground.settings.lender_seconds,
    )
    enquiries = Enquiries(
        database=ground.database,
        vault=ground.vault,
        clock=ground.clock,
        new_id=ground.new_id,
        jobs=jobs,
        quotes=quotes,
    )
    return {"quotes": quotes, "enquiries": enquiries}


def make_borrowing(
    ground: Ground, access: Access, origination: Origination, profiles: Profiles
) -> dict[str, Any]:
    """Return what keeps unfinished questionnaires, lets people join, and lets them try."""
    settings = ground.settings
    quotas = Quotas(database=ground.database, master=ground.vault.master)
    questionnaires = Questionnaires(
        database=ground.database,
        master=ground.vault.master,
        kept_for=timedelta(days=settings.questionnaire_days),
    )
    ground.chores.append(questionnaires.forget)
    joining = Joining(
        users=access.users,
        passwords=access.logins.passwords,
        profiles=profiles,
        applications=origination.applications,
        quotas=quotas,
        per_day=settings.joins_per_day,
    )
    trials = Trials(
        decisions=origination.decisions,
        products=origination.desk.products,
        quotas=quotas,
        per_day=settings.trials_per_day,
    )
    return {"questionnaires": questionnaires, "joining": joining, "trials": trials}
