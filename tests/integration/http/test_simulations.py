"""Policies tried on the recorded decisions, over HTTP."""

import time

import pytest
from tests.integration.service.conftest import CARD, application

from loanwright.decisioning.policy import Policy
from loanwright.service.simulations.schemas import PolicyWish, SimulationWish

PATH = "/v1/simulations"
STRICTER = {
    "name": "stricter",
    "cutoffs": {
        "new": {"approve_from": 700, "refer_from": 560},
        "existing": {"approve_from": 700, "refer_from": 540},
    },
}
PRICES = {
    "loss_given_default_bp": 6_000,
    "cost_of_funds_bp": 800,
    "repayment": "revolving",
    "drawn_bp": 5_000,
    "amount": "limit",
    "annual_rate": 0.2,
    "term": 12,
}


@pytest.fixture
def history(service):
    """Return a service that has decided thirty applications."""
    limits = range(10_000, 310_000, 10_000)
    sent = [application(features={"limit": limit, "education": "university"}) for limit in limits]
    service.origination.submit_many(sent)
    return service


def ended(api, answer, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = api.get(answer.headers["location"]).json()
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def ask(api, **changes):
    body = {"product": "credit-card", "policies": [{"document": STRICTER}]}
    return api.post(PATH, json={**body, **changes})


def test_a_policy_is_tried_on_what_was_decided(history, api):
    answer = ask(
        api,
        policies=[{"document": STRICTER}, {"hash": "live", "name": "as it is"}],
        by=["segment", "month", "education"],
        prices=PRICES,
        approve_at_least=0.5,
    )
    assert (answer.status_code, answer.json()["kind"]) == (202, "simulation")
    found = ended(api, answer)
    assert (found["state"], found["problem"]) == ("done", None)
    told = found["result"]
    assert (told["applications"], told["against"]) == (30, "history")
    stricter, same = told["versions"]
    decided = [one["outcome"] for one in api.get("/v1/decisions?limit=100").json()["items"]]
    assert same["outcomes"]["approve"] == decided.count("approve") > 0
    assert same["swap_sets"]["swapped_in"]["applications"] == 0
    assert stricter["outcomes"]["approve"] == 0
    assert stricter["swap_sets"]["swapped_out"]["applications"] == decided.count("approve")
    assert same["bad_rates"]["range"]["unknown"] == decided.count("approve")
    assert same["solution"]["feasible"]
    assert same["money"]["lent"] > 0
    assert {group["column"] for group in same["groups"]} == {"segment", "month", "education"}


def test_simulations_are_listed_without_their_results(history, api):
    first, second = ended(api, ask(api)), ended(api, ask(api))
    listed = api.get(PATH).json()["items"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    assert listed[0]["result"] is None
    assert api.get(f"{PATH}/{first['id']}").json()["result"]["versions"]


def test_what_cannot_be_simulated_is_said_at_once(history, api):
    assert ask(api, product="unheard-of").json()["code"] == "simulation_product_unknown"
    assert ask(api, segment="unheard-of").json()["code"] == "simulation_segment_unknown"
    assert ask(api, policies=[{"hash": "0" * 64}]).json()["code"] == "policy_not_found"
    assert ask(api, policies=[{"document": {}}]).json()["code"] == "policy_rejected"
    assert ask(api, policies=[]).status_code == 422
    twice = ask(api, policies=[{"hash": "live"}, {"hash": "live"}])
    assert twice.json()["code"] == "version_twice"
    assert ask(api, by=["shoe_size"]).json()["code"] == "group_unknown"
    assert api.get(f"{PATH}/job_{'0' * 26}").json()["code"] == "job_not_found"


def test_nothing_to_simulate_is_said(api):
    failed = ended(api, ask(api))
    assert failed["problem"]["code"] == "nothing_to_simulate"


def test_erased_persons_are_left_out_and_counted(history):
    decided = history.origination.submit(application(document_number="4000 000001"))
    assert decided.status == 201
    first = next(history.decisions.read_all())
    with history.database.write() as connection:
        history.vault.destroy(connection, first.applicant_id)
    wish = SimulationWish(product="credit-card", policies=(PolicyWish(),))
    found = history.simulations.run(wish)
    assert (found.applications, found.rejected) == (30, 1)
    assert found.versions[0].policy_hash == Policy.from_mapping(CARD.policy).hash
