"""Tables given beside a sample: what they must hold, so that no chapter judges what it misread."""

from typing import TYPE_CHECKING, Final

from loanwright.errors import Rejected

if TYPE_CHECKING:
    import polars as pl

DECISIONS: Final = ("recommended", "outcome")
OUTCOMES: Final = ("application", "month_on_book", "days_past_due")
CODES: Final = ("approve", "refer", "decline")


class TableBesideRefused(Rejected):
    """The table of {table} (--{table}): {problem}"""  # noqa: D400


def check_decisions(table: "pl.DataFrame") -> None:
    """Refuse a table of decisions that overrides cannot be counted in.

    Raises
    ------
    TableBesideRefused
        Where a column is missing, there are no rows, or a code is none of approve, refer and
        decline; a ``default``, where there is one, is 0, 1 or empty.

    Examples
    --------
    >>> import polars as pl
    >>> check_decisions(pl.DataFrame({"recommended": ["approv"], "outcome": ["decline"]}))
    Traceback (most recent call last):
    ...
    loanwright.validation.beside.TableBesideRefused: The table of decisions (--decisions): column \
recommended, row 1 holds 'approv'; write approve, refer or decline.
    """
    import polars as pl

    _check_columns("decisions", table, DECISIONS)
    for name in DECISIONS:
        known = table[name].cast(pl.String).is_in(CODES).fill_null(value=False)
        _check_rows("decisions", table[name], known, "approve, refer or decline")
    if "default" in table.columns:
        found = table["default"]
        known = found.cast(pl.Float64, strict=False).is_in([0.0, 1.0]).fill_null(value=False)
        _check_rows("decisions", found, known | found.is_null(), "0 or 1, or leave it empty")


def check_outcomes(table: "pl.DataFrame") -> None:
    """Refuse a table of monthly performance that roll rates cannot be counted in.

    Raises
    ------
    TableBesideRefused
        Where a column is missing, there are no rows, or an account, a month or days overdue
        cannot be read.
    """
    import polars as pl

    _check_columns("outcomes", table, OUTCOMES)
    account = table["application"]
    _check_rows("outcomes", account, account.is_not_null(), "the number of the application")
    for name, wanted in (
        ("month_on_book", "the month since it was paid out, such as 1"),
        ("days_past_due", "the days overdue, such as 0, 30 or 90"),
    ):
        number = table[name].cast(pl.Float64, strict=False)
        known = (number.is_finite() & (number >= 0)).fill_null(value=False)
        # Text is refused even where it looks like numbers: nothing after this would read it.
        known = known & pl.repeat(table[name].dtype.is_numeric(), len(known), eager=True)
        _check_rows("outcomes", table[name], known, wanted)


def _check_columns(kind: str, table: "pl.DataFrame", wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        there = ", ".join(table.columns)
        raise TableBesideRefused(
            table=kind,
            problem=f"it has no column {' and no column '.join(missing)}; rename one of {there}, "
            "or add it.",
        )
    if table.height == 0:
        raise TableBesideRefused(table=kind, problem="it has no rows; leave it out.")


def _check_rows(kind: str, column: "pl.Series", known: "pl.Series", write: str) -> None:
    wrong = (~known).arg_true()
    if len(wrong):
        at = int(wrong[0])
        more = f" ({len(wrong) - 1} more rows like it)" if len(wrong) > 1 else ""
        held = "nothing" if column[at] is None else repr(column[at])
        raise TableBesideRefused(
            table=kind,
            problem=f"column {column.name}, row {at + 1} holds {held}{more}; write {write}.",
        )
