"""What an analyst opens to see whether anything has moved."""

from datetime import timedelta

from tests.acceptance.web.bank import CARD, Bank
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.service.drift_reports.schemas import Days, DriftWish

NOT_PAGES: dict[str, str] = {"/analysis/drift/{report_id}/report.html": "a download"}


def report_of(bank: Bank) -> str:
    """Return a drift report that is done, of the decisions of the bank by week."""
    if "drift report" not in bank.memory:
        service, analyst = bank.service, somebody(bank.service, "analyst1")
        today = service.clock.now().date()
        days = Days(since=today - timedelta(days=365), until=today)
        wish = DriftWish(product=CARD, segment="existing", days=days, by="week", reference=days)
        job = service.drift_reports.accept(analyst.actor, analyst, wish)
        while service.jobs.get(job.id).state not in ("done", "failed"):
            service.work(job.id)
        bank.memory["drift report"] = job.id
    return str(bank.memory["drift report"])


def _order_nothing(visit: Visit) -> None:
    visit.page.fill("#until", "1999-01-01")
    visit.page.click("main form.card button[type=submit]")
    visit.page.wait_for_selector(".summary")


STOPS = (
    Stop(name="drift", role="analyst", path=lambda _bank: "/analysis/drift"),
    Stop(
        name="drift-wrong",
        role="analyst",
        path=lambda _bank: "/analysis/drift",
        act=_order_nothing,
    ),
    Stop(
        name="drift-report",
        role="analyst",
        path=lambda bank: f"/analysis/drift/{report_of(bank)}",
        charts=True,
    ),
)
