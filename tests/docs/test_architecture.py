import subprocess
import sys

import grimp
import pytest
from tests.docs.repository import ROOT

PRIVATE_FILES = {"tables", "repository"}
TRAINING_STACK = {"lightgbm", "sklearn", "scipy", "polars"}
SERVING = ["service.asgi", "service.bootstrap", "packaging.package", "engine.load", "cli.main"]


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("loanwright", exclude_type_checking_imports=True)


def run_python(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60).stdout


def test_every_module_keeps_to_its_layer():
    command = [sys.executable, "-m", "importlinter.cli", "lint", "--no-cache"]
    code = "import sys; from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    result = subprocess.run(
        [*command[:1], "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stdout


def test_the_tables_and_the_sql_of_a_feature_are_its_own(graph):
    trespasses = [
        f"{importer} imports {module}"
        for module in sorted(graph.modules)
        if module.startswith("loanwright.service.") and module.split(".")[-1] in PRIVATE_FILES
        for importer in sorted(graph.find_modules_that_directly_import(module))
        if not importer.startswith(module.rsplit(".", 1)[0])
        and not importer.startswith("loanwright.service.migrations")
    ]
    assert trespasses == []


def test_decisioning_leaves_numpy_alone():
    code = (
        "import pkgutil, sys, loanwright.decisioning as d;"
        "[__import__(m.name) for m in pkgutil.walk_packages(d.__path__, d.__name__ + '.')];"
        "print(sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)"
        " - {'loanwright', '__main__', 'sitecustomize', 'usercustomize'}))"
    )
    loaded = run_python(code).strip()
    assert "numpy" not in loaded
    assert "pydantic" not in loaded


@pytest.mark.parametrize("module", SERVING)
def test_serving_loads_nothing_of_the_training_stack(module):
    code = f"import sys, loanwright.{module}; print(*sorted(sys.modules))"
    loaded = run_python(code).split()
    assert f"loanwright.{module}" in loaded
    assert {name.split(".")[0] for name in loaded} & TRAINING_STACK == set()
