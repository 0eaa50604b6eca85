"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.users.permissions import Role
from loanwright.service.web.languages import N_
from loanwright.service.web.navigation import Area, NavLink
from loanwright.service.web.underwriter import desk, log, looks, queue

REVIEWERS: Final = frozenset({Role.UNDERWRITER, Role.ADMIN})
WATCHERS: Final = frozenset({Role.UNDERWRITER, Role.ANALYST, Role.ADMIN})

AREA: Final = Area(
    title=N_("Reviews"),
    links=(
        NavLink(
            title=N_("Review queue"),
            path="/reviews",
            icon="list",
            permission="reviews:read",
            roles=WATCHERS,
        ),
        NavLink(
            title=N_("Override log"),
            path="/reviews/overrides",
            icon="edit",
            permission="reviews:read",
            roles=WATCHERS,
        ),
        NavLink(
            title=N_("Second looks"),
            path="/reviews/second-looks",
            icon="people",
            permission="reviews:write",
            roles=REVIEWERS,
        ),
    ),
    # Plain addresses before those with an id.
    routers=(queue.router, log.router, looks.router, desk.router),
)
