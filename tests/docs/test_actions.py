"""What the audit log records is what the reference lists and webhooks can be told of."""

import ast
import re

import pytest
from tests.docs.repository import ROOT

from loanwright.service.audit.actions import ACTIONS

SERVICE = ROOT / "src" / "loanwright" / "service"
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
#: Names of the same shape that are no actions.
OTHERS = {"account.open", "cookies.oidc"}
FILES = (".json", ".jsonl", ".html", ".md", ".npz", ".toml")
#: Told to nobody: a webhook that hears of itself never falls silent.
UNTOLD = ("webhook.", "delivery.")


def names_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and ACTION.fullmatch(node.value)
    }


def recording():
    """Return the modules in which changes are recorded."""
    return [one for one in sorted(SERVICE.rglob("*.py")) if "Change(" in one.read_text()]


@pytest.mark.parametrize("path", recording(), ids=lambda path: str(path.relative_to(SERVICE)))
def test_every_action_is_listed(path):
    unlisted = {
        name
        for name in names_in(path) - ACTIONS.keys() - OTHERS
        if not name.startswith(UNTOLD) and not name.endswith((".id", *FILES))
    }
    assert unlisted == set(), "add a line to loanwright/service/audit/actions.py"


def test_every_listed_action_is_recorded_somewhere():
    found = set().union(
        *(names_in(path) for path in SERVICE.rglob("*.py") if path.name != "actions.py")
    )
    assert ACTIONS.keys() - found == set()


def test_the_list_is_in_order():
    assert list(ACTIONS) == sorted(ACTIONS)
