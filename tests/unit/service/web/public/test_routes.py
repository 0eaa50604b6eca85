import gzip
import json
import re

import pytest

from loanwright.service.errors import DatabaseUnavailable
from loanwright.service.web.assets import load_assets
from loanwright.service.web.pages import render_problem

ORIGIN = {"Origin": "https://bank.example"}
ANSWERS = {"limit": "120,000", "education": "university"}


def once_of(page):
    return re.search(r'name="once" value="([^"]+)"', page.text)[1]


def send(visitor, *, product="credit-card", once=None, headers=None, **answers):
    once = once or once_of(visitor.get(f"/apply/{product}"))
    answers = {**ANSWERS, **answers}
    return visitor.post(
        f"/apply/{product}", data={"once": once, **answers}, headers={**ORIGIN, **(headers or {})}
    )


def test_the_start_page_offers_every_product_and_leads_on(visitor, bank):
    page = visitor.get("/")
    assert page.status_code == 200
    for name, product in bank.products.items():
        assert product.title.en in page.text
        assert f'href="/apply/{name}"' in page.text
    assert 'href="/docs"' in page.text
    assert 'href="/how-we-decide"' in page.text


def test_how_we_decide_names_what_is_asked_and_what_is_never_used(visitor):
    page = visitor.get("/how-we-decide")
    assert "Credit limit · Education" in page.text
    assert "Sex · Marital status" in page.text


def test_the_language_is_asked_for_once_and_then_remembered(visitor):
    assert 'lang="ru"' in visitor.get("/?lang=ru").text.split("\n")[1]
    page = visitor.get("/apply/credit-card")
    assert '<html lang="ru"' in page.text
    assert page.headers["content-language"] == "ru"
    assert "Кредитная карта" in page.text


def test_without_cookies_the_language_stays_in_the_address(visitor):
    page = visitor.get("/apply/credit-card?lang=ru")
    visitor.cookies.clear()
    address = re.search(r'action="([^"]+)"', page.text)[1]
    answer = visitor.post(
        address, data={"once": once_of(page), **ANSWERS, "limit": "1"}, headers=ORIGIN
    )
    assert "Пожалуйста, проверьте эти ответы" in answer.text
    answer = visitor.post(address, data={"once": once_of(page), "limit": "120 000"}, headers=ORIGIN)
    assert answer.headers["location"].endswith("?lang=ru")


def test_pages_answer_the_question_whether_they_are_there(visitor):
    answer = visitor.head("/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_theme_is_remembered_without_javascript(visitor):
    assert "data-theme=" not in visitor.get("/").text.split("<head>")[0]
    visitor.get("/?theme=dark")
    assert '<html lang="en" data-theme="dark">' in visitor.get("/").text
    visitor.get("/?theme=pink")
    assert 'data-theme="dark"' in visitor.get("/").text


def test_cookies_are_secure_and_stay_with_the_site(visitor):
    cookie = visitor.get("/?lang=ru").headers["set-cookie"]
    assert "SameSite=lax" in cookie
    assert "Secure" in cookie


@pytest.mark.parametrize("path", ["/", "/apply/credit-card", "/how-we-decide", "/apply/nothing"])
def test_every_page_is_strict_about_what_may_run_in_it(visitor, path):
    page = visitor.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script>", page.text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)


def test_an_application_is_decided_and_leads_to_its_result(visitor, bank):
    answer = send(visitor)
    assert answer.status_code == 303
    page = visitor.get(answer.headers["location"])
    assert page.status_code == 200
    assert "A person will look at your application" in page.text
    assert "A large limit is reviewed." in page.text
    (submission,) = bank.origination.submissions
    assert submission.features == {"limit": 120000, "education": "university"}
    assert (submission.caller.kind, submission.applicant) == ("public", None)
    assert json.loads(submission.received) == {
        "product": "credit-card",
        "features": {"education": "university", "limit": 120000},
    }


@pytest.mark.parametrize(
    ("limit", "headline"),
    [
        ("350000", "You are approved"),
        ("120000", "A person will look at your application"),
        ("20000", "We cannot offer you this now"),
    ],
)
def test_each_outcome_has_its_own_words(visitor, limit, headline):
    page = visitor.get(send(visitor, limit=limit).headers["location"])
    assert f"<title>{headline}" in page.text


def test_the_result_can_be_read_again_in_the_other_language(visitor):
    address = send(visitor).headers["location"]
    page = visitor.get(f"{address}?lang=ru")
    assert "Вашу заявку рассмотрит человек" in page.text
    assert "Важнее всего был лимит." in page.text
    assert "21 ноября 2026" in page.text


def test_the_applicant_sees_the_band_and_no_number_of_the_model(visitor):
    page = visitor.get(send(visitor).headers["location"])
    assert "Your band: C" in page.text
    assert "0.243" not in page.text
    assert "548" not in page.text
    assert "5eed5eed" not in page.text
    assert "lightgbm" not in page.text.lower()


def test_texts_are_escaped(visitor):
    page = visitor.get(send(visitor, limit="20000").headers["location"])
    assert "&lt;b&gt;The limit&lt;/b&gt;" in page.text
    refused = send(visitor, limit='"><script>alert(1)</script>')
    assert "<script>alert" not in refused.text


def test_sent_twice_from_one_page_it_is_decided_once(visitor, bank):
    once = once_of(visitor.get("/apply/credit-card"))
    first, second = send(visitor, once=once), send(visitor, once=once)
    assert first.headers["location"] == second.headers["location"]
    assert len(bank.origination.submissions) == 1


def test_corrected_and_sent_again_from_one_page_it_is_a_new_application(visitor, bank):
    once = once_of(visitor.get("/apply/credit-card"))
    first, second = send(visitor, once=once), send(visitor, once=once, limit="150000")
    assert first.headers["location"] != second.headers["location"]
    assert len(bank.origination.submissions) == 2


def test_what_is_wrong_is_said_beside_the_field_and_on_top_and_values_are_kept(visitor, bank):
    page = send(visitor, limit="5", education="none of these")
    assert page.status_code == 422
    assert bank.origination.submissions == []
    assert "<title>Please check" in page.text
    assert 'value="5"' in page.text
    assert '<a href="#limit">Credit limit</a>' in page.text
    assert page.text.count("This is outside what we can accept. From NT$10,000") == 3
    assert 'aria-describedby="limit-error limit-help limit-hint" aria-invalid="true"' in page.text


def test_a_missing_answer_is_asked_for(visitor):
    page = send(visitor, limit=" ")
    assert page.status_code == 422
    assert "Please answer this question." in page.text


def test_a_question_we_did_not_ask_is_refused(visitor, bank):
    page = send(visitor, sex="female")
    assert page.status_code == 422
    assert "The form held something we did not ask for." in page.text
    assert bank.origination.submissions == []


@pytest.mark.parametrize(
    "limit", ["NaN", "Infinity", "1e400", "9" * 400, "-0", "\u202e12", "true", "１２", "10^5"]
)
def test_hostile_numbers_are_refused_and_nothing_is_decided(visitor, bank, limit):
    assert send(visitor, limit=limit).status_code == 422
    assert bank.origination.submissions == []


@pytest.mark.parametrize("once", ["x", "", "é" * 22, "a" * 23])
def test_a_form_without_its_token_is_refused(visitor, bank, once):
    assert send(visitor, once=once or " ").status_code == 422
    assert bank.origination.submissions == []


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, "limit=1", 403),
        ({"Origin": "https://evil.example"}, "limit=1", 403),
        ({**ORIGIN, "Sec-Fetch-Site": "cross-site"}, "limit=1", 403),
        ({**ORIGIN, "Content-Type": "application/json"}, "{}", 415),
        ({**ORIGIN, "Content-Type": "text/plain"}, "limit=1", 415),
        (ORIGIN, "limit=" + "1" * 20_000, 413),
        (ORIGIN, "limit=1&limit=2", 422),
    ],
)
def test_what_is_not_our_form_gets_a_page_in_plain_words(visitor, bank, headers, body, status):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    page = visitor.post("/apply/credit-card", content=body, headers={**form, **headers})
    assert page.status_code == status
    assert f"Error {status}" in page.text
    assert "If you ask for help, give this number:" in page.text
    assert bank.origination.submissions == []


@pytest.mark.parametrize(
    "path", ["/apply/boat-loan", "/apply/result/app_1.x", "/apply/result/x", "/assets/none.css"]
)
def test_what_is_not_there_gets_a_page_in_plain_words(visitor, path):
    page = visitor.get(path)
    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_a_database_that_is_away_is_said_and_when_to_come_back(visitor, bank):
    bank.origination.failure = DatabaseUnavailable(why="it sleeps", retry_after=7)
    page = send(visitor)
    assert page.status_code == 503
    assert page.headers["retry-after"] == "7"
    assert "Try again in 7 seconds." in page.text
    assert "sleeps" not in page.text


def test_errors_of_the_edge_become_pages_only_where_a_page_is_wanted():
    wanted = {b"accept": b"text/html,*/*", b"accept-language": b"ru", b"cookie": b"lw_theme=dark"}
    page = render_problem(wanted, 429, request_id="req_1", retry_after=21)
    assert "Слишком часто" in page.decode()
    assert "Попробуйте снова через 21 секунду." in page.decode()
    assert 'data-theme="dark"' in page.decode()
    assert b"req_1" in page
    assert render_problem({b"accept": b"application/json"}, 429) is None
    assert render_problem({}, 404) is None


@pytest.mark.parametrize("status", [400, 401, 404, 409, 418, 500, 502, 503])
def test_every_error_has_a_page(status):
    assert b"<h1>" in render_problem({b"accept": b"text/html"}, status)


def test_assets_are_named_by_their_content_and_cached_for_ever(visitor):
    page = visitor.get("/")
    addresses = re.findall(r'"(/assets/[^"]+)"', page.text)
    public = {load_assets()[name].address for name in ("mark.svg", "portal.css", "ui.js")}
    assert sorted(addresses) == sorted(f"/assets/{one}" for one in public)
    for address in addresses:
        asset = visitor.get(address)
        assert asset.status_code == 200
        assert "immutable" in asset.headers["cache-control"]


def test_assets_are_compressed_only_where_the_browser_can_read_that(visitor):
    style = load_assets()["portal.css"]
    address = f"/assets/{style.address}"
    plain = visitor.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == style.content == gzip.decompress(style.compressed)
    assert visitor.get(address).headers["content-encoding"] == "gzip"


def test_the_pages_are_light(visitor):
    for path in ("/", "/apply/credit-card", "/apply/instalment-loan", "/how-we-decide"):
        assets = sum(len(asset.content) for asset in load_assets().values())
        assert len(visitor.get(path).content) + assets < 80_000


def test_the_address_of_a_form_leads_back_to_its_page():
    page = render_problem({b"accept": b"text/html"}, 405, path="/applicants/apl_1/profile/edit")
    assert b'href="/applicants/apl_1/profile"' in page
