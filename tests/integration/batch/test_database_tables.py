"""Tables are read through a cursor and written whole, on SQLite and PostgreSQL."""

from dataclasses import replace

import polars as pl
import pytest
import sqlalchemy as sa
from tests.docs.repository import ROOT
from tests.integration.cli.shell import Shell
from tests.servers import fresh_postgresql_database
from tests.unit.batch.made import HEADER, SMALL, alone, as_decided, small_package

from loanwright.batch.errors import ResumeRefused, Stopped, TableUnreadable
from loanwright.batch.files import Order, score_table
from loanwright.cli import database_tables
from loanwright.cli.database_tables import DatabaseTable, TableResult, open_engine
from loanwright.cli.failures import CommandFailed
from loanwright.decisioning.policy import Policy

POLICY = Policy.from_mapping(SMALL.policy)
ROWS = 23


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return small_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bank.db'}"
        return
    with fresh_postgresql_database() as found:
        yield found


@pytest.fixture
def engine(url):
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def loans(engine):
    import datetime
    from decimal import Decimal

    table = sa.Table(
        "loans",
        sa.MetaData(),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("income", sa.Numeric(12, 2)),
        sa.Column("housing", sa.Text),
        sa.Column("owner", sa.Boolean),
        sa.Column("since", sa.Date),
        sa.Column("rent", sa.Double),
        sa.Column("age", sa.Integer),
    )
    rows = [
        {
            "number": number,
            "income": Decimal(f"{number * 37}.{number % 10}1"),
            "housing": (None, "rent", "own", "flat")[number % 4],
            "owner": number % 2 == 0,
            "since": datetime.date(2020, 5, 1 + number % 28),
            "rent": None if number % 5 == 0 else number * 1.1,
            "age": 16 + number,
        }
        for number in range(ROWS)
    ]
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(sa.insert(table), rows[::-1])
    return rows


@pytest.fixture
def order(engine, package, tmp_path, monkeypatch):
    monkeypatch.setattr(database_tables, "BLOCK_ROWS", 5)
    reader = DatabaseTable(engine=engine, table="loans")
    path = tmp_path / "out.parquet"
    return Order(reader=reader, path=path, package=package, policy=POLICY)


def stop_after(count):
    asked = iter(range(1000))
    return lambda: next(asked) >= count


def expected_of(package, loans):
    found = [(row["number"] + 1, {name: row[name] for name in HEADER}) for row in loans]
    return [(line, alone(package, POLICY, cells)) for line, cells in found]


def test_a_table_is_scored_in_the_order_of_its_key(order, loans, package):
    summary = score_table(order)
    rows = pl.read_parquet(order.path).to_dicts()
    answers = expected_of(package, loans)
    good = [(line, answer) for line, answer in answers if isinstance(answer, dict)]
    assert [(row["line"], as_decided(row)) for row in rows] == good
    assert summary.rejected == len(answers) - len(good) > 0


def test_a_stopped_run_goes_on(order, loans):
    with pytest.raises(Stopped):
        score_table(order, stopped=stop_after(2))
    assert score_table(order).resumed == 10


def test_a_run_does_not_go_on_over_rows_that_have_changed(order, loans, engine):
    with pytest.raises(Stopped):
        score_table(order, stopped=stop_after(2))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE loans SET age = 77 WHERE number = 6"))
    with pytest.raises(ResumeRefused, match=r"the input \(block 1\) changed"):
        score_table(order)


def test_the_result_may_be_a_new_table(order, loans, engine):
    score_table(order)
    score_table(replace(order, path=order.path.with_name("s"), result=TableResult(engine, "s")))
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM s ORDER BY line")).mappings().all()
    assert [dict(row) for row in rows] == pl.read_parquet(order.path).to_dicts()


def test_a_table_that_is_there_is_never_written_into(engine, loans):
    with pytest.raises(CommandFailed, match="There is a table loans already"):
        TableResult(engine, "loans").refuse_if_there()


def test_a_result_that_cannot_be_written_leaves_no_table_behind(order, loans, engine, package):
    class Disturbed(TableResult):
        def write_part(self, directory, block):
            if block.number == 3:
                # Values that no such columns hold: the transaction fails in its midst.
                frame = block.frame.with_columns(grade=pl.lit([1]), score=pl.lit("x"))
                block = replace(block, frame=frame)
            super().write_part(directory, block)

    broken = replace(order, path=order.path.with_name("s"), result=Disturbed(engine, "s"))
    with pytest.raises(CommandFailed, match="cannot be written"):
        score_table(broken)
    assert not sa.inspect(engine).has_table("s")


def test_a_table_without_a_key_needs_the_name_of_one(engine, loans):
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE copy AS SELECT * FROM loans"))
    with pytest.raises(CommandFailed, match="no primary key"):
        DatabaseTable(engine=engine, table="copy").fingerprint()
    reader = DatabaseTable(engine=engine, table="copy", id="number")
    (block,) = reader.blocks(["number"])
    assert block.frame["number"].to_list() == list(range(ROWS))


def test_a_table_that_is_not_there_is_named(engine):
    with pytest.raises(TableUnreadable, match="nothing"):
        _ = DatabaseTable(engine=engine, table="nothing").columns


def test_a_cell_of_another_kind_in_sqlite_is_one_bad_row(order, loans, engine):
    if engine.dialect.name != "sqlite":
        pytest.skip("other databases hold what the column says")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE loans SET age = 'old' WHERE number = 6"))
    score_table(order)
    told = pl.read_csv(order.rejected)
    assert told.filter(pl.col("line") == 7)["code"].to_list() == ["wrong_type"]


def test_the_command_reads_a_table_and_writes_another(url, engine, loans, package, tmp_path):
    shell = Shell(tmp_path, PYTHONPATH=str(ROOT / "src"))
    result = shell.run(
        *("score-file", url, url, "--table", "loans", "--into", "scores"),
        *("--package", package.path, "--id", "number", "--threads", 2),
    )
    assert result.returncode == 1, result.stderr
    with engine.connect() as connection:
        (count,) = connection.execute(sa.text("SELECT count(number) FROM scores")).one()
    rejected = pl.read_csv(tmp_path / "scores.rejected.csv")["line"].n_unique()
    assert count == ROWS - rejected > 0
    assert not (tmp_path / "scores.parts").exists()
