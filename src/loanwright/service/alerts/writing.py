"""Mails about alerts: written in the transaction that raises them, sent when nobody sleeps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from loanwright.service.alerts import repository
from loanwright.service.alerts.errors import MailServerUnavailable
from loanwright.service.alerts.mailing import Mailer
from loanwright.service.alerts.rules import Rule
from loanwright.service.alerts.schemas import Alert, KeptRule, Mail, MailState
from loanwright.service.kit.clock import Clock, iso
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.messaging.outbox import Outbox

TOPIC: Final = "mails"
PREFIX: Final = "alm"
LEASE: Final = timedelta(seconds=60)
#: How long after each failed attempt the next one comes; after the last one nothing comes.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
MOST_AT_ONCE: Final = 100
RAISED: Final = "raised"
RESOLVED: Final = "resolved"


@dataclass(frozen=True, kw_only=True)
class Post:
    """Sends mails, where a mail server is set."""

    database: Database
    clock: Clock
    new_id: Ids
    outbox: Outbox
    mailer: Mailer | None
    public_url: str

    def tell_raised(self, connection: Connection, alert_id: str, rule: Rule) -> None:
        """Write to everybody whom a rule names that an alert is raised."""
        self._put(connection, alert_id, RAISED, rule)

    def tell_resolved(self, connection: Connection, alert_id: str, kept: KeptRule | None) -> None:
        """Write to everybody who was told of an alert that it is over; to the others, nothing."""
        unheard = set(repository.drop_mails(connection, alert_id))
        if kept is not None:
            self._put(connection, alert_id, RESOLVED, kept.rule, but=unheard)

    def remind(self) -> int:
        """Announce the mails whose time has come; harmless when repeated."""
        if self.mailer is None:
            return 0
        with self.database.write() as connection:
            due = repository.list_due_mails(connection, self.clock.now(), MOST_AT_ONCE)
            if due:
                repository.hold_mails(connection, due, self.clock.now() + LEASE)
                self.outbox.put(connection, TOPIC, due)
        return len(due)

    def deliver(self, mail_id: str) -> bool:
        """Make one attempt at a mail whose time has come; whatever comes of it is kept."""
        if self.mailer is None:
            return True
        now = self.clock.now()
        with self.database.write() as connection:
            # Held longer than when it was announced: who is told of it once more leaves it alone.
            mail = repository.claim_mail(
                connection, mail_id, free=now + LEASE, until=now + 2 * LEASE
            )
            alert = None if mail is None else repository.find_alert(connection, mail.alert_id)
        if mail is None or alert is None:
            return True
        subject, text = write_mail(alert, mail.occasion, self.public_url)
        try:
            self.mailer.send(to=mail.address, subject=subject, text=text, name=mail.id)
            values: dict[str, Any] = {"state": str(MailState.SENT), "sent_at": self.clock.now()}
        except MailServerUnavailable:
            values = self._later(mail, now)
        with self.database.write() as connection:
            repository.end_mail(connection, mail, values)
        return True

    def _later(self, mail: Mail, now: datetime) -> dict[str, Any]:
        if mail.attempts > len(PAUSES):
            return {"state": str(MailState.DEAD), "next_at": None}
        return {"next_at": now + PAUSES[mail.attempts - 1]}

    def _put(
        self,
        connection: Connection,
        alert_id: str,
        occasion: str,
        rule: Rule,
        *,
        but: set[str] | None = None,
    ) -> None:
        if self.mailer is None:
            return
        now = self.clock.now()
        awake = None if rule.quiet is None else rule.quiet.until(now)
        rows = [
            {
                "id": self.new_id(PREFIX),
                "alert_id": alert_id,
                "occasion": occasion,
                "address": address,
                "state": str(MailState.WAITING),
                "attempts": 0,
                "next_at": awake or now,
                "created_at": now,
                "sent_at": None,
            }
            for address in rule.email
            if address not in (but or ())
        ]
        repository.insert_mails(connection, rows)


def write_mail(alert: Alert, occasion: str, public_url: str) -> tuple[str, str]:
    """Return subject and text of a mail about an alert; numbers and names, nobody's data."""
    what = " · ".join(
        one for one in (alert.figure, alert.product, alert.segment, alert.feature) if one
    )
    over = "is over" if occasion == RESOLVED else alert.severity
    subject = f"[Loanwright] {alert.name}: {over}"
    text = (
        f"{alert.name}\n\n"
        f"{what}\n"
        f"{alert.value:.6g} in {alert.chunk}; the threshold is {alert.beyond} "
        f"{alert.threshold:.6g}.\n"
        f"Raised at {iso(alert.raised_at)}.\n"
    )
    if alert.resolved_at is not None:
        text += f"Over since {iso(alert.resolved_at)}.\n"
    return subject, text + f"\n{public_url}/analysis/alerts\n"
