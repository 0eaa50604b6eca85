"""A serving machine has no LightGBM, no scikit-learn, no SciPy and no polars."""

import shutil
import sys

import pytest
from tests.integration.cli.shell import Shell

PERSON = {
    "amount": 9000,
    "monthly_income": 2400,
    "months_employed": 30,
    "late_payments": 2,
    "home": "rent",
}
ABSENT = ("lightgbm", "polars", "sklearn", "scipy", "pandas")
START = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {ABSENT}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from loanwright.cli.main import app
app()
"""


@pytest.fixture
def server(tmp_path, lender):
    shutil.copytree(lender.place / "var" / "models", tmp_path / "models")
    shutil.copy(lender.place / "loan.toml", tmp_path)
    command = [sys.executable, "-c", START]
    return Shell(tmp_path, command=command, LOANWRIGHT_MODELS_DIR="models")


def test_help_needs_no_training_stack(server):
    assert "serve" in server.succeed("serve", "--help")


def test_packages_of_every_family_are_served_and_replayed(server):
    with server.serving("serve", "--product", "loan.toml", "--port", 0) as served:
        served.read_token()
        status, answer = served.send({"product": "loan", "features": PERSON})
        assert status == 201
        replayed, result = served.call(f"/v1/decisions/{answer['decision']['id']}/replay", b"")
        assert (replayed, result["equal"]) == (200, True)


def test_every_package_verifies(server):
    result = server.run("doctor")
    assert result.stdout.count("verified") == len(list((server.place / "models").iterdir()))


def test_training_says_which_extra_it_needs(server):
    (server.place / "a.csv").write_text("a,b\n1,0\n")
    result = server.run("train", "loan.toml", "a.csv")
    assert result.returncode == 1
    assert "loanwright[train]" in result.stderr
