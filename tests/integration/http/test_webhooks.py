from ipaddress import ip_network

import pytest
from tests.integration.http.conftest import open_api
from tests.integration.service.webhooks.receiver import receiver

__all__ = ["receiver"]


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"webhook_networks": (ip_network("127.0.0.0/8"),)})


@pytest.fixture
def caller(service, token, log):
    with open_api(service, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        yield caller


def added(caller, receiver, **changes):
    return caller.post("/v1/webhooks", json={"url": receiver.url, "events": ["*"], **changes})


def test_the_life_of_a_webhook_over_http(caller, receiver):
    answer = added(caller, receiver)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/webhooks/{answer.json()['id']}"
    assert answer.json()["secret"].startswith("whs_")
    path = answer.headers["location"]

    got = caller.get(path)
    assert "secret" not in got.json()
    assert caller.get("/v1/webhooks").json()["items"] == [got.json()]

    edited = caller.patch(
        path, json={"events": ["account.opened"]}, headers={"if-match": got.headers["etag"]}
    )
    assert edited.json()["events"] == ["account.opened"]
    late = caller.patch(path, json={"state": "paused"}, headers={"if-match": got.headers["etag"]})
    assert (late.status_code, late.headers["etag"]) == (412, edited.headers["etag"])
    assert caller.patch(path, json={"state": "paused"}).status_code == 428

    assert caller.post(f"{path}/secret").json()["secret"] != answer.json()["secret"]
    assert caller.delete(path).status_code == 204
    assert caller.get(path).status_code == 404


def test_a_trial_is_heard_and_listed(caller, service, receiver):
    path = added(caller, receiver).headers["location"]
    told = caller.post(f"{path}/trial")
    assert (told.status_code, told.json()["state"]) == (202, "waiting")
    service.work(told.json()["id"])
    listed = caller.get(f"{path}/deliveries").json()["items"]

    assert [(one["event"], one["state"]) for one in listed] == [("webhook.tried", "delivered")]
    assert len(receiver.heard) == 1
    again = caller.post(f"{path}/deliveries/{told.json()['id']}/redelivery")
    assert again.status_code == 202


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://10.0.0.1/"},
        {"url": "file:///etc/passwd"},
        {"url": ""},
        {"url": 7},
        {"events": []},
        {"events": ["Not An Event"]},
        {"events": "*"},
        {"secret": "mine"},
    ],
)
def test_what_is_wrong_with_a_webhook_is_said(caller, receiver, changes):
    answer = added(caller, receiver, **changes)

    assert answer.status_code == 422
    assert caller.get("/v1/webhooks").json()["items"] == []


def test_a_decision_is_told_to_whoever_listens(caller, service, receiver):
    from tests.integration.http.conftest import apply

    added(caller, receiver, events=["decision.made"])
    told = apply(caller).json()
    for delivery in service.webhooks.list_deliveries(None, most=10):
        service.work(delivery.id)

    ((_, body),) = receiver.heard
    assert told["decision"]["id"].encode() in body
    assert b"limit" not in body
