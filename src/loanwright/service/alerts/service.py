"""Alerts: raised once, told to whoever must know, acknowledged by a person, resolved when over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from loanwright.errors import LoanwrightError
from loanwright.service.alerts import repository
from loanwright.service.alerts.errors import AlertNotFound, AlertNotOpen, AlertRuleNotFound
from loanwright.service.alerts.figures import Figures
from loanwright.service.alerts.rules import read_rule
from loanwright.service.alerts.schemas import (
    Alert,
    AlertState,
    KeptRule,
    Reading,
    RuleState,
)
from loanwright.service.alerts.writing import Post
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.versions import check_version

KIND: Final = "alerts"
WATCHER: Final = Actor(id="system:alerts")
#: Readings that are shown of a rule.
SHOWN: Final = 60


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """The rules and what they have found."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    jobs: Jobs
    figures: Figures
    post: Post
    every: timedelta

    def add_rule(self, actor: Actor, document: Mapping[str, Any]) -> KeptRule:
        """Add a rule; it is looked at from now on."""
        rule = read_rule(document)
        rule_id = self.new_id("alr")
        row = {
            "id": rule_id,
            "document": _text(rule.to_mapping()),
            "state": str(RuleState.ACTIVE),
            "version": 1,
            "created_by": actor.id,
            "created_at": self.clock.now(),
        }
        with self.database.write() as connection:
            repository.insert_rule(connection, row)
            change = Change(action="alert_rule.added", subject=rule_id, after=rule.to_mapping())
            self.audit.record(connection, actor, [change])
            return self._rule(connection, rule_id)

    def get_rule(self, rule_id: str) -> KeptRule:
        """Return one rule."""
        with self.database.read() as connection:
            return self._rule(connection, rule_id)

    def list_rules(self) -> list[KeptRule]:
        """Return every rule, the oldest first."""
        with self.database.read() as connection:
            return repository.list_rules(connection)

    def list_readings(self, rule_id: str) -> list[Reading]:
        """Return what was read last for a rule, the oldest first."""
        with self.database.read() as connection:
            self._rule(connection, rule_id)
            return repository.list_readings(connection, rule_id, SHOWN)

    def edit_rule(
        self,
        actor: Actor,
        rule_id: str,
        *,
        seen: int,
        document: Mapping[str, Any] | None = None,
        state: RuleState | None = None,
    ) -> KeptRule:
        """Change a rule that was seen at a version; what it watches, or whether it does."""
        rule = None if document is None else read_rule(document)
        with self.database.write() as connection:
            before = self._rule(connection, rule_id, lock=True)
            check_version(seen, before.version)
            values = {} if state is None else {"state": str(state)}
            if rule is not None:
                values["document"] = _text(rule.to_mapping())
                repository.forget_readings(connection, rule_id)
            repository.change_rule(connection, rule_id, values)
            after = self._rule(connection, rule_id)
            change = Change(
                action="alert_rule.edited",
                subject=rule_id,
                before={**before.rule.to_mapping(), "state": str(before.state)},
                after={**after.rule.to_mapping(), "state": str(after.state)},
            )
            self.audit.record(connection, actor, [change])
            if rule is not None or after.state is not RuleState.ACTIVE:
                self._resolve(connection, rule_id, actor)
        return after

    def remove_rule(self, actor: Actor, rule_id: str) -> None:
        """Look at a rule no more; its alerts stay on record."""
        with self.database.write() as connection:
            before = self._rule(connection, rule_id, lock=True)
            repository.change_rule(connection, rule_id, {"state": str(RuleState.REMOVED)})
            change = Change(
                action="alert_rule.removed", subject=rule_id, before=before.rule.to_mapping()
            )
            self.audit.record(connection, actor, [change])
            self._resolve(connection, rule_id, actor)

    def get(self, alert_id: str) -> Alert:
        """Return one alert."""
        with self.database.read() as connection:
            return self._alert(connection, alert_id)

    def list_page(
        self,
        *,
        states: Collection[AlertState] = (),
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Alert]:
        """Return one page of alerts, the newest first; without states, all of them."""
        with self.database.read() as connection:
            return repository.page_alerts(
                connection, states=[str(one) for one in states], limit=limit, cursor=cursor
            )

    def count_open(self) -> int:
        """Return how many alerts nobody has acknowledged."""
        with self.database.read() as connection:
            return repository.count_open(connection)

    def acknowledge(self, actor: Actor, alert_id: str, note: str) -> Alert:
        """Take note of an open alert, and say what is done about it."""
        with self.database.write() as connection:
            before = self._alert(connection, alert_id, lock=True)
            if before.state is not AlertState.OPEN:
                raise AlertNotOpen(alert_id=alert_id, state=before.state)
            values = {
                "state": str(AlertState.ACKNOWLEDGED),
                "acknowledged_by": actor.id,
                "acknowledged_at": self.clock.now(),
                "note": note,
            }
            repository.change_alert(connection, alert_id, values)
            change = Change(action="alert.acknowledged", subject=alert_id, after={"note": note})
            self.audit.record(connection, actor, [change])
            return self._alert(connection, alert_id)

    def remind(self) -> int:
        """Order a look at the rules where it is time; however many ask, one look is ordered."""
        now = self.clock.now()
        waiting = [
            one
            for one in self.list_rules()
            if one.state is RuleState.ACTIVE
            and (one.looked_at is None or one.looked_at <= now - self.every)
        ]
        if waiting:
            turn = int(now.timestamp() // max(1.0, self.every.total_seconds()))
            self.order_look(f"{KIND}:{turn}")
        return len(waiting)

    def order_look(self, key: str) -> Job:
        """Order that every rule be looked at; the same key orders it once."""
        return self.jobs.order(
            Order(kind=KIND, caller_id=WATCHER.id, key=key, body_hash=key, payload="{}")
        )

    def work(self, _job: Job) -> Outcome:
        """Do what `order_look` ordered."""
        return Outcome(result=_text({"kind": KIND, "alerts": self.look_at_all()}))

    def look_at_all(self) -> int:
        """Look at every active rule; return how many have an alert that is not over."""
        return sum(self.look_at(one) for one in self.list_rules() if one.state is RuleState.ACTIVE)

    def look_at(self, kept: KeptRule) -> bool:
        """Look at one rule; tell whether it has an alert that is not over."""
        try:
            readings, problem = self.figures.read(kept.rule), None
        except LoanwrightError as refusal:
            readings, problem = [], refusal.code
        with self.database.write() as connection:
            now = self.clock.now()
            repository.note_look(connection, kept.id, now, problem)
            repository.replace_readings(connection, kept.id, readings, now)
            recent = repository.list_readings(connection, kept.id, kept.rule.chunks)
            if problem is not None or not recent:
                return repository.find_live(connection, kept.id) is not None
            return self._judge(connection, kept, recent, now)

    def _judge(
        self, connection: Connection, kept: KeptRule, recent: Sequence[Reading], now: datetime
    ) -> bool:
        rule, last = kept.rule, recent[-1]
        too_far = [rule.is_beyond(one.value) for one in recent]
        live = repository.find_live(connection, kept.id)
        if live is not None and too_far[-1]:
            # It goes on: told once, seen again.
            seen = {"value": last.value, "chunk": last.chunk, "seen_at": now}
            repository.change_alert(connection, live.id, seen)
            return True
        if live is not None:
            self._resolve(connection, kept.id, WATCHER)
            return False
        if len(recent) < rule.chunks or not all(too_far):
            return False
        self._raise(connection, kept, last, now)
        return True

    def _raise(self, connection: Connection, kept: KeptRule, last: Reading, now: datetime) -> None:
        rule, alert_id = kept.rule, self.new_id("alt")
        row = {
            "id": alert_id,
            "rule_id": kept.id,
            "name": rule.name,
            "figure": str(rule.figure),
            "severity": str(rule.severity),
            "product": rule.product,
            "segment": rule.segment,
            "feature": rule.feature,
            "beyond": str(rule.beyond),
            "threshold": rule.threshold,
            "value": last.value,
            "chunk": last.chunk,
            "state": str(AlertState.OPEN),
            "raised_at": now,
            "seen_at": now,
            "acknowledged_by": None,
            "acknowledged_at": None,
            "note": None,
            "resolved_at": None,
        }
        if repository.insert_alert(connection, row):
            told = {name: row[name] for name in ("rule_id", "figure", "severity", "value", "chunk")}
            change = Change(action="alert.raised", subject=alert_id, after=told)
            self.audit.record(connection, WATCHER, [change])
            self.post.tell_raised(connection, alert_id, rule)

    def _resolve(self, connection: Connection, rule_id: str, actor: Actor) -> None:
        live = repository.find_live(connection, rule_id)
        if live is None:
            return
        values = {"state": str(AlertState.RESOLVED), "resolved_at": self.clock.now()}
        repository.change_alert(connection, live.id, values)
        change = Change(action="alert.resolved", subject=live.id, after={"chunk": live.chunk})
        self.audit.record(connection, actor, [change])
        self.post.tell_resolved(connection, live.id, self._rule_of(connection, live))

    def _rule_of(self, connection: Connection, alert: Alert) -> KeptRule | None:
        return repository.find_rule(connection, alert.rule_id)

    def _rule(self, connection: Connection, rule_id: str, *, lock: bool = False) -> KeptRule:
        found = repository.find_rule(connection, rule_id, lock=lock)
        if found is None:
            raise AlertRuleNotFound(rule_id=rule_id)
        return found

    def _alert(self, connection: Connection, alert_id: str, *, lock: bool = False) -> Alert:
        found = repository.find_alert(connection, alert_id, lock=lock)
        if found is None:
            raise AlertNotFound(alert_id=alert_id)
        return found


def _text(document: Mapping[str, Any]) -> str:
    return msgspec.json.encode(document).decode()
