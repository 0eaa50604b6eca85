"""Experiments and shadows from a shell; run in this process, on a handmade model."""

import pytest
from tests.handmade import CARD, handmade_package
from tests.integration.service.conftest import application
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

FILE = """
name = "longer-history"
product = "credit-card"
segment = "new"
measure = "approval_rate"
plan = {{ base = 0.5, effect = 0.05 }}
arms = [
  {{ name = "champion", share = 7500 }},
  {{ name = "tried", share = 2500, model_hash = "{model}" }},
]
guardrails = [{{ watched = "approval_rate", lowest = -0.1, highest = 0.1 }}]
"""


@pytest.fixture
def challenger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings(var_dir=tmp_path / "var")
    upgrade_database(settings)
    service = build(settings)
    for state, changes in ((State.CHAMPION, {}), (State.CHALLENGER, {"card.md": b"other\n"})):
        package = handmade_package(settings.models_dir, **changes)
        service.registry.register(package.path, by="tests")
        model = service.registry.promote(package.hash, to=state, by="tests")
    service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    for _ in range(4):
        reply = service.origination.submit(application())
        service.work(reply.decision_id)
    service.close()
    (tmp_path / "trial.toml").write_text(FILE.format(model=model.hash))
    return model.hash


def run(*arguments):
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_an_experiment_is_planned_approved_started_and_stopped(challenger):
    code, said = run("experiment", "plan", "trial.toml", "--per-day", "100")
    assert code == 0
    assert [line.split() for line in said.splitlines()[1:]] == [
        ["tried", "3132", "1044"],
        ["42", "days", "until", "the", "planned", "rows", "have", "come."],
    ]
    assert run("experiment", "status")[1].split() == ["experiment", "product", "segment", "state"]
    assert run("experiment", "plan", "trial.toml", "--propose", "--by", "Anna")[0] == 0
    code, said = run("experiment", "approve", "longer-history", "--by", "anna")
    assert (code, "somebody else must approve it" in said) == (1, True)
    for command, by in (("approve", "Boris"), ("start", "Anna")):
        assert run("experiment", command, "longer-history", "--by", by)[0] == 0
    code, said = run("experiment", "status", "longer-history")
    assert "too_early" in said
    assert "approval_rate" in said
    code, said = run("experiment", "conclude", "longer-history", "--by", "Anna")
    assert (code, "has no answer yet" in said) == (1, True)
    code, said = run("experiment", "stop", "longer-history", "--by", "Anna", "--why", "enough")
    assert (code, "is stopped: enough." in said) == (0, True)


def test_a_challenger_is_compared(challenger):
    code, said = run("shadow", "list")
    assert (code, said.splitlines()[1].split()[:3]) == (0, [challenger[:12], "4", "0"])
    code, said = run("shadow", "compare", challenger[:12])
    assert code == 0
    assert said.startswith("4 decisions of credit-card, new.")
    assert "1.0000" in said


def test_nobody_does_nothing(challenger):
    code, said = run("experiment", "plan", "trial.toml", "--propose")
    assert (code, "--by" in said) == (1, True)


def test_what_was_checked_before_an_approval_can_be_read(challenger):
    assert run("model", "approve", challenger[:12], "--by", "Boris")[0] == 0
    code, said = run("model", "checks", challenger[:12])
    found = {tuple(line.split()[:4]) for line in said.splitlines()[1:]}
    assert code == 0
    assert ("champion", "Boris", "parity", "passed") in found
    assert ("champion", "Boris", "shadow", "passed") in found
    assert ("champion", "Boris", "experiment", "not_done") in found
