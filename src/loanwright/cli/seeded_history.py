"""The past of the demo bank: applications of the last months, decided by a clock that is set back.

The people and what they ask for are those of the data. In which month they asked is made up: in the
last whole month more of them ask for little, as after a campaign, and a stricter policy decides, so
that there is something to find out.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from loanwright.decisioning.months import add_months

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.service.bootstrap import Service
    from loanwright.service.kit.clock import SetClock

MONTHS: Final = 6
#: In how many parts of a month its applications come.
DAYS: Final = 5
#: Of the applicants, how many come in each whole month; the others come in the present one.
SHARE_OF_A_MONTH: Final = 0.15
#: How many of those of the last whole month ask for little.
SMALL: Final = 0.3
STRICTER: Final = 8
STRICT_PRODUCT: Final = "credit-card"
#: Of what was referred in a month, how many were looked at, and how many of those approved.
LOOKED_AT: Final = 5
APPROVED_EARLIER: Final = 3
APPROVED_LAST: Final = 1

Person = Mapping[str, Any]
Month = tuple[datetime, Sequence[Person]]


def beginning(now: datetime) -> datetime:
    """Return when the past of the demo begins: at the first of a month, some months ago."""
    return datetime.combine(
        add_months(now.date().replace(day=1), -MONTHS), datetime.min.time(), tzinfo=UTC
    )


def plan(people: Sequence[Person], now: datetime, size: str) -> list[Month]:
    """Return who asks in which month, the earliest first; each person asks once.

    Examples
    --------
    >>> people = [{"applicant": str(n), "limit": n % 7} for n in range(100)]
    >>> months = plan(people, datetime(2026, 11, 21, tzinfo=UTC), "limit")
    >>> [(f"{month:%m}", len(who)) for month, who in months]
    [('05', 15), ('06', 15), ('07', 15), ('08', 15), ('09', 15), ('10', 15), ('11', 10)]
    """
    each = int(len(people) * SHARE_OF_A_MONTH)
    few = sorted(people, key=lambda one: (one[size], one["applicant"]))[: int(each * SMALL)]
    chosen = {one["applicant"] for one in few}
    others = [one for one in people if one["applicant"] not in chosen]
    first = beginning(now)
    months: list[Month] = []
    for number in range(MONTHS + 1):
        month = datetime.combine(add_months(first.date(), number), datetime.min.time(), tzinfo=UTC)
        last_whole, present = number == MONTHS - 1, number == MONTHS
        count = len(others) if present else each - (len(few) if last_whole else 0)
        who, others = others[:count], others[count:]
        months.append((month, [*few, *who] if last_whole else who))
    return months


def live_through(
    service: "Service",
    clock: "SetClock",
    applicants: "Sequence[tuple[Product, Sequence[Person]]]",
) -> None:
    """Decide the applications of the past, month by month, by a clock that only goes forward."""
    from loanwright.cli.seeding import decide

    now = datetime.now(UTC)
    plans = [
        (product, plan(people, now, "limit" if "limit" in people[0] else "amount"))
        for product, people in applicants
    ]
    for number in range(MONTHS + 1):
        if number == MONTHS - 1:
            _be_stricter(service, clock, plans[0][1][number][0])
        parts = [
            (moment, product, who)
            for product, months in plans
            for moment, who in _parts(*months[number], now)
        ]
        for moment, product, who in sorted(parts, key=lambda one: one[0]):
            _set(clock, moment)
            decide(service, product, who)
        if number < MONTHS:
            _look_at_referrals(service, last=number == MONTHS - 1)


def _parts(
    month: datetime, who: Sequence[Person], now: datetime
) -> Iterator[tuple[datetime, Sequence[Person]]]:
    """Return when in a month people ask, never later than now."""
    length = min(timedelta(days=28), now - month)
    for part in range(DAYS):
        moment = month + length * (part + 0.5) / DAYS
        yield moment.replace(microsecond=0), who[part::DAYS]


def _set(clock: "SetClock", moment: datetime) -> None:
    clock.advance(max(moment - clock.now(), timedelta()))


def _be_stricter(service: "Service", clock: "SetClock", month: datetime) -> None:
    """Let one analyst write a stricter policy, and another publish it, at the first of a month."""
    from loanwright.service.audit.schemas import Actor

    _set(clock, month)
    writer, publisher = (Actor(id=_user(service, name)) for name in ("analyst1", "analyst2"))
    document = service.policies.live(STRICT_PRODUCT).policy.to_mapping()
    cutoffs = {
        segment: {**one, "approve_from": one["approve_from"] + STRICTER}
        for segment, one in document["cutoffs"].items()
    }
    strict = {**document, "name": f"{STRICT_PRODUCT}-stricter", "cutoffs": cutoffs}
    note = "Arrears have risen; approve from more points."
    draft = service.policy_drafts.write(writer, STRICT_PRODUCT, strict, note=note)
    service.policy_drafts.submit(writer, draft.id)
    service.policy_drafts.publish(publisher, draft.id)


def _look_at_referrals(service: "Service", *, last: bool) -> None:
    """Let an underwriter look at most of what was referred, and say what came of it."""
    from loanwright.service.reviews.schemas import Answer, State, Wanted
    from loanwright.service.users.permissions import ROLES, Role
    from loanwright.service.users.schemas import Principal

    somebody = Principal(
        id=_user(service, "underwriter1"),
        kind="user",
        permissions=ROLES[Role.UNDERWRITER],
        role=Role.UNDERWRITER,
    )
    approved = APPROVED_LAST if last else APPROVED_EARLIER
    waiting = service.reviews.list_page(somebody, Wanted(state=State.OPEN, limit=200)).items
    for number, review in enumerate(sorted(waiting, key=lambda one: one.applicant_id)):
        if number % (LOOKED_AT + 1) == LOOKED_AT:
            continue
        service.reviews.take(somebody, review.id)
        good = number % LOOKED_AT < approved
        answer = (
            Answer(outcome="approve", code="circumstances_explained")
            if good
            else Answer(outcome="decline", code="income_unconfirmed")
        )
        service.reviews.resolve(somebody, review.id, answer)


def _user(service: "Service", name: str) -> str:
    from loanwright.cli.seeded_people import DOMAIN

    found = service.access.users.find(f"{name}@{DOMAIN}")
    return found.id if found is not None else name
