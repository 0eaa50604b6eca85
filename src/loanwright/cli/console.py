"""What a person sees: results on standard output, progress and remarks on standard error."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

Progress = Callable[[str, float], None]
COLUMN_GAP = "  "


def say(line: str = "") -> None:
    """Print one line of the result."""
    typer.echo(line)


def remark(line: str) -> None:
    """Print one line beside the result."""
    typer.echo(line, err=True)


def show_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: drawn on a terminal, plain aligned columns when piped."""
    cells = [[_cell(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        _draw(headers, cells)
        return
    widths = [max(map(len, column)) for column in zip(headers, *cells, strict=True)]
    for row in [headers, *cells]:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say(COLUMN_GAP.join(padded).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _draw(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*headers, box=box.SIMPLE_HEAD, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Yield a function that shows how far the work is: a bar, or lines when piped."""
    if sys.stderr.isatty():
        with _bar(title) as advance:
            yield advance
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda step, done: bar.update(task, description=f"{title}: {step}", completed=done)


def _lines(title: str) -> Progress:
    last = ""

    def advance(step: str, done: float) -> None:
        nonlocal last
        if step != last:
            remark(f"{title}: {step} ({done:.0%})")
            last = step

    return advance
