"""Figures of the business over HTTP, on each database."""

from tests.integration.service.conftest import application


def test_the_figures_of_a_month_are_told_with_what_was_assumed(service, api):
    service.origination.submit(application())
    found = api.get("/v1/business-figures?months=2&cost_of_funds_bp=700").json()

    assert (found["loss_given_default_bp"], found["cost_of_funds_bp"]) == (6_000, 700)
    assert [one["decisions"]["decided"] for one in found["months"]] == [0, 1]
    assert found["months"][0]["decisions"]["approval_rate"] is None
    assert found["months"][1]["decisions"]["approval_rate"]["value"] in (0, 1)
    assert found["months"][1]["money"] == []


def test_what_is_not_there_is_refused(api):
    assert api.get("/v1/business-figures?product=unheard-of").json()["code"] == "scope_unknown"
    assert api.get("/v1/business-figures?months=37").status_code == 422
