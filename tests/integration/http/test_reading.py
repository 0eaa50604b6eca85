import pytest
from tests.integration.http.conftest import GOOD, apply, open_api

MISSING = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def test_decisions_are_listed_in_pages_the_newest_first(api):
    made = [apply(api).json()["decision"]["id"] for _ in range(5)]
    first = api.get("/v1/decisions", params={"limit": 3}).json()
    rest = api.get("/v1/decisions", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    seen = [item["id"] for item in (*first["items"], *rest["items"])]
    assert seen == made[::-1]
    assert rest["next_cursor"] is None


def test_decisions_are_listed_by_product_and_outcome(api):
    outcome = apply(api).json()["decision"]["outcome"]
    other = next(one for one in ("approve", "refer", "decline") if one != outcome)
    found = api.get("/v1/decisions", params={"outcome": outcome, "product": "credit-card"})
    assert len(found.json()["items"]) == 1
    assert api.get("/v1/decisions", params={"outcome": other}).json()["items"] == []
    assert api.get("/v1/decisions", params={"product": "boat"}).json()["items"] == []


@pytest.mark.parametrize(
    "asked",
    [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"outcome": "maybe"}, {"cursor": "nonsense"}],
)
def test_a_wrong_question_is_refused(api, asked):
    answer = api.get("/v1/decisions", params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_decision_is_read_as_it_was_answered(api):
    told = apply(api).json()
    found = api.get(f"/v1/decisions/{told['decision']['id']}").json()
    assert told["decision"].items() <= found.items()
    assert found["application_id"] == told["id"]


def test_a_replay_of_a_decision_is_equal(api):
    decision = apply(api).json()["decision"]["id"]
    answer = api.post(f"/v1/decisions/{decision}/replay")
    assert answer.status_code == 200
    assert answer.json() == {"decision_id": decision, "equal": True, "differences": []}


def test_the_live_models_are_listed(api):
    items = api.get("/v1/models/live").json()["items"]
    assert [(one["product"], one["segment"]) for one in items] == [
        ("credit-card", "existing"),
        ("credit-card", "new"),
    ]


def test_a_product_says_what_an_application_states(api):
    items = {one["name"]: one for one in api.get("/v1/products").json()["items"]}
    assert {"credit-card", "instalment-loan"} <= set(items)
    new = next(one for one in items["credit-card"]["segments"] if one["name"] == "new")
    assert [one["name"] for one in new["features"]] == ["limit", "education"]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/applications", "applications:write"),
        ("GET", f"/v1/applications/app_{MISSING}", "applications:read"),
        ("GET", "/v1/decisions", "decisions:read"),
        ("GET", f"/v1/decisions/dec_{MISSING}", "decisions:read"),
        ("POST", f"/v1/decisions/dec_{MISSING}/replay", "decisions:replay"),
        ("GET", "/v1/models/live", "models:read"),
        ("GET", "/v1/products", "products:read"),
    ],
)
@pytest.mark.parametrize("hot", [True, False])
def test_every_address_asks_for_a_key_with_its_scope(service, log, method, path, scope, hot):
    right = service.keys.create("right", [scope])[1]
    others = {"applications:write", "decisions:read", "models:read"} - {scope}
    wrong = service.keys.create("wrong", others)[1]
    revoked, token = service.keys.create("revoked", [scope])
    service.keys.revoke(revoked.id)
    with open_api(service, log, hot_route=hot) as caller:

        def status(headers):
            body = GOOD if method == "POST" else None
            return caller.request(method, path, json=body, headers=headers).status_code

        assert status({}) == 401
        assert status({"authorization": "Bearer lw_nonsense"}) == 401
        assert status({"x-api-key": token}) == 401
        assert status({"x-api-key": wrong}) == 403
        assert status({"x-api-key": right}) in {200, 201, 404}
        assert status({"authorization": f"Bearer {right}"}) in {200, 201, 404}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/docs", "/openapi.json", "/"])
def test_what_needs_no_key_answers_without_one(service, log, path):
    with open_api(service, log) as caller:
        assert caller.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/applications/app_{MISSING}",
        f"/v1/decisions/dec_{MISSING}",
        "/v1/nothing",
    ],
)
def test_what_is_not_there_is_a_problem_document(api, path):
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/v1/applications/%00", "/v1/decisions/dec_x", "/v1/decisions/'"])
def test_an_id_that_cannot_be_is_refused(api, path):
    assert api.get(path).status_code in {404, 422}


def test_a_method_that_nothing_answers_is_told_the_right_one(api):
    answer = api.put("/v1/applications")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_without_models_the_service_lives_but_is_not_ready(bare_service, log):
    with open_api(bare_service, log) as caller:
        assert caller.get("/health/live").status_code == 200
        answer = caller.get("/health/ready")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert "models" in answer.json()["detail"]


def test_without_a_model_an_application_is_unavailable_not_wrong(bare_service, log):
    token = bare_service.keys.create("tests")[1]
    with open_api(bare_service, log) as caller:
        answer = apply(caller, authorization=f"Bearer {token}")
    assert answer.status_code == 503
    assert answer.json()["code"] == "no_champion"
    assert str(bare_service.settings.var_dir) not in answer.text


def test_a_purpose_in_free_text_is_matched_or_honestly_other(api):
    url = "/v1/products/instalment-loan/purposes/match"
    matched = api.get(url, params={"text": "хочу новую машину"}).json()
    ambiguous = api.get(url, params={"text": "holiday or renovation"}).json()

    assert (matched["code"], matched["confidence"]) == ("new_car", 1.0)
    assert (ambiguous["code"], len(ambiguous["candidates"])) == ("other", 2)
    assert api.get(url.replace("instalment-loan", "boat"), params={"text": "x"}).status_code == 404
    card = api.get(url.replace("instalment-loan", "credit-card"), params={"text": "x"})
    assert card.json()["code"] == "feature_not_matchable"
