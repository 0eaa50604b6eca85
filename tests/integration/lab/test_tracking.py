"""What a run leaves: JSON always, MLflow with loadable, registered models, and a page."""

import json
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from loanwright.datasets.bundled import load_dataset
from loanwright.features.columns import columns_from_table, matrix_from_columns
from loanwright.features.product import bundled_product
from loanwright.lab.experiment import Experiment, load_experiment
from loanwright.lab.page import answer, serve_page
from loanwright.lab.record import (
    ExperimentUnknown,
    RecordRefused,
    find_records,
    list_records,
    read_record,
)
from loanwright.lab.running import Place, run_experiment
from loanwright.lab.tracking import JsonTracker, open_tracker
from loanwright.packaging.package import ModelPackage

LOAN = "instalment-loan"
EXAMPLE = Path(__file__).parents[3] / "examples" / "experiments" / "credit-card.toml"
needs_mlflow = pytest.mark.skipif(find_spec("mlflow") is None, reason="MLflow is not installed")


def now():
    return datetime.now(UTC)


def complain(sentence):
    raise AssertionError(sentence)


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """A small finished experiment, tracked wherever it can be."""
    directory = tmp_path_factory.mktemp("lab")
    experiments = directory / "experiments"
    experiment = Experiment(
        name="small",
        product=LOAN,
        families=("scorecard", "logistic"),
        segments=("existing",),
        folds=3,
        trials=2,
        metric="profit",
        costs={"false_negative": 5.0, "false_positive": 1.0},
    )
    place = Place(
        models=directory / "models",
        experiments=experiments,
        tracker=open_tracker(experiments, warn=complain),
        now=now,
    )
    finished = run_experiment(experiment, bundled_product(LOAN), load_dataset(LOAN), place)
    return experiments, finished


def test_the_facts_of_a_run_are_kept_as_json(tried):
    experiments, finished = tried
    record = read_record(find_records(experiments, "small")[0])
    assert record == json.loads(json.dumps(finished.record.to_mapping()))
    assert record["experiment"]["metric"] == "profit"
    assert [trial["number"] for trial in record["trials"]] == [0, 1, 0, 1]
    told = record["comparisons"]["existing"]
    assert told["chosen"] in {"scorecard", "logistic"}
    assert all(row["seconds"] > 0 for row in told["families"])
    assert all(0.5 < one["figures"]["auc"]["value"] < 1 for one in record["models"])


@needs_mlflow
def test_mlflow_has_a_parent_a_child_per_family_and_one_per_trial(tried):
    from mlflow.tracking import MlflowClient

    from loanwright.lab.mlflow_tracking import store_of

    client = MlflowClient(store_of(tried[0]))
    experiment = client.get_experiment_by_name("small")
    runs = client.search_runs([experiment.experiment_id])
    children = {run.info.run_id: run.data.tags.get("mlflow.parentRunId") for run in runs}
    (parent,) = [one for one, above in children.items() if above is None]
    families = [one for one, above in children.items() if above == parent]
    trials = [one for one, above in children.items() if above in families]
    assert (len(families), len(trials)) == (2, 4)
    family = client.get_run(families[0])
    assert {"auc", "gini", "brier", "mean", "seconds"} <= family.data.metrics.keys()
    files = {file.path for file in client.list_artifacts(families[0])}
    assert {"plots", "report.html", "card.md", "model"} <= files
    assert "profit" in client.get_run(trials[0]).data.metrics


@needs_mlflow
def test_a_registered_model_answers_as_its_package_does(tried):
    import mlflow
    import mlflow.pyfunc

    from loanwright.lab.mlflow_tracking import store_of

    experiments, finished = tried
    mlflow.set_tracking_uri(store_of(experiments))
    try:
        loaded = mlflow.pyfunc.load_model(f"models:/{LOAN}-existing@candidate")
        champion = mlflow.pyfunc.load_model(f"models:/{LOAN}-existing@champion")
    finally:
        mlflow.set_tracking_uri(None)
    (chosen,) = [model for model in finished.run.models if model.chosen]
    rows = load_dataset(LOAN).head(50)
    import pandas

    found = loaded.predict(pandas.DataFrame(rows.to_dict(as_series=False), index=range(7, 57)))
    package = ModelPackage.load(chosen.path)
    columns = columns_from_table(package.product, rows)
    matrix = matrix_from_columns(package.product, "existing", columns)
    expected = package.assess_matrix(matrix)
    assert found.index.tolist() == list(range(7, 57))
    assert found["score"].tolist() == [one.score for one in expected]
    assert found["grade"].tolist() == [one.grade for one in expected]
    assert found["probability_of_default"].tolist() == [
        one.probability_of_default for one in expected
    ]
    assert champion.unwrap_python_model is not None


@needs_mlflow
def test_a_store_that_refuses_costs_no_training(tmp_path, tried):
    said = []
    tracker = open_tracker(tmp_path, tracking_uri="oracle://nowhere", warn=said.append)
    tracker.finish(tried[1].record, tried[1].run)
    assert len(list_records(tmp_path)) == 1
    assert "MLflow did not take the run" in said[0]


def test_the_page_shows_runs_and_leads_nowhere_else(tried):
    experiments = tried[0]
    (path,) = list_records(experiments)
    front = answer(experiments, "/")
    assert f'href="/small/{path.stem}"' in front
    page = answer(experiments, f"/small/{path.stem}")
    assert "scorecard" in page
    assert "<script" not in page
    assert answer(experiments, "/../../etc/passwd") is None
    assert answer(experiments, "/small/%2e%2e/x") is None


def test_the_page_is_served_on_this_machine_only(tried):
    with serve_page(tried[0], port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host, port = server.server_address
        assert host == "127.0.0.1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as reply:
            assert b"small" in reply.read()
            assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/oracle")
        server.shutdown()


def test_what_is_not_there_or_no_record_is_said(tmp_path):
    with pytest.raises(ExperimentUnknown, match="known: none"):
        find_records(tmp_path, "small")
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("[]")
    for name in ("a.json", "b.json"):
        with pytest.raises(RecordRefused):
            read_record(tmp_path / name)


def test_the_example_runs_in_a_tiny_form_with_its_own_features(tmp_path):
    from dataclasses import replace

    example = replace(
        load_experiment(EXAMPLE), trials=1, folds=2, families=("scorecard", "logistic")
    )
    place = Place(
        models=tmp_path / "models",
        experiments=tmp_path,
        tracker=JsonTracker(directory=tmp_path),
        now=now,
    )
    table = load_dataset("credit-card").head(2000)
    finished = run_experiment(example, bundled_product("credit-card"), table, place)
    model = finished.run.models[0]
    manifest = ModelPackage.load(model.path).manifest
    assert manifest["features"] == list(example.features["existing"])
    assert list(finished.run.comparisons) == ["existing"]
