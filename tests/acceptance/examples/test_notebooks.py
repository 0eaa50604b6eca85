"""The notebooks of `examples/` are notebooks, and their code runs from first to last."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


def cells_of(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_it_is_a_notebook_of_format_4_without_outputs(path):
    found = cells_of(path)
    assert found["nbformat"] == 4
    assert {one["cell_type"] for one in found["cells"]} <= {"markdown", "code"}
    ids = [one["id"] for one in found["cells"]]
    assert len(set(ids)) == len(ids)
    # What a cell printed once is not what it prints today.
    assert not any(one.get("outputs") for one in found["cells"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_its_code_runs(path, tmp_path):
    code = ["".join(one["source"]) for one in cells_of(path)["cells"] if one["cell_type"] == "code"]
    script = tmp_path / "notebook.py"
    script.write_text("\n\n".join(code), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=600
    )
    assert ran.returncode == 0, ran.stderr


def test_there_is_a_notebook():
    assert NOTEBOOKS
