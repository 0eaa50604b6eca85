"""Offers over HTTP."""

import pytest
from tests.integration.http.conftest import apply, open_api

TERMS = {"amount": 1_200_000, "annual_rate_bp": 1_200, "term_months": 12, "repayment": "annuity"}


@pytest.fixture
def decision_id(api):
    decided = apply(api).json()["decision"]
    assert decided["outcome"] == "approve"
    return decided["id"]


@pytest.fixture
def make(api, decision_id):
    return lambda **changes: api.post(
        "/v1/offers", json={"decision_id": decision_id, **TERMS, **changes}
    )


def test_an_offer_tells_what_a_month_would_cost(api, make, decision_id):
    made = make()
    offer = made.json()

    assert made.status_code == 201
    assert {name: offer[name] for name in TERMS} == TERMS
    assert (offer["state"], offer["monthly_payment"], offer["currency"]) == (
        "open",
        106_619,
        "TWD",
    )
    assert api.get(made.headers["location"]).json() == offer
    assert api.get("/v1/offers").json()["items"] == [offer]
    assert api.get(f"/v1/decisions/{decision_id}/offers").json()["items"] == [offer]


def test_accepting_opens_one_account_and_ends_the_other_offers(api, make):
    chosen, other = make(), make(amount=600_000)
    accepted = api.post(f"{chosen.headers['location']}/accept").json()
    again = api.post(f"{chosen.headers['location']}/accept")
    account = api.get(f"/v1/accounts/{accepted['account_id']}").json()

    assert accepted["state"] == "accepted"
    assert (again.status_code, again.json()["code"]) == (409, "offer_not_open")
    assert {name: account[name] for name in TERMS} == TERMS
    assert account["offer_id"] == accepted["id"]
    assert account["decision_id"] == accepted["decision_id"]
    assert api.get(other.headers["location"]).json()["state"] == "withdrawn"
    assert len(api.get("/v1/accounts").json()["items"]) == 1


@pytest.mark.parametrize(("act", "state"), [("refuse", "refused"), ("withdraw", "withdrawn")])
def test_what_was_turned_down_or_taken_back_cannot_be_accepted(api, make, act, state):
    address = make().headers["location"]
    assert api.post(f"{address}/{act}").json()["state"] == state
    assert api.post(f"{address}/accept").status_code == 409
    assert [one["id"] for one in api.get("/v1/offers", params={"state": state}).json()["items"]]


def test_only_what_was_approved_is_offered(api):
    features = {"limit": 600_000, "education": "university"}
    decided = apply(api, {"product": "credit-card", "features": features}).json()["decision"]
    made = api.post("/v1/offers", json={"decision_id": decided["id"], **TERMS})

    assert decided["outcome"] != "approve"
    assert (made.status_code, made.json()["code"]) == (409, "decision_not_approved")
    nobody = api.post("/v1/offers", json={"decision_id": "dec_" + "0" * 26, **TERMS})
    assert nobody.status_code == 404


def test_a_large_offer_goes_out_only_when_a_second_person_approves(service, token, log):
    from dataclasses import replace

    careful = replace(service, offers=replace(service.offers, alone_up_to=10_000))
    second = service.keys.create("second")[1]
    with open_api(careful, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        decision_id = apply(caller).json()["decision"]["id"]
        asked = {"decision_id": decision_id, **TERMS}
        small = caller.post("/v1/offers", json={**asked, "amount": 1_000_000}).json()
        large = caller.post("/v1/offers", json={**asked, "amount": 1_000_001})
        address = large.headers["location"]
        too_early = caller.post(f"{address}/accept")
        alone = caller.post(f"{address}/approve")
        both = caller.post(f"{address}/approve", headers={"authorization": f"Bearer {second}"})

        assert (small["state"], small["two_persons"]) == ("open", False)
        assert (large.json()["state"], large.json()["two_persons"]) == ("proposed", True)
        assert (too_early.status_code, too_early.json()["code"]) == (409, "offer_not_open")
        assert (alone.status_code, alone.json()["code"]) == (403, "second_person_needed")
        assert (both.status_code, both.json()["state"]) == (200, "open")
        assert caller.post(f"{address}/accept").json()["state"] == "accepted"
