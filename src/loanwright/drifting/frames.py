"""The rows of a CSV or Parquet file, some at a time; polars reads, and never all at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from loanwright.batch.errors import TableUnreadable
from loanwright.batch.opening import open_file
from loanwright.features.cells import separator_of
from loanwright.features.tidying import Habit, Survey

ROWS: Final = 262_144


@dataclass(frozen=True, kw_only=True)
class Frames:
    """A table that is read in batches, as often as one likes.

    Parameters
    ----------
    path
        CSV or Parquet.
    rows
        Of a batch.
    """

    path: Path
    rows: int = field(default=ROWS, repr=False)

    @property
    def name(self) -> str:
        """Return what people call the table: its file's name."""
        return self.path.name

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns; what is wrong with the file is said here."""
        return open_file(self.path).columns

    @cached_property
    def types(self) -> Mapping[str, pl.DataType]:
        """Return the types of the columns; all texts in a CSV file."""
        return dict(self._lazy().collect_schema())

    def batches(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Read these columns, batch by batch."""
        table = self._lazy().select(columns)
        try:
            if self.path.suffix == ".csv":
                yield from table.collect_batches(chunk_size=self.rows, maintain_order=False)
                return
            size = int(self._lazy().select(pl.len()).collect().item())
            for offset in range(0, size, self.rows):
                yield table.slice(offset, self.rows).collect()
        except pl.exceptions.PolarsError as problem:
            why = str(problem).splitlines()[0].removesuffix(".")
            raise TableUnreadable(path=self.path, why=why) from problem

    def habits(self, columns: Sequence[str]) -> dict[str, Habit]:
        """Return how the texts of these columns are written; reads them once."""
        texts = [name for name in columns if self.types[name] == pl.String]
        surveys = {name: Survey() for name in texts}
        if texts:
            for batch in self.batches(texts):
                for name, one in surveys.items():
                    one.add(batch.get_column(name))
        return {name: one.habit() for name, one in surveys.items()}

    def _lazy(self) -> pl.LazyFrame:
        if self.path.suffix != ".csv":
            return pl.scan_parquet(self.path)
        with self.path.open("rb") as file:
            header = file.readline(2**22).decode("utf-8", "replace")
        return pl.scan_csv(
            self.path,
            separator=separator_of(header),
            infer_schema=False,
            truncate_ragged_lines=True,
            encoding="utf8-lossy",
        )
