"""Alerts on both databases: raised once, mailed by a real server's word, quiet at night, over."""

import socket
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from loanwright.service.alerts.errors import AlertNotOpen, AlertRuleNotFound, FigureUnknown
from loanwright.service.alerts.mailing import SmtpMailer
from loanwright.service.alerts.rules import read_rule
from loanwright.service.alerts.schemas import AlertState, Reading, RuleState
from loanwright.service.audit.schemas import Actor
from loanwright.service.kit.clock import SetClock
from loanwright.service.kit.versions import EditedMeanwhile

ANNA = Actor(id="usr_ANNA")
RULE = {"name": "Many failures", "figure": "failed_jobs", "above": 2, "email": ["risk@example.org"]}
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass
class Told:
    """Figures that say what they were told to say."""

    values: list[Reading] = field(default_factory=list)

    def read(self, rule):
        if not self.values:
            raise FigureUnknown(figure=rule.figure)
        return self.values

    def say(self, *values):
        self.values = [Reading(chunk=f"2026-06-{n:02}", value=v) for n, v in enumerate(values, 1)]


@dataclass
class Inbox:
    """What a mail server was given."""

    mails: list = field(default_factory=list)
    refusing: bool = False
    port: int = 0

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.refusing:
            return "451 later"
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def inbox():
    held = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        held.port = free.getsockname()[1]
    controller = Controller(held, hostname="127.0.0.1", port=held.port)
    controller.start()
    yield held
    controller.stop()


@pytest.fixture
def watch(bare_service, inbox):
    """Return alerts whose figures are told, whose clock is set, and who mail to the inbox."""
    clock, told = SetClock(NOON), Told()
    mailer = SmtpMailer(
        host="127.0.0.1", port=inbox.port, security="none", sender="lw@bank.example"
    )
    post = replace(bare_service.mails, mailer=mailer, clock=clock)
    alerts = replace(bare_service.alerts, figures=told, clock=clock, post=post)
    return alerts, told, clock, post


def deliver(post):
    """Carry what is due to the worker, as the relay does."""
    before = waiting(post)
    post.remind()
    for subject in waiting(post)[len(before) :]:
        post.deliver(subject)


def waiting(post):
    with post.database.read() as connection:
        statement = "SELECT subject FROM outbox WHERE topic = 'mails' ORDER BY sequence"
        return list(connection.execute(text(statement)).scalars())


def test_an_alert_is_raised_once_told_once_and_resolved_when_it_is_over(watch, inbox):
    alerts, told, clock, post = watch
    kept = alerts.add_rule(ANNA, RULE)
    told.say(2)
    assert alerts.look_at_all() == 0
    told.say(2, 3)
    for _ in range(3):
        assert alerts.look_at_all() == 1
    raised = alerts.list_page().items
    assert [(one.state, one.value, one.chunk) for one in raised] == [
        (AlertState.OPEN, 3, "2026-06-02")
    ]
    deliver(post)
    deliver(post)
    assert [to for to, _ in inbox.mails] == [["risk@example.org"]]
    assert "Many failures" in inbox.mails[0][1]
    assert alerts.count_open() == 1

    told.say(2, 3, 7)
    alerts.look_at_all()
    assert alerts.get(raised[0].id).value == 7
    clock.advance(timedelta(hours=1))
    told.say(2, 3, 7, 0)
    assert alerts.look_at_all() == 0
    over = alerts.get(raised[0].id)
    assert (over.state, over.resolved_at) == (AlertState.RESOLVED, NOON + timedelta(hours=1))
    deliver(post)
    assert "is over" in inbox.mails[1][1]
    assert [one.value for one in alerts.list_readings(kept.id)] == [2, 3, 7, 0]


def test_as_many_chunks_in_a_row_as_the_rule_says_must_be_too_far(watch):
    alerts, told, _, _ = watch
    alerts.add_rule(ANNA, {**RULE, "chunks": 3})
    for values, live in (((5, 5), 0), ((5, 1, 5, 5), 0), ((5, 1, 5, 5, 5), 1)):
        told.say(*values)
        assert alerts.look_at_all() == live


def test_nobody_is_woken_and_who_was_not_told_is_not_told_that_it_is_over(watch, inbox):
    alerts, told, clock, post = watch
    quiet = {"from": "11:00", "to": "15:00", "zone": "UTC"}
    alerts.add_rule(ANNA, {**RULE, "quiet": quiet})
    told.say(9)
    alerts.look_at_all()
    clock.advance(timedelta(hours=2))
    deliver(post)
    assert inbox.mails == []
    assert alerts.count_open() == 1
    clock.advance(timedelta(hours=1))
    deliver(post)
    assert len(inbox.mails) == 1

    told.say(9, 0)
    alerts.look_at_all()
    clock.advance(timedelta(hours=21))
    deliver(post)
    assert len(inbox.mails) == 2
    told.say(9, 0, 9)
    alerts.look_at_all()
    told.say(9, 0, 9, 0)
    alerts.look_at_all()
    clock.advance(timedelta(hours=9))
    deliver(post)
    assert len(inbox.mails) == 2


def test_a_mail_that_the_server_refuses_is_tried_again_and_given_up_at_last(watch, inbox):
    alerts, told, clock, post = watch
    inbox.refusing = True
    alerts.add_rule(ANNA, RULE)
    told.say(9)
    alerts.look_at_all()
    deliver(post)
    inbox.refusing = False
    deliver(post)
    assert inbox.mails == []
    clock.advance(timedelta(minutes=2))
    deliver(post)
    assert len(inbox.mails) == 1


def test_a_note_is_kept_with_the_alert_and_only_an_open_one_is_acknowledged(watch):
    alerts, told, _, _ = watch
    alerts.add_rule(ANNA, RULE)
    told.say(9)
    alerts.look_at_all()
    alert = alerts.list_page().items[0]
    seen = alerts.acknowledge(ANNA, alert.id, "The disk was full.")
    assert (seen.state, seen.note, seen.acknowledged_by) == (
        AlertState.ACKNOWLEDGED,
        "The disk was full.",
        ANNA.id,
    )
    assert alerts.count_open() == 0
    with pytest.raises(AlertNotOpen):
        alerts.acknowledge(ANNA, alert.id, "Again.")
    # It is still the same alert.
    assert alerts.look_at_all() == 1
    assert len(alerts.list_page().items) == 1


def test_of_many_who_look_at_once_one_raises(watch):
    alerts, told, _, _ = watch
    alerts.add_rule(ANNA, RULE)
    told.say(9)
    threads = [threading.Thread(target=alerts.look_at_all) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(alerts.list_page().items) == 1


def test_a_rule_that_cannot_be_looked_at_says_so_and_its_alert_stays(watch):
    alerts, told, _, _ = watch
    kept = alerts.add_rule(ANNA, RULE)
    told.say(9)
    alerts.look_at_all()
    told.say()
    assert alerts.look_at_all() == 1
    assert alerts.get_rule(kept.id).problem == "figure_unknown"


def test_a_rule_is_edited_by_version_paused_and_removed(watch):
    alerts, told, _, _ = watch
    kept = alerts.add_rule(ANNA, RULE)
    told.say(9)
    alerts.look_at_all()
    paused = alerts.edit_rule(ANNA, kept.id, seen=1, state=RuleState.PAUSED)
    assert alerts.look_at_all() == 0
    assert alerts.list_page(states=[AlertState.RESOLVED]).items != []
    with pytest.raises(EditedMeanwhile):
        alerts.edit_rule(ANNA, kept.id, seen=1, document=RULE)
    edited = alerts.edit_rule(
        ANNA, kept.id, seen=paused.version, document={**RULE, "above": 20}, state=RuleState.ACTIVE
    )
    assert edited.rule == read_rule({**RULE, "above": 20})
    assert alerts.list_readings(kept.id) == []
    alerts.remove_rule(ANNA, kept.id)
    assert alerts.list_rules() == []
    with pytest.raises(AlertRuleNotFound):
        alerts.get_rule(kept.id)


def test_however_often_it_is_asked_for_one_look_is_ordered_and_done(watch):
    alerts, told, _, _ = watch
    alerts.add_rule(ANNA, RULE)
    told.say(9)
    assert [alerts.remind() for _ in range(3)] == [1, 1, 1]
    jobs = [one for one in alerts.jobs.list_jobs() if one.kind == "alerts"]
    assert len(jobs) == 1
    alerts.work(jobs[0])
    assert alerts.count_open() == 1
    assert alerts.remind() == 0


def test_every_figure_of_the_service_itself_is_read(service):
    documents = [
        {"name": "a", "figure": "failed_jobs", "above": 0},
        {"name": "b", "figure": "queue_age", "above": 60},
        {"name": "c", "figure": "overdue_reviews", "above": 0},
        *(
            {"name": figure, "figure": figure, "product": "credit-card", "above": 0.5}
            for figure in (
                *("approval_rate", "decisions", "bad_rate", "expected_bad_rate"),
                *("calibration_gap", "early_arrears"),
            )
        ),
    ]
    for one in documents:
        service.alerts.add_rule(ANNA, one)
    service.alerts.look_at_all()
    assert {one.rule.name: one.problem for one in service.alerts.list_rules()} == {
        one["name"]: None for one in documents
    }
