"""What anybody may open."""

import time

from tests.acceptance.web.bank import Bank
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

LOAN = {
    "amount": "2000",
    "duration_months": "12",
    "purpose": "repairs",
    "employment_since": "from_4_years",
    "housing": "own",
    "other_plans": "none",
    "other_debtors": "none",
    "age": "35",
}
NOT_PAGES = {
    "/assets/{name}": "style sheets, scripts and the mark",
    "/auth/oidc/start": "the way to the identity provider",
    "/auth/oidc/callback": "the way back",
    "/docs": "the reader of the API's description, which has tests of its own",
    "/docs/assets/{name}": "what that reader needs",
    "/docs/assets/start.js": "what that reader needs",
    "/openapi.json": "the description of the API",
}


def _send(visit: Visit) -> None:
    visit.send()
    visit.page.wait_for_selector("#summary")


def _result(bank: Bank) -> str:
    """Apply as a stranger, and return where the answer is."""
    if "result" not in bank.memory:
        import httpx

        form = {"once": "a" * 22, "limit": "120000", "education": "university"}
        sent = httpx.post(
            f"{bank.address}/apply/credit-card", data=form, headers={"Origin": bank.address}
        )
        bank.memory["result"] = sent.headers["location"]
    return str(bank.memory["result"])


def _market(bank: Bank) -> str:
    """Apply for the loan, let every lender answer, and return where the answers are."""
    if "market" not in bank.memory:
        import httpx

        form = {"once": "b" * 22, **LOAN}
        sent = httpx.post(
            f"{bank.address}/apply/instalment-loan", data=form, headers={"Origin": bank.address}
        )
        bank.memory["market"] = sent.headers["location"]
        _wait_for_lenders(bank, sent.headers["location"])
    return str(bank.memory["market"])


def _wait_for_lenders(bank: Bank, location: str) -> None:
    application_id = location.rpartition("/")[2].partition(".")[0]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        enquiry = bank.service.enquiries.find(application_id)
        if enquiry is not None and enquiry.ended_at is not None:
            return
        time.sleep(0.1)
    raise AssertionError("the lenders did not answer")


def _join_wrongly(visit: Visit) -> None:
    visit.page.fill("#name", "Anna")
    visit.page.fill("#email", "anna@example.com")
    visit.page.fill("#password", "too short")
    visit.page.locator(".join button[type=submit]").click()
    visit.page.wait_for_selector("#password-error")


STOPS = (
    Stop(name="start", path=lambda _: "/"),
    Stop(name="how-we-decide", path=lambda _: "/how-we-decide"),
    Stop(name="card", path=lambda _: "/apply/credit-card"),
    Stop(name="card-refused", path=lambda _: "/apply/credit-card", act=_send),
    Stop(name="loan", path=lambda _: "/apply/instalment-loan"),
    Stop(name="result", path=_result),
    Stop(name="join-refused", path=_result, act=_join_wrongly),
    Stop(name="joined", path=lambda _: "/joined"),
    Stop(name="lenders", path=_market),
    Stop(name="nothing-here", path=lambda _: "/nothing/here", status=404),
)
