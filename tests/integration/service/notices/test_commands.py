"""`loanwright notice` and `loanwright data-pack`, on the database that a service has filled."""

import json

import pytest
from typer.testing import CliRunner

from loanwright.cli.main import app

LENDER = 'name = "Bank of Tests"\ncontact = "tests@bank.example"\n'


@pytest.fixture
def run(service, tmp_path):
    settings = service.settings
    (tmp_path / "lender.toml").write_text(LENDER)
    environment = {
        "LOANWRIGHT_DATABASE_URL": settings.database_url,
        "LOANWRIGHT_VAR_DIR": str(settings.var_dir),
        "LOANWRIGHT_IDENTITY_KEY": settings.identity_key.get_secret_value(),
        "LOANWRIGHT_LENDER_FILE": str(tmp_path / "lender.toml"),
        "LOANWRIGHT_JURISDICTIONS": "EU",
    }
    return lambda *arguments: CliRunner(env=environment).invoke(app, list(arguments))


@pytest.fixture
def person(service):
    with service.database.write() as connection:
        return service.applicants.receive(connection, [None])[0].id


def test_a_data_pack_is_written_as_a_file(run, person, tmp_path):
    file = tmp_path / "pack.json"
    done = run("data-pack", person, "--format", "json", "--language", "ru", "--out", str(file))
    told = json.loads(file.read_text())

    assert done.exit_code == 0, done.output
    assert told["kind"] == "data-pack"
    assert told["sender"] == "Bank of Tests"
    assert "Решений о вас не принималось." in file.read_text()


def test_what_is_not_there_is_named(run, tmp_path):
    missing = run("notice", "dec_" + "0" * 26, "--out", str(tmp_path / "x"))
    strange = run("notice", "dec_" + "0" * 26, "--format", "docx")
    assert (missing.exit_code, strange.exit_code) == (1, 1)
    assert "There is no decision" in missing.output
    assert "There is no format docx" in strange.output
    assert not (tmp_path / "x").exists()
