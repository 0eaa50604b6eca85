"""`loanwright accounts import`: a file in, accounts and payments booked, once."""

import json
import sqlite3

import pytest

HEAD = (
    "reference,document_number,amount,annual_rate_bp,term_months,disbursed_on,repayment,"
    "number,due_on,due,paid,paid_on"
)
FIRST = "L-1,A 1,12000.00,1200,12,2025-10-31,annuity"
SECOND = "L-2,A-2,600,0,6,2025-10-31,bullet"
ROWS = (
    f"{FIRST},1,,,1066.19,2025-11-30",
    f"{FIRST},2,2025-12-31,1066.19,0.01,2026-01-05",
    f"{SECOND},,,,,",
)


@pytest.fixture
def book(shell):
    def run(*rows, options=()):
        file = shell.place / "book.csv"
        file.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
        arguments = ("book.csv", "--product", "credit-card", *options)
        return shell.run("accounts", "import", *arguments)

    return run


def count(shell):
    with sqlite3.connect(shell.place / "var" / "loanwright.db") as connection:
        tables = ("applicants", "accounts", "payments")
        return [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
        ]


def test_a_file_is_booked_once_and_then_only_what_is_new(book, shell):
    first = book(*ROWS)
    assert (first.returncode, first.stdout) == (0, "2 accounts booked, 2 months recorded.\n")
    again = book(*ROWS, f"{FIRST},3,,,1066.19,2026-01-31")
    assert again.stdout == "0 accounts booked, 1 months recorded.\n"
    assert count(shell) == [2, 2, 3]
    with sqlite3.connect(shell.place / "var" / "loanwright.db") as connection:
        dump = json.dumps(connection.execute("SELECT * FROM accounts").fetchall())
    assert "L-1" not in dump


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("L-3,A-3,1.001,0,6,2025-10-31,bullet,,,,,", "parts of the smallest unit"),
        ("L-3,A-3,one,0,6,2025-10-31,bullet,,,,,", "amount is not an amount: 'one'"),
        ("L-3,A-3,600,0,6,2025-02-29,bullet,,,,,", "disbursed_on is not a date"),
        ("L-3,A-3,600,0,0,2025-10-31,bullet,,,,,", "1 to 600 months"),
        ("L-3,A-3,600,0,6,2025-10-31,later,,,,,", "repayment must be one of"),
        ("L-2,A-2,601,0,6,2025-10-31,bullet,,,,,", "something else of the account than line 4"),
        (f"{FIRST},2,,,,", "month 2 of the account stands in the file twice"),
        (f"{FIRST},3,,,5,", "needs paid_on or days_past_due"),
        ("L-3,A-3,600,0,6,2025-10-31,bullet,,,,,,,", "more cells than the header"),
    ],
)
def test_a_wrong_row_is_named_by_its_line_and_nothing_is_booked(book, shell, row, said):
    refused = book(*ROWS, row)
    assert refused.returncode == 1
    assert "book.csv, line 5: " in refused.stderr
    assert said in refused.stderr
    assert "nothing was booked" in refused.stderr
    assert count(shell) == [0, 0, 0]


def test_accounts_with_wrong_rows_can_be_left_out(book, shell):
    result = book(*ROWS, f"{FIRST},x,,,,", options=("--skip",))
    assert (result.returncode, result.stdout) == (1, "1 accounts booked, 0 months recorded.\n")
    assert "line 5: number is not a whole number: 'x'" in result.stderr
    assert count(shell) == [1, 1, 0]


def test_unknown_columns_are_refused_by_name(shell):
    (shell.place / "book.csv").write_text("reference,nickname\n", encoding="utf-8")
    result = shell.run("accounts", "import", "book.csv", "--product", "credit-card")
    assert result.returncode == 1
    assert "missing: document_number, amount" in result.stderr
    assert "unknown: nickname" in result.stderr
