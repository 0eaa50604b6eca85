"""`loanwright erase` and `loanwright retention`, on the database that a service has filled."""

import pytest
from tests.integration.service.erasure.conftest import apply
from typer.testing import CliRunner

from loanwright.cli.main import app


@pytest.fixture
def run(service):
    """Run a command with the settings of the service."""
    settings = service.settings
    environment = {
        "LOANWRIGHT_DATABASE_URL": settings.database_url,
        "LOANWRIGHT_VAR_DIR": str(settings.var_dir),
        "LOANWRIGHT_IDENTITY_KEY": settings.identity_key.get_secret_value(),
    }

    def run(*arguments, typed=None, jurisdictions="US,EU"):
        known = {**environment, "LOANWRIGHT_JURISDICTIONS": jurisdictions}
        return CliRunner(env=known).invoke(app, list(arguments), input=typed)

    return run


def test_a_person_is_erased_by_document_number_once_somebody_says_yes(service, run):
    one = apply(service, document_number="AB 77")
    asked = ("erase", "AB 77", "--force", "--reason", "court order 7")
    refused = run(*asked, typed="n\n")
    assert refused.exit_code == 1
    assert "1 decisions" in refused.output
    assert "blocked by us.reg_b until" in refused.output
    assert service.decisions.get(one.decision).reply

    done = run(*asked, "--yes")
    assert (done.exit_code, f"{one.person} is erased." in done.output) == (0, True)
    assert "AB 77" not in done.output
    again = run(*asked, "--yes")
    assert again.exit_code == 1
    assert "no applicant with this document number" in again.output


def test_a_blocked_erasure_waits_and_is_listed(service, run):
    one = apply(service)
    waiting = run("erase", one.person, "--yes")
    assert waiting.exit_code == 0
    assert "Not erased yet" in waiting.output

    request = service.erasure.find_request(one.person)
    listed = run("retention", "list").output
    assert request.id in listed
    assert one.person in listed


def test_a_hold_is_placed_listed_and_released(service, run):
    one = apply(service, document_number="AB 78")
    placed = run("retention", "hold", "AB 78", "--reason", "case 12", "--until", "2099-01-01")
    assert placed.exit_code == 0, placed.output
    (hold,) = service.erasure.list_holds(one.person)
    assert hold.id in placed.output
    assert "case 12" in run("retention", "list").output

    assert run("retention", "release", hold.id).exit_code == 0
    assert "case 12" not in run("retention", "list").output
    assert run("retention", "release", hold.id).exit_code == 1


def test_a_rehearsal_and_a_run_say_the_same(service, run):
    one = apply(service)
    with service.database.write() as connection:
        from sqlalchemy import text
        from tests.integration.unguarded import unguard

        unguard(connection)
        connection.execute(text("UPDATE decisions SET decided_at = '2020-01-01T00:00:00.000Z'"))
    rehearsed = run("retention", "run", "--dry-run").output
    assert "1 would be erased" in rehearsed
    assert one.person in rehearsed
    done = run("retention", "run").output
    assert done == rehearsed.replace("would be erased", "erased")


def test_the_rules_are_printed_with_their_sources(run):
    printed = run("retention", "rules").output
    assert "us.reg_b" in printed
    assert "1002.12" in printed
    assert "ru.115_fz" not in printed


def test_without_a_jurisdiction_it_is_said_that_no_rule_holds(run):
    printed = run("retention", "rules", jurisdictions="").output
    assert "No rule keeps anybody" in printed
