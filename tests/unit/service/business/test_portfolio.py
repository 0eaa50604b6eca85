"""The figures of an account, computed by hand."""

from datetime import date

from loanwright.decisioning.payments import Payment
from loanwright.decisioning.schedule import Credit, Repayment, schedule
from loanwright.service.business.portfolio import Loan, balance_on, figures_of
from loanwright.service.business.schemas import Assumed, MoneyFigures

ASSUMED = Assumed(loss_given_default_bp=5_000, cost_of_funds_bp=600)
TODAY = date(2026, 6, 20)
CARD = Credit(
    repayment=Repayment.REVOLVING,
    amount=1_000_000,
    annual_rate_bp=1_800,
    term_months=60,
    disbursed_on=date(2026, 1, 10),
)
LOAN = Credit(
    repayment=Repayment.ANNUITY,
    amount=120_000,
    annual_rate_bp=1_200,
    term_months=12,
    disbursed_on=date(2026, 1, 10),
)


def statement(month, balance, *, late=0, due=5_000, paid=5_000):
    return Payment(
        number=month - 1,
        due_on=date(2026, month, 25),
        due=due,
        paid=paid,
        balance=balance,
        days_past_due=late,
    )


def told(loan, first="2026-01", last="2026-06", today=TODAY):
    return dict(figures_of(loan, first, last, today=today, assumed=ASSUMED))


def test_a_card_earns_a_twelfth_of_its_rate_on_its_statement():
    found = told(Loan(credit=CARD, payments=[statement(2, 200_000), statement(3, 240_000)]))

    assert found["2026-01"] == MoneyFigures(booked=1, lent=1_000_000, open=1)
    # 18 % of 2,000.00 for a month is 30.00, and 6 % is 10.00.
    assert found["2026-02"] == MoneyFigures(open=1, balance=200_000, interest=3_000, funding=1_000)
    assert found["2026-02"].net_interest_income == 2_000
    assert found["2026-03"].interest == 3_600


def test_a_loan_owes_its_amount_without_the_principal_that_was_paid():
    first, second, *_ = schedule(LOAN)
    paid = [
        Payment(number=1, due_on=first.due_on, due=first.due, paid=first.due),
        Payment(number=2, due_on=second.due_on, due=second.due, paid=0),
    ]
    loan = Loan(credit=LOAN, payments=paid)

    assert balance_on(loan, date(2026, 1, 31)) == 120_000
    assert balance_on(loan, date(2026, 2, 28)) == 120_000 - first.principal == first.balance
    assert balance_on(loan, date(2026, 3, 31)) == first.balance


def test_whoever_is_late_is_in_arrears_and_earns_until_it_is_bad():
    months = [statement(2, 100_000, late=29), statement(3, 100_000, late=30)]
    months += [statement(4, 100_000, late=90), statement(5, 100_000, late=120)]
    found = told(Loan(credit=CARD, payments=months))

    # Counted on the 25th, and from there on to the end of the month.
    assert [found[f"2026-0{month}"].late for month in (1, 2, 3, 4)] == [0, 1, 1, 1]
    assert (found["2026-03"].late_balance, found["2026-03"].interest) == (100_000, 1_500)
    assert (found["2026-04"].interest, found["2026-04"].funding) == (0, 500)


def test_the_cost_of_risk_comes_once_when_an_account_turns_bad():
    months = [statement(2, 100_000), statement(3, 90_000, late=95), statement(4, 80_000, late=125)]
    found = told(Loan(credit=CARD, payments=months))

    assert [one.newly_bad for one in found.values()] == [0, 0, 1, 0, 0, 0]
    # Half of the 900.00 that were owed at the end of March.
    assert (
        sum(one.cost_of_risk for one in found.values()) == found["2026-03"].cost_of_risk == 45_000
    )


def test_what_turned_bad_before_the_first_month_costs_nothing_in_it():
    months = [statement(2, 100_000, late=95), statement(3, 100_000, late=125)]
    found = told(Loan(credit=CARD, payments=months), first="2026-03")

    assert found["2026-03"].newly_bad == 0
    assert list(found) == ["2026-03", "2026-04", "2026-05", "2026-06"]


def test_an_account_that_was_written_off_costs_and_is_gone():
    ended = Loan(
        credit=CARD, payments=[statement(2, 100_000)], ended_on=date(2026, 3, 5), lost=True
    )
    found = told(ended)

    assert list(found) == ["2026-01", "2026-02", "2026-03"]
    assert found["2026-03"] == MoneyFigures(newly_bad=1, cost_of_risk=50_000)


def test_an_account_that_was_closed_is_gone_without_cost():
    found = told(Loan(credit=CARD, payments=[statement(2, 0)], ended_on=date(2026, 3, 5)))

    assert found["2026-03"] == MoneyFigures()
    assert "2026-04" not in found


def test_an_account_that_was_cancelled_was_never_there():
    assert told(Loan(credit=CARD, payments=[], ended_on=date(2026, 1, 12), cancelled=True)) == {}


def test_nothing_is_told_of_months_to_come():
    found = told(Loan(credit=CARD, payments=[]), last="2026-12")

    assert list(found)[-1] == "2026-06"


def test_rates_are_of_what_they_say():
    figures = MoneyFigures(
        booked=2, lent=301, open=8, late=2, balance=1_200_000, cost_of_risk=5_000
    )

    assert (figures.average_amount, figures.arrears_rate) == (150, 0.25)
    assert figures.cost_of_risk_rate == 12 * 5_000 / 1_200_000
    assert MoneyFigures().average_amount is MoneyFigures().arrears_rate is None
