import sqlite3
import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from loanwright.service.bootstrap import upgrade_database
from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.kit.bulk import insert_new
from loanwright.service.kit.clock import SystemClock
from loanwright.service.kit.database import Database
from loanwright.service.origination.tables import idempotency_keys
from loanwright.service.settings import Settings

NOW = "2026-11-21 04:05:06.007+00"
INSERT = text(
    "INSERT INTO api_keys (id, name, hash, scopes, created_at) "
    f"VALUES (:id, 'bank', :id, '', '{NOW}')"
)


def count(database):
    with database.read() as connection:
        return connection.execute(text("SELECT count(*) FROM api_keys")).scalar_one()


def test_a_transaction_that_ends_well_is_kept(database):
    with database.write() as connection:
        connection.execute(INSERT, {"id": "key_1"})

    assert count(database) == 1


def test_a_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(INSERT, [{"id": "key_1"}, {"id": "key_2"}, {"id": "key_1"}])

    assert count(database) == 0


def test_foreign_keys_are_enforced(database):
    row = text(
        "INSERT INTO behaviours (applicant_id, product, version, features, recorded_at) "
        f"VALUES ('apl_nobody', 'card', 1, '{{}}', '{NOW}')"
    )
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(row)


def test_only_rows_that_contradict_nothing_are_inserted_and_named(database):
    now = SystemClock().now()
    rows = [
        {"caller_id": "c", "key": str(n), "body_hash": "h", "decision_id": "d", "created_at": now}
        for n in range(40)
    ]
    with database.write() as connection:
        insert_new(connection, idempotency_keys, rows[:10], idempotency_keys.c.key)
        fresh = insert_new(connection, idempotency_keys, rows, idempotency_keys.c.key)

    assert fresh == {str(n) for n in range(10, 40)}


def test_moments_come_back_aware_and_equal(database):
    now = SystemClock().now()
    row = {"caller_id": "c", "key": "k", "body_hash": "h", "decision_id": "d", "created_at": now}
    with database.write() as connection:
        insert_new(connection, idempotency_keys, [row], idempotency_keys.c.key)
    with database.read() as connection:
        stored = connection.execute(idempotency_keys.select()).one().created_at

    assert stored == now
    assert stored.utcoffset().total_seconds() == 0


def test_writers_in_many_threads_wait_for_their_turn(database):
    def write(number):
        for step in range(10):
            with database.write() as connection:
                connection.execute(INSERT, {"id": f"key_{number}_{step}"})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(database) == 60


def test_a_database_that_is_not_there_is_unavailable_within_the_timeout(tmp_path):
    for url in (
        f"sqlite:///{tmp_path}/no/such/place.db",
        "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
    ):
        started = time.monotonic()
        with pytest.raises(DatabaseUnavailable), Database(url, timeout=1).read():
            pass
        assert time.monotonic() - started < 3


def test_sqlite_is_durable_and_never_in_wal_mode(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/own.db")
    with database.write() as connection:
        told = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size")
        ]
    database.close()

    assert told == ["truncate", 2, 1, 0]


def test_a_sqlite_writer_holds_the_write_lock_from_its_first_moment(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/own.db")
    other = sqlite3.connect(tmp_path / "own.db", timeout=0, isolation_level=None)
    with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    database.close()


def test_a_locked_sqlite_file_is_unavailable_after_the_timeout(tmp_path):
    other = sqlite3.connect(tmp_path / "own.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database = Database(f"sqlite:///{tmp_path}/own.db", timeout=0.2)
    with pytest.raises(DatabaseUnavailable), database.write():
        pass
    other.close()
    database.close()


def test_postgresql_keeps_its_durability_and_limits_waiting(migrated_postgresql):
    database = Database(migrated_postgresql, timeout=3)
    names = ("synchronous_commit", "statement_timeout", "lock_timeout", "transaction_isolation")
    with database.write() as connection:
        told = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
    database.close()

    assert told == ["on", "3s", "3s", "read committed"]


def test_a_used_up_pool_is_unavailable(migrated_postgresql):
    database = Database(migrated_postgresql, pool=1, timeout=0.3)
    with database.read(), pytest.raises(DatabaseUnavailable, match="in use"), database.read():
        pass
    database.close()


def test_a_sqlite_writer_does_not_wait_for_ever_for_another_thread(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/own.db", timeout=0.2)
    told = []

    def write():
        try:
            with database.write():
                told.append("written")
        except DatabaseUnavailable as failure:
            told.append(failure.why)

    with database.write():
        other = threading.Thread(target=write)
        other.start()
        other.join()
    database.close()

    assert told == ["another writer is at work"]


def test_connections_that_postgresql_cut_are_replaced(migrated_postgresql):
    database, other = Database(migrated_postgresql), Database(migrated_postgresql)
    with database.read() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with other.write() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({backend})")
    time.sleep(0.1)
    with database.write() as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() != backend
    database.close()
    other.close()


def test_a_connection_cut_in_the_middle_of_a_transaction_is_unavailable(migrated_postgresql):
    database, other = Database(migrated_postgresql), Database(migrated_postgresql)

    def cut():
        with database.write() as connection:
            backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with other.write() as killer:
                killer.exec_driver_sql(f"SELECT pg_terminate_backend({backend})")
            time.sleep(0.1)
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        cut()
    database.close()
    other.close()


def test_a_new_sqlite_file_belongs_to_its_owner_alone(tmp_path):
    settings = Settings(var_dir=tmp_path / "var")
    upgrade_database(settings)

    assert (tmp_path / "var" / "loanwright.db").stat().st_mode & 0o777 == 0o600
