"""Files sent over HTTP, scored by the workers of the service with models that were trained."""

import io
import time

import polars as pl
import pytest
from tests.integration.http.conftest import open_api
from tests.integration.service.conftest import CARD

from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
PATH = "/v1/batches"
HEADER = b"loan,limit,education\n"
GOOD = HEADER + b"A1,200000,university\nA2,20000,graduate_school\n"
MIXED = GOOD + b"A3,much,university\nA4,50000,university\n"


@pytest.fixture
def settings(database_url, tmp_path, trained_models):
    return Settings(
        database_url=database_url,
        var_dir=tmp_path,
        models_dir=trained_models,
        identity_key="k" * 32,
        gather_timeout=30,
        database_timeout=30,
        batch_limit=1_000_000,
        batch_threads=1,
        stop_delay=0,
    )


@pytest.fixture
def service(settings):
    service = build(settings)
    for path in sorted(settings.models_dir.iterdir()):
        model = service.registry.register(path, by="tests")
        if model.family == "scorecard":
            service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    yield service
    service.close()


@pytest.fixture
def caller(service, token, log):
    with open_api(service, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        yield caller


def send(caller, content, media_type=CSV, headers=None, **asked):
    asked = {"product": "credit-card", **asked}
    sent = {"content-type": media_type, **(headers or {})}
    return caller.post(PATH, params=asked, content=content, headers=sent)


def ended(caller, answer, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        batch = caller.get(answer.headers["location"]).json()
        if batch["state"] not in ("queued", "running"):
            return batch
        time.sleep(0.05)
    raise AssertionError(batch)


def test_a_file_comes_back_scored_and_its_bad_rows_are_told_with_their_lines(caller):
    answer = send(caller, MIXED, id="loan", texts="ru")
    assert answer.status_code == 202
    assert answer.json()["segment"] == "new"
    batch = ended(caller, answer)

    assert (batch["state"], batch["share"]) == ("done", 1.0)
    assert batch["rows"] == {"done": 4, "rejected": 1}
    location = answer.headers["location"]
    result = caller.get(f"{location}/result")
    assert result.headers["content-type"].startswith("text/csv")
    table = pl.read_csv(io.BytesIO(result.content))
    assert table["loan"].to_list() == ["A1", "A2", "A4"]
    rejected = pl.read_csv(io.BytesIO(caller.get(f"{location}/rejected").content))
    assert rejected["line"].to_list() == [4]
    assert rejected["field"].to_list() == ["limit"]


def test_a_row_of_a_batch_is_a_decision_of_one_alone_bit_for_bit(caller):
    table = load_dataset("credit-card").tail(300).select("limit", "education")
    file = io.BytesIO()
    table.write_parquet(file)
    batch = ended(caller, answer := send(caller, file.getvalue(), PARQUET))
    assert batch["state"] == "done"
    result = caller.get(answer.headers["location"] + "/result")
    scored = pl.read_parquet(io.BytesIO(result.content))

    for asked, row in zip(table.head(20).to_dicts(), scored.head(20).to_dicts(), strict=True):
        body = {"product": "credit-card", "features": asked}
        alone = caller.post("/v1/applications", json=body).json()["decision"]
        named = ("probability_of_default", "score", "grade", "outcome")
        assert [row[name] for name in named] == [alone[name] for name in named]


def test_what_is_wrong_with_a_file_is_said_before_it_is_accepted(caller, service):
    answers = {
        "columns": send(caller, b"limit\n1000\n"),
        "product": send(caller, GOOD, product="boat-loan"),
        "segment": send(caller, GOOD, segment="former"),
        "keep": send(caller, GOOD, keep="colour"),
        "header": send(caller, b""),
        "parquet": send(caller, b"PAR1 nothing", PARQUET),
        "option": send(caller, GOOD, color="red"),
    }

    assert {name: one.status_code for name, one in answers.items()} == dict.fromkeys(answers, 422)
    assert "education" in answers["columns"].json()["detail"]
    assert "boat-loan" in answers["product"].json()["detail"]
    assert caller.get(PATH).json()["items"] == []
    left = list(service.settings.batches_dir.iterdir())
    assert left == []
    assert str(service.settings.var_dir) not in str([one.text for one in answers.values()])


@pytest.mark.parametrize(
    ("media_type", "encoding"),
    [("application/json", "identity"), ("", "identity"), (CSV, "gzip")],
)
def test_a_body_of_another_kind_is_refused(caller, media_type, encoding):
    answer = send(caller, GOOD, media_type, headers={"content-encoding": encoding})

    assert (answer.status_code, answer.json()["code"]) == (415, "batch_kind_unsupported")


def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(caller, service):
    answer = send(caller, GOOD + b"A,1,university\n" * 100_000)

    assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_large")
    assert list(service.settings.batches_dir.iterdir()) == []


def test_a_hundred_thousand_columns_are_refused_quickly(caller):
    wide = ",".join(f"column{number}" for number in range(60_000)).encode() + b"\n"
    started = time.monotonic()
    answer = send(caller, wide)

    assert answer.status_code == 422
    assert time.monotonic() - started < 2


def test_the_same_key_gives_the_same_batch_and_another_file_is_refused(caller):
    key = {"idempotency-key": "night-1"}
    first = send(caller, GOOD, headers=key)
    again = send(caller, GOOD, headers=key)
    other = send(caller, MIXED, headers=key)
    ended(caller, first)
    late = send(caller, GOOD, headers=key)

    assert first.json()["id"] == again.json()["id"] == late.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "batch_key_reused")
    assert len(caller.get(PATH).json()["items"]) == 1


def test_a_key_sees_its_own_batches_alone(caller, service):
    answer = send(caller, GOOD)
    _, other = service.keys.create("other")
    bearer = {"authorization": f"Bearer {other}"}
    path = answer.headers["location"]

    assert caller.get(path, headers=bearer).status_code == 404
    assert caller.get(f"{path}/result", headers=bearer).status_code == 404
    assert caller.post(f"{path}/cancellation", headers=bearer).status_code == 404
    assert caller.get(PATH, headers=bearer).json()["items"] == []


def test_without_the_permission_nothing_is_taken_in(caller, service):
    _, reader = service.keys.create("reader", scopes=["batches:read"])
    answer = send(caller, GOOD, headers={"authorization": f"Bearer {reader}"})

    assert answer.status_code == 403


def test_the_job_of_a_batch_tells_where_the_batch_is(caller):
    answer = send(caller, GOOD)
    ended(caller, answer)
    job = caller.get(f"/v1/jobs/{answer.json()['job_id']}").json()

    assert (job["kind"], job["state"]) == ("batch", "done")
    assert job["result"] == {"id": answer.json()["id"], "kind": "batch"}
    assert job["progress"]["done"] == job["progress"]["total"]


def test_old_files_are_removed_and_the_batch_says_so(caller, service):
    from datetime import timedelta

    answer = send(caller, GOOD)
    ended(caller, answer)
    object.__setattr__(service.batches, "keep", timedelta(0))
    assert service.batches.forget() == 1
    assert service.batches.forget() == 0

    path = answer.headers["location"]
    assert caller.get(path).json()["removed_at"] is not None
    gone = caller.get(f"{path}/result")
    assert (gone.status_code, gone.json()["code"]) == (404, "batch_file_gone")


def test_what_was_sent_is_removed_once_it_is_scored_and_files_are_ones_own(caller, service):
    ended(caller, answer := send(caller, GOOD))
    place = service.settings.batches_dir / answer.json()["id"]

    assert sorted(one.name for one in place.iterdir()) == ["result.csv", "result.csv.rejected.csv"]
    assert place.stat().st_mode & 0o077 == 0
