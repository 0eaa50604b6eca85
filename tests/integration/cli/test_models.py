"""A model is registered by one person, approved by another, and its history can be read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.handmade import CARD, handmade_package

from loanwright.cli.opening import promote_champions
from loanwright.service.bootstrap import build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings


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


def test_an_approved_champion_keeps_its_place_when_products_are_served_anew(tmp_path, capsys):
    settings = Settings(var_dir=tmp_path / "var", identity_key="k" * 32)
    card = replace(CARD, segments={"new": replace(CARD.segment("new"), champion="scorecard")})
    first = handmade_package(settings.models_dir)
    upgrade_database(settings)
    service = build(settings)
    promote_champions(service, card, anew=True)
    assert service.registry.champion("credit-card", "new").hash == first.hash

    other = handmade_package(settings.models_dir, **{"card.md": b"another card\n"})
    promote_champions(service, card, anew=True)
    assert service.registry.champion("credit-card", "new").hash == other.hash
    assert "as its file says" in capsys.readouterr().err

    service.registry.approve(first.hash, to=State.CHAMPION, by="Boris")
    other.path.touch()
    promote_champions(service, card, anew=True)
    assert service.registry.champion("credit-card", "new").hash == first.hash
    assert "keeps the champion that Boris has approved" in capsys.readouterr().err
    service.close()


def test_what_was_live_at_a_moment_is_told_with_who_let_it_and_what_it_passed(shell, package):
    before = datetime.now(UTC).isoformat()
    shell.succeed("model", "register", package, "--by", "Anna")
    shell.succeed("model", "approve", package, "--by", "Boris")
    told = shell.succeed("live")

    assert "credit-card" in told
    assert "Boris" in told
    assert "passed" in told
    assert "Boris" not in shell.succeed("live", "--at", before)
    assert "is not a moment" in shell.run("live", "--at", "yesterday").stderr
