"""The SQL of alerts, rules, readings and mails."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from loanwright.service.alerts.rules import read_rule
from loanwright.service.alerts.schemas import (
    Alert,
    AlertState,
    KeptRule,
    Mail,
    MailState,
    Reading,
    RuleState,
)
from loanwright.service.alerts.tables import (
    LIVE,
    alert_mails,
    alert_readings,
    alert_rules,
    alerts,
)
from loanwright.service.kit.bulk import insert_new
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page

_rules: Select[Any] = select(alert_rules).where(alert_rules.c.state != str(RuleState.REMOVED))
_listing = Listing(select(alerts), key=alerts.c.id, sorts={"raised_at": alerts.c.raised_at})
_LIVE = (str(AlertState.OPEN), str(AlertState.ACKNOWLEDGED))


def insert_rule(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a rule."""
    connection.execute(insert(alert_rules), row)


def find_rule(connection: Connection, rule_id: str, *, lock: bool = False) -> KeptRule | None:
    """Return one rule that was not removed."""
    query = _rules.where(alert_rules.c.id == rule_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _rule(row)


def list_rules(connection: Connection) -> list[KeptRule]:
    """Return the rules that were not removed, the oldest first."""
    return [_rule(row) for row in connection.execute(_rules.order_by(alert_rules.c.id))]


def change_rule(connection: Connection, rule_id: str, values: Mapping[str, Any]) -> None:
    """Change a rule."""
    statement = update(alert_rules).where(alert_rules.c.id == rule_id)
    connection.execute(statement.values(**values, version=alert_rules.c.version + 1))


def note_look(connection: Connection, rule_id: str, now: datetime, problem: str | None) -> None:
    """Write down that a rule was looked at, and why it could not be where it could not."""
    statement = update(alert_rules).where(alert_rules.c.id == rule_id)
    connection.execute(statement.values(looked_at=now, problem=problem))


def replace_readings(
    connection: Connection, rule_id: str, readings: Sequence[Reading], now: datetime
) -> None:
    """Write what was read, over what was read of the same chunks before."""
    chunks = [one.chunk for one in readings]
    own = (alert_readings.c.rule_id == rule_id) & alert_readings.c.chunk.in_(chunks)
    connection.execute(delete(alert_readings).where(own))
    rows = [
        {"rule_id": rule_id, "chunk": one.chunk, "value": one.value, "read_at": now}
        for one in readings
    ]
    if rows:
        connection.execute(insert(alert_readings), rows)


def forget_readings(connection: Connection, rule_id: str) -> None:
    """Drop what was read for a rule that watches something else now."""
    connection.execute(delete(alert_readings).where(alert_readings.c.rule_id == rule_id))


def list_readings(connection: Connection, rule_id: str, most: int) -> list[Reading]:
    """Return the last readings of a rule, the oldest first."""
    query = (
        select(alert_readings.c.chunk, alert_readings.c.value)
        .where(alert_readings.c.rule_id == rule_id)
        .order_by(alert_readings.c.chunk.desc())
        .limit(most)
    )
    found = [Reading(chunk=row.chunk, value=row.value) for row in connection.execute(query)]
    return found[::-1]


def insert_alert(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Raise an alert; tell whether its rule had none that lives."""
    return bool(insert_new(connection, alerts, [row], alerts.c.id))


def find_alert(connection: Connection, alert_id: str, *, lock: bool = False) -> Alert | None:
    """Return one alert."""
    query = select(alerts).where(alerts.c.id == alert_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _alert(row)


def find_live(connection: Connection, rule_id: str) -> Alert | None:
    """Return the alert of a rule that is not over, if there is one."""
    query = select(alerts).where(alerts.c.rule_id == rule_id, alerts.c.state.in_(_LIVE))
    row = connection.execute(query.with_for_update()).one_or_none()
    return None if row is None else _alert(row)


def change_alert(connection: Connection, alert_id: str, values: Mapping[str, Any]) -> None:
    """Change an alert."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(**values))


def page_alerts(
    connection: Connection, *, states: Collection[str], limit: int, cursor: str | None
) -> Page[Alert]:
    """Return a page of alerts, the newest first."""
    where = [alerts.c.state.in_(states)] if states else []
    found = _listing.page(connection, sort="-raised_at", where=where, limit=limit, cursor=cursor)
    return Page(items=[_alert(row) for row in found.items], next_cursor=found.next_cursor)


def count_open(connection: Connection) -> int:
    """Return how many alerts nobody has acknowledged."""
    # By the index of those that are not over, however many there have been.
    still = alerts.c.state == str(AlertState.OPEN)
    query = select(func.count()).select_from(alerts).where(LIVE, still)
    return connection.execute(query).scalar_one()


def insert_mails(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert mails that are to go out."""
    if rows:
        connection.execute(insert(alert_mails), rows)


def list_due_mails(connection: Connection, now: datetime, most: int) -> list[str]:
    """Return the mails whose time has come."""
    query = (
        select(alert_mails.c.id)
        .where(alert_mails.c.state == str(MailState.WAITING), alert_mails.c.next_at <= now)
        .order_by(alert_mails.c.next_at)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def hold_mails(connection: Connection, ids: Sequence[str], until: datetime) -> None:
    """Let mails that are being announced wait for a worker until some moment."""
    statement = update(alert_mails).where(alert_mails.c.id.in_(ids))
    connection.execute(statement.values(next_at=until))


def claim_mail(
    connection: Connection, mail_id: str, *, free: datetime, until: datetime
) -> Mail | None:
    """Begin an attempt at a mail that is held no longer than until `free`, and hold it longer."""
    statement = (
        update(alert_mails)
        .where(
            alert_mails.c.id == mail_id,
            alert_mails.c.state == str(MailState.WAITING),
            alert_mails.c.next_at <= free,
        )
        .values(attempts=alert_mails.c.attempts + 1, next_at=until)
        .returning(alert_mails)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _mail(row)


def end_mail(connection: Connection, mail: Mail, values: Mapping[str, Any]) -> None:
    """Write what came of an attempt, unless a later one has begun."""
    statement = update(alert_mails).where(
        alert_mails.c.id == mail.id, alert_mails.c.attempts == mail.attempts
    )
    connection.execute(statement.values(**values))


def drop_mails(connection: Connection, alert_id: str) -> list[str]:
    """Give up mails about an alert that have not gone out; return to whom they would have gone."""
    statement = (
        update(alert_mails)
        .where(
            alert_mails.c.alert_id == alert_id,
            alert_mails.c.state == str(MailState.WAITING),
            alert_mails.c.attempts == 0,
        )
        .values(state=str(MailState.DEAD), next_at=None)
        .returning(alert_mails.c.address)
    )
    return list(connection.execute(statement).scalars())


def _rule(row: Row[Any]) -> KeptRule:
    facts = dict(row._mapping)
    rule = read_rule(msgspec.json.decode(facts.pop("document")))
    return KeptRule(**{**facts, "rule": rule, "state": RuleState(facts["state"])})


def _alert(row: Row[Any]) -> Alert:
    facts = dict(row._mapping)
    return Alert(**{**facts, "state": AlertState(facts["state"])})


def _mail(row: Row[Any]) -> Mail:
    facts = {name: row._mapping[name] for name in Mail.__dataclass_fields__}
    return Mail(**{**facts, "state": MailState(facts["state"])})
