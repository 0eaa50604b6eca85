"""A first draft of a product file from any table."""

import datetime

import numpy as np
import polars as pl
import pytest

from loanwright.features.columns import (
    column_specs,
    columns_from_table,
    labels_from_table,
    matrix_from_columns,
)
from loanwright.features.draft import draft_product
from loanwright.features.errors import TableNotDraftable
from loanwright.features.product import Sample, parse_product
from loanwright.features.profiling import auc, feature_name

ROWS = 2_000


@pytest.fixture(scope="module")
def table():
    draw = np.random.default_rng(7)
    risk = draw.normal(size=ROWS)
    bad = (draw.random(ROWS) < 1 / (1 + np.exp(1.5 - risk))).astype(int)
    income = np.round(3000 - 800 * risk + draw.normal(size=ROWS) * 300)
    first = datetime.date(2020, 1, 1)
    return pl.DataFrame(
        {
            "LoanID": range(1000, 1000 + ROWS),
            "MonthlyIncome": [None if i % 50 == 0 else v for i, v in enumerate(income.tolist())],
            "Debt Ratio": draw.random(ROWS),
            "months-since-late": [(-9, -7, i % 60, i % 40)[i % 4] for i in range(ROWS)],
            "Job": draw.choice(["clerk", "driver", "Ärztin \"A\""], ROWS),
            "Owner": draw.random(ROWS) < 0.5,
            "Sex": draw.choice(["m", "f"], ROWS),
            "Street": [f"{i} High Street" for i in range(ROWS)],
            "Town": [f"town {i % 300}" for i in range(ROWS)],
            "Bank": ["only one"] * ROWS,
            "Gone": pl.Series([None] * ROWS, dtype=pl.String),
            "ApprovedOn": [first + datetime.timedelta(days=i % 900) for i in range(ROWS)],
            "WrittenOn": [f"{i % 28 + 1}-Feb-{i % 20 + 70}" for i in range(ROWS)],
            "ChargedOff": [f"${500 + i}.00" if b else "$0.00" for i, b in enumerate(bad.tolist())],
            "Recovered": [1.0 if b else None for b in bad.tolist()],
            "if": draw.integers(0, 5, ROWS),
            "BAD": bad,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def drafted(table):
    return draft_product(table, "BAD", name="My Loans")


def test_the_draft_loads_and_encodes_its_own_table(table, drafted):
    product = parse_product(drafted[0])
    assert product.name == "my-loans"
    columns = columns_from_table(product, table)
    result = matrix_from_columns(product, "new", columns)
    assert result.shape == (ROWS, 6)
    assert labels_from_table(product, table).sum() == table["BAD"].sum()


def test_types_codes_and_gaps_are_inferred(drafted):
    product = parse_product(drafted[0])
    types = {f.column: f.type for f in product.features.values()}
    assert types["MonthlyIncome"] == "integer"
    assert types["Debt Ratio"] == "number"
    assert types["Job"] == "category"
    assert types["Owner"] == "boolean"
    assert product.feature("monthly_income").missing.allowed
    assert product.feature("months_since_late").special_values == (-9.0, -7.0)
    assert product.feature("months_since_late").minimum == 0
    assert product.feature("if_value").column == "if"


def test_ranges_have_a_margin(table, drafted):
    income = parse_product(drafted[0]).feature("monthly_income")
    assert income.minimum == 0
    assert income.maximum > 1.3 * table["MonthlyIncome"].max()


def test_a_direction_is_suggested_only_where_the_sample_speaks(drafted):
    specs = {s.name: s.direction for s in column_specs(parse_product(drafted[0]), "new")}
    assert specs["monthly_income"] == -1
    assert specs["debt_ratio"] == 0
    assert "REVIEW: alone it reaches AUC" in drafted[0]


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ("LoanID", "an identifier"),
        ("Sex", "protected by its name"),
        ("Street", "an identifier"),
        ("Town", "300 different values"),
        ("Bank", "constant"),
        ("Gone", "empty"),
        ("ApprovedOn", "a date"),
        ("WrittenOn", "a date written as text"),
        ("ChargedOff", "money written as text"),
        ("ChargedOff", "a leak suspect"),
        ("Recovered", "it can tell nobody apart; a leak suspect"),
    ],
)
def test_a_doubtful_column_is_left_out_with_a_warning_and_a_comment(drafted, column, why):
    text, warnings = drafted
    assert any(w.startswith(f"{column}: left out") and why in w for w in warnings)
    assert any(line.lstrip().startswith("#") and why in line for line in text.splitlines())


def test_protected_columns_are_kept_for_fairness(drafted):
    assert parse_product(drafted[0]).feature("sex").protected


def test_cutoffs_follow_the_bad_rate(table):
    rare = table.filter((pl.col("BAD") == 0) | (pl.col("LoanID") % 8 == 0))
    common = parse_product(draft_product(table, "BAD", name="a")[0])
    seldom = parse_product(draft_product(rare, "BAD", name="a")[0])
    key = "approve_from"
    assert common.policy["cutoffs"]["new"][key] < seldom.policy["cutoffs"]["new"][key]


def test_an_applicant_column_groups_the_sample(table):
    grouped = table.with_columns((pl.col("LoanID") // 2).alias("customer_id"))
    text, warnings = draft_product(grouped, "BAD", name="a")
    assert parse_product(text).sample.applicant == "customer_id"
    assert not any("no column names the applicant" in w for w in warnings)


@pytest.mark.parametrize(
    ("good", "bad", "told", "expected"),
    [
        (0, 1, None, None),
        (False, True, None, None),
        ("Good", "Bad", None, "Bad"),
        ("P I F", "CHGOFF", None, "CHGOFF"),
        ("paid", "lost", "lost", "lost"),
        (1, 2, "2", "2"),
        (1, 0, "0", "0"),
    ],
)
def test_labels_of_many_kinds_are_understood(table, good, bad, told, expected):
    labels = pl.Series("BAD", [bad if b else good for b in table["BAD"]])
    labelled = table.with_columns(labels)
    product = parse_product(draft_product(labelled, "BAD", name="a", bad=told)[0])
    assert product.sample.bad == expected
    assert labels_from_table(product, labelled).sum() == table["BAD"].sum()


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        (["paid", "lost"], "say which of the labels lost and paid is bad"),
        ([1, 2], "say which"),
        (["a", "b", "c"], "3 different values"),
        ([0.25, 0.75], "a fraction"),
        ([0, 0], "fewer than 20"),
    ],
)
def test_a_label_that_says_nothing_is_refused(table, labels, why):
    column = pl.Series("BAD", [labels[i % len(labels)] for i in range(ROWS)])
    with pytest.raises(TableNotDraftable, match=why):
        draft_product(table.with_columns(column), "BAD", name="a")


def test_a_table_without_label_or_features_is_refused(table):
    with pytest.raises(TableNotDraftable, match="no column DEFAULT"):
        draft_product(table, "DEFAULT", name="a")
    with pytest.raises(TableNotDraftable, match="no column is left"):
        draft_product(table.select("LoanID", "BAD"), "BAD", name="a")


def test_rows_without_a_label_are_left_aside_and_told(table):
    holes = table.with_columns(pl.when(pl.col("LoanID") > 1010).then(pl.col("BAD")))
    _, warnings = draft_product(holes, "BAD", name="a")
    assert any("11 rows have no label" in w for w in warnings)


def test_headers_become_unique_snake_case_names():
    assert feature_name("30DaysLate", set()) == "f_30_days_late"
    assert feature_name("class", set()) == "class_value"
    assert feature_name("Выручка", {"column"}) == "column_2"


def test_a_useless_column_has_an_auc_of_one_half():
    draw = np.random.default_rng(1)
    default = (draw.random(5_000) < 0.2).astype(float)
    assert abs(auc(draw.normal(size=5_000), default) - 0.5) < 0.03
    assert auc(default, default) == 1.0


def test_person_and_date_are_taken_from_whoever_knows_them():
    rows = [
        {
            "income": 100 + i % 97,
            "who": i // 2,
            "day": f"2020-01-{1 + i % 28:02}",
            "bad": i % 5 == 0,
        }
        for i in range(400)
    ]
    table = pl.DataFrame(rows).with_columns(pl.col("day").str.to_date())
    asked = Sample(default="bad", applicant="who", date="day")
    product = parse_product(draft_product(table, asked, name="demo")[0])
    assert (product.sample.applicant, product.sample.date) == ("who", "day")
    assert [feature.name for feature in product.model_features("new")] == ["income"]

    with pytest.raises(TableNotDraftable, match="no column when"):
        draft_product(table, Sample(default="bad", date="when"), name="demo")
