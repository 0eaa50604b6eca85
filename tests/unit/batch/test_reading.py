"""Files come in blocks, the same blocks from wherever one begins, and bad rows come apart."""

import time

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.batch.made import GOOD, HEADER, SMALL, csv_text

from loanwright.batch.choosing import choose_columns, find_segment
from loanwright.batch.errors import (
    ColumnsMissing,
    ColumnTwice,
    ColumnUnknown,
    ExtraMissing,
    TableKindUnknown,
    TableUnreadable,
)
from loanwright.batch.opening import need_extra, open_file

INPUTS = SMALL.inputs("new")


def write(tmp_path, content, name="rows.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path, columns=("a",), block_rows=2, start=None):
    return list(open_file(path, block_rows=block_rows).blocks(columns, start=start))


def lines_of(blocks):
    return [line for block in blocks for line in block.lines.tolist()]


def problems_of(blocks):
    return [(one.line, one.code) for block in blocks for one in block.rejected]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_file_is_read_with_its_mark_and_separator(tmp_path, mark, separator):
    path = write(tmp_path, f"{mark}a{separator}b\n1{separator}x\n2{separator}y\n")
    assert open_file(path).columns == ("a", "b")
    assert read(path)[0].frame["a"].to_list() == ["1", "2"]


def test_a_line_is_that_of_the_file_whatever_a_quoted_cell_holds(tmp_path):
    path = write(tmp_path, 'a,b\n1,"two\nlines"\n\n2,x\r\n3,y')
    blocks = read(path)
    assert lines_of(blocks) == [2, 5, 6]
    assert [block.frame["a"].to_list() for block in blocks] == [["1", "2"], ["3"]]


def test_bad_rows_come_apart_and_the_others_go_on(tmp_path):
    huge = "x" * 140_000
    content = f"a,b\n1,x\n2\n3,x,x\n{huge},1\n4,y\n".encode() + b"5,\xff\n6,z\n"
    blocks = read(write(tmp_path, content), block_rows=100)
    assert lines_of(blocks) == [2, 6, 8]
    assert problems_of(blocks) == [
        (3, "row_of_other_width"),
        (4, "row_of_other_width"),
        (5, "row_unreadable"),
        (7, "row_not_utf8"),
    ]
    assert blocks[0].rows == 7


def test_a_quote_that_never_ends_takes_only_what_it_can_hold(tmp_path):
    rows = "".join(f"{number},x\n" for number in range(60_000))
    path = write(tmp_path, f'a,b\n"1,x\n{rows}')
    blocks = read(path, block_rows=10_000)
    assert problems_of(blocks)[0] == (2, "row_unreadable")
    assert blocks[-1].frame["a"][-1] == "59999"


def test_a_line_without_end_is_one_bad_row(tmp_path):
    path = write(tmp_path, b"a,b\n1,x\n" + b"y" * (2**22 + 10) + b"\n2,x\n")
    blocks = read(path)
    assert lines_of(blocks) == [2, 4]
    assert problems_of(blocks) == [(3, "row_unreadable")]


CELL = st.sampled_from(["1", "", "x y", '"q,q"', '"q\nq"', "я"])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(CELL, min_size=1, max_size=3), max_size=12), st.integers(1, 5))
def test_reading_goes_on_from_any_place_between_blocks(tmp_path_factory, rows, size):
    text = "a,b\n" + "".join(",".join(row) + "\n" for row in rows)
    path = write(tmp_path_factory.mktemp("csv"), text)
    blocks = read(path, block_rows=size)
    for done in blocks:
        rest = read(path, block_rows=size, start=done.end)
        expected = blocks[done.number + 1 :]
        assert [one.frame["a"].to_list() for one in rest] == [
            one.frame["a"].to_list() for one in expected
        ]
        assert lines_of(rest) == lines_of(expected)
        assert problems_of(rest) == problems_of(expected)
        assert [one.number for one in rest] == [one.number for one in expected]


@pytest.mark.parametrize("group", [3, 100])
def test_a_parquet_file_is_read_from_any_place(tmp_path, group):
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"a": range(50)}).write_parquet(path, row_group_size=group)
    blocks = read(path, block_rows=4)
    assert [number for block in blocks for number in block.frame["a"]] == list(range(50))
    rest = read(path, block_rows=4, start=blocks[4].end)
    assert lines_of(rest) == list(range(21, 51))


def test_an_empty_file_is_named(tmp_path):
    with pytest.raises(TableUnreadable, match="no header"):
        open_file(write(tmp_path, ""))


def test_a_header_alone_has_no_blocks(tmp_path):
    assert read(write(tmp_path, "a,b\n")) == []


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_hundred_thousand_columns_are_refused_at_once(tmp_path, name):
    names = [f"column_{number}" for number in range(100_000)]
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text(",".join(names) + "\n")
    else:
        pl.DataFrame({one: [1] for one in names}).write_parquet(path)
    # Time of the processor: other work on the machine is not meant.
    started = time.process_time()
    with pytest.raises(TableUnreadable, match="100000 columns"):
        open_file(path)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv"])
def test_what_is_no_table_is_refused(tmp_path, name):
    with pytest.raises(TableUnreadable):
        open_file(write(tmp_path, b"\xff\xfe\x00nothing", name))


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(TableKindUnknown):
        open_file(write(tmp_path, "{}", "rows.json"))


def test_a_missing_column_is_named_with_what_it_may_be_called(tmp_path):
    path = write(tmp_path, csv_text(GOOD).replace("income", "incom").replace(",age", ",years"))
    with pytest.raises(ColumnsMissing) as caught:
        choose_columns(open_file(path), INPUTS)
    assert "income (is it incom?)" in str(caught.value)
    assert "age" in str(caught.value)


def test_a_column_that_may_be_missing_may_be_absent_if_that_is_allowed(tmp_path):
    text = "income,owner,since,age\n2000,yes,2020-05-01,40\n"
    reader = open_file(write(tmp_path, text))
    with pytest.raises(ColumnsMissing):
        choose_columns(reader, INPUTS)
    chosen = choose_columns(reader, INPUTS, allow_absent=True)
    assert set(chosen.features) == {"income", "owner", "since", "age"}


def test_a_column_to_keep_must_be_there(tmp_path):
    with pytest.raises(ColumnUnknown, match="colour"):
        choose_columns(open_file(write(tmp_path, csv_text(GOOD))), INPUTS, kept=["colour"])


def test_a_column_that_is_there_twice_is_refused(tmp_path):
    path = write(tmp_path, csv_text(GOOD).replace("income", "income,income").replace("2000", "1,2"))
    with pytest.raises(ColumnTwice):
        choose_columns(open_file(path), INPUTS)


def test_the_segment_is_the_most_demanding_whose_columns_are_all_there():
    existing = [one.name for one in SMALL.inputs("existing")]
    assert find_segment(SMALL, HEADER) == "new"
    assert find_segment(SMALL, existing) == "existing"
    assert find_segment(SMALL, [*HEADER, *existing]) == "new"


def test_an_extra_that_is_not_installed_is_named():
    with pytest.raises(ExtraMissing, match=r"pip install 'loanwright\[batch\]'"):
        need_extra("no_such_package_as_polars", "batch")
