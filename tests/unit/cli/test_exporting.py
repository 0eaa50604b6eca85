import pytest
from tests.unit.exporting.packages import package_of
from typer.testing import CliRunner

from loanwright.cli.main import app


def run(*words):
    return CliRunner().invoke(app, ["export", *map(str, words)])


@pytest.mark.parametrize(("kind", "needs"), [("onnx", "onnxruntime"), ("sql", "polars")])
def test_a_package_is_written_and_its_distance_is_printed(kind, needs, tmp_path):
    pytest.importorskip(needs)
    package, file = package_of("scorecard"), tmp_path / f"model.{kind}"
    result = run(package.path, "--format", kind, "--output", file)
    assert result.exit_code == 0, result.output
    assert file.stat().st_size > 1000
    assert "Against the engine on 5060 rows, 60 of them golden" in result.output
    assert package.hash in result.output


def test_a_file_that_is_there_is_kept(tmp_path):
    file = tmp_path / "model.sql"
    file.write_text("mine")
    result = run(package_of("scorecard").path, "--format", "sql", "--output", file)
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert file.read_text() == "mine"


def test_what_has_no_such_form_is_refused_in_a_sentence(tmp_path):
    result = run(package_of("lightgbm").path, "--format", "sql", "--output", tmp_path / "a.sql")
    assert result.exit_code == 1
    assert "lightgbm cannot be exported as SQL" in result.output


def test_raw_is_for_onnx(tmp_path):
    wanted = tmp_path / "a.sql"
    result = run(package_of("scorecard").path, "--format", "sql", "--raw", "--output", wanted)
    assert result.exit_code == 1
    assert "--raw is for ONNX" in result.output
