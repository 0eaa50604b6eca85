"""Tests of loanwright.models.plan."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from loanwright.models.plan import NothingToCompare, Plan, run_contest


def refusal(families):
    plan = Plan(models_dir=Path("models"), families=families)
    with pytest.raises(NothingToCompare) as caught:
        run_contest(SimpleNamespace(columns=()), "new", plan, pace=None, tell=None)
    return str(caught.value)


def test_where_no_wanted_family_is_installed_each_is_told_how_to_be_added(monkeypatch):
    monkeypatch.setattr("loanwright.models.plan.installed_families", lambda: ())
    found = refusal(("additive", "neural"))
    assert "additive: add it with pip install 'loanwright[ebm]'" in found
    assert "neural: add it with make neural" in found
    assert "scorecard" not in found
    assert "scorecard: add it with" in refusal(None)


def test_a_plan_of_no_family_says_that_none_is_named():
    assert refusal(()).endswith("none is named.")
