"""A block is scored as its rows are, one by one."""

import datetime
import decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.batch.made import GOOD, HEADER, SMALL, alone, as_decided, csv_text, small_package

from loanwright.batch.errors import ColumnNameTaken
from loanwright.batch.frames import score_frame
from loanwright.batch.opening import Wishes, open_file, prepare
from loanwright.batch.scoring import score_blocks
from loanwright.decisioning.policy import Policy

POLICY = Policy.from_mapping(SMALL.policy)
NUMBERS = ["0", "1", "1000", "1e3", "12.5", "+7", "-1", "-0", "100001", "1e400", "nan", "inf",
           "-inf", "1_0", "٣", " 20 ", "", "NA", "null", "much", "0x10", ".5", "5.", "1e-400",
           "100000.0", "0.1", "3.3333333333333335", "17.0", "17.5", "9" * 30]  # fmt: skip
CELLS = {
    "income": NUMBERS,
    "housing": ["rent", "own", " own ", "", "Rent", "flat", "NA", "0"],
    "owner": ["yes", "TRUE", "0", "no", "perhaps", "", "1.0"],
    "since": ["2020-05-01", "2020-5-1", "2020-02-30", "1969-12-31", "", "0000-01-01", "2031-01-01",
              "01.05.2020", "9999-12-31"],
    "rent": NUMBERS,
    "age": ["40", "40.0", "40.5", "13", "", "4e1", "110", "111", "٤٠"],
}  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return small_package(tmp_path_factory.mktemp("package"))


def scored(package, path, *, block_rows=None, **wishes):
    reader = open_file(path, block_rows=block_rows)
    scorer = prepare(reader, package, policy=POLICY, wishes=Wishes(**wishes))
    blocks = list(score_blocks(reader, scorer))
    frame = pl.concat([block.frame for block in blocks]) if blocks else None
    return frame, [problem for block in blocks for problem in block.rejected]


def compare(package, frame, rejected, rows):
    """Compare with every row decided alone; `rows` has the line and the cells of each."""
    found = {row["line"]: as_decided(row) for row in frame.to_dicts()}
    for line, cells in rows:
        expected = alone(package, POLICY, cells)
        if isinstance(expected, dict):
            assert found[line] == expected
        else:
            told = [(one.field, one.code) for one in rejected if one.line == line]
            assert told == expected


rows_of_texts = st.lists(
    st.tuples(*(st.sampled_from([*cells, *[GOOD[place]] * 12]) for place, cells in
                enumerate(CELLS.values()))),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(rows=rows_of_texts, block_rows=st.integers(1, 5))
def test_a_csv_file_is_scored_as_its_rows_alone(tmp_path_factory, package, rows, block_rows):
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    # A word in every column of numbers keeps them as they are: how columns are written in one way
    # is another test.
    text = csv_text(("much",) * 6, *rows)
    path.write_text(text, encoding="utf-8")
    frame, rejected = scored(package, path, block_rows=block_rows)
    lines = [(place + 3, dict(zip(HEADER, row, strict=True))) for place, row in enumerate(rows)]
    compare(package, frame, rejected, lines)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(0, 1e5, width=64), st.just(float("nan")), st.just(-1.0)),
            st.sampled_from([None, "own", "rent", "x"]),
            st.sampled_from([None, True, False]),
            st.sampled_from([None, datetime.date(2020, 5, 1), datetime.date(1960, 1, 1)]),
            st.sampled_from([None, decimal.Decimal("500.10"), decimal.Decimal("-1.00")]),
            st.sampled_from([None, 40, 13, 110]),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_a_parquet_file_is_scored_as_its_rows_alone(tmp_path_factory, package, rows):
    path = tmp_path_factory.mktemp("parquet") / "rows.parquet"
    kinds = (pl.Float64, pl.String, pl.Boolean, pl.Date, pl.Decimal(12, 2), pl.Int32)
    table = pl.DataFrame(rows, schema=dict(zip(HEADER, kinds, strict=True)), orient="row")
    table.write_parquet(path)
    frame, rejected = scored(package, path, block_rows=4)
    cells = [dict(zip(HEADER, row, strict=True)) for row in rows]
    compare(package, frame, rejected, [(place + 1, one) for place, one in enumerate(cells)])


@pytest.mark.parametrize("kind", [pl.Float32, pl.Int64, pl.Categorical, pl.Datetime])
def test_columns_of_other_types_are_read_as_their_cells_are(tmp_path, package, kind):
    values = {
        pl.Float32: ("income", [1234.567, 0.1]),
        pl.Int64: ("owner", [1, 7]),
        pl.Categorical: ("housing", ["own", "flat"]),
        pl.Datetime: ("since", [datetime.datetime(2020, 1, 1, 5), datetime.datetime(1950, 1, 1)]),
    }
    name, column = values[kind]
    good = dict(zip(HEADER, (2000.0, "own", True, "2020-05-01", 500.0, 40), strict=True))
    table = pl.DataFrame([good, good]).with_columns(pl.Series(name, column, dtype=kind))
    table.write_parquet(tmp_path / "rows.parquet")
    frame, rejected = scored(package, tmp_path / "rows.parquet")
    cells = [{**good, name: value} for value in table[name].to_list()]
    compare(package, frame, rejected, [(place + 1, one) for place, one in enumerate(cells)])


def test_amounts_are_read_by_the_habit_of_the_whole_column(tmp_path, package):
    rows = [("1.200,50", *GOOD[1:]), ("900,00", *GOOD[1:]), ("-", *GOOD[1:])]
    (tmp_path / "rows.csv").write_text(csv_text(*rows, separator=";"))
    frame, rejected = scored(package, tmp_path / "rows.csv", block_rows=1)
    plain = [dict(zip(HEADER, GOOD, strict=True)) | {"income": one} for one in (1200.5, 900.0)]
    assert [as_decided(row) for row in frame.to_dicts()] == [
        alone(package, POLICY, cells) for cells in plain
    ]
    assert [(one.line, one.field, one.code) for one in rejected] == [(4, "income", "missing")]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 100])
def test_the_bits_do_not_depend_on_the_blocks(tmp_path, package, rows):
    random = np.random.default_rng(5)
    incomes = (random.random(40) * 1e5).round(3)
    (tmp_path / "rows.csv").write_text(csv_text(*((f"{one}", *GOOD[1:]) for one in incomes)))
    whole, _ = scored(package, tmp_path / "rows.csv")
    parts, _ = scored(package, tmp_path / "rows.csv", block_rows=rows)
    assert whole.equals(parts)


def test_reasons_come_with_their_texts_where_asked_for(tmp_path, package):
    (tmp_path / "rows.csv").write_text(csv_text(GOOD, (*GOOD[:-1], "17")))
    frame, _ = scored(package, tmp_path / "rows.csv", language="ru")
    assert frame["reason_1"][1] == "rule.minimum_age"
    assert frame["reason_1_text"][1] == "Нет 18 лет."
    assert all(
        (row[f"reason_{n}"] is None) == (row[f"reason_{n}_text"] is None)
        for row in frame.to_dicts()
        for n in range(1, 5)
    )


def test_an_id_and_other_columns_pass_through(tmp_path, package):
    text = csv_text(GOOD).replace("income,", "loan,note,income,").replace("2000", "L1,=1+1,2000")
    (tmp_path / "rows.csv").write_text(text)
    frame, _ = scored(package, tmp_path / "rows.csv", id="loan", keep=("note",))
    assert frame.columns[:3] == ["loan", "note", "probability_of_default"]
    frame, _ = scored(package, tmp_path / "rows.csv", keep=("note",))
    assert frame.columns[:2] == ["line", "note"]


def test_a_column_called_like_an_answer_cannot_be_kept(tmp_path, package):
    (tmp_path / "rows.csv").write_text(csv_text(GOOD).replace("income,", "score,income,"))
    with pytest.raises(ColumnNameTaken):
        scored(package, tmp_path / "rows.csv", keep=("score",))


def test_a_row_that_the_model_cannot_assess_is_told_apart(tmp_path, package):
    from dataclasses import replace

    class Refusing:
        base = package.assessor.runtime.base

        def explain(self, matrix):
            odds, weights = package.assessor.runtime.explain(matrix)
            odds[matrix[:, 0] == 666.0] = np.nan
            return odds, weights

    broken = replace(package, assessor=replace(package.assessor, runtime=Refusing()))
    rows = [("666" if place == 2 else "2000", *GOOD[1:]) for place in range(5)]
    (tmp_path / "rows.csv").write_text(csv_text(*rows))
    frame, rejected = scored(broken, tmp_path / "rows.csv")
    assert frame["line"].to_list() == [2, 3, 5, 6]
    assert [(one.line, one.code) for one in rejected] == [(4, "row_not_assessable")]


def test_a_table_in_memory_is_scored_as_a_file_is(tmp_path, package):
    values = {"loan": [7, 8, 9], "income": [2000.0, -1.0, 9.5], "housing": ["own", "own", None]}
    table = pl.DataFrame(values).with_columns(
        owner=True, since=pl.lit(datetime.date(2020, 5, 1)), rent=500.0, age=40
    )
    table.write_parquet(tmp_path / "rows.parquet")
    frame, rejected = score_frame(table, package, policy=POLICY, id="loan", keep=["age"])
    expected, told = scored(package, tmp_path / "rows.parquet", id="loan", keep=("age",))
    assert frame.equals(expected)
    assert list(rejected) == told
    assert len(score_frame(table.clear(), package)[0]) == 0
