"""What a manager opens about applicants."""

from tests.acceptance.web.bank import CARD, Bank
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.service.applicants.profile import FeatureEdit
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
    Stop(name="accounts", role="manager", path=lambda bank: f"{_card(bank)}/accounts"),
    Stop(name="notes", role="manager", path=lambda bank: f"{_card(bank)}/notes"),
    Stop(
        name="note-refused",
        role="manager",
        path=lambda bank: f"{_card(bank)}/notes",
        act=_save_nothing,
    ),
)
