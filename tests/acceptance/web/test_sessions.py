"""A real browser keeps the session, also where the demo runs: without TLS on this machine."""

import pytest
from tests.integration.http.visiting import PASSWORD, add_user

LOG_IN = """async ([email, password]) => {
  const body = JSON.stringify({email, password});
  const headers = {"content-type": "application/json"};
  const answer = await fetch("/v1/sessions", {method: "POST", headers, body});
  return [answer.status, (await answer.json()).csrf_token];
}"""
ME = """async () => (await fetch("/v1/users/me")).status"""
LOG_OUT = """async (token) => {
  const headers = token ? {"x-csrf-token": token} : {};
  return (await fetch("/v1/sessions/current", {method: "DELETE", headers})).status;
}"""


# The policy of our pages lets no script call the API; here one stands in for a person.
@pytest.mark.parametrize("visit", [{"bypass_csp": True}], indirect=True, ids=["script"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_browser_is_logged_in_and_out(visit, bank, host):
    user = add_user(bank, "underwriter")
    visit.base = visit.base.replace("127.0.0.1", host)
    visit.open("/")
    status, token = visit.page.evaluate(LOG_IN, [user.email, PASSWORD])
    assert status == 201
    assert visit.page.evaluate("document.cookie") == ""
    kept = {one["name"]: one for one in visit.page.context.cookies()}
    assert set(kept) == {"__Host-loanwright", "__Host-loanwright-device"}
    assert all(one["secure"] and one["httpOnly"] for one in kept.values())
    assert visit.page.evaluate(ME) == 200
    assert visit.page.evaluate(LOG_OUT, None) == 403
    assert visit.page.evaluate(LOG_OUT, token) == 204
    assert visit.page.evaluate(ME) == 401
    assert {one["name"] for one in visit.page.context.cookies()} == {"__Host-loanwright-device"}
