"""A policy is written by one person and published by another; nothing that was submitted moves."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.service.conftest import CARD, application, told

from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.policy import Policy
from loanwright.features.text import Text
from loanwright.rulebook.report import Finding, Report
from loanwright.service.audit.schemas import Actor
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.policies.errors import (
    DraftChangesNothing,
    DraftFails,
    DraftFrozen,
    DraftNotSubmitted,
    DraftOfAnother,
    ExamplesNeeded,
    LivePolicyChanged,
    NameMissing,
    NoEarlierVersion,
    ProductNotServed,
    ReasonNeeded,
    SecondPersonNeeded,
)

ANNA, BORIS, CLARA = (Actor(id=name) for name in ("Anna", "Boris", "Clara"))
STARTER = Policy.from_mapping(CARD.policy)


def moved(points):
    """Return the starter policy with another cut-off for new applicants."""
    document = json.loads(json.dumps(STARTER.to_mapping()))
    document["cutoffs"]["new"]["approve_from"] = points
    return document


@pytest.fixture
def policies(service):
    return service.policies


@pytest.fixture
def drafts(service):
    return service.policy_drafts


def submitted(drafts, points=600, by=ANNA):
    draft = drafts.write(by, "credit-card", moved(points), note="too many go bad")
    return drafts.submit(by, draft.id)


def test_a_policy_is_written_submitted_and_published_by_another(drafts, policies):
    draft = drafts.write(ANNA, "credit-card", moved(600), note="too many go bad")
    assert (draft.state, draft.version, draft.author) == ("draft", 1, "Anna")

    draft = drafts.submit(ANNA, draft.id)
    assert draft.state == "submitted"
    assert (draft.base_hash, draft.checks["passed"]) == (STARTER.hash, True)

    publication = drafts.publish(BORIS, draft.id)
    assert policies.live("credit-card").hash == draft.hash == publication.version.hash
    assert (publication.author, publication.version.published_by) == ("Anna", "Boris")
    assert publication.checks["passed"]
    ended = drafts.get(draft.id)
    assert (ended.state, ended.decided_by) == ("published", "Boris")


def test_from_then_on_it_decides_and_what_was_decided_replays(service, drafts):
    before = told(service.origination.submit(application())).decision
    drafts.publish(BORIS, submitted(drafts, 1000).id)
    after = told(service.origination.submit(application())).decision

    assert before.policy.hash != after.policy.hash
    assert after.outcome != "approve"
    assert all(replay.equal for replay in service.decisions.replay_all())


@pytest.mark.parametrize("name", ["Anna", "anna", " ANNA  "])
def test_the_author_cannot_publish_however_the_name_is_written(drafts, policies, name):
    draft = submitted(drafts)
    with pytest.raises(SecondPersonNeeded):
        drafts.publish(Actor(id=name), draft.id)

    assert policies.live("credit-card").hash == STARTER.hash


def test_nobody_without_a_name_writes_or_publishes(drafts):
    with pytest.raises(NameMissing):
        drafts.write(Actor(id=" "), "credit-card", moved(600))
    with pytest.raises(NameMissing):
        drafts.publish(Actor(id=" "), submitted(drafts).id)


def test_only_the_author_edits_submits_and_discards(drafts):
    draft = drafts.write(ANNA, "credit-card", moved(600))
    for act in (
        lambda: drafts.edit(BORIS, draft.id, seen=1, document=moved(610)),
        lambda: drafts.submit(BORIS, draft.id),
        lambda: drafts.discard(BORIS, draft.id),
    ):
        with pytest.raises(DraftOfAnother):
            act()


def test_two_windows_of_one_author_do_not_overwrite_each_other(drafts):
    draft = drafts.write(ANNA, "credit-card", moved(600))
    edited = drafts.edit(ANNA, draft.id, seen=1, document=moved(610))
    assert edited.version == 2

    with pytest.raises(EditedMeanwhile) as told:
        drafts.edit(ANNA, draft.id, seen=1, document=moved(620))
    assert told.value.current["policy"]["cutoffs"]["new"]["approve_from"] == 610


def test_what_was_submitted_cannot_be_changed(drafts):
    draft = submitted(drafts)
    for act in (
        lambda: drafts.edit(ANNA, draft.id, seen=draft.version, document=moved(610)),
        lambda: drafts.submit(ANNA, draft.id),
        lambda: drafts.discard(ANNA, draft.id),
    ):
        with pytest.raises(DraftFrozen):
            act()


def test_only_what_was_submitted_is_published_or_rejected(drafts):
    draft = drafts.write(ANNA, "credit-card", moved(600))
    with pytest.raises(DraftNotSubmitted):
        drafts.publish(BORIS, draft.id)
    with pytest.raises(DraftNotSubmitted):
        drafts.reject(BORIS, draft.id, reason="no")
    drafts.submit(ANNA, draft.id)
    drafts.publish(BORIS, draft.id)
    with pytest.raises(DraftNotSubmitted):
        drafts.publish(CLARA, draft.id)


def test_what_is_rejected_has_a_reason_and_never_decides(drafts, policies):
    draft = submitted(drafts)
    with pytest.raises(ReasonNeeded):
        drafts.reject(BORIS, draft.id, reason=" ")
    rejected = drafts.reject(BORIS, draft.id, reason="the sample is too small")

    assert (rejected.state, rejected.reason) == ("rejected", "the sample is too small")
    assert policies.live("credit-card").hash == STARTER.hash
    with pytest.raises(DraftNotSubmitted):
        drafts.publish(CLARA, draft.id)


def test_a_policy_that_fails_its_checks_is_not_submitted(drafts):
    document = moved(600)
    document["cutoffs"]["boat"] = document["cutoffs"]["new"]
    draft = drafts.write(ANNA, "credit-card", document)
    with pytest.raises(DraftFails, match="boat"):
        drafts.submit(ANNA, draft.id)

    assert drafts.get(draft.id).state == "draft"


def without_examples(**parts):
    return {**{key: part for key, part in moved(600).items() if key != "examples"}, **parts}


def test_a_policy_without_examples_is_not_submitted(drafts):
    draft = drafts.write(ANNA, "credit-card", without_examples())
    with pytest.raises(DraftFails, match="carries no examples"):
        drafts.submit(ANNA, draft.id)


def test_a_policy_that_has_no_room_for_examples_is_checked_and_not_submitted(drafts):
    first = {key: moved(600)[key] for key in ("name", "cutoffs")}
    draft = drafts.write(ANNA, "credit-card", first)
    assert drafts.check(draft.id).passed
    with pytest.raises(ExamplesNeeded, match="add schema = 2"):
        drafts.submit(ANNA, draft.id)

    assert drafts.get(draft.id).state == "draft"


def test_what_has_decided_without_examples_can_come_back(drafts, policies):
    first = Policy.from_mapping({key: moved(600)[key] for key in ("name", "cutoffs")})
    policies.publish("credit-card", first, by="operator")
    policies.publish("credit-card", STARTER, by="operator")
    draft = drafts.roll_back(ANNA, "credit-card", to=first.hash)
    drafts.publish(BORIS, draft.id)

    assert policies.live("credit-card").hash == first.hash


def test_a_rule_that_reads_what_is_protected_is_refused_as_such(drafts):
    rule = {**moved(600)["rules"][0], "when": 'sex == "female"'}
    with pytest.raises(PolicyRejected, match="sex is protected"):
        drafts.write(ANNA, "credit-card", {**moved(600), "rules": [rule], "examples": []})


def test_what_was_checked_against_another_product_file_is_checked_again(drafts):
    draft = submitted(drafts)
    wrong = Finding(code="rejected", place="rules[0]", text=Text(en="It is gone.", ru="Нет."))
    served = {"credit-card": replace(CARD, hash="f" * 64)}
    later = replace(
        drafts,
        products=served,
        examine=lambda _policy, product: Report(product_hash=product.hash, findings=(wrong,)),
    )
    with pytest.raises(DraftFails, match="It is gone"):
        later.publish(BORIS, draft.id)


def test_what_is_live_already_is_not_submitted(drafts):
    draft = drafts.write(ANNA, "credit-card", STARTER.to_mapping())
    with pytest.raises(DraftChangesNothing):
        drafts.submit(ANNA, draft.id)


def test_of_two_submitted_drafts_the_second_must_be_compared_anew(drafts):
    first, second = submitted(drafts, 600), submitted(drafts, 610, by=CLARA)
    drafts.publish(BORIS, first.id)
    with pytest.raises(LivePolicyChanged):
        drafts.publish(BORIS, second.id)


def test_an_earlier_version_decides_again_by_two_persons(drafts, policies):
    drafts.publish(BORIS, submitted(drafts, 600).id)
    draft = drafts.roll_back(ANNA, "credit-card", note="too strict")
    assert (draft.state, draft.origin, draft.hash) == ("submitted", "rollback", STARTER.hash)
    with pytest.raises(SecondPersonNeeded):
        drafts.publish(ANNA, draft.id)
    drafts.publish(BORIS, draft.id)

    assert policies.live("credit-card").hash == STARTER.hash
    assert [one.origin for one in policies.list_publications(product="credit-card")] == [
        "rollback",
        "written",
        None,
    ]


def test_one_can_roll_back_to_a_version_by_its_hash(drafts, policies):
    for points in (600, 610):
        drafts.publish(BORIS, submitted(drafts, points).id)
    draft = drafts.roll_back(ANNA, "credit-card", to=STARTER.hash[:10])

    assert draft.hash == STARTER.hash
    with pytest.raises(DraftChangesNothing):
        drafts.roll_back(ANNA, "credit-card", to=policies.live("credit-card").hash)


def test_there_is_no_way_back_from_the_first_version(drafts):
    with pytest.raises(NoEarlierVersion):
        drafts.roll_back(ANNA, "credit-card")


def test_what_is_no_policy_and_no_product_is_refused(drafts):
    with pytest.raises(PolicyRejected):
        drafts.write(ANNA, "credit-card", {"name": "x"})
    with pytest.raises(ProductNotServed):
        drafts.write(ANNA, "boat-loan", moved(600))


def test_what_decided_at_a_moment_is_one_question(service, drafts, policies):
    before = service.clock.now()
    drafts.publish(BORIS, submitted(drafts, 600).id)
    (then,) = policies.list_live_at(before)
    (now,) = policies.list_live_at(service.clock.now() + timedelta(seconds=1))

    assert (then.version.hash, then.author, then.checks) == (STARTER.hash, None, None)
    assert (now.author, now.version.published_by, now.checks["passed"]) == ("Anna", "Boris", True)
    assert policies.list_live_at(before - timedelta(days=999)) == ()


def test_every_change_is_in_the_audit_log(service, drafts):
    draft = drafts.write(ANNA, "credit-card", moved(600))
    drafts.edit(ANNA, draft.id, seen=1, note="because")
    drafts.submit(ANNA, draft.id)
    drafts.publish(BORIS, draft.id)
    other = drafts.write(CLARA, "credit-card", moved(610))
    drafts.discard(CLARA, other.id)
    drafts.reject(BORIS, drafts.roll_back(ANNA, "credit-card").id, reason="no")
    with service.database.read() as connection:
        entries = connection.execute(
            text("SELECT actor, action FROM audit_entries WHERE action LIKE 'policy.%' ORDER BY id")
        ).all()

    assert [tuple(one) for one in entries][1:] == [
        ("Anna", "policy.drafted"),
        ("Anna", "policy.draft_edited"),
        ("Anna", "policy.submitted"),
        ("Boris", "policy.published"),
        ("Boris", "policy.draft_published"),
        ("Clara", "policy.drafted"),
        ("Clara", "policy.draft_discarded"),
        ("Anna", "policy.rollback_submitted"),
        ("Boris", "policy.rejected"),
    ]


def forbidden(service, statement, **values):
    """Tell whether the database itself refuses a statement."""
    with pytest.raises(DBAPIError), service.database.write() as connection:
        connection.execute(text(statement), values)


def test_the_database_refuses_that_the_author_publishes(service, drafts):
    draft = submitted(drafts)
    forbidden(
        service,
        "UPDATE policy_drafts SET state = 'published', published_as = 99, decided_by = 'ANNA' "
        "WHERE id = :id",
        id=draft.id,
    )


@pytest.mark.parametrize(
    "change",
    [
        "document = '{}'",
        "hash = 'f'",
        "note = 'else'",
        "author = 'Clara'",
        "checks = '{}'",
        "state = 'draft'",
        "state = 'discarded'",
        "state = 'rejected'",
    ],
)
def test_the_database_keeps_what_was_submitted(service, drafts, change):
    draft = submitted(drafts)
    forbidden(service, f"UPDATE policy_drafts SET {change} WHERE id = :id", id=draft.id)


def test_the_database_keeps_what_has_ended(service, drafts):
    draft = submitted(drafts)
    drafts.publish(BORIS, draft.id)
    forbidden(service, "UPDATE policy_drafts SET note = 'else' WHERE id = :id", id=draft.id)
    forbidden(service, "DELETE FROM policy_drafts WHERE id = :id", id=draft.id)
    forbidden(service, "UPDATE policy_versions SET published_by = 'Anna'")


def test_the_database_lets_nothing_begin_as_published(service, drafts):
    draft = submitted(drafts)
    forbidden(
        service,
        "INSERT INTO policy_drafts (id, product, origin, document, hash, note, state, version, "
        "author, created_at, changed_at, submitted_at, checks, decided_by, published_as) SELECT "
        "'pol_x', product, origin, document, hash, note, 'published', 1, author, created_at, "
        "changed_at, submitted_at, checks, 'Boris', 98 FROM policy_drafts WHERE id = :id",
        id=draft.id,
    )


def test_drafts_are_listed_in_pages_and_found_by_their_beginning(drafts):
    made = [drafts.write(ANNA, "credit-card", moved(points)) for points in (600, 610, 620)]
    first = drafts.list_page(limit=2, product="credit-card", state="draft")
    rest = drafts.list_page(limit=2, cursor=first.next_cursor)

    assert [one.id for one in (*first.items, *rest.items)] == [one.id for one in reversed(made)]
    assert drafts.find_id(made[0].hash[:12]) == made[0].id
    assert drafts.find_id("pol_NOTHING") is None
