"""Paths to approval over HTTP: whole for the lender's people, words for the borrower."""

import pytest
from tests.handmade import CARD, handmade_package
from tests.integration.http.conftest import apply, open_api
from tests.integration.http.visiting import add_user, log_in

from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build
from loanwright.service.registry.schemas import State

REFUSED = {"product": "credit-card", "features": {"limit": 20_000, "education": "high_school"}}
SECRET = ("score", "probability", "odds", "contribution", "model", "policy", "hash", "cost")


@pytest.fixture
def real_service(settings):
    """A service that decides by a real package, made by hand, which approves large limits."""
    changed = settings.model_copy(update={"paths_per_day": 3, "path_seconds": 10.0})
    service = build(changed)
    directory = handmade_package(changed.models_dir).path
    model = service.registry.register(directory, by="tests")
    service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    document = Policy.from_mapping(CARD.policy).to_mapping()
    document["cutoffs"]["new"] = {"approve_from": 545, "refer_from": 400}
    service.policies.publish("credit-card", Policy.from_mapping(document), by="tests")
    yield service
    service.close()


@pytest.fixture
def home(real_service, log):
    with open_api(real_service, log) as caller:
        yield caller


@pytest.fixture
def bank(home, real_service):
    home.headers["authorization"] = f"Bearer {real_service.keys.create('tests')[1]}"
    return home


def paths_of(caller, decision_id):
    return caller.post(f"/v1/decisions/{decision_id}/paths")


def decided(caller, document=REFUSED, **applicant):
    answer = apply(caller, {**document, **applicant})
    assert answer.status_code == 201, answer.text
    return answer.json()["decision"]


def test_the_lender_is_told_the_smallest_change_and_it_approves(bank):
    decision = decided(bank)
    assert decision["outcome"] != "approve"
    answer = paths_of(bank, decision["id"])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["status"], told["cheapest"]) == ("found", True)
    (path,) = told["paths"]
    (step,) = path["steps"]
    assert (step["feature"], step["before"]) == ("limit", 20_000.0)
    assert path["text"]["en"].startswith("Credit limit: ")
    changed = {"limit": step["after"], "education": "high_school"}
    assert decided(bank, {**REFUSED, "features": changed})["outcome"] == "approve"


def test_only_what_is_asked_for_may_change(bank):
    decision = decided(bank)["id"]
    limit, level, age, castle = (
        bank.post(f"/v1/decisions/{decision}/paths", params={"only": name})
        for name in ("limit", "education", "age", "castle")
    )
    assert limit.json()["status"] == "found"
    for refused in (level, age, castle):
        assert (refused.status_code, refused.json()["code"]) == (422, "feature_unchangeable")
        assert "name some of: limit" in refused.json()["detail"]
    unknown = bank.post(f"/v1/decisions/{decision}/paths", params={"but": "limit"})
    assert unknown.status_code == 422


def test_as_many_paths_as_are_asked_for_within_a_limit(bank):
    address = f"/v1/decisions/{decided(bank)['id']}/paths"
    one, none, many = (bank.post(address, params={"count": count}) for count in (1, 0, 6))
    assert len(one.json()["paths"]) == 1
    assert (none.status_code, many.status_code) == (422, 422)


def test_who_is_approved_is_told_so(bank):
    decision = decided(bank, {**REFUSED, "features": {"limit": 200_000, "education": "other"}})
    assert decision["outcome"] == "approve"
    told = paths_of(bank, decision["id"]).json()
    assert (told["status"], told["paths"]) == ("approved", [])


def test_a_borrower_gets_words_and_nothing_of_the_model(home, real_service):
    browser = log_in(home, add_user(real_service, "borrower"))
    told = paths_of(browser, decided(browser)["id"]).json()
    assert told["status"] == "found"
    assert set(told) == {"decision_id", "status", "text", "paths"}
    assert set(told["paths"][0]) == {"text", "steps"}
    assert not any(word in str(told) for word in SECRET)


def test_a_borrower_who_asks_without_end_is_told_when_to_come_again(home, real_service):
    browsers = [log_in(home, add_user(real_service, "borrower")) for _ in range(2)]
    decisions = [decided(browser)["id"] for browser in browsers]
    answers = [paths_of(browsers[0], decisions[0]) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["code"] == "quota_used_up"
    assert 80_000 < int(answers[-1].headers["retry-after"]) <= 86_400
    assert paths_of(browsers[1], decisions[1]).status_code == 200


def test_the_lender_is_not_counted(bank):
    decision = decided(bank)["id"]
    assert {paths_of(bank, decision).status_code for _ in range(5)} == {200}


def test_somebody_elses_decision_is_not_there(home, real_service):
    anna, ben = (log_in(home, add_user(real_service, "borrower")) for _ in range(2))
    answer = paths_of(ben, decided(anna)["id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "decision_not_found")


def test_a_manager_asks_for_whom_they_look_after_alone(home, real_service):
    anna = log_in(home, add_user(real_service, "borrower"))
    stranger = log_in(home, add_user(real_service, "manager"))
    assert paths_of(stranger, decided(anna)["id"]).status_code == 404


def test_the_service_finds_the_path_for_a_command(real_service, bank):
    decision = decided(bank)["id"]
    found = real_service.paths.find(decision)
    assert found.document()["decision_id"] == decision
    assert found.found.status == "found"
