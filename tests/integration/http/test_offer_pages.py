"""The pages of offers and reviews: what their forms refuse, and that it changes nothing."""

import pytest
from tests.integration.http.conftest import GOOD, apply
from tests.integration.http.visiting import add_user, log_in

from loanwright.service.edge.csrf import csrf_token
from loanwright.service.edge.sessions import SESSION

REFERRED = {**GOOD, "features": {"limit": 600_000, "education": "university"}}
TERMS = {"amount": "50000", "term": "24", "rate": "14.99", "valid": "30"}


@pytest.fixture
def underwriter(api, service):
    return log_in(api, add_user(service, "underwriter"))


def post(browser, path, **values):
    token = csrf_token(browser.cookies[SESSION])
    return browser.post(path, data={**values, "csrf": token}, follow_redirects=False)


def offer_of(told):
    return f"/applicants/{told['applicant']['id']}/decisions/{told['decision']['id']}/offer"


def count(service):
    return service.offers.taken("credit-card")


def test_a_mistake_keeps_what_was_typed_and_makes_nothing(api, service, underwriter):
    address = offer_of(apply(api).json())
    for step in ("", "make"):
        answer = post(underwriter, address, **{**TERMS, "amount": "<b>0", "step": step})
        assert answer.status_code == 422
        assert "amount-error" in answer.text
        assert 'value="&lt;b&gt;0"' in answer.text
    assert count(service) == {}


def test_the_cost_is_shown_and_nothing_is_made_until_it_was_seen(api, service, underwriter):
    address = offer_of(apply(api).json())
    shown = post(underwriter, address, **TERMS)
    assert shown.status_code == 200
    assert "Costs in all" in shown.text
    assert count(service) == {}
    made = post(underwriter, address, **TERMS, step="make")
    assert (made.status_code, len(count(service))) == (303, 1)


def test_a_decision_on_somebody_else_or_without_approval_leads_to_no_offer(
    api, service, underwriter
):
    first, second = apply(api).json(), apply(api).json()
    mixed = offer_of({"applicant": first["applicant"], "decision": second["decision"]})
    referred = offer_of(apply(api, REFERRED).json())
    for address, status in ((mixed, 404), (referred, 409)):
        assert underwriter.get(address).status_code == status
        assert post(underwriter, address, **TERMS, step="make").status_code == status
    assert count(service) == {}


def test_whoever_made_an_offer_is_told_that_somebody_else_must_approve_it(
    api, service, underwriter
):
    told = apply(api).json()
    post(underwriter, offer_of(told), **{**TERMS, "amount": "2000000"}, step="make")
    page = f"/applicants/{told['applicant']['id']}/offers"
    (offer,) = api.get(f"/v1/decisions/{told['decision']['id']}/offers").json()["items"]
    answer = post(underwriter, f"{page}/{offer['id']}/approve")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "somebody else must" in underwriter.get(page).text
    assert api.get(f"/v1/offers/{offer['id']}").json()["state"] == "proposed"
    other = log_in(api, add_user(service, "underwriter"))
    assert post(other, f"{page}/{offer['id']}/approve").status_code == 303
    assert api.get(f"/v1/offers/{offer['id']}").json()["state"] == "open"
    assert post(other, f"{page}/{offer['id']}/withdraw").status_code == 303
    assert post(other, f"{page}/{offer['id']}/withdraw").status_code == 303
    assert "meanwhile" in other.get(page).text


def test_whoever_sent_an_application_is_told_why_they_cannot_review_it(api, underwriter):
    assert apply(underwriter, REFERRED).status_code == 201
    (review,) = api.get("/v1/reviews").json()["items"]
    page = f"/reviews/{review['id']}"
    answer = post(underwriter, f"{page}/take")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert "You had a part in this decision" in underwriter.get(page).text
