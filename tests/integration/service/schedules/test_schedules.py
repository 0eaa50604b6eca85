"""Schedules on both databases: one run each time, one for all that was missed, none lost."""

import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from loanwright.service.audit.schemas import Actor
from loanwright.service.bootstrap import build
from loanwright.service.jobs.schemas import State
from loanwright.service.kit.clock import SetClock
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.schedules.errors import KindUnavailable, ProductNeeded, ScheduleNotFound
from loanwright.service.schedules.schemas import Kind, NewSchedule, ScheduleState
from loanwright.service.schedules.timing import ScheduleRefused

ANNA = Actor(id="usr_ANNA")
BEGUN = datetime(2026, 6, 1, 12, tzinfo=UTC)
MORNING = NewSchedule(name="Every morning", kind=Kind.MONITORING, cron="0 6 * * *")


@pytest.fixture
def clock():
    return SetClock(BEGUN)


@pytest.fixture
def planned(bare_service, settings, clock):
    """Return a service whose clock is set."""
    service = build(settings, clock=clock)
    yield service
    service.close()


def test_what_is_due_runs_once_however_many_ask(planned, clock):
    schedule = planned.schedules.add(ANNA, MORNING)
    assert schedule.next_at == datetime(2026, 6, 2, 6, tzinfo=UTC)
    assert planned.schedules.remind() == 0
    clock.advance(timedelta(hours=20))
    threads = [threading.Thread(target=planned.schedules.remind) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    runs = planned.schedules.list_runs(schedule.id)
    assert [(run.due_at, run.missed, job.state) for run, job in runs] == [
        (datetime(2026, 6, 2, 6, tzinfo=UTC), 0, State.QUEUED)
    ]
    assert planned.schedules.get(schedule.id).next_at == datetime(2026, 6, 3, 6, tzinfo=UTC)


def test_all_that_was_missed_is_made_up_for_once(planned, clock):
    schedule = planned.schedules.add(ANNA, MORNING)
    clock.advance(timedelta(days=10))
    assert planned.schedules.remind() == 1
    assert planned.schedules.remind() == 0
    ((run, _),) = planned.schedules.list_runs(schedule.id)
    assert run.missed == 9
    assert planned.schedules.get(schedule.id).next_at == datetime(2026, 6, 12, 6, tzinfo=UTC)


def test_whoever_dies_after_the_order_does_not_order_it_twice(planned, clock, monkeypatch):
    schedule = planned.schedules.add(ANNA, MORNING)
    clock.advance(timedelta(days=1))

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(type(planned.schedules), "_write_run", die)
        with pytest.raises(Killed):
            planned.schedules.remind()
    # Somebody may still be at it: the lease holds.
    assert planned.schedules.remind() == 0
    clock.advance(timedelta(seconds=61))
    assert planned.schedules.remind() == 1
    jobs = [one for one in planned.jobs.list_jobs() if one.kind == "scheduled_monitoring"]
    assert len(jobs) == len(planned.schedules.list_runs(schedule.id)) == 1


def test_what_was_ordered_is_done(planned, clock):
    schedule = planned.schedules.add(ANNA, MORNING)
    report = planned.schedules.add(
        ANNA, NewSchedule(name="Report", kind=Kind.MONITORING_REPORT, cron="0 6 1 * *")
    )
    for one in (schedule, report):
        planned.workbench.work(planned.schedules.run_now(ANNA, one.id).id)
    (_, watched), (_, reported) = (planned.schedules.list_runs(o.id)[0] for o in (schedule, report))
    assert watched.state is reported.state is State.DONE
    assert msgspec.json.decode(watched.result) == {"estimates": 0, "alerts": 0}
    assert msgspec.json.decode(reported.result)["products"] == {}


def test_retraining_without_a_table_fails_by_name_and_with_one_orders_a_run(planned):
    wish = NewSchedule(name="Anew", kind=Kind.RETRAINING, cron="0 3 1 * *", product="credit-card")
    schedule = planned.schedules.add(ANNA, wish)
    planned.workbench.work(planned.schedules.run_now(ANNA, schedule.id).id)
    _, job = planned.schedules.list_runs(schedule.id)[0]
    assert job.state is State.FAILED
    assert msgspec.json.decode(job.problem)["code"] == "retraining_table_missing"

    label = planned.products["credit-card"].sample.default
    tables = planned.settings.training_dir / "ready"
    tables.mkdir(parents=True)
    (tables / "credit-card.csv").write_text(f"limit,{label}\n1000,0\n")
    planned.clock.advance(timedelta(minutes=1))
    planned.workbench.work(planned.schedules.run_now(ANNA, schedule.id).id)
    _, job = planned.schedules.list_runs(schedule.id)[0]
    run_id = msgspec.json.decode(job.result)["training_run"]
    assert planned.jobs.get(run_id).kind == "training"


def test_a_schedule_that_goes_on_makes_up_for_nothing(planned, clock):
    schedule = planned.schedules.add(ANNA, MORNING)
    paused = planned.schedules.edit(
        ANNA, schedule.id, seen=1, changes={"state": ScheduleState.PAUSED}
    )
    assert paused.next_at is None
    clock.advance(timedelta(days=5))
    assert planned.schedules.remind() == 0
    with pytest.raises(EditedMeanwhile):
        planned.schedules.edit(ANNA, schedule.id, seen=1, changes={"cron": "0 7 * * *"})
    going = planned.schedules.edit(
        ANNA,
        schedule.id,
        seen=paused.version,
        changes={"cron": "0 7 * * *", "zone": "Europe/Berlin", "state": "active"},
    )
    assert going.next_at == datetime(2026, 6, 7, 5, tzinfo=UTC)
    planned.schedules.remove(ANNA, schedule.id)
    with pytest.raises(ScheduleNotFound):
        planned.schedules.get(schedule.id)


def test_what_nobody_does_or_knows_is_refused(planned):
    for changes, refusal in (
        ({"cron": "often"}, ScheduleRefused),
        ({"name": " "}, ScheduleRefused),
        ({"product": "mortgage"}, ProductNeeded),
        ({"kind": Kind.RETRAINING}, ProductNeeded),
    ):
        told = {**MORNING.to_mapping(), **changes}
        with pytest.raises(refusal):
            planned.schedules.add(ANNA, NewSchedule(**told))
    undone = set(Kind) - set(planned.schedules.kinds)
    for kind in undone:
        with pytest.raises(KindUnavailable):
            planned.schedules.add(ANNA, NewSchedule(**{**MORNING.to_mapping(), "kind": kind}))
