from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.service.conftest import write_plain

DUE = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
ASKED = {"said": "No sample of this year.", "severity": "high", "owner": "Boris", "due_on": DUE}


@pytest.fixture
def path(service):
    package = write_plain(service.settings.models_dir, "new", weight=-0.5)
    return f"/v1/models/{service.registry.register(package, by='Anna').hash}"


def test_a_finding_is_opened_changed_and_resolved(api, path):
    opened = api.post(f"{path}/findings", json=ASKED)
    assert opened.status_code == 201
    address = f"{path}/findings/{opened.json()['id']}"
    refused = api.post(f"{path}/approval", json={"to": "champion"})
    assert (refused.status_code, refused.json()["code"]) == (409, "checks_failed")

    assert api.post(address, json={"owner": "Carla"}).json()["owner"] == "Carla"
    solved = api.post(address, json={"state": "resolved", "note": "Sampled."}).json()
    assert [one["state"] for one in solved["changes"]] == ["open", "open", "resolved"]
    assert api.get(f"{path}/findings").json()["items"] == [solved]
    assert api.post(f"{path}/approval", json={"to": "champion"}).status_code == 200


def test_the_inventory_tells_tier_and_what_is_open(api, path):
    api.post(f"{path}/findings", json=ASKED)
    items = {one["hash"]: one for one in api.get("/v1/models/inventory").json()["items"]}
    entry = items[path.rpartition("/")[2]]

    assert (entry["tier"], entry["open_findings"], entry["next_due_on"]) == ("low", 1, DUE)


def test_what_cannot_be_a_finding_says_why(api, path):
    assert api.post(f"{path}/findings", json={**ASKED, "due_on": "soon"}).status_code == 422
    early = api.post(f"{path}/findings", json={**ASKED, "due_on": "2020-01-01"})
    assert early.json()["code"] == "finding_due_before"
    strange = api.post(f"{path}/findings/fnd_{'0' * 26}", json={"owner": "Carla"})
    assert (strange.status_code, strange.json()["code"]) == (404, "finding_not_found")
