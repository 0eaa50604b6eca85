"""One table into one result: the whole of a run, named by what is wanted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from loanwright.batch.blocks import BLOCK_ROWS, BlockReader
from loanwright.batch.errors import TableKindUnknown
from loanwright.batch.opening import Wishes, prepare
from loanwright.batch.results import REJECTED, CsvResult, ParquetResult, RejectedRows, Result
from loanwright.batch.running import WORK, Hire, Progress, Run, Summary, Threads
from loanwright.batch.scoring import Scorer
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.features.tidying import Habit
from loanwright.packaging.package import ModelPackage

RESULTS: Final[Mapping[str, Callable[[Path], Result]]] = {
    ".csv": CsvResult,
    ".parquet": ParquetResult,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be scored, with what, and into what.

    Attributes
    ----------
    reader
        The table.
    path
        The result: .csv or .parquet. Parts and journal are kept beside it while the run lasts,
        rejected rows for good.
    package, policy
        The model and the rule book.
    wishes
        How the result shall look.
    result
        Where the rows go, where that is not the file ``path``.
    product
        What lays down credits and names means; None takes the dictionary of the package.
    """

    reader: BlockReader
    path: Path
    package: ModelPackage = field(repr=False)
    policy: Policy = field(repr=False)
    wishes: Wishes = field(default_factory=Wishes)
    result: Result | None = None
    product: Product | None = None

    @property
    def work(self) -> Path:
        """Return the directory of parts and journal."""
        return self.path.with_name(self.path.name + WORK)

    @property
    def rejected(self) -> Path:
        """Return the file of rejected rows."""
        return self.path.with_name(self.path.name + REJECTED)

    def about(self) -> dict[str, Any]:
        """Return what must be the same for a run to go on, each as it is called in messages."""
        wishes = self.wishes
        return {
            "input": self.reader.fingerprint(),
            "model": self.package.hash,
            "policy": self.policy.hash,
            "product": (self.product or self.package.product).hash,
            "choice of columns": [wishes.id, list(wishes.keep), wishes.allow_absent],
            "language": wishes.language,
            "kind of result": self.path.suffix,
            "size of blocks": BLOCK_ROWS,
            "version of Loanwright": version("loanwright"),
        }

    def scorer(self, habits: Mapping[str, Habit] | None = None) -> Scorer:
        """Return the scorer for the table."""
        return prepare(
            self.reader,
            self.package,
            policy=self.policy,
            wishes=self.wishes,
            habits=habits,
            product=self.product,
        )


def result_of(path: Path) -> Result:
    """Return what writes a file, by its ending.

    Raises
    ------
    TableKindUnknown
        If the ending is neither .csv nor .parquet.
    """
    if path.suffix not in RESULTS:
        raise TableKindUnknown(path=path)
    return RESULTS[path.suffix](path)


def score_table(
    order: Order,
    *,
    hire: Hire | None = None,
    advance: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Summary:
    """Score a whole table; what an earlier run has done of it is not done again.

    Parameters
    ----------
    order
        What is wanted.
    hire
        Who scores: given the scorer, a context manager of a crew. One thread unless said.
    advance
        Is told after every block how far the run is.
    stopped
        Is asked between blocks whether to stop.

    Raises
    ------
    Stopped
        If it was asked to stop; what is done stays done.
    ResumeRefused
        If the run was begun with another input, model, policy or wish.
    """
    run = Run(
        reader=order.reader,
        result=order.result or result_of(order.path),
        rejected=RejectedRows(order.rejected),
        work=order.work,
        about=order.about(),
        advance=advance,
        stopped=stopped,
    )
    return run.go(order.scorer, hire or partial(Threads, size=1))


def forget(order: Order) -> None:
    """Remove what an unfinished run has left."""
    shutil.rmtree(order.work, ignore_errors=True)
