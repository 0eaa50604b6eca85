"""Everything that is decided about a table before its first row is scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loanwright.batch.errors import ExtraMissing, TableKindUnknown

if TYPE_CHECKING:
    from loanwright.batch.blocks import BlockReader
    from loanwright.batch.scoring import Scorer
    from loanwright.decisioning.policy import Policy
    from loanwright.features.product import Product
    from loanwright.features.tidying import Habit
    from loanwright.packaging.package import ModelPackage

SUFFIXES: Final = (".csv", ".parquet")


def need_extra(package: str, extra: str) -> None:
    """Refuse to begin where the package of an extra is not installed.

    Raises
    ------
    ExtraMissing
        With the extra to install.
    """
    if find_spec(package) is None:
        raise ExtraMissing(package=package, extra=extra)


def open_file(path: Path, *, block_rows: int | None = None) -> BlockReader:
    """Return the reader of a CSV or Parquet file, by its ending.

    Raises
    ------
    TableKindUnknown
        If the ending is neither.
    TableUnreadable
        If its header cannot be read.
    """
    need_extra("polars", "batch")
    from loanwright.batch.blocks import BLOCK_ROWS
    from loanwright.batch.csv_file import CsvFile
    from loanwright.batch.parquet_file import ParquetFile

    if path.suffix not in SUFFIXES:
        raise TableKindUnknown(path=path)
    kind = CsvFile if path.suffix == ".csv" else ParquetFile
    reader: BlockReader = kind(path=path, block_rows=block_rows or BLOCK_ROWS)
    if not reader.columns:
        raise TableKindUnknown(path=path)
    return reader


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """How the result shall look.

    Attributes
    ----------
    id
        The column that names a row; empty for its line.
    keep
        Columns that pass through beside it.
    language
        Language of the reasons' texts; empty for codes alone.
    allow_absent
        Whether columns of features that may be missing may be absent.
    """

    id: str = ""
    keep: tuple[str, ...] = ()
    language: str = ""
    allow_absent: bool = False

    @property
    def kept(self) -> Sequence[str]:
        """Return the columns that pass through."""
        return tuple(dict.fromkeys((self.id, *self.keep) if self.id else self.keep))


def prepare(
    reader: BlockReader,
    package: ModelPackage,
    *,
    policy: Policy | None = None,
    wishes: Wishes | None = None,
    habits: Mapping[str, Habit] | None = None,
    product: Product | None = None,
) -> Scorer:
    """Return the scorer for a table: its columns chosen, its texts surveyed.

    Parameters
    ----------
    reader
        The table; its texts are read once, to learn how amounts and days are written.
    package
        The model.
    policy
        The rule book; None takes the starter policy of the package's product.
    wishes
        How the result shall look.
    habits
        How the texts are written, where that is known already.
    product
        What lays down credits and names means; None takes the dictionary of the package.

    Raises
    ------
    ColumnsMissing, ColumnUnknown, ColumnTwice, ColumnNameTaken
        If the columns are not those that are needed.
    """
    from loanwright.batch.choosing import choose_columns
    from loanwright.batch.scoring import Scorer, survey
    from loanwright.decisioning.policy import Policy

    wishes = wishes or Wishes()
    inputs = package.product.inputs(package.segment)
    columns = choose_columns(
        reader,
        inputs,
        extra=package.product.readable_inputs(package.segment),
        kept=wishes.kept,
        allow_absent=wishes.allow_absent,
    )
    return Scorer(
        package=package,
        policy=policy or Policy.from_mapping(package.product.policy),
        columns=columns,
        habits=survey(reader, list(columns.features.values())) if habits is None else habits,
        language=wishes.language,
        numbered=not wishes.id,
        product=product,
    )
