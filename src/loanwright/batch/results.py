"""Parts of a result, and the whole that is made of them."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

import polars as pl

from loanwright.batch.errors import RejectedField
from loanwright.batch.journal import sync_directory, sync_file, write_whole
from loanwright.batch.scoring import ScoredBlock

REJECTED: Final = ".rejected.csv"
COLUMNS: Final = ("line", "field", "code", "message")
#: A cell that begins so is a formula to a spreadsheet, unless it is a number.
FORMULA: Final = r"^[=+\-@\t\r]"
NUMBER: Final = r"^[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?$"
#: A spreadsheet takes a cell that begins so for a text.
AS_TEXT: Final = "'"
GROUP_ROWS: Final = 131_072


class Result(Protocol):
    """Where scored blocks go: parts first, then one whole."""

    def write_part(self, directory: Path, block: ScoredBlock) -> None:
        """Write one block into the directory, to last."""
        ...

    def assemble(self, directory: Path, blocks: int) -> None:
        """Make the whole of the parts 0 to ``blocks`` - 1; it is there whole or not at all."""
        ...


class ParquetResult:
    """A Parquet file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write_part(self, directory: Path, block: ScoredBlock) -> None:
        """Write one block into the directory, to last."""
        _write_parquet(part_of(directory, block.number), block.frame)

    def assemble(self, directory: Path, blocks: int) -> None:
        """Make the whole of the parts."""
        draft = directory / "whole.parquet"
        parts = [part_of(directory, number) for number in range(blocks)]
        pl.scan_parquet(parts).sink_parquet(draft, row_group_size=GROUP_ROWS, maintain_order=True)
        _publish(draft, self.path)


class CsvResult:
    """A CSV file whose texts no spreadsheet takes for formulas."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write_part(self, directory: Path, block: ScoredBlock) -> None:
        """Write one block into the directory, to last."""
        frame = block.frame.select(_harmless(column) for column in block.frame)
        frame = frame.rename({name: _harmless_text(name) for name in frame.columns})
        text = frame.write_csv(include_header=block.number == 0)
        write_whole(_csv_part(directory, block.number), text.encode())

    def assemble(self, directory: Path, blocks: int) -> None:
        """Make the whole of the parts."""
        draft = directory / "whole.csv"
        _join([_csv_part(directory, number) for number in range(blocks)], draft)
        _publish(draft, self.path)


def part_of(directory: Path, number: int) -> Path:
    """Return the path of a part."""
    return directory / f"part-{number:06}.parquet"


def _csv_part(directory: Path, number: int) -> Path:
    return directory / f"part-{number:06}.csv"


def _write_parquet(path: Path, frame: pl.DataFrame) -> None:
    draft = path.with_name(f"{path.name}.draft")
    frame.write_parquet(draft)
    sync_file(draft)
    draft.replace(path)
    sync_directory(path.parent)


def _harmless(column: pl.Series) -> pl.Series:
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        texts = [None if one is None else str(one) for one in column.to_list()]
        column = pl.Series(column.name, texts, dtype=pl.String)
    if column.dtype != pl.String:
        return column
    formula = column.str.contains(FORMULA) & ~column.str.contains(NUMBER)
    return column.zip_with(~formula.fill_null(False), AS_TEXT + column)


def _harmless_text(text: str) -> str:
    return str(_harmless(pl.Series([text])).item())


def _join(parts: Iterable[Path], whole: Path) -> None:
    with whole.open("wb") as file:
        for part in parts:
            with part.open("rb") as one:
                shutil.copyfileobj(one, file)


def _publish(draft: Path, path: Path) -> None:
    sync_file(draft)
    draft.replace(path)
    sync_directory(path.parent)


class RejectedRows:
    """The rows that could not be scored, in a CSV file beside the result.

    Parameters
    ----------
    path
        The file; it is there only if a row was rejected.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write_part(self, directory: Path, block: ScoredBlock) -> None:
        """Write what is wrong in one block into the directory, to last."""
        part = _rejected_part(directory, block.number)
        if block.rejected:
            write_whole(part, _as_csv(block.rejected).encode())
        else:
            part.unlink(missing_ok=True)

    def assemble(self, directory: Path, blocks: int) -> None:
        """Make the whole of the parts, if there are any."""
        parts = list(self._parts(directory, blocks))
        if not parts:
            self.path.unlink(missing_ok=True)
            return
        head, draft = directory / "head.csv", directory / "rejected.csv"
        head.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
        _join([head, *parts], draft)
        _publish(draft, self.path)

    def _parts(self, directory: Path, blocks: int) -> Iterator[Path]:
        for number in range(blocks):
            part = _rejected_part(directory, number)
            if part.exists():
                yield part


def _rejected_part(directory: Path, number: int) -> Path:
    return directory / f"rejected-{number:06}.csv"


def _as_csv(rejected: Iterable[RejectedField]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for one in rejected:
        writer.writerow((one.line, _harmless_text(one.field), one.code, one.message))
    return text.getvalue()
