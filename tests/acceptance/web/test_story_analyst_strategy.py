"""Why did approvals fall? An analyst finds out and moves a cut-off; another one publishes it."""

import pytest
from playwright.sync_api import expect
from tests.acceptance.web.bank import CARD
from tests.acceptance.web.lived import live
from tests.acceptance.web.tours import planning

from loanwright.decisioning.cutoffs import Cutoffs


@pytest.fixture(scope="module")
def lived(office):
    return live(office)


def confirm(page, label):
    """Press a button that asks first, and say yes."""
    page.get_by_role("button", name=label, exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()


def points(text):
    """Read percentage points as the page writes them."""
    return float(text.replace("−", "-").lstrip("±"))


def drag(page, name, value):
    """Move a slider by what a hand does: a new value, told to the page."""
    slider = page.locator(f"#sliders input[name='{name}']")
    slider.evaluate(
        "(one, value) => { one.value = value;"
        " one.dispatchEvent(new Event('input', { bubbles: true })); }",
        str(value),
    )


def test_an_analyst_finds_out_why_approvals_fell(lived, signed_in):
    before, after = lived.memory["lived"]
    visit = signed_in("analyst1")
    page = visit.page
    visit.open("/analysis/business")
    expect(page.locator("#figures .kpis").first).to_be_visible(timeout=30_000)
    page.locator("main").get_by_role("link", name="Why approvals changed").click()

    expect(page.locator(".headline")).to_contain_text("Approvals fell by", timeout=30_000)
    assert page.locator("#before").input_value() == before
    assert page.locator("#after").input_value() == after
    causes = page.locator(".causes > div")
    assert causes.count() == 4
    told = [
        float(one.replace("−", "-").lstrip("±"))
        for one in causes.locator(".pill").all_inner_texts()
    ]
    change = page.locator(".kpi-value").nth(2).inner_text()
    assert sum(told) == pytest.approx(float(change.replace("−", "-")), abs=0.21)
    assert told[0] < 0
    assert told[2] < 0

    limit = page.locator("details.drill", has=page.get_by_text("Credit limit", exact=True)).first
    expect(limit.get_by_role("table")).to_be_visible()
    reasons = page.get_by_role("region", name="Reasons that were told more often")
    expect(reasons.locator("tbody tr").first).to_contain_text("+")
    page.get_by_role("link", name="Policies and what changed in them").click()
    page.get_by_role("link", name="card-stricter").first.click()
    expect(page.locator("main")).to_contain_text("approve from")
    assert visit.complaints == []


def test_a_cutoff_is_dragged_drafted_checked_submitted_and_published(lived, signed_in):
    live_policy = lived.service.policies.live(CARD).policy
    today = live_policy.cutoffs_of("new")
    writer = signed_in("analyst1")
    page = writer.page
    writer.open(planning._desk(lived))
    expect(page.locator("#answer")).to_contain_text("These are the cut-offs of today")

    moved = today.approve_from - 2
    drag(page, "approve.new", moved)
    name = page.locator("#answer #name")
    expect(name).to_be_visible()
    told = page.locator("#answer .kpi-value").first.inner_text()
    assert told == shown(lived, {"new": Cutoffs(approve_from=moved, refer_from=today.refer_from)})
    expect(page.locator("#answer")).to_contain_text("Approved newly")

    name.fill("card-milder")
    page.fill("#answer #note", "too few approvals")
    page.get_by_role("button", name="Make this a draft").click()
    expect(page.locator(".said")).to_contain_text("The draft is written")
    expect(page.locator("main")).to_contain_text(f"approve from {moved} instead of")
    expect(page.locator("main")).to_contain_text("passes its checks")

    page.get_by_role("button", name="Simulate").click()
    expect(page.locator("#simulation .kpis")).to_be_visible(timeout=60_000)
    assert page.locator("#simulation .kpi-value").first.inner_text() == told
    page.go_back()
    confirm(page, "Submit")
    expect(page.locator(".said")).to_contain_text("somebody else has to publish it")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    address = page.url

    publisher = signed_in("analyst2")
    publisher.page.goto(address)
    confirm(publisher.page, "Publish")
    expect(publisher.page.locator(".said")).to_contain_text("decides from now on")
    lived.service.policies.forget()
    found = lived.service.policies.live(CARD)
    assert found.policy.name == "card-milder"
    assert found.policy.cutoffs_of("new").approve_from == moved
    assert found.published_by == lived.known.users["analyst2"]
    assert [*writer.complaints, *publisher.complaints] == []


def shown(bank, cutoffs):
    """Return the approval rate that the simulator says, as the page writes it."""
    from loanwright.service.simulations.schemas import PolicyWish, SimulationWish

    document = bank.service.policies.live(CARD).policy.to_mapping()
    points = {
        segment: {"approve_from": one.approve_from, "refer_from": one.refer_from}
        for segment, one in cutoffs.items()
    }
    document["cutoffs"] = {**document["cutoffs"], **points}
    wish = SimulationWish(product=CARD, policies=(PolicyWish(document=document),))
    found = bank.service.simulations.run(wish).versions[0].figures
    return f"{found.rates['approve'].value:.1%}"


def test_a_mistake_in_a_policy_is_told_with_its_line(lived, signed_in):
    visit = signed_in("analyst1")
    page = visit.page
    visit.open(f"/analysis/policies/new?product={CARD}")
    text = page.locator("#text").input_value()
    lines = text.split("\n")
    place = next(at for at, line in enumerate(lines) if line.startswith("approve_from"))
    lines[place] = "approve_from = many"
    page.fill("#text", "\n".join(lines))

    expect(page.locator("#findings")).to_contain_text(f"Line {place + 1}")
    page.fill("#text", text.replace('outcome = "decline"', 'outcome = "approve"'))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#findings")).to_contain_text("Line")
    assert visit.complaints == []


def test_without_a_script_the_desk_answers_as_well(lived, signed_in):
    visit = signed_in("analyst1", java_script_enabled=False)
    visit.open(f"{planning._desk(lived)}&approve.new=560")
    expect(visit.page.locator("#answer #name")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Show").first).to_be_visible()


def test_cohorts_come_as_a_file_without_formulas(lived, signed_in):
    visit = signed_in("analyst1")
    visit.open(f"/analysis/cohorts?product={CARD}&by=channel")
    expect(visit.page.locator("#cohorts table").first).to_be_attached(timeout=30_000)
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("link", name="Download as CSV").click()
    text = waiting.value.path().read_text()
    assert text.splitlines()[0] == "channel,applications,approved,offered,accepted"
    assert "website," in text


def test_who_may_not_look_is_not_let_in(lived, signed_in):
    visit = signed_in("manager1")
    answer = visit.page.goto(lived.address + "/analysis/business")
    assert answer.status == 403
