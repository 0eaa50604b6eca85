"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.web.languages import N_
from loanwright.service.web.monitoring import (
    alert_pages,
    drift_pages,
    outcome_pages,
    schedule_pages,
)
from loanwright.service.web.navigation import Area, NavLink

AREA: Final = Area(
    title=N_("Monitoring"),
    links=(
        NavLink(
            title=N_("Outcomes"),
            path="/analysis/outcomes",
            icon="curve",
            permission="monitoring:read",
        ),
        NavLink(
            title=N_("Drift"), path="/analysis/drift", icon="chart", permission="monitoring:read"
        ),
        NavLink(title=N_("Alerts"), path="/analysis/alerts", icon="bell", permission="alerts:read"),
        NavLink(
            title=N_("Schedules"),
            path="/analysis/schedules",
            icon="clock",
            permission="schedules:read",
        ),
    ),
    routers=(outcome_pages.router, drift_pages.router, alert_pages.router, schedule_pages.router),
)
