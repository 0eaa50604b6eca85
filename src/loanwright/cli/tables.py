"""Tables from files: CSV as spreadsheets write it, or parquet."""

from pathlib import Path
from typing import TYPE_CHECKING

from loanwright.cli.console import remark
from loanwright.cli.failures import fail
from loanwright.features.cells import separator_of

if TYPE_CHECKING:
    import polars as pl


def read_table(path: Path, *, quiet: bool = False) -> "pl.DataFrame":
    """Read a CSV or parquet file; amounts and days written as text are read, and it is said.

    The separator of a CSV file is the one of comma, semicolon, tab and bar that divides its first
    line into most columns.
    """
    import polars

    from loanwright.features.tidying import tidy_table

    try:
        found = polars.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except (polars.exceptions.PolarsError, UnicodeDecodeError) as problem:
        first = str(problem).splitlines()[0]
        raise fail(f"{path} cannot be read as a table: {first}") from problem
    tidied = tidy_table(found)
    for sentence in () if quiet else tidied.remarks:
        remark(sentence)
    return tidied.table


def _read_csv(path: Path) -> "pl.DataFrame":
    import polars

    return polars.read_csv(
        path, separator=find_separator(path), infer_schema_length=None, try_parse_dates=True
    )


def find_separator(path: Path) -> str:
    """Return what separates the columns of a CSV file, from its first line."""
    with path.open(encoding="utf-8-sig") as lines:
        return separator_of(lines.readline())
