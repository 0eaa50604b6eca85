"""The real command, on real models, as a person runs it."""

import json
import signal
import subprocess

import polars as pl
import pytest
from tests.docs.repository import ROOT
from tests.integration.cli.shell import Shell

from loanwright.datasets.bundled import load_dataset

ROWS = 400
NAMES = ("outcome", "probability_of_default", "score", "grade", "reasons")


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path, PYTHONPATH=str(ROOT / "src"), OMP_NUM_THREADS="1")


@pytest.fixture
def cards(tmp_path):
    table = load_dataset("credit-card").head(ROWS).with_row_index("loan", offset=1000)
    table.write_parquet(tmp_path / "cards.parquet")
    table.write_csv(tmp_path / "cards.csv")
    return table


def package_of(models, name):
    (path,) = models.glob(f"credit-card-{name}-*")
    return path


def answers_of(path):
    table = pl.read_csv(path) if path.suffix == ".csv" else pl.read_parquet(path)
    reasons = [f"reason_{place}" for place in range(1, 5)]
    return [
        {name: row[name] for name in NAMES[:-1]}
        | {"reasons": [row[one] for one in reasons if row[one] is not None]}
        for row in table.to_dicts()
    ]


@pytest.mark.parametrize("name", ["existing-lightgbm", "existing-scorecard", "new-scorecard"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_gets_the_answers_of_decide(shell, cards, trained_models, name, kind):
    package = package_of(trained_models, name)
    shell.succeed("score-file", f"cards.{kind}", f"out.{kind}", "--package", package)
    lines = shell.succeed("decide", f"cards.{kind}", "--package", package, "--jsonl").splitlines()
    decided = [{name: json.loads(line)[name] for name in NAMES} for line in lines]
    assert answers_of(shell.place / f"out.{kind}") == decided


def test_the_champion_and_the_live_policy_score_with_a_product(shell, cards, trained_models):
    shell.environment["LOANWRIGHT_MODELS_DIR"] = str(trained_models)
    seeding = (
        "from loanwright.cli.opening import open_service, read_settings, take_in\n"
        "with open_service(read_settings()) as service: take_in(service)\n"
    )
    python = [str(shell.command[0]).replace("loanwright", "python"), "-c", seeding]
    subprocess.run(python, cwd=shell.place, env=shell.environment, check=True, timeout=120)
    result = shell.run("score-file", "cards.csv", "out.csv", "--product", "credit-card")
    assert result.returncode == 0, result.stderr
    assert "Segment: existing, found from the columns." in result.stderr
    package = package_of(trained_models, "existing-lightgbm")
    shell.succeed("score-file", "cards.csv", "by-package.csv", "--package", package)
    assert (shell.place / "out.csv").read_bytes() == (shell.place / "by-package.csv").read_bytes()


def test_bad_rows_are_told_and_the_exit_code_says_so(shell, cards, trained_models):
    cards.cast({"limit": pl.String}).with_columns(
        limit=pl.when(pl.col("loan") == 1002).then(pl.lit("much")).otherwise(pl.col("limit"))
    ).write_csv(shell.place / "cards.csv")
    package = package_of(trained_models, "new-scorecard")
    result = shell.run("score-file", "cards.csv", "out.csv", "--package", package, "--id", "loan")
    assert result.returncode == 1
    assert f"{ROWS - 1} of {ROWS} rows scored." in result.stderr
    (told,) = pl.read_csv(shell.place / "out.csv.rejected.csv").to_dicts()
    assert (told["line"], told["field"], told["code"]) == (4, "limit", "wrong_type")
    assert pl.read_csv(shell.place / "out.csv")["loan"].to_list()[:3] == [1000, 1001, 1003]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("cards.csv", "cards.csv"), "cannot be its own result"),
        (("cards.csv", "out.xlsx"), "neither .csv nor .parquet"),
        (("nothing.csv", "out.csv"), "There is no file nothing.csv"),
        (("cards.csv", "out.csv", "--keep", "colour"), "has no column colour"),
        (("cards.csv", "out.csv", "--segment", "existing"), "for the segment new, not"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    shell, cards, trained_models, arguments, sentence
):
    package = package_of(trained_models, "new-scorecard")
    result = shell.run("score-file", *arguments, "--package", package)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(shell.place.glob("out.*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_goes_on_with_the_same_command(shell, cards, trained_models, number):
    package = package_of(trained_models, "existing-lightgbm")
    pl.concat([cards] * 2000).write_parquet(shell.place / "many.parquet")
    command = [*shell.command, "score-file", "many.parquet", "out.parquet", "--package", package]
    with subprocess.Popen(
        command, cwd=shell.place, env=shell.environment, stderr=subprocess.PIPE, text=True
    ) as run:
        for line in run.stderr:
            if line.startswith("Scoring"):
                break
        run.send_signal(number)
        said = run.stderr.read()
    if number != signal.SIGKILL:
        assert run.returncode == 1
        assert "nothing is lost. The same command goes on from there" in said
    assert not (shell.place / "out.parquet").exists()
    result = shell.run(*command[1:])
    assert result.returncode == 0, result.stderr
    assert "rows had been scored before" in result.stderr
    alone = shell.run("score-file", "cards.parquet", "few.parquet", "--package", package)
    assert alone.returncode == 0
    few = pl.read_parquet(shell.place / "few.parquet").drop("line")
    many = pl.read_parquet(shell.place / "out.parquet")
    assert many["line"].to_list() == list(range(1, 2000 * ROWS + 1))
    assert many.drop("line").equals(pl.concat([few] * 2000))
