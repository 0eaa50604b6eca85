"""Somebody new on a phone: applies, is referred, is approved by a person, accepts, has an account.

What the underwriter does, they do on their own pages; the bank records payments by its API.
"""

import re
import time

import pytest
from playwright.sync_api import expect
from tests.acceptance.web.bank import CARD
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.visiting import PHONE

from loanwright.service.accounts.schemas import PaymentRecord
from loanwright.service.offers.schemas import State as OfferState
from loanwright.service.offers.schemas import Wanted as OffersWanted
from loanwright.service.reviews.schemas import Wanted

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


def test_from_a_first_look_to_payments(office, signed_in, phone):
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

    underwriter = signed_in("underwriter1")
    review_id = take_review(office, underwriter, application_id)
    ask_for_proof(underwriter)
    answer_request(phone)
    expect(underwriter.page.locator("#requests")).not_to_contain_text("My payslips")
    underwriter.page.reload()
    expect(underwriter.page.locator("#requests")).to_contain_text("My payslips are in the mail.")
    decision_id = approve(underwriter, review_id)
    offer(underwriter)
    page.goto(result)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are approved")
    phone.open(f"/my/applications/{decision_id}")
    expect(page.locator("#standing")).to_have_text("Approved")
    expect(page.get_by_text("We have seen your payslips.")).to_be_visible()
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
    assert phone.complaints + underwriter.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def take_review(office, visit, application_id):
    """Let an underwriter take the review of an application, and return its id."""
    service = office.service
    decision = next(
        one
        for one in service.decisions.list_page(limit=50).items
        if one.application_id == application_id
    )
    who = somebody(service, "underwriter1")
    (review,) = service.reviews.list_page(who, Wanted(decision_id=decision.id)).items
    visit.open(f"/reviews/{review.id}")
    visit.page.get_by_role("button", name="Take this review").click()
    expect(visit.page.get_by_text("The review is yours.")).to_be_visible()
    return review.id


def step_of(visit, name):
    """Open one of the things that can be done with a review."""
    visit.page.locator("details.step > summary", has_text=name).click()
    return visit.page.locator("details.step[open]")


def ask_for_proof(visit):
    """Let an underwriter ask for something."""
    step = step_of(visit, "Ask the applicant")
    step.locator("select").select_option("income_proof")
    step.locator("textarea").fill("The payslips of the last three months.")
    step.get_by_role("button", name="Ask and keep it").click()
    expect(visit.page.get_by_text("The applicant is asked.")).to_be_visible()


def answer_request(visit):
    """Let the borrower find what is asked for, and answer it."""
    visit.open("/my/applications")
    visit.page.locator(".line a").first.click()
    expect(visit.page.get_by_role("heading", name="You are asked for")).to_be_visible()
    expect(visit.page.get_by_text("The payslips of the last three months.")).to_be_visible()
    visit.page.locator("form[action^='/my/requests/'] textarea").fill(
        "My payslips are in the mail."
    )
    visit.page.get_by_role("button", name="Send the answer").click()
    expect(visit.page.get_by_role("heading", name="You are asked for")).to_have_count(0)


def approve(visit, review_id):
    """Let an underwriter approve with a reason; return the id of the decision."""
    visit.open(f"/reviews/{review_id}")
    step = step_of(visit, "Approve")
    step.locator("select").select_option("income_confirmed")
    step.locator("textarea").fill("We have seen your payslips.")
    step.locator("button").click()
    expect(visit.page.get_by_text("The review is answered.")).to_be_visible()
    href = visit.page.get_by_role("link", name="Make an offer").get_attribute("href")
    return re.search(r"dec_\w+", href)[0]


def offer(visit, amount="50000"):
    """Let somebody make an offer on the page that an approval leads to."""
    page = visit.page
    page.get_by_role("link", name="Make an offer").first.click()
    write_terms(page, amount="0", term="24", rate="14.99")
    expect(page.locator("#amount-error")).to_contain_text("Write an amount above zero.")
    write_terms(page, amount=amount, term="24", rate="14.99")
    expect(page.locator("#cost")).to_contain_text("Costs in all")
    page.locator("#cost").get_by_role("button").click()
    page.wait_for_url("**/applicants/apl_*/offers")


def write_terms(page, **terms):
    """Write the terms of an offer and ask what it costs."""
    for name, text in terms.items():
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Show what it costs").click()


def test_a_large_offer_goes_out_when_a_second_person_agrees(office, signed_in):
    first, second = signed_in("underwriter1"), signed_in("underwriter2")
    lines = office.service.decisions.list_lines(office.known.decisions["approve"])
    taken = office.service.offers.taken(CARD)
    decision = next(one for one in lines if one.product == CARD and not taken.get(one.id))
    first.open(f"/applicants/{decision.applicant_id}?decision={decision.id}")
    offer(first, amount="2000000")
    expect(first.page.get_by_role("status")).to_contain_text("waits for a second person")
    expect(first.page.get_by_text("somebody else must approve it")).to_be_visible()
    assert first.page.get_by_role("button", name="Approve the offer").count() == 0

    second.open("/applicants/offers")
    second.page.get_by_role("link", name="To the applicant").first.click()
    second.page.get_by_role("link", name="Offers", exact=True).click()
    second.page.get_by_role("button", name="Approve the offer").click()
    second.page.get_by_role("dialog").get_by_role("button", name="Approve the offer").click()
    expect(second.page.get_by_role("status")).to_contain_text("Two persons have agreed")
    wanted = OffersWanted(decision_id=decision.id, state=OfferState.OPEN)
    offered = office.service.offers.list_page(somebody(office.service, "underwriter1"), wanted)
    assert 200_000_000 in [one.amount for one in offered.items]
    assert first.complaints + second.complaints == []


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
