"""`loanwright audit` as a person uses it."""

import json

import pytest
from sqlalchemy import text
from tests.integration.unguarded import unguard
from typer.testing import CliRunner

from loanwright.cli.main import app
from loanwright.cli.opening import open_service
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.settings import Settings


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a directory of its own, where something was recorded."""
    monkeypatch.chdir(tmp_path)
    with open_service(Settings()) as service, service.database.write() as connection:
        changes = [Change(action="a.done", subject=f"x{number}") for number in range(3)]
        service.audit.record(connection, Actor(id="usr_ANNA"), changes)

    def call(*words, code=0):
        result = CliRunner().invoke(app, ["audit", *words])
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_a_log_is_sealed_listed_exported_and_verified(run, tmp_path):
    assert "3 entries are sealed now." in run("seal")
    assert run("list", "--actor", "usr_ANNA").count("a.done") == 3
    assert "1 seals and 3 entries" in run("export", "kept", "--entries")
    assert "The audit log is whole." in run("verify", "--against", "kept")
    assert len((tmp_path / "kept" / "entries.jsonl").read_text().splitlines()) == 3


def test_the_first_broken_row_is_named_and_the_command_fails(run):
    run("seal")
    with open_service(Settings()) as service, service.database.write() as connection:
        unguard(connection)
        connection.execute(text("UPDATE audit_entries SET actor = 'usr_EVE' WHERE subject = 'x1'"))
        (entry,) = service.ledger.list_page(subject="x1").items

    found = run("verify", code=1)
    assert f"BROKEN: audit_entries {entry.id}: its content does not give its hash" in found


def test_a_new_key_signs_from_then_on_and_the_old_one_stays_trusted(run, tmp_path):
    run("seal")
    run("rotate-key")
    run("seal")

    assert len(list((tmp_path / "var" / "audit-keys").glob("*.pub"))) == 1
    assert "The audit log is whole." in run("verify")


def test_a_file_that_is_no_proof_is_refused(run, tmp_path):
    (tmp_path / "proof.json").write_text(json.dumps({"schema": 1}))
    assert "The proof does not hold" in run("check-proof", "proof.json", code=1)
    (tmp_path / "proof.json").write_text("{")
    assert "is not JSON" in run("check-proof", "proof.json", code=1)
