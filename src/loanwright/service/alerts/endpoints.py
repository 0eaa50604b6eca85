"""Alerts and their rules over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from loanwright.service.alerts.documents import (
    Acknowledgement,
    AlertDocument,
    AlertPage,
    AlertQuery,
    KeptRuleDocument,
    OrderedLook,
    ReadingList,
    RuleChanges,
    RuleDocument,
    RuleList,
    describe_alert,
    describe_page,
    describe_readings,
    describe_rule,
)
from loanwright.service.alerts.schemas import RuleState
from loanwright.service.alerts.service import Alerts
from loanwright.service.edge.authentication import DOCUMENTED, AlertsRead, AlertsWrite
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.versions import read_if_match, write_etag

AlertsService = Annotated[Alerts, Depends(provided("alerts"))]
AlertId = Annotated[str, Path(pattern=f"^alt_[{ALPHABET}]{{{LENGTH}}}$")]
RuleId = Annotated[str, Path(pattern=f"^alr_[{ALPHABET}]{{{LENGTH}}}$")]
IfMatch = Annotated[str | None, Header(description="The ETag of what you have seen.")]
READ = problems((401, 403, 404, 422, 503))
WRITE = problems((401, 403, 404, 408, 409, 413, 415, 422, 503))
EDIT = problems((401, 403, 404, 408, 412, 413, 415, 422, 428, 503))
ACT = problems((401, 403, 404, 408, 409, 413, 422, 503))

router = APIRouter(prefix="/v1", tags=["alerts"], dependencies=DOCUMENTED)


@router.get("/alerts", responses=READ)
def list_alerts(
    alerts: AlertsService, _principal: AlertsRead, asked: Annotated[AlertQuery, Query()]
) -> AlertPage:
    """List alerts, the newest first, in pages."""
    states = () if asked.state is None else (asked.state,)
    return describe_page(alerts.list_page(states=states, limit=asked.limit, cursor=asked.cursor))


@router.get("/alerts/{alert_id}", responses=READ)
def get_alert(alerts: AlertsService, _principal: AlertsRead, alert_id: AlertId) -> AlertDocument:
    """Return one alert."""
    return describe_alert(alerts.get(alert_id))


@router.post(
    "/alerts/{alert_id}/acknowledgement", responses=WRITE, openapi_extra=takes(Acknowledgement)
)
def acknowledge_alert(
    alerts: AlertsService,
    principal: AlertsWrite,
    alert_id: AlertId,
    told: Annotated[Acknowledgement, Depends(body_of(Acknowledgement))],
) -> AlertDocument:
    """Take note of an open alert, and say what is done about it."""
    return describe_alert(alerts.acknowledge(principal.actor, alert_id, told.note))


@router.get("/alert-rules", responses=problems((401, 403, 503)))
def list_alert_rules(alerts: AlertsService, _principal: AlertsRead) -> RuleList:
    """List every rule, the oldest first."""
    return RuleList(items=[describe_rule(one) for one in alerts.list_rules()])


@router.post("/alert-rules", status_code=201, responses=WRITE, openapi_extra=takes(RuleDocument))
def add_alert_rule(
    alerts: AlertsService,
    principal: AlertsWrite,
    wanted: Annotated[RuleDocument, Depends(body_of(RuleDocument))],
    response: Response,
) -> KeptRuleDocument:
    """Add a rule; it is looked at from now on."""
    added = alerts.add_rule(principal.actor, wanted.plain())
    response.headers["Location"] = f"/v1/alert-rules/{added.id}"
    response.headers["ETag"] = write_etag(added.version)
    return describe_rule(added)


@router.post("/alert-rules/look", status_code=202, responses=ACT)
def look_at_alert_rules(alerts: AlertsService, _principal: AlertsWrite) -> OrderedLook:
    """Order that every rule be looked at now."""
    return OrderedLook(job_id=alerts.order_look(alerts.new_id("ask")).id)


@router.get("/alert-rules/{rule_id}", responses=READ)
def get_alert_rule(
    alerts: AlertsService, _principal: AlertsRead, rule_id: RuleId, response: Response
) -> KeptRuleDocument:
    """Return one rule."""
    kept = alerts.get_rule(rule_id)
    response.headers["ETag"] = write_etag(kept.version)
    return describe_rule(kept)


@router.get("/alert-rules/{rule_id}/readings", responses=READ)
def list_alert_readings(
    alerts: AlertsService, _principal: AlertsRead, rule_id: RuleId
) -> ReadingList:
    """Return what was read last for a rule, chunk by chunk."""
    return describe_readings(alerts.list_readings(rule_id))


@router.patch("/alert-rules/{rule_id}", responses=EDIT, openapi_extra=takes(RuleChanges))
def edit_alert_rule(
    alerts: AlertsService,
    principal: AlertsWrite,
    rule_id: RuleId,
    changes: Annotated[RuleChanges, Depends(body_of(RuleChanges))],
    response: Response,
    if_match: IfMatch = None,
) -> KeptRuleDocument:
    """Change what a rule watches, or whether it does; its alert, if it has one, is over then."""
    kept = alerts.edit_rule(
        principal.actor,
        rule_id,
        seen=read_if_match(if_match),
        document=None if changes.rule is None else changes.rule.plain(),
        state=None if changes.state is None else RuleState(changes.state),
    )
    response.headers["ETag"] = write_etag(kept.version)
    return describe_rule(kept)


@router.delete("/alert-rules/{rule_id}", status_code=204, responses=ACT)
def remove_alert_rule(alerts: AlertsService, principal: AlertsWrite, rule_id: RuleId) -> None:
    """Look at a rule no more."""
    alerts.remove_rule(principal.actor, rule_id)
