"""What underwriters work with: the queue, one review in each of its states, log, second looks."""

from tests.acceptance.web.bank import Bank
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.service.reviews.schemas import Answer
from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal

NOT_PAGES: dict[str, str] = {}


def _who(bank: Bank, name: str) -> Principal:
    return Principal(
        id=bank.known.users[name],
        kind="user",
        role=Role.UNDERWRITER,
        permissions=ROLES[Role.UNDERWRITER],
    )


def _mine(bank: Bank) -> str:
    """Return a review that the first underwriter has taken, with something asked for."""
    if "mine" not in bank.memory:
        service, who = bank.service, _who(bank, "underwriter1")
        review = service.review_queue.take_next(who)
        asked = service.review_requests.ask(who, review.id, "income_proof", "Of the last months.")
        bank.memory["asked"] = asked.id
        bank.memory["mine"] = review.id
    return f"/reviews/{bank.memory['mine']}"


def _answered(bank: Bank) -> str:
    """Return a review that was answered, so that there is an override and a second look."""
    if "answered" not in bank.memory:
        service, who = bank.service, _who(bank, "underwriter1")
        object.__setattr__(service.second_looks, "share", 1.0)
        review = service.review_queue.take_next(who)
        answer = Answer(outcome="approve", code="income_confirmed", words="We have seen the slip.")
        service.reviews.resolve(who, review.id, answer)
        bank.memory["answered"] = review.id
    return f"/reviews/{bank.memory['answered']}"


def _look(bank: Bank) -> str:
    _answered(bank)
    waiting = bank.service.second_looks.list_waiting(_who(bank, "admin1"))
    return f"/reviews/second-looks/{waiting[-1].id}"


def _overrides(bank: Bank) -> str:
    _answered(bank)
    return "/reviews/overrides"


def _free(bank: Bank) -> str:
    if "free" not in bank.memory:
        service = bank.service
        with service.database.read() as connection:
            from loanwright.service.kit.database import database_now
            from loanwright.service.reviews import repository

            found = repository.list_free(connection, database_now(connection), 50, within=())
        bank.memory["free"] = found[-1]
    return f"/reviews/{bank.memory['free']}"


def _send_nothing(visit: Visit) -> None:
    """Answer without a reason."""
    step = visit.page.locator("details.step").first
    step.locator("summary").click()
    step.locator("form").evaluate("form => { form.noValidate = true; }")
    step.locator("button").click()
    visit.page.wait_for_selector(".summary")


STOPS = (
    Stop(name="queue", role="underwriter", path=lambda _: "/reviews"),
    Stop(name="queue-empty", role="underwriter", path=lambda _: "/reviews?show=overdue"),
    Stop(name="queue-reading", role="analyst", path=lambda _: "/reviews?sort=due_at"),
    Stop(name="review-free", role="underwriter", path=_free, charts=True),
    Stop(name="review-mine", role="underwriter1", path=_mine, charts=True),
    Stop(name="review-refused", role="underwriter1", path=_mine, charts=True, act=_send_nothing),
    Stop(name="review-held", role="admin1", path=_mine, charts=True),
    Stop(name="review-answered", role="underwriter1", path=_answered, charts=True),
    Stop(name="overrides", role="underwriter", path=_overrides),
    Stop(name="second-looks", role="admin1", path=lambda _: "/reviews/second-looks"),
    Stop(name="second-look", role="admin1", path=_look, charts=True),
)
