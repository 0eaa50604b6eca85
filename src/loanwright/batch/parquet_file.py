"""Parquet files in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from loanwright.batch.blocks import BLOCK_ROWS, MOST_COLUMNS, Block, Place
from loanwright.batch.csv_file import hash_file
from loanwright.batch.errors import TableUnreadable

#: Reading in the midst of a large row group costs the same for few rows and for many.
BLOCKS_AT_ONCE: Final = 8


@dataclass(frozen=True, kw_only=True)
class ParquetFile:
    """A Parquet file.

    Parameters
    ----------
    path
        The file.
    block_rows
        Rows of a block.
    """

    path: Path
    block_rows: int = BLOCK_ROWS

    @property
    def name(self) -> str:
        """Return the path."""
        return str(self.path)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(self._schema)

    @cached_property
    def size(self) -> int:
        """Return the number of rows."""
        return int(self._collect(pl.scan_parquet(self.path).select(pl.len())).item())

    def fingerprint(self) -> str:
        """Return the SHA-256 of the file, in hexadecimal."""
        return hash_file(self.path)

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Return those of the columns that hold texts."""
        return [name for name in columns if self._schema[name] == pl.String]

    def blocks(self, columns: Sequence[str], *, start: Place | None = None) -> Iterator[Block]:
        """Read the blocks after a place, or all."""
        place = start or Place()
        table = pl.scan_parquet(self.path).select(columns)
        for offset in range(place.offset, self.size, self.block_rows * BLOCKS_AT_ONCE):
            found = self._collect(table.slice(offset, self.block_rows * BLOCKS_AT_ONCE))
            rows = min(self.block_rows * BLOCKS_AT_ONCE, self.size - offset)
            for first in range(0, rows, self.block_rows):
                count = min(self.block_rows, rows - first)
                frame = found.slice(first, count)
                place = _after(place, count)
                yield Block(
                    number=place.block - 1,
                    frame=frame,
                    lines=np.arange(place.line - count + 1, place.line + 1, dtype=np.int64),
                    end=place,
                )

    @cached_property
    def _schema(self) -> pl.Schema:
        try:
            schema = pl.scan_parquet(self.path).collect_schema()
        except pl.exceptions.PolarsError as problem:
            raise self._unreadable(problem) from problem
        if len(schema) > MOST_COLUMNS:
            why = f"it has {len(schema)} columns, more than {MOST_COLUMNS}"
            raise TableUnreadable(path=self.path, why=why)
        return schema

    def _collect(self, table: pl.LazyFrame) -> pl.DataFrame:
        try:
            return table.collect()
        except pl.exceptions.PolarsError as problem:
            raise self._unreadable(problem) from problem

    def _unreadable(self, problem: pl.exceptions.PolarsError) -> TableUnreadable:
        return TableUnreadable(path=self.path, why=str(problem).splitlines()[0].removesuffix("."))


def _after(place: Place, rows: int) -> Place:
    return Place(block=place.block + 1, offset=place.offset + rows, line=place.line + rows)
