"""Users on the command line."""

import re

import pytest
from tests.integration.cli.shell import Shell


@pytest.fixture
def shell(tmp_path):
    import os

    return Shell(tmp_path, PYTHONPATH=os.environ.get("PYTHONPATH", ""))


def test_two_administrators_are_made_listed_and_suspended_and_no_third(shell):
    for name in ("anna", "ben"):
        made = shell.run(
            "user", "create", f"{name}@bank.example", "--name", name, "--role", "admin"
        )
        assert made.returncode == 0, made.stderr
        assert len(made.stdout.strip()) >= 43
    third = shell.run("user", "create", "eve@bank.example", "--name", "Eve", "--role", "admin")
    assert third.returncode == 1
    assert "propose the role" in third.stderr

    listed = shell.succeed("user", "list")
    assert re.search(r"anna@bank\.example\s.*admin", listed)
    assert "suspended" in shell.succeed("user", "suspend", "ANNA@bank.example")
    assert "active" in shell.succeed("user", "suspend", "anna@bank.example", "--undo")
    assert len(shell.succeed("user", "password", "ben@bank.example").strip()) >= 43
    assert shell.run("user", "suspend", "nobody@bank.example").returncode == 1


def test_a_key_is_rotated(shell):
    old = shell.succeed("key", "create", "shop", "--scope", "products:read").strip()
    key_id = re.search(r"key_\w+", shell.succeed("key", "list")).group()
    new = shell.succeed("key", "rotate", key_id, "--hours", "1").strip()
    assert new != old
    assert new.startswith("lw_")
