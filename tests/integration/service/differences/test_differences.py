"""A changed outcome is split into data, model and policy."""

import pytest
from tests.integration.service.conftest import CARD, application, told, write_plain

from loanwright.decisioning.policy import Policy
from loanwright.service.decisions.service import DecisionNotFound
from loanwright.service.differences.errors import ModelOfAnotherSegment, NothingToCompare
from loanwright.service.users.schemas import SCOPES, Principal

PERSON = Principal(id="key_TESTS", kind="key", permissions=frozenset(SCOPES))
STRICTER = {**CARD.policy, "name": "stricter", "rules": [], "examples": []}
STRICTER["cutoffs"] = {name: {"approve_from": 900, "refer_from": 900} for name in CARD.segments}


@pytest.fixture
def decided(service):
    """Return the id of a decision."""
    return told(service.origination.submit(application())).decision.id


def register(service, segment, weight):
    path = write_plain(service.settings.models_dir, segment, weight)
    return service.registry.register(path, by="tests").hash


def test_a_policy_alone_is_to_blame(service, decided):
    policy = Policy.from_mapping(STRICTER)
    found = service.differences.compare(PERSON, decided, policy=policy)
    assert found.equal
    assert found.changed == ("policy",)
    assert (found.then.score, found.now.outcome) == (found.now.score, "decline")
    document = found.document()
    (share,) = document["shares"]["severity"]
    assert share["in_order"] == share["evenly"] == 2 - found.then.severity
    assert not document["interaction"]


def test_a_model_moves_the_score_and_the_policy_does_not(service, decided):
    model = register(service, "new", -1.5)
    found = service.differences.compare(
        PERSON, decided, model=model[:12], policy=Policy.from_mapping(STRICTER)
    )
    assert [one.cause for one in found.steps] == ["model", "policy"]
    shares = {one["cause"]: one for one in found.document()["shares"]["score"]}
    assert shares["policy"]["evenly"] == 0.0
    assert shares["model"]["evenly"] == found.now.score - found.then.score != 0
    total = sum(one["evenly"] for one in found.document()["shares"]["severity"])
    assert total == found.now.severity - found.then.severity


def test_the_live_policy_and_champion_change_nothing(service, decided):
    found = service.differences.compare(PERSON, decided, policy="live", model="live")
    assert found.then == found.now
    assert not any(one["evenly"] for one in found.document()["shares"]["probability_of_default"])


def test_what_cannot_be_compared_is_said(service, decided):
    with pytest.raises(NothingToCompare):
        service.differences.compare(PERSON, decided)
    model = register(service, "existing", -0.7)
    with pytest.raises(ModelOfAnotherSegment):
        service.differences.compare(PERSON, decided, model=model)
    with pytest.raises(DecisionNotFound):
        service.differences.compare(PERSON, f"dec_{'0' * 26}", policy="live")


def test_many_decisions_are_replayed_together(service):
    limits = range(10_000, 90_000, 5_000)
    sent = [application(features={"limit": one, "education": "university"}) for one in limits]
    service.origination.submit_many(sent)
    replays = list(service.decisions.replay_all(at_once=5))
    assert len(replays) == 16
    assert all(one.equal for one in replays)
