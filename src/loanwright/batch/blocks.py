"""Blocks of rows, and what reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.errors import RejectedField

if TYPE_CHECKING:
    import polars as pl

BLOCK_ROWS: Final = 32_768
#: A table of more columns is no table of applications.
MOST_COLUMNS: Final = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place between two blocks from which reading can begin again.

    Attributes
    ----------
    block
        Number of the block that comes next, from 0.
    offset
        What is behind: bytes of a CSV file, rows of anything else.
    line
        Lines of a CSV file that are behind, rows of anything else.
    """

    block: int = 0
    offset: int = 0
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Consecutive rows of a table.

    Attributes
    ----------
    number
        Its place in the table, from 0.
    frame
        The columns that were asked for, as they were found.
    lines
        (n,) int64: where each row of the frame begins.
    rejected
        Rows that could not even be read; they are not in the frame.
    end
        Where the next block begins.
    digest
        SHA-256 of the rows, where the source as a whole has none.
    """

    number: int
    frame: pl.DataFrame = field(repr=False)
    lines: NDArray[np.int64] = field(repr=False)
    rejected: tuple[RejectedField, ...] = ()
    end: Place
    digest: str = ""

    @property
    def rows(self) -> int:
        """Return how many rows were read, the unreadable ones too."""
        return len(self.lines) + len({one.line for one in self.rejected})


class BlockReader(Protocol):
    """A table that can be read in blocks, from any place between two of them.

    Attributes
    ----------
    name
        What to call it in messages.
    columns
        Names of its columns.
    size
        The offset at its end, for progress.
    """

    @property
    def name(self) -> str:
        """Return what to call the table in messages."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        ...

    @property
    def size(self) -> int:
        """Return the offset at the end, for progress."""
        ...

    def fingerprint(self) -> str:
        """Return what changes when the table does."""
        ...

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Return those of the columns that hold texts."""
        ...

    def blocks(self, columns: Sequence[str], *, start: Place | None = None) -> Iterator[Block]:
        """Read the blocks after a place, or all; the same blocks however often it is asked."""
        ...


def empty_block(columns: Iterable[str]) -> Block:
    """Return a block without rows, so that a table without rows has a result too."""
    import polars as pl

    schema = dict.fromkeys(columns, pl.String)
    lines = np.array([], dtype=np.int64)
    return Block(number=0, frame=pl.DataFrame(schema=schema), lines=lines, end=Place(block=1))
