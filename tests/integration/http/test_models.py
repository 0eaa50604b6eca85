from datetime import UTC, datetime

import pytest
from tests.integration.service.conftest import write_plain

PATH = "/v1/models"
NOBODY = "0" * 64


@pytest.fixture
def candidate(service):
    path = write_plain(service.settings.models_dir, "new", weight=-0.5)
    return service.registry.register(path, by="Anna").hash


def live(api, **asked):
    items = api.get(f"{PATH}/live", params=asked).json()["items"]
    return {one["segment"]: one["hash"] for one in items}


def approve(api, model_hash, to="champion", **more):
    return api.post(f"{PATH}/{model_hash}/approval", json={"to": to, **more})


def test_a_model_is_listed_with_its_history_and_its_features(api, service, candidate):
    listed = api.get(PATH, params={"state": "candidate"}).json()["items"]
    detail = api.get(f"{PATH}/{candidate}").json()

    assert [one["hash"] for one in listed] == [candidate]
    assert [(one["state"], one["by"]) for one in detail["transitions"]] == [("candidate", "Anna")]
    assert "limit" in detail["features"]
    assert api.get(PATH, params={"segment": "new"}).json()["items"][0]["hash"] == candidate


def test_another_than_who_brought_it_in_makes_it_champion(api, candidate):
    before = live(api)
    answer = approve(api, candidate, note="better on the last quarter")

    assert (answer.status_code, answer.json()["state"]) == (200, "champion")
    assert live(api)["new"] == candidate != before["new"]
    last = api.get(f"{PATH}/{candidate}").json()["transitions"][-1]
    assert last["proposer"] == "Anna"
    assert last["note"] == "better on the last quarter"


def test_who_brought_it_in_cannot_approve_it(api, service, token):
    key_id = service.keys.verify(token).id
    path = write_plain(service.settings.models_dir, "new", weight=-0.7)
    own = service.registry.register(path, by=key_id).hash
    answer = approve(api, own)

    assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    assert live(api)["new"] != own


def test_rolling_back_lets_the_one_before_decide_again(api, candidate):
    before = live(api)["new"]
    asked = {"product": "credit-card", "segment": "new"}
    nothing = api.post(f"{PATH}/rollback", json=asked)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "no_earlier_champion")

    approve(api, candidate)
    answer = api.post(f"{PATH}/rollback", json=asked)
    assert (answer.json()["hash"], answer.json()["state"]) == (before, "champion")
    assert live(api)["new"] == before


def test_what_decided_at_a_moment_is_one_question(api, candidate):
    moment = datetime.now(UTC).isoformat()
    approve(api, candidate)
    items = api.get(f"{PATH}/live", params={"at": moment}).json()["items"]
    then = {one["segment"]: one["hash"] for one in items}

    assert live(api)["new"] == candidate != then["new"]
    assert {one["by"] for one in items} == {"tests"}
    assert live(api, at="2020-01-01T00:00:00Z") == {}


def test_a_retired_model_decides_nothing(api, candidate):
    answer = api.post(f"{PATH}/{candidate}/retirement", json={"note": "never needed"})

    assert (answer.status_code, answer.json()["state"]) == (200, "retired")
    again = api.post(f"{PATH}/{candidate}/retirement", json={})
    assert (again.status_code, again.json()["code"]) == (409, "transition_refused")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{PATH}/{NOBODY}", 404),
        (f"{PATH}/{NOBODY}/report", 404),
        (f"{PATH}/abc", 422),
        (f"{PATH}/{NOBODY}/secrets", 422),
        (f"{PATH}?state=dead", 422),
        (f"{PATH}/live?at=yesterday", 422),
    ],
)
def test_what_is_not_there_is_said(api, path, status):
    assert api.get(path).status_code == status


def test_a_package_without_a_report_says_so(api, candidate):
    answer = api.get(f"{PATH}/{candidate}/card")

    assert (answer.status_code, answer.json()["code"]) == (404, "package_without")


def test_a_report_is_given_as_it_lies_in_the_package(api, service, candidate):
    package = service.registry.open(service.registry.get(candidate))
    (package.path / "report.json").write_text('{"auc": 0.7}')
    (package.path / "card.md").write_text("# A model")

    assert api.get(f"{PATH}/{candidate}/report").json() == {"auc": 0.7}
    card = api.get(f"{PATH}/{candidate}/card")
    assert (card.text, card.headers["content-type"]) == (
        "# A model",
        "text/markdown; charset=utf-8",
    )


def test_without_the_permission_nothing_changes(api, service, candidate):
    _, reader = service.keys.create("reader", scopes=["models:read"])
    api.headers["authorization"] = f"Bearer {reader}"

    assert approve(api, candidate).status_code == 403
    assert live(api)["new"] != candidate
