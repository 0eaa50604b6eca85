"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.web.languages import N_
from loanwright.service.web.manager import (
    card_pages,
    list_pages,
    note_pages,
    offer_pages,
    profile_pages,
    what_if_pages,
)
from loanwright.service.web.navigation import Area, NavLink

AREA: Final = Area(
    title=N_("Applicants"),
    links=(
        NavLink(
            title=N_("Applicants"), path="/applicants", icon="people", permission="applicants:read"
        ),
        NavLink(
            title=N_("Offers to approve"),
            path="/applicants/offers",
            icon="scale",
            permission="offers:write",
        ),
    ),
    routers=(
        list_pages.router,
        # Plain addresses before those with an id.
        offer_pages.router,
        card_pages.router,
        profile_pages.router,
        note_pages.router,
        what_if_pages.router,
    ),
)
