import itertools
import threading
import time
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.service.conftest import CARD, PlainPackage, application, told, write_plain
from tests.integration.service.standing import bare_service, clock

from loanwright.decisioning.months import add_months
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.schedule import Repayment, schedule
from loanwright.experiments.conclusion import Found
from loanwright.experiments.guardrail import Guardrail, Watched
from loanwright.service.accounts.schemas import Opening, PaymentRecord
from loanwright.service.audit.schemas import Actor
from loanwright.service.bootstrap import build
from loanwright.service.experiments.errors import (
    AnotherIsRunning,
    ApproverProposed,
    ArmRefused,
    DecisionNotInExperiment,
    ExperimentExists,
    ExperimentStateRefused,
    TooEarly,
)
from loanwright.service.experiments.schemas import Arm, Design, Early, Measure, Plan, State
from loanwright.service.origination.schemas import ApplicantReference
from loanwright.service.registry.schemas import State as ModelState

__all__ = ["bare_service", "clock"]

ANNA, BERT = Actor(id="usr_ANNA"), Actor(id="usr_BERT")
names = (f"trial-{number}" for number in itertools.count(1))


@pytest.fixture
def challenger(service):
    """Return a model beside the champion that thinks far worse of everybody."""
    path = write_plain(service.settings.models_dir, "new", weight=2.5)
    model = service.registry.register(path, by="tests")
    return service.registry.promote(model.hash, to=ModelState.CHALLENGER, by="tests")


def design(challenger, *, measure=Measure.APPROVAL_RATE, guardrails=(), **plan):
    arms = (
        Arm(name="champion", share=5_000),
        Arm(name="tried", share=5_000, model_hash=challenger.hash),
    )
    told = {"base": 0.5, "effect": 0.3, **plan}
    return Design(arms=arms, measure=measure, plan=Plan(**told), guardrails=guardrails)


def started(service, wanted):
    one = service.experiments.propose(
        ANNA, name=next(names), product="credit-card", segment="new", design=wanted
    )
    service.experiments.approve(BERT, one.id)
    return service.experiments.start(ANNA, one.id)


def decide(service, count, *, start=0):
    """Decide people with documents of their own, and return what was answered."""
    asked = [application(document_number=f"AB {start + n}") for n in range(count)]
    return [told(one) for one in service.origination.submit_many(asked)]


def test_an_experiment_is_approved_by_a_second_person_in_the_database_too(service, challenger):
    one = service.experiments.propose(
        ANNA, name="mine", product="credit-card", segment="new", design=design(challenger)
    )
    with pytest.raises(ApproverProposed):
        service.experiments.approve(Actor(id="USR_anna"), one.id)
    with pytest.raises(ExperimentStateRefused):
        service.experiments.start(ANNA, one.id)
    with pytest.raises(DBAPIError), service.database.write() as connection:
        connection.execute(text("UPDATE experiments SET approved_by = created_by"))
    with pytest.raises(DBAPIError), service.database.write() as connection:
        connection.execute(text("UPDATE experiments SET state = 'running'"))
    assert service.experiments.approve(BERT, one.id).state is State.APPROVED
    assert service.experiments.start(ANNA, one.id).state is State.RUNNING


def test_each_arm_decides_its_share_and_the_decision_names_what_decided(service, challenger):
    one = started(service, design(challenger))
    replies = decide(service, 60)
    champion = service.registry.champion("credit-card", "new").hash
    hashes = {"champion": champion, "tried": challenger.hash}
    seen = Counter()
    for reply in replies:
        made = service.experiments.arm_of(reply.decision.id)
        assert reply.decision.model.hash == hashes[made.arm]
        assert made.outcome == reply.decision.outcome
        seen[made.arm] += 1
    assert min(seen.values()) > 15
    assert {one.arm for one in service.experiments.list_assignments(one.id, limit=200).items} == {
        "champion",
        "tried",
    }
    assert all(replay.equal for replay in service.decisions.replay_all())


def test_the_same_person_has_the_same_arm_however_they_come(service, challenger):
    started(service, design(challenger))
    first = [told(service.origination.submit(application())) for _ in range(12)]
    named = decide(service, 12)
    for reply in [*first, *named]:
        reference = ApplicantReference(applicant_id=reply.applicant.id)
        again = told(service.origination.submit(application(applicant=reference)))
        arms = {service.experiments.arm_of(r.decision.id).arm for r in (reply, again)}
        assert len(arms) == 1
    spelled = told(service.origination.submit(application(document_number="ab-0")))
    before = service.experiments.arm_of(named[0].decision.id).arm
    assert service.experiments.arm_of(spelled.decision.id).arm == before


def test_nothing_is_assigned_where_nothing_runs(service):
    (reply,) = decide(service, 1)
    with pytest.raises(DecisionNotInExperiment):
        service.experiments.arm_of(reply.decision.id)


def test_assignments_cannot_be_changed(service, challenger):
    started(service, design(challenger))
    decide(service, 2)
    for statement in (
        "UPDATE experiment_assignments SET arm = 'x'",
        "DELETE FROM experiment_assignments",
    ):
        with pytest.raises(DBAPIError), service.database.write() as connection:
            connection.execute(text(statement))


def test_a_policy_can_be_tried(service):
    strict = {**CARD.policy, "name": "stricter"}
    strict["cutoffs"] = {
        name: {"approve_from": 900, "refer_from": 899} for name in CARD.policy["cutoffs"]
    }
    present = service.policies.live("credit-card").policy
    version = service.policies.publish("credit-card", Policy.from_mapping(strict), by="tests")
    service.policies.publish("credit-card", present, by="tests")
    arms = (
        Arm(name="champion", share=5_000),
        Arm(name="stricter", share=5_000, policy_hash=version.hash),
    )
    started(
        service,
        Design(arms=arms, measure=Measure.APPROVAL_RATE, plan=Plan(base=0.5, effect=0.1)),
    )
    hashes = {"champion": present.hash, "stricter": version.hash}
    for reply in decide(service, 20):
        arm = service.experiments.arm_of(reply.decision.id).arm
        assert reply.decision.policy.hash == hashes[arm]


def test_a_broken_guardrail_stops_the_experiment_and_the_champion_decides_at_once(
    service, challenger
):
    rail = Guardrail(watched=Watched.APPROVAL_RATE, lowest=-0.1, highest=0.1, error=0.01)
    one = started(service, design(challenger, guardrails=(rail,)))
    assert service.experiments.watch() == 0
    decide(service, 80)
    assert service.experiments.watch() == 1
    stopped = service.experiments.get(one.id)
    assert (stopped.state, stopped.why.split(":")[0]) == (State.STOPPED, "guardrail")
    champion = service.registry.champion("credit-card", "new").hash
    assert {one.decision.model.hash for one in decide(service, 20, start=500)} == {champion}
    assert service.experiments.watch() == 0
    with service.database.read() as connection:
        actions = connection.execute(
            text("SELECT actor, action FROM audit_entries WHERE action LIKE 'experiment.%'")
        ).all()
    assert ("system:experiments", "experiment.stopped") in [tuple(row) for row in actions]


def test_the_guardrail_is_watched_by_the_workers(service, challenger):
    class Quiet:
        def info(self, event, **facts): ...

        warning = error = info

    rail = Guardrail(watched=Watched.APPROVAL_RATE, lowest=-0.1, highest=0.1, error=0.01)
    one = started(service, design(challenger, guardrails=(rail,)))
    decide(service, 80)
    workers = service.workers(Quiet(), threads=1)
    workers.start()
    waited = threading.Event()
    for _ in range(200):
        if service.experiments.get(one.id).state is State.STOPPED:
            break
        waited.wait(0.1)
    workers.stop()
    assert service.experiments.get(one.id).state is State.STOPPED


def test_another_process_follows_within_a_second(service, challenger, settings):
    one = started(service, design(challenger))
    other = build(settings, load_package=PlainPackage.load)
    try:
        assert other.experiments.running()
        service.experiments.stop(ANNA, one.id, why="enough")
        time.sleep(1.1)
        assert not other.experiments.running()
    finally:
        other.close()


def test_an_experiment_ends_when_its_champion_or_its_challenger_goes(service, challenger):
    one = started(service, design(challenger))
    service.registry.retire(challenger.hash, by="tests")
    service.experiments.recent.forget()
    assert {r.decision.model.hash for r in decide(service, 10)} == {
        service.registry.champion("credit-card", "new").hash
    }
    assert service.experiments.watch() == 1
    assert "not challenger" in service.experiments.get(one.id).why


def test_an_arm_that_cannot_be_opened_decides_nobody_and_keeps_nobody_waiting(
    service, challenger, settings
):
    one = started(service, design(challenger))
    place = settings.models_dir / challenger.path
    (place / "plain.json").unlink()
    place.rmdir()
    other = build(settings, load_package=PlainPackage.load)
    try:
        champion = other.registry.champion("credit-card", "new").hash
        assert {reply.decision.model.hash for reply in decide(other, 20)} == {champion}
        made = other.experiments.list_assignments(one.id, limit=200).items
        assert {each.arm for each in made} == {"champion"}
        assert other.experiments.watch() == 1
    finally:
        other.close()


def test_what_is_compared_with_must_stay(service, challenger):
    one = started(service, design(challenger))
    path = write_plain(service.settings.models_dir, "new", weight=-0.4)
    newer = service.registry.register(path, by="tests")
    service.registry.promote(newer.hash, to=ModelState.CHAMPION, by="tests")
    assert service.experiments.watch() == 1
    assert "no longer" in service.experiments.get(one.id).why


def test_one_runs_at_a_time_where_it_decides(service, challenger):
    started(service, design(challenger))
    with pytest.raises(AnotherIsRunning):
        started(service, design(challenger))


def test_names_and_arms_are_checked(service, challenger):
    good = design(challenger)
    asked = {"product": "credit-card", "segment": "new"}
    service.experiments.propose(ANNA, name="same", design=good, **asked)
    with pytest.raises(ExperimentExists):
        service.experiments.propose(ANNA, name="same", design=good, **asked)
    with pytest.raises(ArmRefused, match="something else"):
        service.experiments.propose(
            ANNA, name="x", design=good, product="credit-card", segment="existing"
        )
    champion = service.registry.champion("credit-card", "new")
    with pytest.raises(ArmRefused, match="not challenger"):
        service.experiments.propose(ANNA, name="y", design=design(champion), **asked)


def test_approvals_are_concluded_when_the_planned_people_came(service, challenger, clock):
    one = started(service, design(challenger, base=0.5, effect=-0.49))
    needed = one.design.sizes_of(one.design.others[0])
    with pytest.raises(TooEarly, match="no day"):
        service.experiments.conclude(ANNA, one.id)
    decide(service, needed.whole * 2)
    concluded = service.experiments.conclude(ANNA, one.id)
    assert concluded.state is State.CONCLUDED
    assert not service.experiments.running()
    (found,) = concluded.conclusion
    assert found["conclusion"]["found"] == "lower"


def book(service, reply, clock, *, late):
    """Lend to whoever was decided; of those that are late nothing ever comes in."""
    opening = Opening(
        applicant_id=reply.applicant.id,
        product="credit-card",
        amount=100_000,
        currency=CARD.currency,
        annual_rate_bp=1_200,
        term_months=12,
        repayment=Repayment.ANNUITY,
        disbursed_on=clock.now().date(),
        decision_id=reply.decision.id,
    )
    with service.database.write() as connection:
        account = service.accounts.open_in(connection, ANNA, opening)
    return account, late


def pay(service, booked):
    """Record every month of accounts: in time, or never."""
    records = {
        account.id: [
            PaymentRecord(
                number=one.number,
                due_on=one.due_on,
                due=one.due,
                paid=0 if late else one.due,
                paid_on=None if late else one.due_on,
            )
            for one in schedule(account.credit)
        ]
        for account, late in booked
    }
    with service.database.write() as connection:
        service.payments.record_many(connection, ANNA, records, renew=False)


@pytest.mark.parametrize("measure", [Measure.DEFAULT_RATE, Measure.PROFIT])
def test_labels_count_when_they_are_ripe_and_not_before(service, challenger, clock, measure):
    plan = (
        {"base": 0.1, "effect": 0.4}
        if measure is Measure.DEFAULT_RATE
        else {"base": None, "deviation": 40_000.0, "effect": -60_000.0}
    )
    one = started(service, design(challenger, measure=measure, **plan))
    needed = one.design.sizes_of(one.design.others[0])
    replies = decide(service, needed.whole * 3)
    booked = [
        book(service, r, clock, late=service.experiments.arm_of(r.decision.id).arm == "tried")
        for r in replies
    ]
    clock.advance(timedelta(days=200))
    with pytest.raises(TooEarly, match="2027-11-21"):
        service.experiments.conclude(ANNA, one.id)
    (early,) = service.experiments.result(one.id)[1]
    assert (early.conclusion.base.ripe, early.conclusion.base.mean) == (0, None)
    assert early.conclusion.base.there == needed.base

    clock.advance(timedelta(days=166))
    pay(service, booked)
    service.experiments.stop(ANNA, one.id, why="enough came")
    service.experiments.conclude(ANNA, one.id)
    (late,) = service.experiments.result(one.id)[1]
    if measure is Measure.DEFAULT_RATE:
        assert (late.conclusion.base.mean, late.conclusion.other.mean) == (0.0, 1.0)
        assert late.conclusion.found is Found.HIGHER
    else:
        # 12 % a year on 100,000 for a year earns 6,619; of the others nothing comes back.
        assert late.conclusion.base.mean == pytest.approx(6_619, abs=2)
        assert late.conclusion.other.mean == -100_000
        assert late.conclusion.found is Found.LOWER


def test_early_arrears_stop_an_experiment_once_their_window_is_over(service, challenger, clock):
    rail = Guardrail(watched=Watched.EARLY_ARREARS, lowest=-1.0, highest=0.05, error=0.01)
    wanted = design(challenger, guardrails=(rail,))
    assert wanted.early == Early(days=30, months=3)
    one = started(service, wanted)
    replies = decide(service, 60)
    booked = [
        book(service, r, clock, late=service.experiments.arm_of(r.decision.id).arm == "tried")
        for r in replies
    ]
    clock.advance(timedelta(days=91))
    with service.database.write() as connection:
        service.payments.record_many(
            connection,
            ANNA,
            {
                account.id: [
                    PaymentRecord(
                        number=n,
                        due_on=None,
                        due=None,
                        paid=0 if late else 8_885,
                        paid_on=None if late else add_months(date(2026, 11, 21), n),
                    )
                    for n in (1, 2)
                ]
                for account, late in booked
            },
            renew=False,
        )
    # Arrears are there to be seen, and yet count neither for nor against before their time.
    assert service.experiments.watch() == 0
    clock.advance(timedelta(days=2))
    assert service.experiments.watch() == 1
    assert "early_arrears" in service.experiments.get(one.id).why
