"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.web.languages import N_
from loanwright.service.web.navigation import Area, NavLink
from loanwright.service.web.planning.approvals_routes import router as approvals
from loanwright.service.web.planning.business_routes import router as business
from loanwright.service.web.planning.cohorts_routes import router as cohorts
from loanwright.service.web.planning.cutoffs_routes import router as cutoffs
from loanwright.service.web.planning.drafts_routes import router as drafts
from loanwright.service.web.planning.experiments_routes import router as experiments
from loanwright.service.web.planning.policies_routes import router as policies
from loanwright.service.web.planning.simulations_routes import router as simulations

AREA: Final = Area(
    title=N_("Strategy"),
    links=(
        NavLink(
            title=N_("Business"),
            path="/analysis/business",
            icon="chart",
            permission="simulations:read",
        ),
        NavLink(
            title=N_("Why approvals changed"),
            path="/analysis/business/approvals",
            icon="search",
            permission="simulations:read",
        ),
        NavLink(
            title=N_("Cohorts"),
            path="/analysis/cohorts",
            icon="people",
            permission="simulations:read",
        ),
        NavLink(
            title=N_("Strategy desk"),
            path="/analysis/strategy",
            icon="curve",
            permission="simulations:read",
        ),
        NavLink(
            title=N_("Policies"),
            path="/analysis/policies",
            icon="rule",
            permission="policies:write",
        ),
        NavLink(
            title=N_("Experiments"),
            path="/analysis/experiments",
            icon="flask",
            permission="experiments:read",
        ),
    ),
    routers=(business, approvals, cohorts, cutoffs, policies, drafts, simulations, experiments),
)
