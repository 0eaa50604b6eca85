"""Booked credit over HTTP."""

import pytest
from tests.integration.http.conftest import apply

OPENING = {
    "product": "credit-card",
    "amount": 1_200_000,
    "annual_rate_bp": 1_200,
    "term_months": 12,
    "repayment": "annuity",
    "disbursed_on": "2025-10-31",
}


@pytest.fixture
def applicant_id(api):
    return apply(api).json()["applicant"]["id"]


@pytest.fixture
def open_account(api, applicant_id):
    def send(**changes):
        return api.post("/v1/accounts", json={"applicant_id": applicant_id, **OPENING, **changes})

    return send


def test_an_account_is_opened_and_read_again(api, open_account, applicant_id):
    answer = open_account()
    account = answer.json()

    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert api.get(answer.headers["location"]).json() == account
    assert {name: account[name] for name in OPENING} == OPENING
    assert account["applicant_id"] == applicant_id
    assert (account["currency"], account["status"], account["vintage"]) == (
        "TWD",
        "open",
        "2025-10",
    )
    assert (account["decision_id"], account["ended_on"], account["days_past_due"]) == (
        None,
        None,
        0,
    )


def test_the_same_reference_is_never_booked_twice_and_nowhere_kept(api, open_account, service):
    assert open_account(reference="L-77-secret").status_code == 201
    again = open_account(reference="L-77-secret")

    assert (again.status_code, again.json()["code"]) == (409, "account_already_open")
    assert service.accounts.count() == 1
    assert "secret" not in api.get("/v1/accounts").text


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"applicant_id": "apl_" + "0" * 26}, 404, "applicant_not_found"),
        ({"product": "boat-loan"}, 422, "product_not_offered"),
        ({"currency": "EUR"}, 422, "currency_refused"),
        ({"decision_id": "dec_" + "0" * 26}, 404, "decision_not_found"),
        ({"amount": 0}, 422, "payload_rejected"),
        ({"amount": 12.5}, 422, "payload_rejected"),
        ({"disbursed_on": "2025-02-30"}, 422, "payload_rejected"),
        ({"nickname": "x"}, 422, "payload_rejected"),
    ],
)
def test_what_cannot_be_booked_is_refused(open_account, changes, status, code):
    answer = open_account(**changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_decision_about_somebody_else_opens_no_account(api, open_account):
    stranger = apply(api).json()["decision"]["id"]
    assert open_account(decision_id=stranger).json()["code"] == "decision_of_another"


def test_accounts_are_filtered_sorted_and_paged(api, open_account):
    for amount, day in ((300, "2025-01-31"), (100, "2025-03-31"), (200, "2025-01-01")):
        open_account(amount=amount, disbursed_on=day)

    def amounts(**asked):
        return [one["amount"] for one in api.get("/v1/accounts", params=asked).json()["items"]]

    assert amounts(sort="amount") == [100, 200, 300]
    assert amounts(sort="-disbursed_on") == [100, 300, 200]
    assert amounts(vintage="2025-01", sort="amount") == [200, 300]
    assert amounts(status="closed") == []
    assert amounts(product="instalment-loan") == []
    first = api.get("/v1/accounts", params={"sort": "disbursed_on", "limit": 2}).json()
    rest = api.get(
        "/v1/accounts",
        params={"sort": "disbursed_on", "limit": 2, "cursor": first["next_cursor"]},
    ).json()
    assert [one["amount"] for one in first["items"] + rest["items"]] == [200, 300, 100]
    assert rest["next_cursor"] is None


def test_two_people_edit_and_the_second_sees_what_the_first_has_made_of_it(api, open_account):
    address = open_account(reference="L-1").headers["location"]
    seen = {"if-match": api.get(address).headers["etag"]}

    first = api.patch(address, json={"annual_rate_bp": 900}, headers=seen)
    second = api.patch(address, json={"annual_rate_bp": 800}, headers=seen)

    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (second.status_code, second.headers["etag"]) == (412, '"2"')
    assert second.json()["current"] == first.json()
    assert api.patch(address, json={"annual_rate_bp": 1}).status_code == 428


def test_null_clears_and_what_is_left_out_stays(api, applicant_id):
    decided = apply(api).json()
    body = {"applicant_id": decided["applicant"]["id"], **OPENING}
    opened = api.post("/v1/accounts", json={**body, "decision_id": decided["decision"]["id"]})
    address = opened.headers["location"]
    assert opened.json()["decision_id"] == decided["decision"]["id"]

    cleared = api.patch(address, json={"decision_id": None}, headers={"if-match": '"1"'}).json()

    assert cleared == {**opened.json(), "decision_id": None, "version": 2}

    refused = api.patch(address, json={"status": None}, headers={"if-match": '"2"'})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "status")
    assert api.get(address).json() == cleared


def test_an_account_ends_and_is_opened_again_but_never_after_it_was_cancelled(api, open_account):
    address = open_account().headers["location"]

    def edit(version, **changes):
        return api.patch(address, json=changes, headers={"if-match": f'"{version}"'})

    assert edit(1, status="closed", ended_on="2025-10-30").json()["code"] == "end_refused"
    closed = edit(1, status="closed", ended_on="2026-02-28").json()
    assert (closed["status"], closed["ended_on"]) == ("closed", "2026-02-28")
    assert edit(2, term_months=6).json()["code"] == "terms_fixed"
    reopened = edit(2, status="open").json()
    assert (reopened["status"], reopened["ended_on"]) == ("open", None)
    assert edit(3, status="cancelled").json()["status"] == "cancelled"
    assert edit(4, status="open").json()["code"] == "status_refused"


def test_a_schedule_adds_up_to_the_minor_unit(api, open_account):
    address = open_account().headers["location"]
    told = api.get(f"{address}/schedule").json()

    assert [one["due_on"] for one in told["items"]][:4] == [
        "2025-11-30",
        "2025-12-31",
        "2026-01-31",
        "2026-02-28",
    ]
    # 1,200,000 at 1% a month for 12 months: 106,618.55 by the formula of every textbook.
    assert {one["due"] for one in told["items"][:-1]} == {106_619}
    assert sum(one["principal"] for one in told["items"]) == 1_200_000
    assert told["total"] == 1_200_000 + told["interest"]
    card = open_account(repayment="revolving").headers["location"]
    assert api.get(f"{card}/schedule").json()["items"] == []


def test_payments_are_recorded_corrected_and_never_edited(api, open_account):
    address = open_account().headers["location"]
    payments = f"{address}/payments"

    first = api.post(payments, json={"paid": 106_619, "paid_on": "2025-11-30"})
    second = api.post(payments, json={"paid": 6_619, "paid_on": "2026-01-02"})
    again = api.post(payments, json={"number": 2})
    known = {"number": 1, "due_on": "2025-11-30", "due": 106_619, "status": "paid", "version": 1}

    assert first.headers["location"] == f"{payments}/1"
    assert {name: first.json()[name] for name in known} == known
    assert second.json()["status"] == "part_paid"
    assert again.json()["code"] == "payment_already_recorded"

    said = {"due_on": "2025-12-31", "due": 106_619, "paid": 106_619, "paid_on": "2026-01-10"}
    one, two = {"if-match": '"1"'}, {"if-match": '"2"'}
    corrected = api.put(f"{payments}/2", json={**said, "why": "paid_since"}, headers=one)
    late = api.put(f"{payments}/2", json={**said, "why": "mistake"}, headers=one)
    versions = api.get(f"{payments}/2").json()["items"]

    assert (corrected.status_code, corrected.headers["etag"]) == (200, '"2"')
    assert (corrected.json()["status"], corrected.json()["days_past_due"]) == ("paid_late", 10)
    assert (late.status_code, late.json()["current"]) == (412, corrected.json())
    assert [(one["version"], one["paid"], one["why"]) for one in versions] == [
        (1, 6_619, None),
        (2, 106_619, "paid_since"),
    ]
    assert [one["number"] for one in api.get(payments).json()["items"]] == [1, 2]
    assert api.put(f"{payments}/9", json={**said, "why": "mistake"}, headers=two).status_code == 404


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"number": 13}, "payment_incomplete"),
        ({"paid": 5}, "payment_refused"),
        ({"paid": 5, "paid_on": "2199-01-01"}, "payment_refused"),
        ({"paid_on": "2025-11-30"}, "payment_refused"),
        ({"due_on": "2025-10-30"}, "payment_refused"),
        ({"paid": -1}, "payload_rejected"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(api, open_account, told, code):
    address = open_account().headers["location"]
    answer = api.post(f"{address}/payments", json=told)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_arrears_are_counted_from_the_oldest_payment_that_is_missing(api, open_account, service):
    address = open_account().headers["location"]
    api.post(f"{address}/payments", json={"paid": 106_619, "paid_on": "2025-11-30"})
    api.post(f"{address}/payments", json={})
    open_account()
    today = service.accounts.today()
    behind = (today - today.fromisoformat("2025-12-31")).days

    assert api.get(address).json()["days_past_due"] == behind
    for days, found in ((1, 1), (behind, 1), (behind + 1, 0)):
        listed = api.get("/v1/accounts", params={"days_past_due_from": days}).json()["items"]
        assert len(listed) == found


def test_performance_is_told_as_of_a_day_with_its_definition(api, open_account):
    address = open_account().headers["location"]
    api.post(f"{address}/payments", json={"paid": 106_619, "paid_on": "2025-11-30"})
    api.post(f"{address}/payments", json={})

    def told(day):
        return api.get(f"{address}/performance", params={"as_of": day}).json()

    assert told("2026-03-30")["performance"] == "indeterminate"
    assert told("2026-03-30")["worst_days_past_due"] == 89
    bad = told("2026-03-31")
    assert (bad["performance"], bad["why"], bad["days_past_due"]) == ("bad", "seriously_late", 90)
    assert bad["definition"]["bad_from"] == 90
    assert (bad["vintage"], bad["window_ends_on"]) == ("2025-10", "2026-10-31")
    before = api.get(f"{address}/performance", params={"as_of": "1999-12-31"})
    assert before.json()["code"] == "no_definition"


def test_a_key_without_the_permission_may_not(api, service, open_account):
    address = open_account().headers["location"]
    token = service.keys.create("reader", scopes=["accounts:read"])[1]
    reader = {"authorization": f"Bearer {token}"}

    assert api.get(address, headers=reader).status_code == 200
    for method, path in (("POST", "/v1/accounts"), ("PATCH", address)):
        assert api.request(method, path, json={}, headers=reader).status_code == 403
    payment = api.post(f"{address}/payments", json={}, headers=reader)
    assert payment.status_code == 403
