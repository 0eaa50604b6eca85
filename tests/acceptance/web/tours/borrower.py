"""What borrowers see of their own credit."""

import contextlib

from tests.acceptance.web.bank import Bank
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.service.accounts.schemas import Wanted
from loanwright.service.reviews.errors import ReviewAlreadyOpen
from loanwright.service.reviews.schemas import Kind

NOT_PAGES = {"/my/data/pack": "a download of everything that is kept of somebody"}


def _application(bank: Bank) -> str:
    """Return a decision of the first borrower that a person was asked to look at."""
    if "own decision" not in bank.memory:
        anna = somebody(bank.service, "borrower1")
        decision = bank.service.decisions.list_page(by=anna).items[0].id
        with contextlib.suppress(ReviewAlreadyOpen):
            bank.service.reviews.open(anna, decision, Kind.REVIEW, "My income has grown.")
        bank.memory["own decision"] = decision
    return f"/my/applications/{bank.memory['own decision']}"


def _account(bank: Bank) -> str:
    anna = somebody(bank.service, "borrower1")
    accounts = bank.service.accounts.list_page(anna, Wanted()).items
    return f"/my/accounts/{accounts[0].id}"


def _try(visit: Visit) -> None:
    visit.page.locator("form[action$='/try#try'] button").click()
    visit.page.wait_for_load_state()


def _untick(visit: Visit) -> None:
    visit.page.locator("form[action='/my/erase'] button").click()
    visit.page.locator("dialog button").last.click()
    visit.page.wait_for_selector(".error")


def _wrong(visit: Visit) -> None:
    visit.page.fill("#email", "nowhere")
    visit.page.locator("form[action='/my/profile']").evaluate("form => form.noValidate = true")
    visit.page.locator("form[action='/my/profile'] button").click()
    visit.page.wait_for_selector("#email-error")


STOPS = (
    Stop(name="overview", role="borrower1", path=lambda _: "/my", charts=True),
    Stop(name="applications", role="borrower1", path=lambda _: "/my/applications"),
    Stop(name="application", role="borrower1", path=_application),
    Stop(name="tried", role="borrower2", path=lambda bank: _first(bank, "borrower2"), act=_try),
    Stop(name="offers", role="borrower1", path=lambda _: "/my/offers"),
    Stop(name="accounts", role="borrower1", path=lambda _: "/my/accounts"),
    Stop(name="account", role="borrower1", path=_account, charts=True),
    Stop(name="profile", role="borrower1", path=lambda _: "/my/profile"),
    Stop(name="profile-wrong", role="borrower1", path=lambda _: "/my/profile", act=_wrong),
    Stop(name="data", role="borrower1", path=lambda _: "/my/data"),
    Stop(name="erase-unsure", role="borrower1", path=lambda _: "/my/data", act=_untick),
)


def _first(bank: Bank, name: str) -> str:
    decisions = bank.service.decisions.list_page(by=somebody(bank.service, name)).items
    return f"/my/applications/{decisions[0].id}"
