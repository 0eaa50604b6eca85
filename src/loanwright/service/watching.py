"""How the rooms are furnished in which is watched what became of what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from loanwright.service.accounts.service import Accounts
from loanwright.service.alerts.figures import Figures
from loanwright.service.alerts.mailing import SmtpMailer, mailer_of
from loanwright.service.alerts.service import KIND as LOOK
from loanwright.service.alerts.service import WATCHER, Alerts
from loanwright.service.alerts.writing import Post
from loanwright.service.drift_reports.service import DriftReports
from loanwright.service.ground import Ground
from loanwright.service.jobs.service import Jobs
from loanwright.service.messaging.outbox import Outbox
from loanwright.service.monitoring.outlook import Outlook
from loanwright.service.monitoring.service import Monitoring
from loanwright.service.reviews.holding import Queue
from loanwright.service.schedules.doing import Deeds
from loanwright.service.schedules.schemas import Kind
from loanwright.service.schedules.service import PREFIX, Schedules
from loanwright.service.settings import Settings
from loanwright.service.training.service import TrainingRuns
from loanwright.service.users.schemas import Principal

#: After this time every rule is looked at again.
LOOK_EVERY: Final = timedelta(minutes=5)
#: Where tables for scheduled retraining are put, in the directory of training.
READY: Final = "ready"
#: By what rules measure drift.
MEASURE: Final = "psi"


@dataclass(frozen=True, kw_only=True)
class ReportedDrift:
    """Drift as rules read it: that of the last report on a segment."""

    reports: DriftReports

    def read_drift(
        self, product: str, segment: str | None, feature: str | None
    ) -> list[tuple[str, float]]:
        """Return chunk and stability index, the oldest first; of all segments, the worst."""
        known = self.reports.products.get(product)
        segments = [segment] if segment else [] if known is None else known.segments
        worst: dict[str, float] = {}
        for one in segments:
            for chunk, value in self.reports.figures(product, one, MEASURE, feature):
                worst[chunk] = max(value, worst.get(chunk, value))
        return sorted(worst.items())


def make_monitoring(ground: Ground, accounts: Accounts) -> dict[str, Any]:
    """Return what reads the figures of booked credit."""
    monitoring = Monitoring(
        accounts=accounts, decisions=accounts.decisions, products=accounts.products
    )
    outlook = Outlook(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        monitoring=monitoring,
    )
    return {"monitoring": monitoring, "outlook": outlook}


def make_watch(
    ground: Ground,
    jobs: Jobs,
    known: Mapping[str, Any],
    training: TrainingRuns,
    drift_reports: DriftReports,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return alerts and schedules, and what does the jobs that they order."""
    post = make_post(ground)
    alerts = make_alerts(ground, jobs, known, post, ReportedDrift(reports=drift_reports))
    deeds = Deeds(
        clock=ground.clock,
        products=known["accounts"].products,
        monitoring=known["monitoring"],
        outlook=known["outlook"],
        alerts=alerts,
        training=training,
        drift=drift_reports,
        tables=ground.settings.training_dir / READY,
    )
    schedules = Schedules(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=jobs,
        products=known["accounts"].products,
        kinds=[one for one in Kind if f"{PREFIX}{one}" in deeds.handlers],
    )
    ground.chores.extend((alerts.remind, post.remind, schedules.remind))
    return (
        {"alerts": alerts, "schedules": schedules, "mails": post},
        {**deeds.handlers, LOOK: alerts.work},
    )


def make_alerts(
    ground: Ground, jobs: Jobs, known: Mapping[str, Any], post: Post, drift: ReportedDrift
) -> Alerts:
    """Return the rules of alerts, and what they find."""
    accounts: Accounts = known["accounts"]
    figures = Figures(
        clock=ground.clock,
        decisions=accounts.decisions,
        monitoring=known["monitoring"],
        outlook=known["outlook"],
        jobs=jobs,
        overdue=partial(_count_overdue, known["review_queue"]),
        drift=drift,
    )
    return Alerts(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=jobs,
        figures=figures,
        post=post,
        every=LOOK_EVERY,
    )


def make_post(ground: Ground) -> Post:
    """Return what sends mails, where a mail server is set."""
    return Post(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        outbox=Outbox(database=ground.database, clock=ground.clock),
        mailer=make_mailer(ground.settings),
        public_url=ground.settings.public_url,
    )


def make_mailer(settings: Settings) -> SmtpMailer | None:
    """Return what speaks to the mail server of the settings, if there is one."""
    if settings.smtp_url is None:
        return None
    return mailer_of(settings.smtp_url.get_secret_value(), sender=settings.smtp_sender)


def _count_overdue(queue: Queue) -> int:
    return queue.count(Principal(id=WATCHER.id, kind="key", permissions=frozenset()))["overdue"]
