"""The whole way of an application with models that were really trained."""

import json

import pytest
from tests.integration.service.conftest import BEHAVIOUR, CARD, application, told

from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

PEOPLE = load_dataset("credit-card").tail(40).to_dicts()
FAMILIES = ("scorecard", "lightgbm")


@pytest.fixture
def settings(database_url, tmp_path, trained_models):
    return Settings(
        database_url=database_url,
        var_dir=tmp_path,
        models_dir=trained_models,
        identity_key="k" * 32,
    )


@pytest.fixture(params=FAMILIES)
def bank(settings, request):
    service = build(settings)
    for path in sorted(settings.models_dir.iterdir()):
        model = service.registry.register(path, by="tests")
        if model.family == request.param or model.segment == "new":
            service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    known = {one["applicant"]: {name: one[name] for name in BEHAVIOUR} for one in PEOPLE[:20]}
    service.applicants.record_behaviours(CARD, known)
    yield service
    service.close()


def applications():
    return [
        application(
            document_number=one["applicant"],
            features={"limit": one["limit"], "education": one["education"]},
        )
        for one in PEOPLE
    ]


def test_real_people_are_decided_and_every_decision_replays_on_either_backend(bank, settings):
    replies = [told(reply) for reply in bank.origination.submit_many(applications())]

    assert [one.segment for one in replies] == ["existing"] * 20 + ["new"] * 20
    assert len({one.decision.probability_of_default for one in replies}) > 10
    for backend in ("numba", "numpy"):
        other = build(settings.model_copy(update={"engine_backend": backend}))
        replays = list(other.decisions.replay_all())
        other.close()
        assert len(replays) == 40
        assert [replay.differences for replay in replays if not replay.equal] == []


def test_contributions_and_base_add_up_to_the_log_odds(bank):
    for reply in bank.origination.submit_many(applications()):
        decision = told(reply).decision
        parts = [part.contribution for part in decision.contributions]
        assert decision.base_log_odds + sum(parts) == pytest.approx(decision.log_odds, abs=1e-9)


def test_a_batch_and_single_submissions_give_the_same_bits(bank):
    together = bank.origination.submit_many(applications())
    alone = [bank.origination.submit(one) for one in applications()]

    def numbers(reply):
        snapshot = json.loads(bank.decisions.get(reply.decision_id).snapshot)
        return {name: value for name, value in snapshot.items() if name != "behaviour_version"}

    assert [numbers(reply) for reply in together] == [numbers(reply) for reply in alone]
