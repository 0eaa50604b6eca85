import json
import shutil

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import (
    BEHAVIOUR,
    CARD,
    PlainPackage,
    application,
)
from tests.integration.unguarded import unguard

from loanwright.service.bootstrap import build
from loanwright.service.decisions.service import ApplicationNotDecided, DecisionNotFound
from loanwright.service.errors import CursorInvalid
from loanwright.service.policies.service import PolicyNotFound
from loanwright.service.registry.packages import PackageMissing


def decide(service, count, **changes):
    return [
        reply.decision_id
        for reply in service.origination.submit_many([application(**changes) for _ in range(count)])
    ]


def change(database, decision_id, column, value):
    with database.write() as connection:
        unguard(connection)
        connection.execute(
            text(f"UPDATE decisions SET {column} = :value WHERE id = :id"),
            {"value": value, "id": decision_id},
        )


def change_sealed(service, decision_id, column, text):
    """Change what is sealed, as only somebody with the keys can."""
    person = service.decisions.get(decision_id).applicant_id
    with service.database.read() as connection:
        key = service.vault.get(connection, person)
    place = f"decisions.{column}:{decision_id}"
    change(service.database, decision_id, column, key.seal(text, place=place))


def change_snapshot(service, decision_id, **fields):
    snapshot = json.loads(service.decisions.get(decision_id).snapshot)
    change_sealed(service, decision_id, "snapshot", json.dumps({**snapshot, **fields}))


def test_decisions_are_listed_the_newest_first_in_pages_that_miss_nothing(service):
    made = decide(service, 7)
    seen, cursor = [], None
    while True:
        page = service.decisions.list_page(limit=3, cursor=cursor)
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert seen == made[::-1]


def test_decisions_made_while_one_turns_pages_disturb_nothing(service):
    made = decide(service, 4)
    first = service.decisions.list_page(limit=2)
    decide(service, 3)
    second = service.decisions.list_page(limit=2, cursor=first.next_cursor)

    assert [one.id for one in (*first.items, *second.items)] == made[::-1]


def test_decisions_can_be_listed_by_outcome_and_product(service):
    outcomes = {service.decisions.get(one).outcome for one in decide(service, 2)}
    outcome = outcomes.pop()

    assert len(service.decisions.list_page(outcome=outcome, product="credit-card").items) == 2
    assert service.decisions.list_page(product="instalment-loan").items == []


def test_a_cursor_of_another_list_is_rejected(service):
    with pytest.raises(CursorInvalid):
        service.decisions.list_page(cursor="nonsense")


def test_an_unknown_decision_or_application_is_not_found(service):
    with pytest.raises(DecisionNotFound):
        service.decisions.get("dec_unknown")
    with pytest.raises(ApplicationNotDecided):
        service.decisions.reply_of("app_unknown")


def test_every_decision_replays_to_the_last_bit_in_a_fresh_service(service):
    service.applicants.record_behaviours(CARD, {"EXISTING": BEHAVIOUR})
    made = {*decide(service, 3), *decide(service, 3, document_number="EXISTING")}
    fresh = build(service.settings, load_package=PlainPackage.load)
    replays = list(fresh.decisions.replay_all())
    fresh.close()

    assert {replay.decision_id for replay in replays} == made
    assert all(replay.equal for replay in replays)


def test_replaying_all_passes_the_end_of_a_page(service):
    made = decide(service, 5)
    replays = service.decisions.replay_all(at_once=2)

    assert [replay.decision_id for replay in replays] == made[::-1]


def test_one_other_bit_in_the_stored_probability_is_found_and_blamed_on_the_model(
    service,
):
    (made,) = decide(service, 1)
    stored = json.loads(service.decisions.get(made).snapshot)["log_odds"]
    changed = stored[:-4] + ("0" if stored[-4] != "0" else "1") + stored[-3:]
    change_snapshot(service, made, log_odds=changed)
    replay = service.decisions.replay(made)

    assert not replay.equal
    assert [(one.field, one.cause) for one in replay.differences] == [("log_odds", "model")]
    assert (replay.differences[0].stored, replay.differences[0].recomputed) == (changed, stored)


def test_a_changed_input_is_blamed_on_the_data(service):
    (made,) = decide(service, 1)
    snapshot = json.loads(service.decisions.get(made).snapshot)
    change_snapshot(service, made, record={**snapshot["record"], "limit": 990_000.0})
    replay = service.decisions.replay(made)

    assert {one.cause for one in replay.differences} == {"data"}
    assert replay.differences[0].field == "vector"


def test_a_changed_outcome_is_blamed_on_the_policy(service, database):
    (made,) = decide(service, 1)
    stored = service.decisions.get(made)
    other = "decline" if stored.outcome != "decline" else "approve"
    change_snapshot(service, made, outcome=other)
    change(database, made, "outcome", other)
    answered = json.loads(stored.reply)
    answered["decision"]["outcome"] = other
    change_sealed(service, made, "reply", json.dumps(answered))
    differences = service.decisions.replay(made).differences

    assert [(one.field, one.cause) for one in differences] == [("outcome", "policy")]


@pytest.mark.parametrize(("column", "value"), [("score", 999), ("grade", "Z"), ("outcome", "x")])
def test_a_column_that_contradicts_the_snapshot_is_found(service, database, column, value):
    (made,) = decide(service, 1)
    change(database, made, column, value)
    differences = service.decisions.replay(made).differences

    assert [(one.field, one.cause) for one in differences] == [(f"column.{column}", "data")]


def test_a_missing_package_is_named(service):
    (made,) = decide(service, 1)
    fresh = build(service.settings, load_package=PlainPackage.load)
    shutil.rmtree(service.settings.models_dir)
    with pytest.raises(PackageMissing, match="bring it back"):
        fresh.decisions.replay(made)
    fresh.close()


def test_a_missing_policy_version_is_named(service, database):
    (made,) = decide(service, 1)
    with database.write() as connection:
        unguard(connection)
        connection.execute(text("DELETE FROM policy_versions"))
    with pytest.raises(PolicyNotFound):
        service.decisions.replay(made)
