import typer
from typer.testing import CliRunner

from loanwright.cli.failures import PlainFailures, fail
from loanwright.service.kit.problem import FieldError, PayloadRejected


def said(error):
    app = typer.Typer(cls=PlainFailures)

    @app.command()
    def one():
        raise error

    @app.command()
    def other():
        """Make a group of it."""

    result = CliRunner().invoke(app, ["one"])
    return result.exit_code, result.output


def test_what_failed_is_one_sentence():
    assert said(fail("There is no file.")) == (1, "Error: There is no file.\n")


def test_what_is_wrong_with_a_request_is_told_field_by_field():
    wrong = FieldError(field="policy_hash", code="string_too_short", message="64 digits")
    assert said(PayloadRejected([wrong])) == (1, "Error: policy_hash: 64 digits\n")
