"""A past decision beside today's, over HTTP."""

from tests.integration.http.conftest import apply


def test_a_decision_is_compared_with_what_is_live(api):
    decision = apply(api).json()["decision"]["id"]
    path = f"/v1/decisions/{decision}/difference"
    answer = api.post(path, json={"policy": "live", "model": "live"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["then"] == told["now"]
    assert [one["cause"] for one in told["steps"]] == ["model", "policy"]
    assert told["replayed_equal"]
    assert api.post(path, json={}).json()["code"] == "nothing_to_compare"
    assert api.post(path, json={"policy": "0" * 64}).json()["code"] == "policy_not_found"
