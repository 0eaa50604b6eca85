"""`loanwright score-file`: a file or table of any length, scored in blocks."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.batch.errors import ResultIsInput, SegmentUnfit
from loanwright.batch.opening import Wishes, need_extra, open_file
from loanwright.cli.console import progress, remark
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.batch.blocks import BlockReader
    from loanwright.batch.files import Order
    from loanwright.batch.results import Result
    from loanwright.batch.running import Hire, Progress, Summary
    from loanwright.decisioning.policy import Policy
    from loanwright.features.product import Product
    from loanwright.packaging.package import ModelPackage

SHOWN = 8
STEPS = 20
STDERR = 2

app = typer.Typer()

SourceArgument = Annotated[
    str, typer.Argument(metavar="IN", help="CSV or parquet; with --table a database's URL.")
]
ResultArgument = Annotated[
    str, typer.Argument(metavar="OUT", help="CSV or parquet; with --into a database's URL.")
]
ProductOption = Annotated[str | None, typer.Option(help="Product: a name, or a product file.")]
PackageOption = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Score with this package and its policy."),
]
SegmentOption = Annotated[
    str | None, typer.Option(help="Segment of all rows; found from the columns if left out.")
]
RowIdOption = Annotated[
    str, typer.Option("--id", help="Column that names a row, in place of its line.")
]
KeepOption = Annotated[
    list[str] | None, typer.Option(help="Column that passes through; may be repeated.")
]
TextsOption = Annotated[
    str, typer.Option(help="Add the texts of the reasons in this language: en or ru.")
]
AllowAbsentOption = Annotated[
    bool, typer.Option("--allow-absent", help="Take absent columns for missing, if they may.")
]
AnewOption = Annotated[bool, typer.Option("--anew", help="Forget what an unfinished run has done.")]
ThreadsOption = Annotated[int, typer.Option(min=0, help="Threads; 0 takes one for each core.")]
ClusterOption = Annotated[
    str | None,
    typer.Option(help="Score on a Dask cluster: its address, or local:N for N processes."),
]
TableOption = Annotated[
    str | None, typer.Option(help="Read this table; IN is the URL of its database.")
]
IntoOption = Annotated[
    str | None, typer.Option(help="Write a new table of this name; OUT is a database's URL.")
]


@app.command()
def score_file(
    source: SourceArgument,
    result: ResultArgument,
    product: ProductOption = None,
    package: PackageOption = None,
    segment: SegmentOption = None,
    row_id: RowIdOption = "",
    keep: KeepOption = None,
    texts: TextsOption = "",
    allow_absent: AllowAbsentOption = False,
    anew: AnewOption = False,
    threads: ThreadsOption = 0,
    cluster: ClusterOption = None,
    table: TableOption = None,
    into: IntoOption = None,
) -> None:
    """Score a file of any length: PD, score, grade, outcome and four reasons for every row.

    Nothing is recorded. Rows that cannot be scored are told with their lines in
    OUT.rejected.csv, and the others go on; then the exit code is 1. Whatever ends the run, the
    same command goes on after the last whole block; OUT is there whole or not at all.
    """
    need_extra("polars", "batch")
    from loanwright.batch.files import Order

    reader = _reader(source, table, row_id)
    path = _result_path(source, result, into)
    model, policy, served = _opened(package, product, segment, reader)
    wishes = Wishes(
        id=row_id, keep=tuple(keep or ()), language=_language(texts), allow_absent=allow_absent
    )
    order = Order(
        reader=reader,
        path=path,
        package=model,
        policy=policy,
        wishes=wishes,
        result=None if into is None else _new_table(result, into),
        product=served,
    )
    summary = _carry_out(order, anew, _crew(cluster, threads))
    _tell(summary, order)


def _reader(source: str, table: str | None, row_id: str) -> "BlockReader":
    if table is None:
        return open_file(_existing(Path(source)))
    from loanwright.cli.database_tables import DatabaseTable, open_engine

    return DatabaseTable(engine=open_engine(source), table=table, id=row_id)


def _result_path(source: str, result: str, into: str | None) -> Path:
    """Return the path of the result; parts and rejected rows of a table are kept here."""
    path = Path(result if into is None else into)
    if path.resolve() == Path(source).resolve():
        raise ResultIsInput(path=path)
    return path


def _new_table(url: str, name: str) -> "Result":
    from loanwright.cli.database_tables import TableResult, open_engine

    result = TableResult(open_engine(url), name)
    result.refuse_if_there()
    return result


def _carry_out(order: "Order", anew: bool, hire: "Hire") -> "Summary":
    from loanwright.batch.files import forget, score_table
    from loanwright.batch.opening import prepare

    # The columns are looked at first: what is wrong with them is told before any work begins.
    columns = prepare(order.reader, order.package, wishes=order.wishes, habits={}).columns
    if columns.left_out:
        shown = ", ".join(columns.left_out[:SHOWN])
        more = f" and {len(columns.left_out) - SHOWN} more" if columns.left_out[SHOWN:] else ""
        remark(f"Left out, as nothing asks for them: {shown}{more}.")
    if anew:
        forget(order)
    with progress("Scoring") as show, _told_to_stop() as stopped:
        return score_table(order, hire=hire, advance=_shown(show), stopped=stopped)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise fail(f"There is no file {path}.")
    return path


def _language(texts: str) -> str:
    if texts not in ("", "en", "ru"):
        raise typer.BadParameter("--texts is en or ru")
    return texts


def _opened(
    package: Path | None, product: str | None, segment: str | None, reader: "BlockReader"
) -> "tuple[ModelPackage, Policy, Product]":
    if package is not None:
        return _of_package(package, segment)
    if product is not None:
        return _of_service(product, segment, reader)
    raise typer.BadParameter("give --product, or --package")


def _of_package(directory: Path, segment: str | None) -> "tuple[ModelPackage, Policy, Product]":
    from loanwright.decisioning.policy import Policy
    from loanwright.packaging.package import ModelPackage

    package = ModelPackage.load(directory)
    if segment not in (None, package.segment):
        raise SegmentUnfit(segment=package.segment, asked=segment)
    remark(f"Segment: {package.segment}, which the package is for.")
    return package, Policy.from_mapping(package.product.policy), package.product


def _of_service(
    name: str, segment: str | None, reader: "BlockReader"
) -> "tuple[ModelPackage, Policy, Product]":
    from loanwright.batch.choosing import find_segment
    from loanwright.cli.opening import open_product_service
    from loanwright.packaging.package import ModelPackage

    with open_product_service(name) as (service, product):
        chosen = segment or find_segment(product, reader.columns)
        product.segment(chosen)
        champion = service.registry.champion(product.name, chosen)
        policy = service.policies.live(product.name).policy
        remark(f"Segment: {chosen}, {'as asked' if segment else 'found from the columns'}.")
        return ModelPackage.load(champion.path), policy, product


def _crew(cluster: str | None, count: int) -> "Hire":
    if cluster is not None:
        need_extra("distributed", "cluster")
        from loanwright.batch.cluster import machines

        return partial(machines, address=cluster)
    from loanwright.batch.running import Threads

    return partial(Threads, size=count or _cores())


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _shown(show: Callable[[str, float], None]) -> "Callable[[Progress], None]":
    """Show every block on a bar; say a line for every twentieth part where there is no bar."""
    said = 0

    def advance(done: "Progress") -> None:
        nonlocal said
        step = int(done.share * STEPS)
        rejected = f", {done.rejected:,} rejected" if done.rejected else ""
        if step > said or sys.stderr.isatty():
            said = step
            show(f"{done.rows:,} rows{rejected}", done.share)

    return advance


@contextmanager
def _told_to_stop() -> Iterator[Callable[[], bool]]:
    """Yield what tells whether the person or the machine asked to stop; a second time ends all."""
    asked = threading.Event()

    def stop(number: int, frame: Any) -> None:  # noqa: ARG001
        asked.set()
        signal.signal(number, signal.SIG_DFL)
        # Not through sys.stderr: the signal may have come while something was written there.
        os.write(STDERR, "Stopping after the blocks under way …\n".encode())

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _tell(summary: "Summary", order: "Order") -> None:
    if summary.resumed:
        remark(f"{summary.resumed:,} rows had been scored before.")
    remark(f"{summary.rows - summary.rejected:,} of {summary.rows:,} rows scored.")
    if summary.rejected:
        remark(f"The others, with their lines: {order.rejected}")
        raise typer.Exit(1)
