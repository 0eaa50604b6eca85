"""Runs the console blocks of the tutorials as a reader would, and compares what they print.

A line that begins with `$` is a command; the lines below it must appear in what it prints, in
their order. `…` in such a line stands for anything. A command that ends with `|| true` may find
something and say so with its exit code. Blocks of other kinds are only shown.
"""

import re
import shlex
import shutil

import pytest
from tests.docs.repository import DOCS, ROOT, name_of
from tests.integration.cli.shell import Shell

TUTORIALS = sorted((DOCS / "tutorials").glob("*.md"))


def steps_of(page):
    """Return the commands of a page, each with the lines it is said to print."""
    steps = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((shlex.split(line[2:]), []))
            elif line.strip():
                steps[-1][1].append(line)
    return steps


def find_missing(said, printed):
    """Return the first line that was promised and not printed, or None."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    for promise in said:
        parts = [re.escape(" ".join(part.split())) for part in promise.split("…")]
        pattern = re.compile(r"\s*.*?\s*".join(parts))
        while lines and not pattern.fullmatch(lines[0]):
            lines.pop(0)
        if not lines:
            return promise
        lines.pop(0)
    return None


@pytest.mark.parametrize("page", [p for p in TUTORIALS if steps_of(p)], ids=name_of)
def test_a_tutorial_does_what_it_shows(page, tmp_path):
    for table in ("loans.csv", "sba-loans.csv"):
        shutil.copy(ROOT / "examples" / table, tmp_path)
    sample = ROOT / "src" / "loanwright" / "datasets" / "credit-card.parquet"
    shutil.copy(sample, tmp_path / "card.parquet")
    shell = Shell(tmp_path)
    for words, said in steps_of(page):
        may_find = words[-2:] == ["||", "true"]
        words = words[:-2] if may_find else words
        arguments = [one for word in words[1:] for one in expand(word, tmp_path)]
        assert words[0] == "loanwright", f"only loanwright is run, not {words[0]}"
        result = shell.run(*arguments)
        printed = f"{result.stderr}\n{result.stdout}"
        assert result.returncode in ((0, 1) if may_find else (0,)), f"{' '.join(words)}\n{printed}"
        assert "Error:" not in result.stderr, f"{' '.join(words)}\n{printed}"
        assert find_missing(said, printed) is None, f"{' '.join(words)}\n{printed}"


def expand(word, place):
    """Return what a shell makes of a word with a star."""
    if "*" not in word:
        return [word]
    return sorted(str(path.relative_to(place)) for path in place.glob(word))


def test_a_promise_that_is_not_kept_is_found():
    assert find_missing(["a 1", "b …"], "a   1\nx\nb 22\n") is None
    assert find_missing(["b …", "a 1"], "a 1\nb 2\n") == "a 1"
