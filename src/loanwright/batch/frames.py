"""Rows that are in memory already: a polars table, or one part of a larger one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from loanwright.batch.blocks import BLOCK_ROWS, Block, Place, empty_block
from loanwright.batch.errors import RejectedField
from loanwright.batch.opening import Wishes, prepare
from loanwright.batch.scoring import score_blocks
from loanwright.decisioning.policy import Policy
from loanwright.packaging.package import ModelPackage


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A polars table as the reader of blocks sees it.

    Parameters
    ----------
    table
        The rows.
    block_rows
        Rows of a block.
    """

    table: pl.DataFrame
    block_rows: int = BLOCK_ROWS

    @property
    def name(self) -> str:
        """Return what to call it in messages."""
        return "The table"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(self.table.columns)

    @property
    def size(self) -> int:
        """Return the number of rows."""
        return len(self.table)

    def fingerprint(self) -> str:
        """Return nothing: what is in memory is gone when a run ends."""
        return ""

    def texts(self, columns: Sequence[str]) -> list[str]:  # noqa: ARG002
        """Return none: texts are read as they are, since this may be a part of a table."""
        return []

    def blocks(self, columns: Sequence[str], *, start: Place | None = None) -> Iterator[Block]:
        """Read the blocks after a place, or all."""
        place = start or Place()
        for offset in range(place.offset, self.size, self.block_rows):
            frame = self.table.select(columns).slice(offset, self.block_rows)
            end = offset + len(frame)
            place = Place(block=place.block + 1, offset=end, line=end)
            lines = np.arange(offset + 1, end + 1, dtype=np.int64)
            yield Block(number=place.block - 1, frame=frame, lines=lines, end=place)


def score_frame(
    table: pl.DataFrame,
    package: ModelPackage,
    *,
    policy: Policy | None = None,
    id: str = "",  # noqa: A002
    keep: Sequence[str] = (),
    language: str = "",
) -> tuple[pl.DataFrame, tuple[RejectedField, ...]]:
    """Score a table in memory.

    Parameters
    ----------
    table
        The rows; cells of the types of their features, or texts that plainly are such.
    package
        The model.
    policy
        The rule book; None takes the starter policy of the package's product.
    id, keep
        The column that names a row, and columns that pass through beside it.
    language
        Language of the reasons' texts; empty for codes alone.

    Returns
    -------
    tuple
        The answers for the good rows in their order, and what is wrong with the others, whose
        rows are counted from 1.
    """
    reader = Frame(table=table)
    wishes = Wishes(id=id, keep=tuple(keep), language=language)
    scorer = prepare(reader, package, policy=policy, wishes=wishes)
    scored = list(score_blocks(reader, scorer)) or [scorer.score(empty_block(scorer.columns.all))]
    rejected = tuple(one for block in scored for one in block.rejected)
    return pl.concat([block.frame for block in scored]), rejected
