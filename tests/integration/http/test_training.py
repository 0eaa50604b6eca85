"""Models trained over HTTP: by the command that a person would give, in a process of its own."""

import io
import time

import pytest
from tests.integration.http.conftest import open_api

from loanwright.datasets.bundled import load_dataset
from loanwright.service.bootstrap import build
from loanwright.service.training.errors import TrainingTooLong, TrainingUnfinished
from loanwright.service.training.runner import CommandTrainer, Workplace

PATH = "/v1/training-runs"
TABLE = load_dataset("instalment-loan")
QUICK = {"product": "instalment-loan", "families": "scorecard", "trials": 0, "budget": 120}


@pytest.fixture
def service(settings):
    service = build(settings)
    yield service
    service.close()


@pytest.fixture
def caller(service, token, log):
    with open_api(service, log, stop_delay=0) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        yield caller


def csv(table):
    file = io.BytesIO()
    table.write_csv(file)
    return file.getvalue()


def send(caller, content, media_type="text/csv", **asked):
    headers = {"content-type": media_type}
    return caller.post(PATH, params={**QUICK, **asked}, content=content, headers=headers)


def ended(caller, answer, seconds=180):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run = caller.get(answer.headers["location"]).json()
        if run["state"] not in ("queued", "running"):
            return run
        time.sleep(0.2)
    raise AssertionError(run)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_table_becomes_candidates_that_decide_nothing_yet(caller, service):
    answer = send(caller, csv(TABLE))
    assert (answer.status_code, answer.json()["kind"]) == (202, "training")
    run = ended(caller, answer)

    assert (run["state"], run["problem"]) == ("done", None)
    models = run["result"]["models"]
    assert len(models) == 2
    for model_hash in models:
        model = caller.get(f"/v1/models/{model_hash}").json()
        assert (model["state"], model["product"]) == ("candidate", "instalment-loan")
        assert caller.get(f"/v1/models/{model_hash}/report").status_code == 200
        own = caller.post(f"/v1/models/{model_hash}/approval", json={"to": "champion"})
        assert own.json()["code"] == "second_person_needed"
    assert [one["id"] for one in caller.get(PATH).json()["items"]] == [run["id"]]
    assert list(service.settings.training_dir.iterdir()) == []


def test_a_table_that_cannot_be_learned_from_fails_and_says_why(caller, service):
    run = ended(caller, send(caller, csv(TABLE.filter(TABLE["default"] == 0))))

    assert run["state"] == "failed"
    assert run["problem"]["code"] == "training_failed"
    detail = run["problem"]["detail"]
    assert detail.startswith("The training ended without a model: ")
    assert "%" not in detail
    assert not detail.endswith("..")
    assert str(service.settings.var_dir) not in detail


def test_a_table_without_the_label_is_refused_at_once(caller):
    answer = send(caller, csv(TABLE.drop("default")))

    assert (answer.status_code, answer.json()["code"]) == (422, "training_label_missing")
    assert "default" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "media_type", "status"),
    [
        ({"product": "boat-loan"}, "text/csv", 422),
        ({"families": "Best One"}, "text/csv", 422),
        ({"budget": 1}, "text/csv", 422),
        ({"colour": "red"}, "text/csv", 422),
        ({}, "application/json", 415),
    ],
)
def test_what_is_wrong_with_a_wish_is_said_at_once(caller, service, asked, media_type, status):
    answer = send(caller, csv(TABLE.head(3)), media_type, **asked)

    assert answer.status_code == status
    directory = service.settings.training_dir
    assert not directory.exists() or list(directory.iterdir()) == []


def test_another_key_sees_nothing_of_it(caller, service):
    answer = send(caller, csv(TABLE.head(3)))
    _, other = service.keys.create("other")
    caller.headers["authorization"] = f"Bearer {other}"

    assert caller.get(answer.headers["location"]).status_code == 404
    assert caller.get(PATH).json()["items"] == []


def workplace(tmp_path):
    from loanwright.features.product import bundled_product

    product, table = tmp_path / "product.toml", tmp_path / "table.csv"
    product.write_text(bundled_product("instalment-loan").text)
    table.write_bytes(csv(TABLE))
    return Workplace(product=product, table=table, models=tmp_path / "models")


@pytest.mark.parametrize(
    ("seconds", "stopped", "refusal"),
    [(0.5, False, TrainingTooLong), (60, True, TrainingUnfinished)],
)
def test_a_training_that_must_end_is_ended_with_its_process(tmp_path, seconds, stopped, refusal):
    began = time.monotonic()
    with pytest.raises(refusal):
        CommandTrainer(seconds=seconds).train(
            workplace(tmp_path), [], tell=lambda _: None, stopped=lambda: stopped
        )
    assert time.monotonic() - began < 20
