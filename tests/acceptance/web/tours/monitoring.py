"""What analysts watch: outcomes, alerts, rules, schedules."""

from tests.acceptance.web.bank import Bank
from tests.acceptance.web.touring import Stop

from loanwright.service.audit.schemas import Actor
from loanwright.service.schedules.schemas import Kind, NewSchedule

ANALYST = Actor(id="system:tests")
RULES = (
    {"name": "Failed work", "figure": "failed_jobs", "above": 0, "severity": "critical"},
    {"name": "Few approvals", "figure": "approval_rate", "product": "credit-card", "below": 0.3},
)


def _alerts(bank: Bank) -> str:
    """Let a rule find something."""
    if "alerts" not in bank.memory:
        for one in RULES:
            bank.service.alerts.add_rule(ANALYST, one)
        bank.service.alerts.look_at_all()
        bank.memory["alerts"] = True
    return "/analysis/alerts"


def _schedules(bank: Bank) -> str:
    if "schedules" not in bank.memory:
        wanted = NewSchedule(name="Every morning", kind=Kind.MONITORING, cron="0 6 * * *")
        added = bank.service.schedules.add(ANALYST, wanted)
        bank.service.schedules.run_now(ANALYST, added.id)
        bank.memory["schedules"] = True
    return "/analysis/schedules"


STOPS = (
    Stop(name="outcomes", role="analyst", path=lambda _: "/analysis/outcomes"),
    *(
        Stop(
            name=f"outcomes-{view}",
            role="analyst",
            path=lambda _, view=view: f"/analysis/outcomes?product=credit-card&view={view}",
        )
        for view in ("early", "rolls", "moves", "performance", "expected")
    ),
    Stop(name="alerts", role="analyst", path=_alerts),
    Stop(name="alert-rules", role="analyst", path=lambda bank: f"{_alerts(bank)}/rules"),
    Stop(name="schedules", role="analyst", path=_schedules),
)
