"""An application is accepted at once and decided by a worker; the job says how far it is."""

import json
import time

import pytest
from tests.integration.http.conftest import GOOD, apply, open_api

LATER = {"prefer": "respond-async"}


def wait_for(api, location):
    for _ in range(100):
        job = api.get(location).json()
        if job["state"] in ("done", "failed"):
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def test_an_application_is_accepted_and_decided(either):
    answer = apply(either, **LATER)
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "respond-async"
    job = wait_for(either, answer.headers["location"])
    assert (job["state"], job["progress"]) == ("done", {"done": 1, "total": 1})
    stored = either.get(f"/v1/applications/{job['result']['id']}")
    assert stored.json() == job["result"]


def test_mode_async_is_the_same_as_the_preference(either):
    answer = either.post("/v1/applications?mode=async", json=GOOD)
    assert answer.status_code == 202
    assert wait_for(either, answer.headers["location"])["state"] == "done"


def test_an_unknown_mode_is_refused(api):
    assert api.post("/v1/applications?mode=later", json=GOOD).status_code == 422


def test_the_same_key_gives_the_same_job_and_another_body_is_refused(api):
    first = apply(api, **LATER, **{"idempotency-key": "k-1"})
    again = apply(api, **LATER, **{"idempotency-key": "k-1"})
    assert first.json()["id"] == again.json()["id"]
    other = apply(
        api,
        {**GOOD, "features": {"limit": 100_000, "education": None}},
        **LATER,
        **{"idempotency-key": "k-1"},
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_means_the_same_application_now_and_later(api):
    job = wait_for(api, apply(api, **LATER, **{"idempotency-key": "k-2"}).headers["location"])
    now = apply(api, **{"idempotency-key": "k-2"})
    assert (now.status_code, now.headers["idempotency-replayed"]) == (201, "true")
    assert now.json() == job["result"]


def test_what_a_worker_would_refuse_is_refused_at_once(api):
    answer = apply(api, {**GOOD, "features": {"limit": -5}}, **LATER)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_the_older_addresses_answer_too(api):
    body = json.dumps(GOOD).encode()
    taken = api.post("/upload_features", content=body, headers={"content-type": "application/json"})
    assert taken.status_code == 202
    job_id = taken.json()["id"]
    wait_for(api, f"/v1/jobs/{job_id}")
    state = api.get("/check_state", params={"job_id": job_id}).json()
    assert (state["state"], state["result"]) == ("done", None)
    result = api.get("/get_result", params={"job_id": job_id}).json()
    assert result == api.get(f"/v1/jobs/{job_id}").json()


@pytest.mark.parametrize("path", ["/v1/jobs/{}", "/check_state?job_id={}", "/get_result?job_id={}"])
def test_a_job_is_shown_to_who_ordered_it_and_to_nobody_else(api, service, path):
    job_id = apply(api, **LATER).json()["id"]
    assert api.get(path.format(job_id)).status_code == 200
    _, stranger = service.keys.create("stranger")
    missing = api.get(path.format("job_" + "0" * 26))
    hidden = api.get(path.format(job_id), headers={"authorization": f"Bearer {stranger}"})
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["code"] == missing.json()["code"] == "job_not_found"
    assert api.get(path.format(job_id), headers={"authorization": ""}).status_code == 401


def test_without_workers_a_job_waits_for_one(service, token, log):
    url = "amqp://nobody@127.0.0.1:9/"
    with open_api(service, log, broker_url=_Secret(url)) as api:
        api.headers["authorization"] = f"Bearer {token}"
        answer = apply(api, **LATER)
        time.sleep(0.3)
        assert api.get(answer.headers["location"]).json()["state"] == "queued"
        # A decision that is wanted now needs no broker.
        assert apply(api).status_code == 201


class _Secret:
    def __init__(self, value):
        self._value = value

    def get_secret_value(self):
        return self._value
