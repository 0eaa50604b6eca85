"""What is recorded, and that nothing is missing from it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.service.conftest import application, told, write_plain

from loanwright.errors import LoanwrightError
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.jobs.schemas import Outcome
from loanwright.service.jobs.schemas import State as JobState
from loanwright.service.origination.schemas import Caller
from loanwright.service.registry.schemas import State

ANNA = Actor(id="usr_ANNA", request_id="req_1")


def entries(service, **wanted):
    return list(reversed(service.ledger.list_page(limit=200, **wanted).items))


def record(service, *changes):
    with service.database.write() as connection:
        service.audit.record(connection, ANNA, changes)


def fail_after_recording(service):
    with service.database.write() as connection:
        service.audit.record(connection, ANNA, [Change(action="a.done", subject="x")])
        raise ZeroDivisionError


def test_a_decision_is_one_entry_with_its_caller_and_request(service):
    caller = Caller(id="key_X", kind="key", request_id="req_7")
    reply = told(service.origination.submit(application(caller=caller)))
    (entry,) = entries(service, action="decision.made")

    assert (entry.actor, entry.request_id) == ("key_X", "req_7")
    assert (entry.subject, entry.person) == (reply.decision.id, reply.applicant.id)
    assert set(entry.stored.split('"')) >= {
        f"applications:{reply.id}",
        f"decisions:{reply.decision.id}",
    }


def test_there_are_as_many_entries_as_operations_that_changed_something(service):
    before = service.ledger.count()
    done = 0
    for number in range(4):
        service.origination.submit_many([application(), application(document_number=f"A{number}")])
        done += 2
    repeated = application()
    for _ in range(3):
        service.origination.submit(repeated)
    done += 1
    refused = [application(product="none"), application(features={"limit": "much"})]
    assert all(isinstance(one, LoanwrightError) for one in service.origination.submit_many(refused))
    model = service.registry.register(
        write_plain(service.settings.models_dir, "new", -0.5), by="anna"
    )
    service.registry.register(
        write_plain(service.settings.models_dir / "copy", "new", -0.5), by="anna"
    )
    done += 1
    # One is promoted, and the champion before it is retired.
    service.registry.approve(model.hash, to=State.CHAMPION, by="boris")
    done += 2
    service.registry.retire(service.registry.champion("credit-card", "existing").hash, by="eve")
    done += 1
    job = service.later.order(application())
    service.jobs.claim(job.id)
    service.jobs.finish(job, Outcome(problem="{}"))
    service.jobs.redrive(job.id, actor=ANNA)
    done += 1
    service.work(job.id)
    done += 1

    assert service.jobs.get(job.id).state is JobState.DONE
    assert service.ledger.count() - before == done
    service.ledger.seal()
    assert service.ledger.verify().findings == ()


def test_a_transaction_that_fails_leaves_no_entry(service):
    before = service.ledger.count()
    with pytest.raises(ZeroDivisionError):
        fail_after_recording(service)
    assert service.ledger.count() == before


def test_whoever_listens_hears_of_every_change_in_its_transaction(service):
    heard = []
    service.audit.listen(lambda _, actor, changes: heard.append((actor.id, changes[0].action)))
    service.origination.submit(application())
    record(service, Change(action="a.done", subject="x"))

    assert heard == [("key_BANK", "decision.made"), ("usr_ANNA", "a.done")]


def test_what_was_changed_cannot_be_guessed_from_the_log(service):
    content = {"married": True}
    record(service, Change(action="a.done", subject="x", after=content))
    record(service, Change(action="a.done", subject="y", after=content))
    one, other = entries(service, action="a.done")

    assert one.after_hash != other.after_hash
    assert one.before_hash is None


def test_after_the_key_of_a_person_is_gone_the_entry_stays_and_cannot_be_opened(service):
    with service.database.write() as connection:
        service.vault.make(connection, ["apl_ANNA"])
    content = {"name": "Anna"}
    record(service, Change(action="a.done", subject="x", person="apl_ANNA", after=content))
    service.ledger.seal()
    assert service.ledger.prove("x", "a.done", content)["content"] == content
    with service.database.write() as connection:
        service.vault.destroy(connection, "apl_ANNA")

    with pytest.raises(Exception, match="cannot be opened"):
        service.ledger.prove("x", "a.done", content)
    assert service.ledger.verify().findings == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
    ],
)
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("audit_entries", "actor"),
        ("audit_seals", "root"),
        ("decisions", "score"),
        ("applications", "received"),
        ("models", "path"),
        ("model_transitions", "state"),
        ("policy_versions", "document"),
    ],
)
def test_what_only_grows_refuses_to_be_changed(busy, table, column, statement):
    if "TRUNCATE" in statement and busy.database.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="only grows"), busy.database.write() as connection:
        connection.execute(text(statement.format(table=table, column=column)))


def test_rows_whose_time_is_over_may_go_when_the_log_says_so(busy):
    reply = told(busy.origination.submit(application()))
    places = {f"decisions:{reply.decision.id}": None, f"applications:{reply.id}": None}
    with busy.database.write() as connection:
        connection.execute(text("INSERT INTO retention_passes (name) VALUES ('retention')"))
        for table, row_id in (("decisions", reply.decision.id), ("applications", reply.id)):
            statement = text(f"DELETE FROM {table} WHERE id = :id")
            connection.execute(statement, {"id": row_id})
        connection.execute(text("DELETE FROM retention_passes"))
        change = Change(action="decision.removed", subject=reply.decision.id, stored=places)
        busy.audit.record(connection, Actor(id="system:retention"), [change])

    assert busy.ledger.verify().findings == ()
    busy.ledger.seal()
    assert busy.ledger.verify().findings == ()
    with pytest.raises(DBAPIError, match="only grows"), busy.database.write() as connection:
        connection.execute(text("DELETE FROM decisions"))


def test_the_log_is_listed_by_actor_action_subject_and_time_in_pages(busy):
    made = entries(busy, action="decision.made")
    assert len(made) == 30
    assert [one.id for one in entries(busy, subject=made[3].subject)] == [made[3].id]
    assert {one.action for one in entries(busy, actor="boris")} == {
        "model.promoted",
        "model.retired",
    }
    assert entries(busy, since=made[-1].at, action="decision.made")[-1].id == made[-1].id
    assert (
        entries(busy, until=made[0].at)
        == entries(busy, actor="tests")[: len(entries(busy, until=made[0].at))]
    )
    first = busy.ledger.list_page(limit=4, action="decision.made")
    second = busy.ledger.list_page(limit=4, action="decision.made", cursor=first.next_cursor)
    assert [one.id for one in (*first.items, *second.items)] == [
        one.id for one in reversed(made[-8:])
    ]
