"""A risk analyst edits a scorecard; a colleague looks, lets it decide, and takes it back."""

import re
from datetime import UTC, datetime

from playwright.sync_api import expect

PATIENCE = 120_000
LOAN = "instalment-loan"


def press(visit, name):
    visit.page.get_by_role("button", name=name, exact=True).click()


def follow(visit, name):
    visit.page.get_by_role("link", name=name, exact=True).click()


def champion(office):
    return office.service.registry.champion(LOAN, "new").hash


def edit_a_bin(visit, model_hash):
    """Lay the scorecard out, move an edge with the keyboard, keep it; return what is shown."""
    visit.open(f"/analysis/models/{model_hash}")
    follow(visit, "Edit its bins")
    visit.page.check("#bundled")
    press(visit, "Lay it out")
    visit.page.get_by_role("link", name="To the bins").click(timeout=PATIENCE)
    expect(visit.page.get_by_text("This is not the table")).to_have_count(0)
    follow(visit, re.compile("^Term of the loan"))
    kept = visit.page.inner_text("#figures")
    visit.page.focus("#edge-0")
    visit.page.keyboard.press("ArrowRight")
    expect(visit.page.locator("#figures")).not_to_have_text(kept, use_inner_text=True)
    press(visit, "Keep these bins")
    expect(visit.page.locator("p.said.good")).to_contain_text("The bins are kept.")
    return [cell.strip() for cell in visit.page.locator("#weighed tbody td").all_inner_texts()]


def save(visit):
    """Save what is on the bench, wait until it is trained, and open it; return its hash."""
    press(visit, "Save as a candidate")
    visit.page.get_by_role("dialog").get_by_role("button", name="Save as a candidate").click()
    visit.page.get_by_text("What came of it").wait_for(timeout=PATIENCE)
    visit.page.locator(".made a").first.click()
    visit.page.wait_for_url("**/analysis/models/*")
    return visit.page.url.rpartition("/")[2]


def then(visit, moment):
    visit.open("/analysis/time-machine")
    visit.page.fill("#at", f"{moment:%Y-%m-%dT%H:%M:%S}")
    press(visit, "Go there")
    return visit.page.inner_text("main")


def test_a_bin_is_edited_saved_approved_by_another_and_rolled_back(office, signed_in):
    before = champion(office)
    analyst = signed_in("analyst1")
    shown = edit_a_bin(analyst, before)
    made = save(analyst)
    card = (office.service.registry.open(office.service.registry.get(made)).path).joinpath(
        "scorecard.json"
    )
    assert re.sub(r"\D", "", shown[0]) in card.read_text()

    press(analyst, "Let it decide")
    expect(analyst.page.get_by_role("alert")).to_contain_text("somebody else must look at it")
    assert champion(office) == before

    moment = datetime.now(UTC)
    colleague = signed_in("analyst2")
    colleague.open(f"/analysis/models/{made}")
    follow(colleague, "Compare with the champion")
    for words in ("Gini", "ROC curves", "Calibration by grade", "What each feature weighs"):
        expect(colleague.page.get_by_text(words, exact=True).first).to_be_visible()
    colleague.page.locator("thead").get_by_role("link", name=made[:6]).first.click()
    colleague.page.fill("#approve-note", "edges agreed with the business")
    press(colleague, "Let it decide")
    expect(colleague.page.locator("p.said.good")).to_contain_text("decides from now on")
    assert champion(office) == made

    assert made[:12] not in then(colleague, moment)
    told = then(colleague, datetime.now(UTC).replace(year=2027))
    assert made[:12] in told
    assert "edges agreed with the business" in told

    colleague.open(f"/analysis/models/{made}")
    press(colleague, "Roll back to the champion before")
    dialog = colleague.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Roll back to the champion before").click()
    expect(colleague.page.locator("p.said.good")).to_contain_text("Rolled back")
    assert champion(office) == before
    assert analyst.complaints == colleague.complaints == []


def test_a_finding_stops_a_promotion_until_it_is_resolved(office, signed_in):
    analyst = signed_in("analyst1")
    candidate = office.known.challenger
    analyst.open(f"/analysis/models/{candidate}")
    analyst.page.get_by_text("Put a finding on record").click()
    analyst.page.fill("#said", "<script>alert(1)</script> one year only")
    analyst.page.select_option("#severity", "high")
    analyst.page.fill("#owner", "Model validation")
    analyst.page.fill("#due_on", "2099-12-31")
    press(analyst, "Put on record")
    expect(
        analyst.page.get_by_text("<script>alert(1)</script> one year only").first
    ).to_be_visible()

    press(analyst, "Let it decide")
    expect(analyst.page.get_by_role("alert")).to_contain_text("a check has failed")
    analyst.page.get_by_label("What was done").fill("A second year was judged.")
    press(analyst, "Resolve")
    expect(analyst.page.locator("p.said.good")).to_contain_text("The finding was changed.")
    press(analyst, "Let it decide")
    expect(analyst.page.locator("p.said.good")).to_contain_text("decides from now on")


def test_a_table_is_trained_on_with_live_progress(office, signed_in, tmp_path):
    from loanwright.datasets.bundled import load_dataset

    table = tmp_path / "loans.csv"
    load_dataset(LOAN).write_csv(table)
    analyst = signed_in("analyst1")
    analyst.open("/analysis/training")
    analyst.page.select_option("#product", LOAN)
    press(analyst, "Start training")
    analyst.page.set_input_files("#table", table)
    analyst.page.get_by_label("scorecard", exact=True).check()
    analyst.page.get_by_label("new", exact=True).check()
    analyst.page.uncheck("#search")
    press(analyst, "Start training")
    analyst.page.get_by_text("What came of it").wait_for(timeout=PATIENCE)
    expect(analyst.page.locator(".made li")).to_have_count(1)


def test_a_table_without_its_label_is_refused_beside_the_field(office, signed_in, tmp_path):
    table = tmp_path / "other.csv"
    table.write_text("a,b\n1,2\n")
    analyst = signed_in("analyst1")
    analyst.open("/analysis/training")
    analyst.page.select_option("#product", LOAN)
    analyst.page.set_input_files("#table", table)
    press(analyst, "Start training")
    expect(analyst.page.locator("#table-error")).to_contain_text("no column default")


def test_the_report_is_a_document_of_its_own_that_can_run_nothing(office, signed_in):
    analyst = signed_in("analyst1")
    answer = analyst.page.goto(f"{office.address}/analysis/models/{office.known.champion}/report")
    policy = answer.headers["content-security-policy"]

    assert answer.status == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert analyst.page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    assert analyst.complaints == []
