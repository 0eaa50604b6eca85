"""What a manager opens about applicants."""

from collections.abc import Callable
from dataclasses import replace

from tests.acceptance.web.bank import CARD, Bank
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.decisioning.schedule import Repayment
from loanwright.service.applicants.profile import FeatureEdit
from loanwright.service.decisions.schemas import DecisionLine
from loanwright.service.offers.schemas import Terms
from loanwright.service.roster.schemas import Asked

NOT_PAGES: dict[str, str] = {}


def person_of(bank: Bank) -> str:
    """Return an applicant of the first manager who was decided, has an account and a note."""
    if "looked after" not in bank.memory:
        service, manager = bank.service, somebody(bank.service, "manager1")
        lines = service.roster.list_page(manager, Asked(product=CARD), sort="score", limit=100)
        decided = [one for one in lines.items if one.last is not None]
        person = next((one for one in decided if one.holding is not None), decided[0]).record.id
        service.notes.write(manager, person, "Called on Monday.\nWill send a payslip.")
        service.views.save(manager, "applicants", "In arrears", {"arrears": "yes", "sort": "score"})
        _edit(bank, person)
        bank.memory["looked after"] = person
    return str(bank.memory["looked after"])


def _edit(bank: Bank, person: str) -> None:
    """Let something be known of a person, and be edited."""
    manager = somebody(bank.service, "manager1")
    for limit in (90_000, 150_000):
        seen = bank.service.profiles.get(manager, person, CARD).version
        value = FeatureEdit(sent=frozenset({"value"}), value=limit)
        bank.service.profiles.edit(manager, person, CARD, seen=seen, edits={"limit": value})


def _card(bank: Bank) -> str:
    return f"/applicants/{person_of(bank)}"


def _part(name: str) -> str:
    return f"{name}?product={CARD}"


def _save_nonsense(visit: Visit) -> None:
    visit.page.fill("#limit", "a lot")
    visit.page.click("form.edit button[type=submit]")
    visit.page.wait_for_selector(".summary")


def _save_nothing(visit: Visit) -> None:
    visit.page.evaluate("document.querySelector('#text').removeAttribute('required')")
    visit.page.click("main form.card button[type=submit]")
    visit.page.wait_for_selector(".summary")


def _card_approved(bank: Bank) -> DecisionLine:
    lines = bank.service.decisions.list_lines(bank.known.decisions["approve"])
    return next(one for one in lines if one.product == CARD)


def _approved(bank: Bank) -> str:
    """Return the form of an offer after an approval."""
    one = _card_approved(bank)
    return f"/applicants/{one.applicant_id}/decisions/{one.id}/offer"


def _offered(bank: Bank) -> str:
    """Return the offers to a person, one of which waits for a second person."""
    if "offered" not in bank.memory:
        one = _card_approved(bank)
        large = Terms(
            amount=200_000_000, annual_rate_bp=1_499, term_months=24, repayment=Repayment.REVOLVING
        )
        for terms in (large, replace(large, amount=5_000_000)):
            bank.service.offers.make(
                somebody(bank.service, "underwriter1"), one.id, terms, valid_days=14
            )
        bank.memory["offered"] = one.applicant_id
    return f"/applicants/{bank.memory['offered']}/offers"


def _price(amount: str) -> Callable[[Visit], None]:
    """Return what asks what an offer of an amount would cost."""

    def ask(visit: Visit) -> None:
        for name, text in (("amount", amount), ("term", "24"), ("rate", "14")):
            visit.page.fill(f"#{name}", text)
        visit.page.click("main form.card button[type=submit]")
        visit.page.wait_for_selector(".summary" if amount == "0" else "#cost .sum")

    return ask


def _search(visit: Visit) -> None:
    visit.page.fill("#q", "zzyzx")
    visit.page.press("#q", "Enter")
    visit.page.wait_for_selector(".empty")


def _filters(bank: Bank) -> str:
    person_of(bank)
    return "/applicants?outcome=decline&status=all&sort=-score"


STOPS = (
    Stop(name="list", role="manager", path=lambda bank: "/applicants" if person_of(bank) else ""),
    Stop(name="list-of-all", role="underwriter", path=_filters),
    Stop(name="list-found-nobody", role="manager", path=lambda _: "/applicants", act=_search),
    Stop(name="card", role="manager", path=_card, charts=True),
    Stop(name="card-of-analyst", role="analyst", path=_card, charts=True),
    Stop(name="contacts", role="manager", path=lambda bank: f"{_card(bank)}/contacts"),
    Stop(name="profile", role="manager", path=lambda bank: _card(bank) + _part("/profile")),
    Stop(name="history", role="manager", path=lambda bank: _card(bank) + _part("/profile/history")),
    Stop(name="edit", role="manager", path=lambda bank: _card(bank) + _part("/profile/edit")),
    Stop(
        name="edit-refused",
        role="manager",
        path=lambda bank: _card(bank) + _part("/profile/edit"),
        act=_save_nonsense,
    ),
    Stop(
        name="what-if",
        role="manager",
        path=lambda bank: _card(bank) + _part("/what-if"),
        charts=True,
    ),
    Stop(name="offers", role="underwriter2", path=_offered),
    Stop(name="offers-own", role="underwriter1", path=_offered),
    Stop(
        name="offers-waiting",
        role="underwriter2",
        path=lambda bank: "/applicants/offers" if _offered(bank) else "",
    ),
    Stop(name="offer-new", role="underwriter", path=_approved),
    Stop(name="offer-priced", role="underwriter", path=_approved, act=_price("2000000")),
    Stop(name="offer-refused", role="underwriter", path=_approved, act=_price("0")),
    Stop(name="accounts", role="manager", path=lambda bank: f"{_card(bank)}/accounts"),
    Stop(name="notes", role="manager", path=lambda bank: f"{_card(bank)}/notes"),
    Stop(
        name="note-refused",
        role="manager",
        path=lambda bank: f"{_card(bank)}/notes",
        act=_save_nothing,
    ),
)
