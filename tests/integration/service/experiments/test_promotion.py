"""What a second person relies on when a challenger becomes champion."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.service.conftest import application, told, write_plain

from loanwright.experiments.guardrail import Guardrail, Watched
from loanwright.service.audit.schemas import Actor
from loanwright.service.experiments.schemas import Arm, Design, Measure, Plan
from loanwright.service.registry.schemas import State
from loanwright.service.registry.service import ChecksFailed, SecondPersonNeeded

ANNA, BERT = Actor(id="anna"), Actor(id="bert")


@pytest.fixture
def challenger(service):
    path = write_plain(service.settings.models_dir, "new", weight=2.5)
    checks = [
        {"code": "discrimination", "result": "ok", "value": "0.71"},
        {"code": "enough_defaults", "result": "attention", "value": "80"},
    ]
    (path / "report.json").write_text(json.dumps({"checks": checks}))
    model = service.registry.register(path, by="anna")
    return service.registry.approve(model.hash, to=State.CHALLENGER, by="bert")


def decide(service, count):
    asked = [application(document_number=f"EF {n}") for n in range(count)]
    return [told(one) for one in service.origination.submit_many(asked)]


def found_of(service, model):
    transitions = service.registry.list_transitions(model.hash)
    last = service.registry.list_checks(transitions)[transitions[-1].sequence]
    return {one.name: str(one.result) for one in last}


def try_out(service, challenger, **changes):
    arms = (
        Arm(name="champion", share=5_000),
        Arm(name="tried", share=5_000, model_hash=challenger.hash),
    )
    usual = {
        "arms": arms,
        "measure": Measure.APPROVAL_RATE,
        "plan": Plan(base=0.5, effect=-0.49),
    }
    one = service.experiments.propose(
        ANNA, name="trial", product="credit-card", segment="new", design=Design(**usual | changes)
    )
    service.experiments.approve(BERT, one.id)
    return service.experiments.start(ANNA, one.id)


def test_a_promotion_stores_what_was_checked_and_by_whom(service, challenger):
    with pytest.raises(SecondPersonNeeded):
        service.registry.approve(challenger.hash, to=State.CHAMPION, by="Anna")
    for reply in decide(service, 3):
        service.work(reply.decision.id)
    one = try_out(service, challenger)
    decide(service, 120)
    service.experiments.conclude(ANNA, one.id)
    service.registry.approve(challenger.hash, to=State.CHAMPION, by="bert")
    assert found_of(service, challenger) == {
        "experiment.trial": "passed",
        "findings": "passed",
        "parity": "passed",
        "report.discrimination": "passed",
        "report.enough_defaults": "attention",
        "shadow": "passed",
    }
    assert service.registry.list_transitions(challenger.hash)[-1].by == "bert"
    for statement in (
        "UPDATE promotion_checks SET result = 'passed'",
        "DELETE FROM promotion_checks",
    ):
        with pytest.raises(DBAPIError), service.database.write() as connection:
            connection.execute(text(statement))


def test_what_was_not_done_is_said_and_is_the_approvers_to_weigh(service, challenger):
    service.registry.approve(challenger.hash, to=State.CHAMPION, by="bert")
    found = found_of(service, challenger)
    assert (found["experiment"], found["shadow"]) == ("not_done", "not_done")


def test_whoever_broke_a_guardrail_is_not_promoted(service, challenger):
    rail = Guardrail(watched=Watched.APPROVAL_RATE, lowest=-0.1, highest=0.1, error=0.01)
    try_out(service, challenger, guardrails=(rail,))
    decide(service, 80)
    assert service.experiments.watch() == 1
    with pytest.raises(ChecksFailed, match=r"experiment\.trial"):
        service.registry.approve(challenger.hash, to=State.CHAMPION, by="bert")
    assert service.registry.get(challenger.hash).state is State.CHALLENGER
