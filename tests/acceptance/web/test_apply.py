"""Applying for the card, as people do it."""

import re

import pytest
from playwright.sync_api import expect

RUSSIAN = {"locale": "ru"}
WRONG_LIMITS = ("", "abc", "5", "9,999.99", "2000000", "1,5", "-100000", "1e5", "٥٠٠٠٠")
WITHOUT_SCRIPT = {"java_script_enabled": False}


def once_of(visit):
    return visit.page.input_value("input[name=once]")


def test_filled_in_and_sent_a_form_leads_to_a_decision_with_reasons(visit):
    visit.open("/")
    visit.page.get_by_role("link", name="Apply: Credit card").click()
    visit.fill_card("120,000")
    visit.send()
    visit.page.wait_for_url("**/apply/result/**")
    assert visit.page.locator(".reasons li").count() >= 1
    expect(visit.page.locator(".bands .mine")).to_have_count(1)
    expect(visit.page.locator("#reference-number")).to_have_text(re.compile(r"app_\w{26}"))
    assert visit.complaints == []


@pytest.mark.parametrize("visit", [RUSSIAN], indirect=True)
def test_the_whole_way_is_there_in_russian(visit):
    visit.open("/")
    visit.page.get_by_role("link", name="Заявка: Кредитная карта").click()
    visit.fill_card("120 000")
    visit.page.get_by_role("button", name="Получить решение").click()
    visit.page.wait_for_url("**/apply/result/**")
    expect(visit.page.get_by_role("heading", name="Номер заявки")).to_be_visible()
    text = visit.page.inner_text("main")
    assert not re.search(r"\b(the|your|you|and)\b", text)


def test_a_longer_form_of_another_product_works_by_the_same_rules(visit):
    visit.open("/apply/instalment-loan")
    for field in visit.page.locator("[data-field]").all():
        if field.locator("input[type=text]").count():
            least, most = field.get_attribute("data-minimum"), field.get_attribute("data-maximum")
            field.locator("input").fill(str((int(least) + int(most)) // 2))
        elif field.locator("select").count():
            field.locator("select").select_option(index=1)
        else:
            field.locator("input").first.check()
    visit.send()
    visit.page.wait_for_url("**/apply/result/**")
    expect(visit.page.get_by_text("Instalment loan")).to_be_visible()
    assert 1 <= visit.page.locator(".reasons li").count() <= 4


def test_the_decision_is_recorded_with_what_was_typed(visit, bank):
    visit.decide("123,000")
    number = visit.page.inner_text("#reference-number").strip()
    assert b'"product":"credit-card"' in bank.decisions.reply_of(number)


def test_the_keyboard_is_enough(visit):
    visit.open("/apply/credit-card")
    keyboard = visit.page.keyboard
    keyboard.press("Tab")
    expect(visit.page.locator(".skip")).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(visit.page.locator("#limit")).to_be_focused()
    keyboard.type("150000")
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    expect(visit.page.locator("input[value=university]")).to_be_checked()
    keyboard.press("Tab")
    expect(visit.page.locator("button[type=submit]").first).to_be_focused()
    keyboard.press("Enter")
    visit.page.wait_for_url("**/apply/result/**")


@pytest.mark.parametrize("visit", [WITHOUT_SCRIPT], indirect=True)
def test_without_javascript_it_works_as_well(visit):
    visit.open("/apply/credit-card?lang=ru")
    visit.send()
    expect(visit.page.locator("#summary")).to_be_focused()
    expect(visit.page.locator("#limit-error")).to_contain_text("ответьте на этот вопрос")
    visit.page.click(".to-dark")
    assert visit.page.get_attribute("html", "data-theme") == "dark"
    visit.fill_card("20 000")
    visit.send()
    visit.page.wait_for_url("**/apply/result/**")
    visit.page.get_by_role("link", name="English").click()
    expect(visit.page.get_by_role("heading", name="Reference number")).to_be_visible()


def test_what_is_wrong_is_said_at_once_and_the_focus_goes_there(visit):
    visit.open("/apply/credit-card")
    visit.page.fill("#limit", "5")
    visit.send()
    expect(visit.page.locator("#summary")).to_be_focused()
    expect(visit.page.locator("#limit")).to_have_attribute("aria-invalid", "true")
    assert visit.page.get_attribute("#limit", "aria-describedby").startswith("limit-error")
    visit.page.locator("#summary a").click()
    expect(visit.page.locator("#limit")).to_be_focused()
    visit.page.fill("#limit", "50000")
    visit.page.keyboard.press("Tab")
    expect(visit.page.locator("#limit-error")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_script_says_what_the_server_says(visit, browser, language):
    plain = browser.new_context(java_script_enabled=False).new_page()
    for typed in WRONG_LIMITS:
        said = []
        for page in (visit.page, plain):
            page.goto(f"{visit.base}/apply/credit-card?lang={language}")
            page.fill("#limit", typed)
            page.click("button[type=submit]")
            said.append(page.inner_text("#limit-error").strip())
        assert said[0] == said[1] != "", typed
    plain.context.close()


@pytest.mark.parametrize(("typed", "shown"), [("120000", "120,000"), ("12,0000", "12,0000")])
def test_a_number_that_is_understood_is_shown_in_groups(visit, typed, shown):
    visit.open("/apply/credit-card")
    visit.page.fill("#limit", typed)
    visit.page.keyboard.press("Tab")
    assert visit.page.input_value("#limit") == shown


def test_a_double_click_decides_once(visit, bank):
    before = bank.decisions.count()
    visit.open("/apply/credit-card")
    visit.fill_card("130000")
    visit.page.dblclick("button[type=submit]")
    visit.page.wait_for_url("**/apply/result/**")
    visit.page.reload()
    assert bank.decisions.count() == before + 1


def test_a_form_sent_twice_from_two_windows_is_decided_once(visit, bank):
    visit.open("/apply/credit-card")
    before, once = bank.decisions.count(), once_of(visit)
    form = {"once": once, "limit": "140000", "education": "university"}
    answers = [
        visit.page.request.post(
            f"{visit.base}/apply/credit-card",
            form=form,
            headers={"Origin": visit.base},
            max_redirects=0,
        )
        for _ in range(3)
    ]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert bank.decisions.count() == before + 1


def test_going_back_and_correcting_is_a_new_application(visit):
    visit.decide("20000")
    first = visit.page.url
    visit.page.go_back()
    visit.page.fill("#limit", "30000")
    visit.send()
    visit.page.wait_for_url(lambda url: "/apply/result/" in url and url != first)


def test_a_change_of_language_keeps_what_was_typed(visit):
    visit.open("/apply/credit-card")
    visit.fill_card("125,000")
    visit.page.get_by_role("link", name="Русский").click()
    visit.page.wait_for_url("**lang=ru")
    assert visit.page.input_value("#limit").replace("\u00a0", " ") == "125 000"
    expect(visit.page.locator("input[value=university]")).to_be_checked()
    assert visit.page.evaluate("sessionStorage.length") == 0


def test_another_sites_form_is_refused(visit, bank):
    before = bank.decisions.count()
    visit.open("/apply/credit-card")
    answer = visit.page.request.post(
        f"{visit.base}/apply/credit-card",
        form={"once": once_of(visit), "limit": "140000"},
        headers={"Origin": "https://elsewhere.example", "Accept": "text/html"},
    )
    assert answer.status == 403
    assert "This form did not come from our page" in answer.text()
    assert bank.decisions.count() == before
