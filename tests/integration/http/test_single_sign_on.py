"""Logging in at a real identity provider, which is a process of its own."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET
from tests.integration.http.conftest import open_api
from tests.integration.http.visiting import ORIGIN, add_user, visit

from loanwright.service.bootstrap import build
from loanwright.service.edge.sessions import JOURNEY, SESSION
from loanwright.service.users.single_sign_on import SignOnMisconfigured

ROOT = Path(__file__).parents[3]
ROLES = "admins=admin,loan-underwriters=underwriter,analysts=analyst"
ME = "/v1/users/me"


@pytest.fixture(scope="module")
def issuer():
    command = [sys.executable, "-m", "tests.identity_provider"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()


def tell(provider, **told):
    httpx.post(f"{provider}/told", json=told).raise_for_status()


@pytest.fixture
def signing(settings, issuer):
    tell(issuer)
    return settings.model_validate(
        {
            **settings.model_dump(),
            "oidc_issuer": issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_roles": ROLES,
            "public_url": ORIGIN,
        }
    )


@pytest.fixture
def bank(signing):
    return build(signing)


@pytest.fixture
def home(bank, log):
    with open_api(bank, log) as caller:
        yield caller


def depart(browser):
    answer = browser.get("/auth/oidc/start", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(browser, address):
    back = urlsplit(httpx.get(address).headers["location"])
    assert back.path == "/auth/oidc/callback"
    return browser.get(f"{back.path}?{back.query}", follow_redirects=False)


def sign_on(home):
    browser = visit(home)
    return browser, come_back(browser, depart(browser))


def refused(home):
    browser, answer = sign_on(home)
    assert SESSION not in browser.cookies
    assert answer.status_code in (401, 403)
    return answer.json()["code"], answer.json()["detail"]


def test_somebody_new_is_taken_in_with_the_role_that_the_provider_says(home, bank):
    browser, answer = sign_on(home)
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")
    me = browser.get(ME).json()
    assert (me["name"], me["email"]) == ("Anna Beispiel", "anna@example.com")
    assert (me["role"], me["has_password"]) == ("underwriter", False)
    assert browser.get("/v1/sessions").json()["items"][0]["way"] == "oidc"
    again = sign_on(home)[0]
    assert again.get(ME).json()["id"] == me["id"]


def test_what_is_asked_carries_state_nonce_and_pkce(home):
    asked = dict(parse_qsl(urlsplit(depart(visit(home))).query))
    assert asked["redirect_uri"] == f"{ORIGIN}/auth/oidc/callback"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    other = dict(parse_qsl(urlsplit(depart(visit(home))).query))
    assert all(asked[name] != other[name] for name in ("state", "nonce", "code_challenge"))


def test_a_user_with_the_same_verified_address_is_the_same_user(home, bank, issuer):
    user = add_user(bank, "underwriter", email="Anna@example.com")
    assert sign_on(home)[0].get(ME).json()["id"] == user.id
    tell(issuer, claims={"sub": "somebody else"})
    assert refused(home)[0] == "sign_on_refused"


@pytest.mark.parametrize(
    "how", ["by another key", "not at all", "with the public key", "and changed"]
)
def test_a_token_that_is_not_signed_by_the_provider_is_refused(home, issuer, how):
    tell(issuer, signed=how)
    code, detail = refused(home)
    assert (code, "signature" in detail) == ("sign_on_refused", True)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "another one"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": 1_700_000_000}, "exp"),
        ({"exp": None}, "exp"),
        ({"iat": 4_000_000_000}, "iat"),
        ({"aud": "another service"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT_ID, "another service"]}, "azp"),
        ({"azp": "another service"}, "azp"),
        ({"iss": "https://elsewhere.example"}, "iss"),
        ({"sub": None}, "sub"),
        ({"email_verified": False}, "email"),
        ({"email": None}, "email"),
    ],
)
def test_a_token_that_is_not_for_this_login_is_refused(home, issuer, claims, why):
    tell(issuer, claims=claims)
    code, detail = refused(home)
    assert (code, f": {why}." in detail) == ("sign_on_refused", True), detail


@pytest.mark.parametrize("groups", [["everybody"], [], None, "everybody", 7, {"admins": True}])
def test_nobody_comes_in_without_a_role(home, issuer, groups):
    tell(issuer, claims={"groups": groups})
    assert refused(home)[0] == "role_unmapped"


def test_the_provider_alone_makes_nobody_an_administrator_or_something_else(home, issuer):
    tell(issuer, claims={"groups": ["admins"]})
    assert refused(home)[0] == "role_differs"
    tell(issuer)
    sign_on(home)
    tell(issuer, claims={"groups": ["analysts"]})
    assert refused(home)[0] == "role_differs"


def test_a_suspended_user_does_not_come_in_by_the_provider(home, bank):
    from loanwright.service.users.schemas import COMMAND_LINE

    user = sign_on(home)[0].get(ME).json()["id"]
    bank.access.users.suspend(user, actor=COMMAND_LINE)
    assert refused(home)[0] == "sign_on_refused"


def test_a_new_key_of_the_provider_is_learned(home, bank, issuer):
    sign_on(home)
    tell(issuer, signed="by a new key")
    bank.access.single_sign_on._tick = lambda: 10**9
    browser, answer = sign_on(home)
    assert answer.status_code == 303
    assert browser.get(ME).status_code == 200


def test_the_way_back_of_another_browser_is_no_use(home):
    attacker, victim = visit(home), visit(home)
    theirs = depart(attacker)
    depart(victim)
    answer = come_back(victim, theirs)
    assert (answer.status_code, SESSION in victim.cookies) == (401, False)
    answer = come_back(visit(home), theirs)
    assert answer.status_code == 401


def test_a_way_back_is_walked_once(home):
    browser = visit(home)
    back = urlsplit(httpx.get(depart(browser)).headers["location"])
    kept = browser.cookies[JOURNEY]
    assert browser.get(f"{back.path}?{back.query}", follow_redirects=False).status_code == 303
    thief = visit(home)
    headers = {"cookie": f"{JOURNEY}={kept}"}
    answer = thief.get(f"{back.path}?{back.query}", headers=headers, follow_redirects=False)
    assert answer.status_code == 401


@pytest.mark.parametrize("journey", ["", "x", "AAAA", "é"])
def test_a_way_back_without_its_beginning_is_refused(home, journey):
    answer = visit(home).get(
        "/auth/oidc/callback?state=x&code=y", headers={"cookie": f"{JOURNEY}={journey}".encode()}
    )
    assert answer.status_code == 401


def test_a_refusal_of_the_provider_is_a_refusal(home):
    browser = visit(home)
    state = dict(parse_qsl(urlsplit(depart(browser)).query))["state"]
    for query in (f"state={state}&error=access_denied", f"state={state}&code=made-up", ""):
        assert browser.get(f"/auth/oidc/callback?{query}").status_code == 401


def test_without_an_issuer_there_is_no_single_sign_on(service, log):
    with open_api(service, log) as caller:
        assert visit(caller).get("/auth/oidc/start").status_code == 404
        assert visit(caller).get("/auth/oidc/callback").status_code == 404


def test_an_issuer_that_is_another_one_is_not_used(home, bank, issuer):
    tell(issuer, issuer="https://elsewhere.example")
    assert visit(home).get("/auth/oidc/start").status_code == 422


def test_a_provider_that_is_away_is_unavailable(signing, log):
    away = build(signing.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"}))
    with open_api(away, log) as caller:
        answer = visit(caller).get("/auth/oidc/start")
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")


@pytest.mark.parametrize(
    "changed",
    [
        {"oidc_issuer": "http://elsewhere.example"},
        {"oidc_issuer": "https://elsewhere.example/"},
        {"public_url": "http://bank.example"},
        {"oidc_client_id": ""},
        {"oidc_client_secret": None},
        {"oidc_roles": {}},
    ],
)
def test_half_a_configuration_is_refused_at_the_start(signing, changed):
    with pytest.raises(SignOnMisconfigured):
        build(signing.model_copy(update=changed))
