"""Whatever ends a run, the same run goes on, and the result is whole or not there."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.unit.batch.made import GOOD, HEADER, SMALL, csv_text, small_package

from loanwright.batch import blocks
from loanwright.batch.errors import JournalDamaged, ResumeRefused, Stopped, WorkTaken
from loanwright.batch.files import Order, forget, score_table
from loanwright.batch.opening import Wishes, open_file
from loanwright.batch.results import REJECTED
from loanwright.decisioning.policy import Policy

POLICY = Policy.from_mapping(SMALL.policy)
ROWS = 60


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return small_package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    cells = [("much" if n % 13 == 5 else f"{n * 37}.5", *GOOD[1:]) for n in range(ROWS)]
    path.write_text(csv_text(*cells))
    return path


def order_of(rows, package, name="out.csv", **changes):
    order = Order(
        reader=open_file(rows, block_rows=7),
        path=rows.with_name(name),
        package=package,
        policy=POLICY,
        wishes=Wishes(id="", keep=("rent",)),
    )
    return replace(order, **changes)


def stop_after(count):
    asked = iter(range(1000))
    return lambda: next(asked) >= count


def bytes_of(order):
    return order.path.read_bytes(), order.rejected.read_bytes()


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_run_that_was_stopped_gives_the_same_bytes_in_the_end(rows, package, name):
    whole = order_of(rows, package, name=f"whole-{name}")
    score_table(whole)
    order = order_of(rows, package, name)
    for count in (1, 3, 2):
        with pytest.raises(Stopped):
            score_table(order, stopped=stop_after(count))
        assert not order.path.exists()
        assert not order.rejected.exists()
    summary = score_table(order)
    assert summary.resumed == 6 * 7
    assert bytes_of(order) == bytes_of(whole)
    assert not order.work.exists()


def test_nothing_is_scored_twice(rows, package):
    order, scored = order_of(rows, package), []
    with pytest.raises(Stopped):
        score_table(order, stopped=stop_after(4), advance=scored.append)
    score_table(order, advance=scored.append)
    assert [one.rows for one in scored] == [*range(7, ROWS, 7), ROWS]


CHANGES = {
    "input": lambda order: {"reader": open_file(other(order), block_rows=7)},
    "model": lambda order: {"package": replace(order.package, hash="0" * 64)},
    "policy": lambda _: {"policy": replace(POLICY, name="other")},
    "choice of columns": lambda _: {"wishes": Wishes(keep=("age",))},
    "language": lambda _: {"wishes": Wishes(keep=("rent",), language="ru")},
}


def other(order):
    path = Path(order.reader.name).with_name("other.csv")
    path.write_text(Path(order.reader.name).read_text() + "1,2\n")
    return path


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_since_is_named_and_refused(rows, package, what):
    order = order_of(rows, package)
    with pytest.raises(Stopped):
        score_table(order, stopped=stop_after(2))
    changed = replace(order, **CHANGES[what](order))
    with pytest.raises(ResumeRefused, match=f"the {what} changed"):
        score_table(changed)
    forget(changed)
    score_table(changed)
    assert order.path.exists()


def test_half_a_line_of_the_journal_is_not_believed(rows, package):
    order = order_of(rows, package)
    with pytest.raises(Stopped):
        score_table(order, stopped=stop_after(3))
    journal = order.work / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-9])
    assert score_table(order).resumed == 14


def test_a_damaged_journal_is_refused(rows, package):
    order = order_of(rows, package)
    with pytest.raises(Stopped):
        score_table(order, stopped=stop_after(3))
    journal = order.work / "journal.jsonl"
    journal.write_bytes(b"x" + journal.read_bytes())
    with pytest.raises(JournalDamaged):
        score_table(order)


def test_two_runs_do_not_write_into_one_result(rows, package):
    order = order_of(rows, package)

    def again(_):
        with pytest.raises(WorkTaken):
            score_table(order)

    score_table(order, advance=again)


def test_the_rejected_rows_are_told_with_their_lines(rows, package):
    order = order_of(rows, package)
    summary = score_table(order)
    told = pl.read_csv(order.rejected)
    assert told["line"].to_list() == [n + 2 for n in range(ROWS) if n % 13 == 5]
    assert set(told["code"]) == {"wrong_type"}
    assert (summary.rows, summary.rejected) == (ROWS, 5)
    assert order.rejected.name == f"out.csv{REJECTED}"


def test_rejected_rows_of_an_earlier_result_do_not_stay(rows, package):
    order = order_of(rows, package)
    score_table(order)
    rows.write_text(csv_text(GOOD))
    score_table(replace(order, reader=open_file(rows)))
    assert not order.rejected.exists()


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_table_without_rows_has_a_result_without_rows(tmp_path, package, name):
    (tmp_path / "rows.csv").write_text(csv_text())
    order = order_of(tmp_path / "rows.csv", package, name)
    assert score_table(order).rows == 0
    read = pl.read_csv if name.endswith("csv") else pl.read_parquet
    assert read(order.path).shape == (0, 10)


def test_numbers_come_back_from_a_csv_result_with_every_bit(rows, package):
    for name in ("out.csv", "out.parquet"):
        score_table(order_of(rows, package, name))
    texts = pl.read_csv(rows.with_name("out.csv"))["probability_of_default"].to_list()
    assert (
        texts == pl.read_parquet(rows.with_name("out.parquet"))["probability_of_default"].to_list()
    )


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-x", "'-x"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("-5", "-5"),
        ("+1.5e3", "+1.5e3"),
        ("name", "name"),
    ],
)
def test_no_text_of_a_csv_result_is_a_formula(tmp_path, package, cell, written):
    path = tmp_path / "rows.csv"
    path.write_text(csv_text(GOOD).replace("income", "note,income").replace("2000", f"{cell},2000"))
    order = order_of(path, package, wishes=Wishes(id="note"))
    score_table(order)
    assert pl.read_csv(order.path, infer_schema=False)["note"].item() == written


def test_columns_that_a_csv_file_cannot_hold_pass_through_as_texts(tmp_path, package):
    good = dict(zip(HEADER, (2000.0, "own", True, "2020-05-01", 500.0, 40), strict=True))
    table = pl.DataFrame([good | {"visits": [1, 2]}, good | {"visits": None}])
    table.write_parquet(tmp_path / "rows.parquet")
    order = order_of(tmp_path / "rows.parquet", package, wishes=Wishes(keep=("visits",)))
    score_table(order)
    assert pl.read_csv(order.path)["visits"].to_list() == ["[1, 2]", None]


KILLED = """
import sys, time
from pathlib import Path
from loanwright.batch.files import Order, score_table
from loanwright.batch.opening import open_file, Wishes
from loanwright.decisioning.policy import Policy
from loanwright.packaging.package import ModelPackage
package = ModelPackage.load(sys.argv[1])
rows = Path(sys.argv[2])
order = Order(reader=open_file(rows, block_rows=7), path=rows.with_name("out.csv"), package=package,
              policy=Policy.from_mapping(package.product.policy), wishes=Wishes(keep=("rent",)))
score_table(order, advance=lambda done: (print(done.rows, flush=True), time.sleep(0.05)))
"""


def test_a_run_that_is_killed_goes_on_after_the_last_whole_block(rows, package):
    command = [sys.executable, "-c", KILLED, str(package.path), str(rows)]
    source = str(Path(blocks.__file__).parents[2])
    done = 0
    for _ in range(3):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": source}
        ) as run:
            done = int(run.stdout.readline())
            time.sleep(0.02)
            run.send_signal(signal.SIGKILL)
    order = order_of(rows, package)
    assert done >= 21
    assert score_table(order).resumed >= done
    whole = order_of(rows, package, name="whole.csv")
    score_table(whole)
    assert bytes_of(order) == bytes_of(whole)
