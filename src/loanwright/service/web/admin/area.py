"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.web.admin import (
    credit,
    grants,
    hooks,
    keys,
    log,
    managing,
    offered,
    people,
    state,
    work,
)
from loanwright.service.web.languages import N_
from loanwright.service.web.navigation import Area, NavLink

AREA: Final = Area(
    title=N_("Administration"),
    links=(
        NavLink(title=N_("Users"), path="/admin/users", icon="people", permission="users:read"),
        NavLink(title=N_("Roles"), path="/admin/roles", icon="shield", permission="users:read"),
        NavLink(
            title=N_("Managers"),
            path="/admin/managers",
            icon="person",
            permission="managers:write",
        ),
        NavLink(
            title=N_("Assignment"),
            path="/admin/assignment",
            icon="arrow",
            permission="managers:write",
        ),
        NavLink(title=N_("API keys"), path="/admin/keys", icon="key", permission="keys:read"),
        NavLink(
            title=N_("Lenders and products"),
            path="/admin/products",
            icon="money",
            permission="keys:read",
        ),
        NavLink(
            title=N_("Webhooks"),
            path="/admin/webhooks",
            icon="plug",
            permission="webhooks:read",
        ),
        NavLink(title=N_("Audit log"), path="/admin/audit", icon="book", permission="audit:read"),
        NavLink(title=N_("Jobs"), path="/admin/jobs", icon="list", permission="jobs:read"),
        NavLink(title=N_("Settings"), path="/admin/settings", icon="gear", permission="jobs:read"),
        NavLink(title=N_("Health"), path="/admin/health", icon="heart", permission="jobs:read"),
    ),
    routers=(
        people.router,
        grants.router,
        managing.router,
        credit.router,
        keys.router,
        offered.router,
        hooks.router,
        log.router,
        work.router,
        state.router,
    ),
)
