import importlib
import threading
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from loanwright.service.kit.clock import SystemClock
from loanwright.service.kit.database import Database, metadata
from loanwright.service.migrations.steps import (
    DIRECTORY,
    current_revision,
    downgrade,
    newest_revision,
    upgrade,
)

for file in DIRECTORY.parent.glob("*/tables.py"):
    importlib.import_module(f"loanwright.service.{file.parent.name}.tables")


STATES = {
    "model_transitions": "candidate",
    "jobs": "queued",
    "webhooks": "active",
    "webhook_deliveries": "waiting",
    "offers": "proposed",
    "role_grants": "approved",
    "erasure_requests": "done",
    "policy_drafts": "draft",
    "experiments": "draft",
    "reviews": "open",
    "finding_changes": "open",
    "enquiry_answers": "waiting",
    "review_requests": "open",
    "alert_rules": "active",
    "alerts": "open",
    "alert_mails": "waiting",
    "schedules": "active",
}
# What the constraints of a table ask for.
VALUES = {
    "alerts": {"beyond": "above", "severity": "warning", "resolved_at": None},
    "alert_mails": {"occasion": "raised"},
    "schedules": {"kind": "monitoring"},
    "account_endings": {"status": "closed"},
    "vintage_estimates": {"vintage": "2026-11", "as_of": date(2026, 11, 21)},
    "accounts": {"currency": "EUR", "vintage": "2026-11", "repayment": "annuity"}
    | {"status": "closed"},
    "promotion_checks": {"result": "passed"},
    "finding_changes": {"severity": "high"},
    "payments": {"version": 2, "why": "mistake"},
    "erasure_requests": {"forced": 1},
    "reviews": {"kind": "review", "result": None, "outcome": "decline", "two_persons": 0},
    "second_looks": {"first_outcome": "approve"},
    "second_answers": {"outcome": "decline"},
    "overrides": {"before": "refer", "outcome": "approve", "side": "low"},
    "issued_notices": {"format": "pdf", "language": "ru"},
    "policy_drafts": {"origin": "written", "published_as": None},
    "offers": {"currency": "EUR", "repayment": "annuity", "two_persons": 0, "account_id": None},
}
CLOSED_SETS = {
    "users.role": "borrower",
    "users.status": "active",
    "sessions.way": "password",
    "sessions.ended_by": "logout",
    "role_grants.role": "analyst",
    "applicants.status": "active",
    "applicants.language": "ru",
    "applicants.verified_how": "in_person",
}


@pytest.fixture(params=("sqlite", "postgresql"))
def bare(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/bare.db"
    else:
        url = request.getfixturevalue("empty_postgresql")
    database = Database(url)
    yield database
    downgrade(database, "base") if current_revision(database) else None
    database.close()


def value(column, row):
    if column.name in (given := VALUES.get(column.table.name, {})):
        return given[column.name]
    kind = column.type.python_type
    if str(column) in CLOSED_SETS:
        return CLOSED_SETS[str(column)]
    if kind is int:
        return row
    if kind is float:
        return row / 3
    if kind is date:
        return date(2026, 11, 21)
    if column.name == "state":
        return STATES[column.table.name]
    moment = column.name.endswith(("_at", "at", "until", "_from"))
    return SystemClock().now() if moment else f"{column.name}_{row}"


def fill(database):
    with database.write() as connection:
        for table in metadata.sorted_tables:
            rows = []
            for number in range(1, 51):
                row = {column.name: value(column, number) for column in table.columns}
                for key in table.foreign_keys:
                    if row[key.parent.name] is not None:
                        row[key.parent.name] = f"{key.column.name}_{number}"
                rows.append(row)
            connection.execute(table.insert(), rows)


def rows(database):
    with database.read() as connection:
        return {
            table.name: connection.execute(table.select().order_by(*table.primary_key)).all()
            for table in metadata.sorted_tables
        }


def table_names(database):
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_every_step_goes_up_down_and_up_again_with_data(bare):
    for script in reversed(list(ScriptDirectory(str(DIRECTORY)).walk_revisions())):
        upgrade(bare, script.revision)
        downgrade(bare, script.down_revision or "base")
        upgrade(bare, script.revision)
    fill(bare)
    assert {len(found) for found in rows(bare).values()} == {50}

    downgrade(bare, "base")
    assert table_names(bare) == set()

    upgrade(bare)
    fill(bare)
    assert current_revision(bare) == newest_revision()
    assert {len(found) for found in rows(bare).values()} == {50}


def test_upgrading_again_changes_no_row(bare):
    upgrade(bare)
    fill(bare)
    before = rows(bare)
    upgrade(bare)

    assert rows(bare) == before


def test_the_tables_of_the_code_are_the_tables_of_the_migrations(bare):
    upgrade(bare)
    with bare.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
    assert table_names(bare) == set(metadata.tables)


def test_a_step_that_fails_leaves_the_tables_as_they_were(bare):
    with bare.write() as connection:
        connection.execute(text("CREATE TABLE api_keys (id integer)"))
    with pytest.raises(Exception, match="already exists"):
        upgrade(bare)
    left = table_names(bare)
    with bare.write() as connection:
        connection.execute(text("DROP TABLE api_keys"))

    assert left == {"api_keys"}
    assert current_revision(bare) is None


def test_two_processes_that_start_at_once_both_end_with_all_tables(empty_postgresql):
    failures = []

    def start():
        database = Database(empty_postgresql)
        try:
            upgrade(database)
        except Exception as failure:
            failures.append(failure)
        database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = Database(empty_postgresql)
    there = table_names(database)
    downgrade(database, "base")
    database.close()

    assert failures == []
    assert there == set(metadata.tables)


def test_postgresql_does_not_try_to_compress_what_is_sealed(migrated_postgresql):
    database = Database(migrated_postgresql)
    with database.read() as connection:
        rows = connection.execute(
            text(
                "SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute "
                "JOIN pg_class ON pg_class.oid = attrelid WHERE attstorage = 'e' "
                "AND relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
            )
        )
        plain = list(rows.scalars())
    database.close()

    assert plain == [
        "applications.received",
        "behaviours.features",
        "decisions.reply",
        "decisions.snapshot",
    ]
