"""Where things are, and what the checks read."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "loanwright"
DOCS = ROOT / "docs"


def list_tracked() -> list[Path]:
    """Return every file of the repository, committed or about to be, that is there."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in names.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def list_modules() -> list[Path]:
    """Return the modules of the product."""
    return sorted(SOURCE.rglob("*.py"))


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path: Path) -> str:
    """Return a path as a reader knows it."""
    return path.relative_to(ROOT).as_posix()


def list_pages() -> list[Path]:
    """Return the Markdown pages of the repository."""
    return [path for path in list_tracked() if path.suffix == ".md"]


def list_tables(text: str) -> Iterator[list[list[str]]]:
    """Yield the Markdown tables of a page: rows of cells, without the ruler."""
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not all(set(cell) <= set("-: ") for cell in cells):
                rows.append(cells)
        elif rows:
            yield rows
            rows = []
