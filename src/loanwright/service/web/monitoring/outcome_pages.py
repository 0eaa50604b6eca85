"""What became of booked credit, one view at a time."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.monitoring.documents import Day
from loanwright.service.monitoring.outlook import Outlook
from loanwright.service.monitoring.schemas import Asked
from loanwright.service.monitoring.service import Monitoring
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.monitoring import outcome_view as view
from loanwright.service.web.monitoring.outcome_view import Drawn
from loanwright.service.web.office import Viewer, enter, page_router, show
from loanwright.service.web.parts import Tab

router = page_router()
MonitoringRead = Annotated[Viewer, Depends(enter("monitoring:read"))]
MonitoringService = Annotated[Monitoring, Depends(provided("monitoring"))]
OutlookService = Annotated[Outlook, Depends(provided("outlook"))]
VIEWS: Final[Mapping[str, tuple[str, str]]] = {
    "vintages": (
        N_("Vintages"),
        N_(
            "How many accounts of each month were 90 days late, by months on book. An"
            " asterisk marks what not every account has been seen for."
        ),
    ),
    "early": (
        N_("Early arrears"),
        N_("Signs of trouble that are known months before labels are ripe."),
    ),
    "rolls": (
        N_("Roll rates"),
        N_("From which state of arrears accounts go to which within a month."),
    ),
    "moves": (
        N_("Grades"),
        N_("How applicants who came again moved from one decision's grade to the next's."),
    ),
    "performance": (
        N_("Calibration"),
        N_("What models stated of each vintage, what happened, and how well they ranked."),
    ),
    "expected": (
        N_("Expected"),
        N_(
            "What probabilities promise before outcomes are there, with what speaks "
            "against believing them."
        ),
    ),
}  # fmt: skip
PATH: Final = "/analysis/outcomes"


class OutcomeQuery(BaseModel):
    """Which figures are looked at."""

    model_config = ConfigDict(extra="ignore")

    product: Annotated[str, Field(pattern="^[a-z0-9.-]{0,64}$")] = ""
    view: Annotated[str, Field(pattern="^[a-z]{1,20}$")] = "vintages"
    as_of: Day | None = None
    known_on: Day | None = None


@router.get(PATH)
def show_outcomes(
    request: Request,
    viewer: MonitoringRead,
    monitoring: MonitoringService,
    outlook: OutlookService,
    query: Annotated[OutcomeQuery, Query()],
) -> Response:
    """Show what became of the credit of one product."""
    products = {
        name: one.title.in_language(viewer.language.code)
        for name, one in sorted(monitoring.products.items())
    }
    product = query.product if query.product in products else next(iter(products), "")
    chosen = query.view if query.view in VIEWS else "vintages"
    asked = Asked(product=product, as_of=query.as_of, known_on=query.known_on)
    drawn = _draw(chosen, asked, monitoring, outlook, viewer.language) if product else None
    _ = viewer.language.gettext
    return show(
        request,
        viewer,
        "monitoring/outcomes.html",
        drawn=drawn,
        lead=_(VIEWS[chosen][1]),
        view=chosen,
        products=list(products.items()),
        product=product,
        as_of="" if query.as_of is None else query.as_of.isoformat(),
        known_on="" if query.known_on is None else query.known_on.isoformat(),
        tabs=_tabs(query, product, chosen, viewer.language),
    )


def _draw(
    chosen: str, asked: Asked, monitoring: Monitoring, outlook: Outlook, language: Language
) -> Drawn | None:
    ways: dict[str, Callable[[], Drawn | None]] = {
        "vintages": lambda: view.draw_curves(
            monitoring.vintages(asked, days=90, months=24, interval="jeffreys"), language
        ),
        "early": lambda: view.draw_early(
            monitoring.early_arrears(asked, days=30, months=3), language
        ),
        "rolls": lambda: view.draw_rolls(monitoring.roll_rates(asked), language),
        "moves": lambda: view.draw_moves(monitoring.migration(asked), language),
        "performance": lambda: view.draw_performance(monitoring.performance(asked), language),
        "expected": lambda: view.draw_outlooks(outlook.list_outlooks(asked), language),
    }
    return ways[chosen]()


def _tabs(query: OutcomeQuery, product: str, chosen: str, language: Language) -> list[Tab]:
    kept = f"product={product}"
    for name in ("as_of", "known_on"):
        if getattr(query, name) is not None:
            kept += f"&{name}={getattr(query, name)}"
    return [
        Tab(title=language.gettext(title), href=f"{PATH}?{kept}&view={name}", here=name == chosen)
        for name, (title, _) in VIEWS.items()
    ]
