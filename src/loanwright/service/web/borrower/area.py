"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.web.borrower import decisions, money, overview, profile
from loanwright.service.web.languages import N_
from loanwright.service.web.navigation import BORROWERS, Area, NavLink

AREA: Final = Area(
    title=N_("My credit"),
    links=(
        NavLink(title=N_("At a glance"), path="/my", icon="home", roles=BORROWERS),
        NavLink(title=N_("Applications"), path="/my/applications", icon="list", roles=BORROWERS),
        NavLink(title=N_("Offers"), path="/my/offers", icon="scale", roles=BORROWERS),
        NavLink(title=N_("Accounts"), path="/my/accounts", icon="money", roles=BORROWERS),
        NavLink(title=N_("About me"), path="/my/profile", icon="person", roles=BORROWERS),
        NavLink(title=N_("My data"), path="/my/data", icon="shield", roles=BORROWERS),
    ),
    routers=(overview.router, decisions.router, money.router, profile.router),
)
