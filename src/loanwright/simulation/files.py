"""Applications from a CSV or Parquet file: read in blocks, never all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.batch.blocks import Block, BlockReader
from loanwright.batch.choosing import ChosenColumns, choose_columns
from loanwright.batch.encoding import Encoder
from loanwright.batch.scoring import count_rejected, survey
from loanwright.decisioning.outcome import Outcome
from loanwright.features.product import Product
from loanwright.simulation.applications import Applications, Values
from loanwright.simulation.asked_columns import MISSING, OWN, CreditColumns
from loanwright.simulation.errors import GroupUnknown
from loanwright.simulation.tally import BAD, GOOD, NOT_BEFORE, UNKNOWN

if TYPE_CHECKING:
    import polars as pl

Whole = NDArray[np.int64]

#: Columns of a file that was scored, as ``score-file`` writes them.
SCORED: Final = ("score", "probability_of_default", "grade")


@dataclass(frozen=True, kw_only=True)
class TableSource:
    """A table of applications of one segment.

    Parameters
    ----------
    reader
        The table.
    segment
        Of all rows.
    dictionaries
        Every dictionary that a version reads its rows by.
    label, bad
        The column of outcomes, 1 or ``bad`` for a default, empty where unknown; None for none.
    decided
        The column of what was decided then; None for none.
    by
        Columns to group by.
    credit
        Amount, rate and term.
    scored
        Whether the answers of a model stand in the table and no model is asked.
    """

    reader: BlockReader
    segment: str
    dictionaries: Sequence[Product]
    label: str | None = None
    bad: str | None = None
    decided: str | None = None
    by: Sequence[str] = ()
    credit: CreditColumns = field(default_factory=CreditColumns)
    scored: bool = False

    def __iter__(self) -> Iterator[Applications]:
        columns = list(dict.fromkeys([name for one in self._chosen for name in one.all]))
        for block in self.reader.blocks(columns):
            yield self._read(block)

    @cached_property
    def _kept(self) -> list[str]:
        read = [name for name in self.by if name not in OWN]
        for name in read:
            if name not in self.reader.columns:
                known = ", ".join((*OWN, *self.reader.columns[:12]))
                raise GroupUnknown(column=name, known=known)
        named = [*read, *self.credit.columns, *(SCORED if self.scored else ())]
        named += [name for name in (self.label, self.decided) if name is not None]
        return list(dict.fromkeys(named))

    @cached_property
    def _chosen(self) -> list[ChosenColumns]:
        return [
            choose_columns(
                self.reader,
                one.inputs(self.segment),
                extra=one.readable_inputs(self.segment),
                kept=self._kept,
            )
            for one in self.dictionaries
        ]

    @cached_property
    def _encoders(self) -> list[Encoder]:
        texts = [name for one in self._chosen for name in one.features.values()]
        habits = survey(self.reader, list(dict.fromkeys(texts)))
        return [
            Encoder(product=one, segment=self.segment, columns=columns.features, habits=habits)
            for one, columns in zip(self.dictionaries, self._chosen, strict=True)
        ]

    def _read(self, block: Block) -> Applications:
        encoded = [one.encode(block) for one in self._encoders]
        kept = encoded[0].kept
        for one in encoded[1:]:
            kept = np.intersect1d(kept, one.kept)
        columns: dict[str, Mapping[str, NDArray[np.float64]]] = {}
        for product, one in zip(self.dictionaries, encoded, strict=True):
            places = np.searchsorted(one.kept, kept)
            columns[product.hash] = {name: each[places] for name, each in one.columns.items()}
        frame = block.frame if len(kept) == len(block.frame) else block.frame[kept]
        rejected = [problem for one in encoded for problem in one.rejected]
        return Applications(
            segment=self.segment,
            columns=columns,
            known=self._known(frame),
            answers=_answers(frame) if self.scored else None,
            before=None if self.decided is None else _severities(frame.get_column(self.decided)),
            groups={name: _values(frame.get_column(name)) for name in self.by if name not in OWN},
            asked=self.credit.read(frame),
            share=min(1.0, block.end.offset / max(self.reader.size, 1)),
            rejected=count_rejected([*block.rejected, *rejected]),
        )

    def _known(self, frame: pl.DataFrame) -> NDArray[np.int8]:
        if self.label is None:
            return np.full(len(frame), UNKNOWN, dtype=np.int8)
        return labels(frame.get_column(self.label), self.bad)


def labels(series: pl.Series, bad: str | None) -> NDArray[np.int8]:
    """Return known outcomes: 1 where a default is stated, 0 where another value is, else 2."""
    import polars as pl

    if series.dtype == pl.String:
        text = series.str.strip_chars().replace("", None)
        is_bad = text.is_in(["1", "true"] if bad is None else [bad])
    else:
        text = series
        is_bad = series.cast(pl.Float64) == 1.0 if bad is None else series.cast(pl.String) == bad
    known = np.where(is_bad.fill_null(value=False).to_numpy(), BAD, GOOD)
    return np.where(text.is_null().to_numpy(), UNKNOWN, known).astype(np.int8)


def _severities(series: pl.Series) -> NDArray[np.int8]:
    import polars as pl

    places = {str(one): one.severity for one in Outcome}
    found = series.cast(pl.String).replace_strict(places, default=NOT_BEFORE, return_dtype=pl.Int8)
    return found.to_numpy().astype(np.int8)


def _values(series: pl.Series) -> Values:
    import polars as pl

    texts = series.cast(pl.String).fill_null(MISSING)
    names, places = np.unique(texts.to_numpy().astype(str), return_inverse=True)
    return Values(places=places.astype(np.int64), names=names.tolist())


def _answers(frame: pl.DataFrame) -> Assessed:
    import polars as pl

    grades = _values(frame.get_column("grade"))
    return Assessed(
        scores=frame.get_column("score").cast(pl.Int64).to_numpy(),
        probabilities=frame.get_column("probability_of_default").cast(pl.Float64).to_numpy(),
        grades=grades.places,
        names=tuple(grades.names),
    )
