from dataclasses import replace

import pytest
from tests.integration.service.conftest import CARD, application, told

from loanwright.decisioning.policy import Cutoffs, Policy
from loanwright.service.policies.service import NoPolicy, PolicyAlreadyPublished, PolicyNotFound

STARTER = Policy.from_mapping(CARD.policy)
CUTOFFS = {segment: Cutoffs(approve_from=2000, refer_from=0) for segment in ("new", "existing")}
STRICT = replace(STARTER, cutoffs=CUTOFFS)


@pytest.fixture
def policies(bare_service):
    return bare_service.policies


def test_the_last_published_policy_decides(policies):
    policies.publish("credit-card", STARTER, by="ann")
    version = policies.publish("credit-card", STRICT, by="bob")

    assert policies.live("credit-card") == version
    assert (version.hash, version.published_by) == (STRICT.hash, "bob")
    assert policies.list_live() == (version,)


def test_a_version_reads_back_as_the_policy_that_was_published(policies):
    policies.publish("credit-card", STARTER, by="ann")
    stored = policies.get("credit-card", STARTER.hash).policy

    assert stored.to_mapping() == STARTER.to_mapping()
    assert stored.hash == STARTER.hash


def test_publishing_what_is_live_is_a_conflict(policies):
    policies.publish("credit-card", STARTER, by="ann")
    with pytest.raises(PolicyAlreadyPublished):
        policies.publish("credit-card", STARTER, by="bob")


def test_an_older_version_can_be_published_again(policies):
    for policy in (STARTER, STRICT, STARTER):
        policies.publish("credit-card", policy, by="ann")

    assert policies.live("credit-card").hash == STARTER.hash


def test_a_product_without_policy_has_none(policies):
    with pytest.raises(NoPolicy):
        policies.live("credit-card")
    with pytest.raises(PolicyNotFound):
        policies.get("credit-card", STARTER.hash)


def test_a_new_policy_changes_new_decisions_and_leaves_old_ones_replayable(service):
    before = told(service.origination.submit(application())).decision
    service.policies.publish("credit-card", STRICT, by="ann")
    after = told(service.origination.submit(application())).decision

    assert (before.policy.hash, after.policy.hash) == (STARTER.hash, STRICT.hash)
    assert after.outcome == "refer"
    assert all(replay.equal for replay in service.decisions.replay_all())
