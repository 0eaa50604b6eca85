"""A model is registered by one person, approved by another, and its history can be read."""

import pytest
from tests.handmade import handmade_package


@pytest.fixture
def package(shell):
    return handmade_package(shell.place / "var" / "models").path


def test_one_person_registers_and_another_approves(shell, package):
    said = shell.succeed("model", "register", package, "--by", "Anna")
    beginning = said.split()[0]
    assert said.endswith("(credit-card, new, scorecard) is candidate.\n")

    refused = shell.run("model", "approve", beginning, "--by", "anna")
    assert refused.returncode == 1
    assert "somebody else must approve it" in refused.stderr

    said = shell.succeed("model", "approve", package, "--by", "Boris", "--note", "report read")
    assert said == f"{beginning} (credit-card, new) is champion.\n"
    assert "champion" in shell.succeed("model", "list")

    history = shell.succeed("model", "history", beginning)
    assert history.index("candidate") < history.index("Anna") < history.index("Boris")
    assert "report read" in history

    shell.succeed("model", "retire", beginning, "--by", "Boris")
    assert "retired" in shell.succeed("model", "list")


def test_an_unknown_model_is_a_sentence(shell):
    result = shell.run("model", "approve", "abc", "--by", "Boris")
    assert (result.returncode, result.stderr) == (1, "Error: There is no model abc.\n")
