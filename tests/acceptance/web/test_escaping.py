"""What people write is shown as they wrote it, wherever it is shown, and never does anything."""

import pytest
from tests.acceptance.web.filling import SENDER, somebody
from tests.acceptance.web.touring import list_stops, looking_at

from loanwright.service.applicants.schemas import Edit
from loanwright.service.audit.schemas import COMMAND_LINE
from loanwright.service.reviews.schemas import Answer, Kind, State, Wanted
from loanwright.service.users.permissions import Role
from loanwright.service.users.service import NewUser

#: Each would say its number if it ever ran; as a name it is as good as any other.
CORPUS = (
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=2>",
    '"><svg onload=window.ran=3>',
    "' onfocus=window.ran=4 autofocus x='",
    "javascript:window.ran=5",
    "{{ 7 * 7 }}{% raw %}",
    "</textarea><script>window.ran=6</script>",
    "</title><script>window.ran=7</script>",
    "<iframe srcdoc='<script>parent.ran=8</script>'>",
    "<a href=javascript:window.ran=9>press</a>",
    "%(count)s %s {0} ${window.ran=10} `x`",
    "--><script>window.ran=11</script><!--",
    "\u202e\u2066<b>turned</b>\u2069",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.ran=12>",
)
#: Elements that no page of ours makes of its own accord, and attributes that none has.
FOREIGN = """() => [
  ...document.querySelectorAll("iframe, object, embed, script:not([src]), math, main img"),
  ...[...document.querySelectorAll("*")].filter((one) => [...one.attributes].some(
    ({name, value}) => name.startsWith("on") || /^javascript:/i.test(value) && name === "href")),
].map((one) => one.outerHTML.slice(0, 120))"""
STOPS = {
    name: stop
    for name, stop in list_stops().items()
    if stop.role is not None and stop.act is None and stop.status == 200
}


def write(bank):
    """Let the corpus stand wherever people write: names, notes, reasons, answers, keys."""
    service, known = bank.service, bank.known
    for number, (hostile, applicant) in enumerate(zip(CORPUS * 2, known.applicants, strict=False)):
        record = service.applicant_records.get(SENDER, applicant)
        contacts = {"name": hostile, "address": hostile, "phone": f"+49 30 {number}"}
        edit = Edit(fields={}, contacts=contacts)
        service.applicant_records.edit(SENDER, applicant, seen=record.version, edit=edit)
    for number, hostile in enumerate(CORPUS):
        new = NewUser(name=hostile[:120], email=f"x{number}@demo.example", role=Role.MANAGER)
        if hostile.isprintable():
            service.access.users.create(new, actor=COMMAND_LINE)
        service.keys.create(hostile[:120])
    rename(bank)
    object_and_answer(bank)
    for hostile, applicant in zip(CORPUS, known.applicants, strict=False):
        service.notes.write(somebody(service, "underwriter1"), applicant, hostile)


def rename(bank):
    """Let everybody who signs in have a hostile name themselves."""
    users = bank.service.access.users
    hostile = [one for one in CORPUS if one.isprintable()]
    for number, user_id in enumerate(bank.known.users.values()):
        name = hostile[number % len(hostile)][:120]
        version = users.get(user_id).version
        users.edit(user_id, {"name": name}, seen=version, actor=COMMAND_LINE)


def object_and_answer(bank):
    """Let reasons of applicants and answers of underwriters be hostile."""
    service, known = bank.service, bank.known
    decided = [*known.decisions["decline"], *known.decisions["approve"]]
    for hostile, decision in zip(CORPUS, decided, strict=False):
        service.reviews.open(SENDER, decision, Kind.OBJECTION, hostile)
    reviewer = somebody(service, "underwriter2")
    found = service.reviews.list_page(SENDER, Wanted(state=State.OPEN, limit=200)).items
    objections = [one for one in found if one.kind is Kind.OBJECTION]
    for hostile, review in zip(CORPUS, objections[: len(CORPUS) // 2], strict=False):
        service.reviews.take(reviewer, review.id)
        answer = Answer(outcome=None, code="checked_and_right", words=hostile)
        service.reviews.resolve(reviewer, review.id, answer)


@pytest.fixture(scope="module")
def hostile_bank(touring_bank):
    """Return a bank in which everybody writes what could do harm."""
    write(touring_bank)
    return touring_bank


@pytest.mark.parametrize("name", STOPS)
def test_nothing_that_was_written_does_anything(name, browser, hostile_bank):
    with looking_at(STOPS[name], browser, hostile_bank) as (visit, answer, _):
        assert answer.status == 200
        assert visit.page.evaluate("window.ran") is None
        assert visit.page.evaluate(FOREIGN) == []
        assert visit.complaints == []


def test_what_was_written_is_there_as_it_was_written(browser, hostile_bank):
    with looking_at(STOPS["admin/users"], browser, hostile_bank) as (visit, _, _):
        text = visit.page.inner_text("main")
        assert sum(one in text for one in CORPUS) >= 5


def test_something_that_got_through_would_be_found(browser, hostile_bank):
    with looking_at(STOPS["admin/users"], browser, hostile_bank) as (visit, _, _):
        spoil = "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)"
        visit.page.evaluate(spoil, CORPUS[1])
        assert visit.page.evaluate(FOREIGN) != []
        assert visit.complaints != []
