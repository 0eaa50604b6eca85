"""What every page must be: accessible, light, self-contained, strict, at home on any screen."""

import pytest
from playwright.sync_api import expect
from tests.acceptance.web.looking import WEIGHT, axe

DARK = {"color_scheme": "dark"}
DESK = {"viewport": {"width": 1280, "height": 800}}
RUSSIAN = {"locale": "ru"}
PATHS = ("/", "/how-we-decide", "/apply/credit-card", "/apply/instalment-loan", "/nothing/here")
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select")]
  .filter((e) => e.checkVisibility() && !e.closest("p, li:not(.languages li)") && e.type !== "radio"
                 && !e.matches(".skip"))
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])
  .filter(([, height]) => height < 44)"""


@pytest.mark.parametrize("visit", [{}, DARK, DESK, DESK | DARK, RUSSIAN | DARK], indirect=True)
def test_axe_finds_nothing_on_any_page(visit):
    for path in PATHS:
        visit.open(path)
        assert axe(visit.page) == [], path


@pytest.mark.parametrize("visit", [{}, DARK, RUSSIAN], indirect=True)
def test_axe_finds_nothing_on_a_refused_form_and_on_any_result(visit):
    for path in ("/apply/credit-card", "/apply/instalment-loan"):
        visit.open(path)
        visit.send()
        expect(visit.page.locator("#summary")).to_be_visible()
        assert axe(visit.page) == [], path
    outcomes = set()
    for limit in ("10000", "70000", "450000", "600000"):
        visit.decide(limit)
        assert axe(visit.page) == [], limit
        outcomes.add(visit.page.get_attribute(".outcome", "class"))
    assert outcomes == {"outcome approve", "outcome refer", "outcome decline"}


def test_axe_would_find_a_fault(visit):
    visit.open("/")
    visit.page.evaluate("document.querySelector('h1').after(document.createElement('button'))")
    assert [fault for fault, _ in axe(visit.page)] == ["button-name"]


def test_a_broken_policy_would_be_heard(visit):
    visit.open("/")
    visit.page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert len(visit.complaints) == 1


def test_no_request_leaves_the_host_and_the_policy_is_never_broken(visit):
    for path in PATHS:
        visit.open(path)
    visit.decide()
    visit.page.click(".to-dark")
    assert visit.hosts == {visit.base.removeprefix("http://")}
    assert visit.complaints == []


@pytest.mark.parametrize("path", PATHS)
def test_a_first_visit_is_light(visit, path):
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visit.open(path)
    visit.page.wait_for_load_state("networkidle")
    assert len(sizes) >= 3
    assert sum(sizes) <= WEIGHT


@pytest.mark.parametrize("width", [320, 390, 768, 2560])
def test_nothing_scrolls_sideways(visit, width):
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.decide()
    addresses = [visit.page.url, *(visit.base + path for path in PATHS)]
    for language in ("en", "ru"):
        for address in addresses:
            visit.page.goto(f"{address}?lang={language}")
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_everything_that_is_pressed_is_large_enough(visit):
    visit.decide()
    addresses = [visit.page.url, *(visit.base + path for path in PATHS)]
    for address in addresses:
        visit.page.goto(address)
        assert visit.page.evaluate(SMALL_TARGETS) == [], address


def test_the_theme_changes_at_once_and_is_remembered(visit):
    visit.open("/")
    light = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    visit.page.get_by_role("link", name="Use the dark colours").click()
    dark = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    expect(visit.page.get_by_role("link", name="Use the light colours")).to_be_focused()
    visit.open("/how-we-decide")
    assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@pytest.mark.parametrize("visit", [DARK], indirect=True)
def test_a_chosen_theme_goes_before_the_systems(visit):
    visit.open("/?theme=light")
    ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(246, 244, 238)"


@pytest.mark.parametrize("visit", [{"reduced_motion": "reduce"}], indirect=True)
def test_nothing_moves_for_those_who_do_not_want_it(visit):
    visit.open("/")
    assert (
        visit.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    )
    moving = (
        "[...document.querySelectorAll('*')].map((e) => getComputedStyle(e).transitionProperty)"
    )
    assert set(visit.page.evaluate(moving)) <= {"none", "all"}


def test_a_printed_decision_holds_what_counts_and_no_menus(visit):
    visit.decide()
    visit.page.emulate_media(media="print")
    expect(visit.page.locator(".outcome")).to_be_visible()
    expect(visit.page.locator("#reference-number")).to_be_visible()
    for menu in (".preferences", ".top-nav", ".tools", ".after"):
        expect(visit.page.locator(menu)).to_be_hidden()


@pytest.mark.parametrize("visit", [DARK], indirect=True)
def test_paper_is_printed_on_in_light(visit):
    visit.decide()
    visit.page.click(".to-light")
    visit.page.click(".to-dark")
    visit.page.emulate_media(media="print")
    card = "getComputedStyle(document.querySelector('.card')).backgroundColor"
    assert visit.page.evaluate(card) == "rgb(255, 255, 255)"


def test_the_reference_number_is_copied(visit):
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.decide()
    visit.page.get_by_role("button", name="Copy").click()
    expect(visit.page.get_by_role("button", name="Copied")).to_be_visible()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == visit.page.inner_text("#reference-number").strip()


def test_an_unknown_page_says_so_and_gives_the_request_id(visit):
    answer = visit.page.goto(visit.base + "/nothing/here")
    assert answer.status == 404
    assert visit.page.inner_text("main .reference") == answer.headers["x-request-id"]
    expect(visit.page.get_by_role("heading", name="There is no such page")).to_be_visible()
