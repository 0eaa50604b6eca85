"""Experiments over HTTP: two people, one life, one answer."""

import pytest
from tests.integration.http.conftest import apply, open_api
from tests.integration.http.visiting import add_user, log_in
from tests.integration.service.conftest import write_plain

from loanwright.service.registry.schemas import State


@pytest.fixture
def wanted(service):
    path = write_plain(service.settings.models_dir, "new", weight=2.5)
    model = service.registry.register(path, by="tests")
    service.registry.promote(model.hash, to=State.CHALLENGER, by="tests")
    return {
        "name": "longer-history",
        "product": "credit-card",
        "segment": "new",
        "arms": [
            {"name": "champion", "share": 5_000},
            {"name": "tried", "share": 5_000, "model_hash": model.hash},
        ],
        "measure": "approval_rate",
        "plan": {"base": 0.5, "effect": 0.05},
        "guardrails": [{"watched": "approval_rate", "lowest": -0.1, "highest": 0.1}],
    }


@pytest.fixture
def home(service, log):
    with open_api(service, log) as caller:
        yield caller


def test_the_life_of_an_experiment(home, service, wanted):
    anna = log_in(home, add_user(service, "analyst"))
    proposed = anna.post("/v1/experiments", json=wanted)
    assert proposed.status_code == 201, proposed.text
    place = proposed.headers["location"]
    assert proposed.json()["sizes"] == [{"arm": "tried", "first": 1565, "tried": 1565}]
    refused = anna.post(f"{place}/approval")
    assert (refused.status_code, refused.json()["code"]) == (403, "approver_proposed")

    bert = log_in(home, add_user(service, "analyst"))
    assert bert.post(f"{place}/approval").json()["state"] == "approved"
    assert anna.post(f"{place}/start").json()["state"] == "running"
    key = service.keys.create("bank")[1]
    decided = apply(home, **{"x-api-key": key}).json()["decision"]["id"]
    told = anna.get(f"/v1/experiments/of/{decided}").json()
    assert told["arm"] in ("champion", "tried")
    assert anna.get(f"{place}/assignments").json()["items"] == [told]

    (arm,) = anna.get(f"{place}/result").json()["arms"]
    assert (arm["found"], arm["difference"], arm["p_value"]) == ("too_early", None, None)
    assert arm["first"]["there"] + arm["tried"]["there"] == 1
    assert not arm["guardrails"][0]["broken"]
    early = anna.post(f"{place}/conclusion")
    assert (early.status_code, early.json()["code"]) == (409, "too_early")

    stopped = anna.post(f"{place}/stop", json={"why": "Enough was seen."})
    assert (stopped.json()["state"], stopped.json()["why"]) == ("stopped", "Enough was seen.")
    assert anna.post(f"{place}/start").status_code == 409
    assert [one["name"] for one in anna.get("/v1/experiments").json()["items"]] == [
        "longer-history"
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"arms": [{"name": "a", "share": 5_000}, {"name": "b", "share": 4_000}]}, "split_refused"),
        ({"arms": [{"name": "a", "share": 5_000}] * 2}, "design_refused"),
        ({"arms": [{"name": "a", "share": 5_000}, {"name": "b", "share": 5_000}]}, "arm_refused"),
        ({"plan": {"base": 0.99, "effect": 0.05}}, "plan_refused"),
        ({"measure": "profit"}, "plan_refused"),
        ({"product": "boat-loan"}, "arm_refused"),
    ],
)
def test_what_cannot_be_run_is_refused(api, wanted, changes, code):
    answer = api.post("/v1/experiments", json={**wanted, **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_a_plan_is_worked_out_without_keeping_anything(api, wanted):
    asked = {name: wanted[name] for name in ("arms", "measure", "plan")}
    answer = api.post("/v1/experiments/plan", json=asked)
    assert answer.json() == {"sizes": [{"arm": "tried", "first": 1565, "tried": 1565}]}
    assert api.get("/v1/experiments").json()["items"] == []
