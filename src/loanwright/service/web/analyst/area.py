"""What the menu shows of this area, and which pages it has."""

from typing import Final

from loanwright.service.web.analyst import (
    documents,
    fairness,
    models,
    time_machine,
    training,
    workbench,
)
from loanwright.service.web.languages import N_
from loanwright.service.web.navigation import Area, NavLink

AREA: Final = Area(
    title=N_("Models"),
    links=(
        NavLink(
            title=N_("Models"), path="/analysis/models", icon="scale", permission="models:read"
        ),
        NavLink(
            title=N_("Training"), path="/analysis/training", icon="flask", permission="models:read"
        ),
        NavLink(
            title=N_("Workbench"),
            path="/analysis/workbench",
            icon="edit",
            permission="models:train",
        ),
        NavLink(
            title=N_("Fairness"), path="/analysis/fairness", icon="heart", permission="models:read"
        ),
        NavLink(
            title=N_("Time machine"),
            path="/analysis/time-machine",
            icon="clock",
            permission="models:read",
        ),
    ),
    routers=(
        documents.router,
        models.router,
        time_machine.router,
        training.router,
        workbench.router,
        fairness.router,
    ),
)
