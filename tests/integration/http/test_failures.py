import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import event
from tests.integration.http.conftest import apply, open_api, rows

from loanwright.service.kit.database import Database

REFUSE_AT_COMMIT = {
    "sqlite": (
        "CREATE TABLE anchors (id TEXT PRIMARY KEY)",
        "CREATE TABLE chains (anchor TEXT REFERENCES anchors (id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER refuse AFTER INSERT ON decisions "
        "BEGIN INSERT INTO chains VALUES ('nowhere'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'disk full at 4711' USING ERRCODE = '53100'; END $$",
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON decisions "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
    ),
}


@pytest.fixture
def breaking(database: Database):
    """Return what makes the database refuse at COMMIT, after every statement went well."""

    def run(*statements):
        with database.write() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    yield lambda: run(*REFUSE_AT_COMMIT[database.name])
    run("DROP TRIGGER IF EXISTS refuse" + (" ON decisions" * (database.name == "postgresql")))


def test_a_commit_that_fails_is_5xx_for_everyone_in_it_and_stores_nothing(
    either, database, breaking, log
):
    before = rows(database)
    breaking()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: apply(either), range(16)))
    assert {answer.status_code for answer in answers} <= {500, 503}
    assert all(answer.json()["request_id"] for answer in answers)
    assert not any(word in answer.text for answer in answers for word in ("4711", "INSERT", "SQL"))
    assert rows(database) == before
    assert "4711" not in json.dumps(log.events)


def test_after_a_failed_commit_the_next_one_is_served(either, database, breaking):
    breaking()
    assert apply(either).status_code >= 500
    with database.write() as connection:
        on = " ON decisions" * (database.name == "postgresql")
        connection.exec_driver_sql("DROP TRIGGER refuse" + on)
    assert apply(either).status_code == 201


def test_nobody_is_answered_before_the_commit(either, service):
    held, going = threading.Event(), threading.Event()

    def hold(_connection):
        going.set()
        assert held.wait(5)

    assert apply(either).status_code == 201
    with ThreadPoolExecutor(1) as threads:
        event.listen(service.database.engine, "commit", hold)
        answer = threads.submit(apply, either)
        assert going.wait(5)
        assert not _soon(answer)
        held.set()
        assert answer.result(5).status_code == 201


def test_a_full_house_is_503_with_the_time_to_come_back(service, token, log):
    held, going = threading.Event(), threading.Event()

    class Slow:
        @staticmethod
        def submit_many(submissions):
            going.set()
            assert held.wait(5)
            return service.origination.submit_many(submissions)

    slow = replace(service, origination=Slow)
    with (
        open_api(slow, log, gather_waiting=1, gather_batch=1) as caller,
        ThreadPoolExecutor(6) as threads,
    ):
        caller.headers["authorization"] = f"Bearer {token}"
        first = threads.submit(apply, caller)
        assert going.wait(5)
        more = [threads.submit(apply, caller) for _ in range(5)]
        refused = [one for one in more if _soon(one)]
        held.set()
        served = [one.result(5).status_code for one in (first, *more) if one not in refused]
    # One waits, and one or two are being decided: SQLite has one writer.
    assert len(served) in {2, 3}
    assert set(served) == {201}
    assert {one.result().status_code for one in refused} == {503}
    assert all(one.result().headers["retry-after"] for one in refused)
    assert {one.result().json()["code"] for one in refused} == {"overloaded"}


def _soon(future):
    try:
        future.result(0.3)
    except TimeoutError:
        return False
    return True
