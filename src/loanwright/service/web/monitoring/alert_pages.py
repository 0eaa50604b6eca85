"""Alerts: what is open, what is done about it, and the rules."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from loanwright.service.alerts.errors import AlertNotOpen
from loanwright.service.alerts.rules import OF_PRODUCTS, Figure, RuleRefused
from loanwright.service.alerts.schemas import Alert, AlertState, KeptRule, RuleState
from loanwright.service.alerts.service import Alerts
from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.monitoring.service import Monitoring
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.parts import Tab
from loanwright.service.web.refusals import tell_refusal

router = page_router()
AlertsRead = Annotated[Viewer, Depends(enter("alerts:read"))]
AlertsWrite = Annotated[Viewer, Depends(enter("alerts:write"))]
AlertsService = Annotated[Alerts, Depends(provided("alerts"))]
MonitoringService = Annotated[Monitoring, Depends(provided("monitoring"))]
AlertId = Annotated[str, Path(pattern=f"^alt_[{ALPHABET}]{{{LENGTH}}}$")]
RuleId = Annotated[str, Path(pattern=f"^alr_[{ALPHABET}]{{{LENGTH}}}$")]
PATH: Final = "/analysis/alerts"
RULES: Final = f"{PATH}/rules"
LONGEST_NOTE: Final = 1_000
FIELDS: Final = dict.fromkeys(
    ("name", "figure", "product", "feature", "threshold", "chunks", "email", "quiet_from", "zone")
)
FIGURES: Final[Mapping[Figure, str]] = {
    Figure.APPROVAL_RATE: N_("Approval rate of a day"),
    Figure.DECISIONS: N_("Decisions of a day"),
    Figure.BAD_RATE: N_("Bad rate of a ripe vintage"),
    Figure.EXPECTED_BAD_RATE: N_("Expected bad rate of a vintage"),
    Figure.CALIBRATION_GAP: N_("Observed less stated bad rate"),
    Figure.EARLY_ARREARS: N_("Early arrears of a vintage"),
    Figure.FEATURE_DRIFT: N_("Drift of a feature"),
    Figure.SCORE_DRIFT: N_("Drift of the score"),
    Figure.FAILED_JOBS: N_("Failed jobs"),
    Figure.QUEUE_AGE: N_("Seconds the oldest message waits"),
    Figure.OVERDUE_REVIEWS: N_("Overdue reviews"),
}
STATES: Final[Mapping[AlertState, tuple[str, str]]] = {
    AlertState.OPEN: (N_("open"), "bad"),
    AlertState.ACKNOWLEDGED: (N_("acknowledged"), "warn"),
    AlertState.RESOLVED: (N_("over"), "good"),
}
SHARES: Final = frozenset(
    {
        *(Figure.APPROVAL_RATE, Figure.BAD_RATE, Figure.EXPECTED_BAD_RATE),
        *(Figure.CALIBRATION_GAP, Figure.EARLY_ARREARS),
    }
)


@router.get(PATH)
def show_alerts(
    request: Request,
    viewer: AlertsRead,
    alerts: AlertsService,
    state: Annotated[str, Query(pattern="^[a-z]{1,20}$")] = "live",
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Show the alerts that are not over, or all of them."""
    # The bell must not say another number than the list below it.
    request.app.state.open_alerts.forget()
    live = state != "all"
    states = (AlertState.OPEN, AlertState.ACKNOWLEDGED) if live else ()
    page = alerts.list_page(states=states, limit=25, cursor=cursor)
    return show(
        request,
        viewer,
        "monitoring/alerts.html",
        alerts=[_present(one, viewer.language) for one in page.items],
        next_address=None
        if page.next_cursor is None
        else f"{PATH}?state={state}&cursor={page.next_cursor}",
        tabs=_tabs("live" if live else "all", viewer.language),
        live=live,
        wrong=None,
        typed="",
    )


@router.post(PATH + "/{alert_id}/acknowledge")
def acknowledge(
    request: Request, viewer: AlertsWrite, form: Posted, alerts: AlertsService, alert_id: AlertId
) -> Response:
    """Take note of an alert."""
    note = form.get("note", "").strip()
    if not 1 <= len(note) <= LONGEST_NOTE:
        return go(PATH, notice=N_("Please say what is done about it."), tone="bad")
    try:
        alerts.acknowledge(viewer.principal.actor, alert_id, note)
        request.app.state.open_alerts.forget()
    except AlertNotOpen:
        return go(PATH, notice=N_("Somebody has taken note of it already."), tone="warn")
    return go(PATH, notice=N_("The alert is acknowledged."))


@router.get(RULES)
def show_rules(
    request: Request, viewer: AlertsRead, alerts: AlertsService, monitoring: MonitoringService
) -> Response:
    """Show every rule, and what it takes to add one."""
    return _rules_page(request, viewer, alerts, monitoring, {})


@router.post(RULES)
def add_rule(
    request: Request,
    viewer: AlertsWrite,
    form: Posted,
    alerts: AlertsService,
    monitoring: MonitoringService,
) -> Response:
    """Add a rule, or say what is wrong with it."""
    try:
        alerts.add_rule(viewer.principal.actor, _document(form))
    except RuleRefused as refusal:
        wrong = tell_refusal(refusal, viewer.language).beside(FIELDS, "name")
        return _rules_page(request, viewer, alerts, monitoring, form, wrong=wrong)
    return go(RULES, notice=N_("The rule is kept; it is looked at from now on."))


@router.post(RULES + "/{rule_id}/state")
def change_rule(
    viewer: AlertsWrite, form: Posted, alerts: AlertsService, rule_id: RuleId
) -> Response:
    """Pause a rule, let it go on, or remove it."""
    kept, wanted = alerts.get_rule(rule_id), form.get("state", "")
    if wanted == RuleState.REMOVED:
        alerts.remove_rule(viewer.principal.actor, rule_id)
    elif wanted in (RuleState.ACTIVE, RuleState.PAUSED):
        alerts.edit_rule(
            viewer.principal.actor, rule_id, seen=kept.version, state=RuleState(wanted)
        )
    return go(RULES, notice=N_("The rule is changed."))


def _rules_page(
    request: Request,
    viewer: Viewer,
    alerts: Alerts,
    monitoring: Monitoring,
    form: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    language = viewer.language
    products = [
        (name, one.title.in_language(language.code))
        for name, one in sorted(monitoring.products.items())
    ]
    return show(
        request,
        viewer,
        "monitoring/rules.html",
        status=200 if wrong is None else 422,
        rules=[_present_rule(one, language) for one in alerts.list_rules()],
        tabs=_tabs("rules", language),
        figures=[(str(one), language.gettext(title)) for one, title in FIGURES.items()],
        products=[("", "—"), *products],
        values=form,
        wrong=wrong or {},
    )


def _document(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the rule that a form describes; what cannot be a number is refused by the rule."""
    figure = form.get("figure", "")
    told: dict[str, Any] = {
        "name": form.get("name", ""),
        "figure": figure,
        "chunks": _whole(form.get("chunks", "1")),
        "severity": form.get("severity", "warning"),
        "email": form.get("email", "").replace(",", " ").split(),
    }
    side = "below" if form.get("beyond") == "below" else "above"
    told[side] = _number(form.get("threshold", ""), share=figure in SHARES)
    if figure in OF_PRODUCTS:
        told["product"] = form.get("product") or None
    if figure == Figure.FEATURE_DRIFT:
        told["feature"] = form.get("feature") or None
    if form.get("quiet_from") or form.get("quiet_to"):
        told["quiet"] = {
            "from": form.get("quiet_from", ""),
            "to": form.get("quiet_to", ""),
            "zone": form.get("zone", ""),
        }
    return told


def _number(text: str, *, share: bool) -> Any:
    try:
        value = float(text.replace(",", ".").replace("%", "").strip())
    except ValueError:
        return text
    return value / 100 if share else value


def _whole(text: str) -> Any:
    return int(text) if text.isdecimal() and len(text) < 4 else text


def _tabs(here: str, language: Language) -> list[Tab]:
    _ = language.gettext
    return [
        Tab(title=_("Now"), href=PATH, here=here == "live"),
        Tab(title=_("All"), href=f"{PATH}?state=all", here=here == "all"),
        Tab(title=_("Rules"), href=RULES, here=here == "rules"),
    ]


def _value(figure: str, value: float, language: Language) -> str:
    if figure in SHARES:
        return language.percent(value)
    return language.decimal(value, 0 if value.is_integer() else 2)


def _limit(figure: str, beyond: str, threshold: float, language: Language) -> str:
    _ = language.gettext
    told = {"value": _value(figure, threshold, language)}
    return (_("not above %(value)s") if beyond == "above" else _("not below %(value)s")) % told


def _present(alert: Alert, language: Language) -> dict[str, Any]:
    _ = language.gettext
    state, tone = STATES[alert.state]
    return {
        "id": alert.id,
        "name": alert.name,
        "state": _(state),
        "tone": tone,
        "open": alert.state is AlertState.OPEN,
        "what": " · ".join(
            part
            for part in (
                _(FIGURES[Figure(alert.figure)]),
                alert.product,
                alert.segment,
                alert.feature,
            )
            if part
        ),
        "facts": [
            (_("Seen last"), f"{_value(alert.figure, alert.value, language)} ({alert.chunk})"),
            (_("It should be"), _limit(alert.figure, alert.beyond, alert.threshold, language)),
            (_("Raised"), language.moment(alert.raised_at)),
            *([(_("Over since"), language.moment(alert.resolved_at))] if alert.resolved_at else []),
            *([(_("Note"), alert.note)] if alert.note else []),
        ],
    }


def _present_rule(kept: KeptRule, language: Language) -> dict[str, Any]:
    _ = language.gettext
    rule = kept.rule
    return {
        "id": kept.id,
        "name": rule.name,
        "what": " · ".join(
            part
            for part in (_(FIGURES[rule.figure]), rule.product, rule.segment, rule.feature)
            if part
        ),
        "limit": _limit(str(rule.figure), str(rule.beyond), rule.threshold, language),
        "chunks": language.number(rule.chunks),
        "email": ", ".join(rule.email) or "—",
        "active": kept.state is RuleState.ACTIVE,
        "looked": "—" if kept.looked_at is None else language.moment(kept.looked_at),
        "problem": kept.problem,
    }
