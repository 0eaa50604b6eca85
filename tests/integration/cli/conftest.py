import shutil

import pytest
from tests.docs.repository import ROOT
from tests.integration.cli.shell import Shell

QUICK = ("--families", "scorecard,lightgbm", "--no-search")


@pytest.fixture(scope="session")
def lender(tmp_path_factory):
    """A lender who has drafted and trained a product from a table."""
    shell = Shell(tmp_path_factory.mktemp("lender"))
    shutil.copy(ROOT / "examples" / "loans.csv", shell.place)
    shell.drafted = shell.run("product", "draft", "loans.csv", "--target", "bad", "-o", "loan.toml")
    assert shell.drafted.returncode == 0, shell.drafted.stderr
    shell.trained = shell.run("train", "loan.toml", "loans.csv", *QUICK)
    assert shell.trained.returncode == 0, shell.trained.stderr
    return shell


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)
