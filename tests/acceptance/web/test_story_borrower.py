"""Somebody new on a phone: applies, is referred, is approved by a person, accepts, has an account.

What the underwriter does, they do through the service, as one who is signed in would.
"""

import re
import time

import pytest
from playwright.sync_api import expect
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.visiting import PHONE

from loanwright.decisioning.schedule import Repayment
from loanwright.service.accounts.schemas import PaymentRecord
from loanwright.service.offers.schemas import Terms
from loanwright.service.reviews.schemas import Answer, Wanted

PASSWORD = "quiet harbour 1987 lamp"
EMAIL = "anna.new@example.com"
WITHOUT_SCRIPT = {"java_script_enabled": False}
XSS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)",
)


@pytest.fixture
def phone(signed_in):
    return signed_in(None, viewport=PHONE)


def apply_for_card(visit, limit):
    visit.open("/")
    visit.page.get_by_role("link", name="Apply now").click()
    visit.page.get_by_role("link", name="Apply: Credit card").click()
    visit.page.fill("#limit", limit)
    visit.page.check("input[value=university]")
    visit.page.get_by_role("button", name="Get the decision").click()
    visit.page.wait_for_url("**/apply/result/**")


def referred_limit(office):
    """Return a limit with which somebody new is referred."""
    for limit in (600_000, 450_000, 300_000, 200_000, 150_000, 100_000, 70_000, 40_000, 20_000):
        outcome = office.memory.get(("limit", limit)) or _outcome(office, limit)
        if outcome == "refer":
            return limit
    raise AssertionError("nobody new is referred")


def _outcome(office, limit):
    import hashlib
    import json

    from loanwright.service.origination.schemas import Caller, Submission

    features = {"limit": float(limit), "education": "university"}
    body = json.dumps({"product": "credit-card", "features": features}).encode()
    reply = office.service.origination.submit(
        Submission(
            caller=Caller(id="key_TRY", kind="key"),
            idempotency_key=None,
            body_hash=hashlib.sha256(body).hexdigest(),
            received=body,
            product="credit-card",
            applicant=None,
            features=features,
        )
    )
    return json.loads(reply.body)["decision"]["outcome"]


def join(visit, email, name="Anna Petrova"):
    visit.page.fill("#name", name)
    visit.page.fill("#email", email)
    visit.page.fill("#password", PASSWORD)
    visit.page.get_by_role("button", name="Make my sign-in").click()
    visit.page.wait_for_url("**/joined*")


def sign_in(visit, email):
    visit.open("/sign-in?back=/my")
    visit.page.fill("#email", email)
    visit.page.fill("#password", PASSWORD)
    visit.page.locator("main button[type=submit]").click()
    visit.page.wait_for_url("**/my")


def test_from_a_first_look_to_payments(office, phone):
    apply_for_card(phone, str(referred_limit(office)))
    page = phone.page
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "A person will look at your application"
    )
    application_id = page.inner_text("#reference-number").strip()
    result = page.url
    join(phone, EMAIL)
    sign_in(phone, EMAIL)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna Petrova")
    page.locator(".line a").first.click()
    expect(page.locator("#standing")).to_have_text("A person decides")
    expect(page.get_by_text("Waits for a person")).to_be_visible()

    decision_id = approve(office, application_id)
    page.goto(result)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are approved")
    phone.open(f"/my/applications/{decision_id}")
    expect(page.locator("#standing")).to_have_text("Approved")
    expect(page.get_by_text("Your income was confirmed by documents.")).to_be_visible()
    expect(page.get_by_text("A person has looked and decided for you.")).to_be_visible()

    page.get_by_role("link", name="See 1 offer").click()
    expect(page.locator(".offer .sum")).to_be_visible()
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("dialog").get_by_role("button", name="Accept").click()
    page.wait_for_url("**/my/accounts/acc_*")
    expect(page.get_by_role("status")).to_contain_text("Your account is open")
    expect(page.get_by_text("No payment is recorded yet.")).to_be_visible()

    account_id = page.url.rpartition("/")[2]
    pay(office, account_id)
    page.reload()
    expect(page.get_by_role("table").first).to_contain_text("Paid")
    assert phone.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def approve(office, application_id):
    """Let an underwriter approve with a reason, and a manager offer what was asked for."""
    service = office.service
    underwriter = somebody(service, "underwriter1")
    decision = next(
        one
        for one in service.decisions.list_page(limit=50).items
        if one.application_id == application_id
    )
    (review,) = service.reviews.list_page(underwriter, Wanted(decision_id=decision.id)).items
    service.reviews.take(underwriter, review.id)
    service.reviews.resolve(
        underwriter, review.id, Answer(outcome="approve", code="income_confirmed")
    )
    terms = Terms(
        amount=5_000_000, annual_rate_bp=1_499, term_months=24, repayment=Repayment.REVOLVING
    )
    service.offers.make(somebody(service, "admin1"), decision.id, terms, valid_days=14)
    return decision.id


def pay(office, account_id):
    """Let the bank record the first month."""
    service = office.service
    today = service.accounts.today()
    told = PaymentRecord(number=1, due_on=today, due=100_000, paid=100_000, paid_on=today)
    service.payments.record(somebody(service, "admin1"), account_id, told)


@pytest.mark.parametrize("scripted", [True, False])
def test_every_lender_answers_and_is_compared(office, signed_in, scripted):
    visit = signed_in(None, viewport=PHONE, java_script_enabled=scripted)
    visit.open("/apply/instalment-loan")
    fill_loan(visit.page)
    visit.page.get_by_role("button", name="Get the decision").click()
    visit.page.wait_for_url("**/apply/result/**")
    said = visit.page.get_by_text("All lenders were asked.")
    deadline = time.monotonic() + 60
    while not scripted and not said.is_visible() and time.monotonic() < deadline:
        visit.page.reload()
    expect(said).to_be_visible(timeout=60_000)
    assert visit.page.locator(".lender").count() == len(office.service.lenders)
    expect(visit.page.locator(".lender dt", has_text="Each month").first).to_be_visible()
    expect(visit.page.locator(".lender dt", has_text="Costs in all").first).to_be_visible()


def fill_loan(page):
    page.fill("#amount", "2000")
    page.fill("#duration_months", "12")
    for field in page.locator("[data-field]").all():
        if field.locator("select").count():
            field.locator("select").select_option(index=3)
        elif field.locator("input[type=radio]").count():
            field.locator("input").last.check()
    page.fill("#age", "35")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_questionnaire_is_found_again_in_the_same_browser_and_nowhere_else(signed_in, scripted):
    visit = signed_in(None, viewport=PHONE, java_script_enabled=scripted)
    visit.open("/apply/credit-card")
    if scripted:
        with visit.page.expect_response("**/saved/credit-card"):
            visit.page.fill("#limit", "123456")
    else:
        visit.page.fill("#limit", "123456")
        visit.page.get_by_role("button", name="Save and go on later").click()
    visit.open("/apply/credit-card")
    assert re.sub(r"\D", "", visit.page.input_value("#limit")) == "123456"
    expect(visit.page.get_by_text("Your answers so far are here.")).to_be_visible()
    other = signed_in(None, viewport=PHONE)
    other.open("/apply/credit-card")
    assert other.page.input_value("#limit") == ""


def test_without_a_script_one_applies_joins_and_signs_in(office, signed_in):
    visit = signed_in(None, viewport=PHONE, **WITHOUT_SCRIPT)
    apply_for_card(visit, "120000")
    join(visit, "plain@example.com")
    sign_in(visit, "plain@example.com")
    visit.page.locator(".line a").first.click()
    visit.page.locator("form[action$='/try#try'] button").click()
    expect(visit.page.locator(".tried")).to_be_visible()
    visit.page.locator("form[action$='/ask'] textarea").fill("Please look.")
    visit.page.get_by_role("button", name="Ask").click()
    expect(visit.page.get_by_text("You asked for a person")).to_be_visible()


def test_the_same_is_said_to_whoever_has_the_address_already(office, phone):
    apply_for_card(phone, "121000")
    join(phone, "borrower1@demo.example", name="Somebody Else")
    said = phone.page.inner_text("main")
    apply_for_card(phone, "122000")
    join(phone, "nobody.yet@example.com")
    assert phone.page.inner_text("main") == said
    phone.open("/sign-in")
    phone.page.fill("#email", "borrower1@demo.example")
    phone.page.fill("#password", PASSWORD)
    phone.page.locator("main button[type=submit]").click()
    expect(phone.page.locator("#refused")).to_be_visible()


def test_nothing_that_is_typed_is_ever_run(office, signed_in):
    visit = signed_in("borrower3", viewport=PHONE)
    page = visit.page
    page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
    for text in XSS:
        visit.open("/my/profile")
        for field in ("name", "phone", "address"):
            page.fill(f"#{field}", text[:40])
        page.get_by_role("button", name="Save").click()
        visit.open("/my")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    visit.open("/my/applications")
    page.locator(".line a").first.click()
    page.locator("form[action$='/ask'] textarea").fill("".join(XSS))
    page.get_by_role("button", name="Ask").click()
    page.wait_for_load_state()
    page.goto(f"{visit.base}/my/profile")
    assert page.input_value("#name") == XSS[-1]
    assert visit.complaints == []
