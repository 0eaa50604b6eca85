"""What one account brings and costs in each month, as definitions that can be checked by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from loanwright.decisioning.months import MONTHS, vintage
from loanwright.decisioning.payments import Payment, days_past_due
from loanwright.decisioning.schedule import BASIS_POINTS, Credit, Repayment, schedule
from loanwright.service.business.schemas import Assumed, MoneyFigures
from loanwright.service.kit.months import each, first_day, last_day

LATE_FROM = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Loan:
    """An account as far as its money goes.

    Attributes
    ----------
    bad_from
        Days past due from which it counts as bad.
    ended_on
        When it was closed, written off or cancelled; None while it is open.
    lost
        Whether it was written off.
    cancelled
        Whether it was never used; then it brings and costs nothing.
    """

    credit: Credit
    payments: Sequence[Payment]
    bad_from: int = 90
    ended_on: date | None = None
    lost: bool = False
    cancelled: bool = False


def figures_of(
    loan: Loan, first: str, last: str, *, today: date, assumed: Assumed
) -> Iterator[tuple[str, MoneyFigures]]:
    """Return the months from one to another in which an account did anything, with its figures.

    A month that is not over is told as of today.
    """
    if loan.cancelled:
        return
    begun = vintage(loan.credit.disbursed_on)
    owed = _contractual(loan)
    was_bad = False
    for month in each(begun, last):
        day = min(last_day(month), today)
        if day < loan.credit.disbursed_on or first_day(month) > today:
            return
        late = days_past_due(loan.payments, day)
        bad = late >= loan.bad_from or _lost_by(loan, day)
        found = _month(loan, month, day, late, owed, assumed)
        if bad and not was_bad:
            found += _loss(loan, day, owed, assumed)
        was_bad = was_bad or bad
        if month >= first:
            yield month, found
        if loan.ended_on is not None and loan.ended_on <= day:
            return


def balance_on(loan: Loan, day: date, owed: Mapping[int, int] | None = None) -> int:
    """Return what an account owes at the end of a day, in minor units.

    It is the balance of the latest statement where there is one; else the amount without the
    principal of the instalments that were settled by then. Nobody owes less than nothing.
    """
    due = [one for one in loan.payments if one.due_on <= day]
    stated = [one for one in due if one.balance is not None]
    if stated:
        return max(0, max(stated, key=lambda one: (one.due_on, one.number)).balance or 0)
    if loan.credit.repayment is Repayment.REVOLVING:
        return 0
    principal = _contractual(loan) if owed is None else owed
    settled = sum(principal.get(one.number, 0) for one in due if one.settled_by(day))
    return max(0, loan.credit.amount - settled)


def _contractual(loan: Loan) -> dict[int, int]:
    """Return the principal of each instalment."""
    return {one.number: one.principal for one in schedule(loan.credit)}


def _month(
    loan: Loan, month: str, day: date, late: int, owed: Mapping[int, int], assumed: Assumed
) -> MoneyFigures:
    begins = vintage(loan.credit.disbursed_on) == month
    booked = MoneyFigures(booked=1, lent=loan.credit.amount) if begins else MoneyFigures()
    if loan.ended_on is not None and loan.ended_on <= day:
        return booked
    balance = balance_on(loan, day, owed)
    earning = 0 if late >= loan.bad_from else loan.credit.annual_rate_bp
    is_late = late >= LATE_FROM
    return booked + MoneyFigures(
        open=1,
        balance=balance,
        late=int(is_late),
        late_balance=balance if is_late else 0,
        interest=_of_a_month(balance, earning),
        funding=_of_a_month(balance, assumed.cost_of_funds_bp),
    )


def _loss(loan: Loan, day: date, owed: Mapping[int, int], assumed: Assumed) -> MoneyFigures:
    balance = balance_on(loan, day, owed)
    lost = round(balance * assumed.loss_given_default_bp / BASIS_POINTS)
    return MoneyFigures(newly_bad=1, cost_of_risk=lost)


def _lost_by(loan: Loan, day: date) -> bool:
    return loan.lost and loan.ended_on is not None and loan.ended_on <= day


def _of_a_month(balance: int, annual_rate_bp: int) -> int:
    return round(balance * annual_rate_bp / BASIS_POINTS / MONTHS)
