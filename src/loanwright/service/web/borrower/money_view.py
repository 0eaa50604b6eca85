"""What a borrower reads of offers, accounts and payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.decisioning.burden import warns
from loanwright.decisioning.schedule import Instalment
from loanwright.features.product import Product
from loanwright.service.accounts.schemas import Account, RecordedPayment, Status
from loanwright.service.offers.schemas import Offer, State
from loanwright.service.web.borrower.decisions_view import title_of
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Tone

OFFERS: Final[Mapping[str, tuple[str, Tone]]] = {
    State.PROPOSED: (N_("Is being checked"), "quiet"),
    State.OPEN: (N_("Open"), "good"),
    State.ACCEPTED: (N_("Accepted"), "info"),
    State.REFUSED: (N_("Turned down"), "quiet"),
    State.WITHDRAWN: (N_("Taken back"), "quiet"),
    State.EXPIRED: (N_("Ran out"), "quiet"),
}
ACCOUNTS: Final[Mapping[str, tuple[str, Tone]]] = {
    Status.OPEN: (N_("Open account"), "good"),
    Status.CLOSED: (N_("Repaid"), "info"),
    Status.WRITTEN_OFF: (N_("Written off"), "bad"),
    Status.CANCELLED: (N_("Cancelled"), "quiet"),
}
PAYMENTS: Final[Mapping[str, tuple[str, Tone]]] = {
    "paid": (N_("Paid"), "good"),
    "paid_late": (N_("Paid late"), "warn"),
    "part_paid": (N_("Paid in part"), "warn"),
    "unpaid": (N_("Not paid"), "bad"),
    "due": (N_("Due"), "quiet"),
}
NOTHING_DUE: Final[tuple[str, Tone]] = (N_("Nothing was due"), "quiet")
HUNDRED: Final = 100
BASIS_POINTS: Final = 10_000
MOST_DRAWN: Final = 36


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferCard:
    """An offer as its borrower reads it."""

    id: str
    product: str
    state: str
    tone: Tone
    open: bool
    amount: str
    facts: tuple[tuple[str, str], ...]
    valid_until: str
    account_id: str | None
    cooling_off: int | None
    heavy: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountCard:
    """An account as its borrower reads it."""

    id: str
    product: str
    state: str
    tone: Tone
    amount: str
    facts: tuple[tuple[str, str], ...]
    days_late: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Months:
    """Payments month by month: a drawing and its table with what each month came to."""

    chart: str
    rows: tuple[tuple[str, str, str, str, Tone], ...]


def present_offer(offer: Offer, products: Mapping[str, Product], language: Language) -> OfferCard:
    """Return an offer with everything that it costs."""
    state, tone = OFFERS[offer.state]
    return OfferCard(
        id=offer.id,
        product=title_of(offer.product, products.get(offer.product), language),
        state=language.gettext(state),
        tone=tone,
        open=offer.state is State.OPEN,
        amount=language.minor(offer.amount, offer.currency),
        facts=_costs(offer, language),
        valid_until=language.day(offer.valid_until.date()),
        account_id=offer.account_id,
        cooling_off=offer.cooling_off_hours or None,
        heavy=offer.debt_burden_after is not None and warns(offer.debt_burden_after),
    )


def _costs(offer: Offer, language: Language) -> tuple[tuple[str, str], ...]:
    _ = language.gettext
    told = [
        (_("Each month"), language.minor(offer.monthly_payment, offer.currency)),
        (_("Term"), _months(offer.term_months, language)),
        (_("Interest of a year"), language.percent(offer.annual_rate_bp / BASIS_POINTS, 2)),
    ]
    if offer.total_cost is not None:
        told.append((_("Costs in all"), language.minor(offer.total_cost, offer.currency)))
    if offer.apr is not None:
        told.append((_("APR"), language.percent(offer.apr / HUNDRED)))
    if offer.psk is not None:
        told.append((_("Full cost of the credit (PSK)"), language.percent(offer.psk / HUNDRED)))
    if offer.debt_burden_after is not None:
        told.append((_("Debts of your income then"), language.percent(offer.debt_burden_after, 0)))
    return tuple(told)


def _months(count: int, language: Language) -> str:
    return language.ngettext("%(count)s month", "%(count)s months", count) % {"count": count}


def present_account(
    account: Account, products: Mapping[str, Product], today: date, language: Language
) -> AccountCard:
    """Return an account as it stands."""
    _ = language.gettext
    state, tone = ACCOUNTS[account.status]
    facts = [
        (_("Since"), language.day(account.disbursed_on)),
        (_("Interest of a year"), language.percent(account.annual_rate_bp / BASIS_POINTS, 2)),
        (_("Term"), _months(account.term_months, language)),
    ]
    if account.ended_on is not None:
        facts.append((_("Ended"), language.day(account.ended_on)))
    return AccountCard(
        id=account.id,
        product=title_of(account.product, products.get(account.product), language),
        state=language.gettext(state),
        tone=tone,
        amount=language.minor(account.amount, account.currency),
        facts=tuple(facts),
        days_late=account.days_past_due(today),
    )


def present_months(
    recorded: Sequence[RecordedPayment], currency: str, today: date, language: Language
) -> Months | None:
    """Return what was due and what was paid, month by month; None before the first month."""
    if not recorded:
        return None
    rows = tuple(_month(one, currency, today, language) for one in recorded)
    return Months(chart=_drawn(recorded[-MOST_DRAWN:], language), rows=rows[::-1])


def _month(
    recorded: RecordedPayment, currency: str, today: date, language: Language
) -> tuple[str, str, str, str, Tone]:
    one = recorded.payment
    said, tone = PAYMENTS[str(one.status(today))] if one.due or one.paid else NOTHING_DUE
    return (
        language.month(one.due_on),
        language.minor(one.due, currency),
        language.minor(one.paid, currency),
        language.gettext(said),
        tone,
    )


def _drawn(recorded: Sequence[RecordedPayment], language: Language) -> str:
    _ = language.gettext
    places = list(range(len(recorded)))
    due = [one.payment.due / HUNDRED for one in recorded]
    paid = [one.payment.paid / HUNDRED for one in recorded]
    names = [f"{one.payment.due_on:%m.%y}" for one in recorded]
    return draw(
        Plane(
            marks=[
                Mark(shape="bars", label=_("Due"), tone="muted", x=places, y=due),
                Mark(shape="bars", label=_("Paid"), tone="accent", x=places, y=paid),
            ],
            names=names,
        ),
        labels=Labels(
            title=_("Due and paid, month by month"),
            description=_("Two bars for each month: what was due, and what was paid."),
        ),
    )


def present_schedule(
    instalments: Sequence[Instalment], currency: str, language: Language
) -> list[tuple[str, ...]]:
    """Return what is due when, and what is owed after it."""
    return [
        (
            language.day(one.due_on),
            language.minor(one.due, currency),
            language.minor(one.interest, currency),
            language.minor(one.balance, currency),
        )
        for one in instalments
    ]
