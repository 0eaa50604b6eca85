"""What payments say of behaviour, by hand."""

from datetime import date

import pytest

from loanwright.decisioning.behaviour import MEASURES, Held, Measure, MeasureRefused, Past
from loanwright.decisioning.money import divide, minor_units
from loanwright.decisioning.payments import Payment


def month(number, day, *, due=1_000, paid=0, on=None, balance=None, late=None):
    return Payment(
        number=number,
        due_on=day,
        due=due,
        paid=paid,
        paid_on=on,
        balance=balance,
        days_past_due=late,
    )


CARD = Held(
    amount=100_000,
    disbursed_on=date(2025, 1, 31),
    open=True,
    payments=[
        # Nothing owed, paid in full, the minimum paid, 31 days late, not paid since.
        month(1, date(2025, 2, 28), due=0, balance=0),
        month(2, date(2025, 3, 31), paid=20_000, on=date(2025, 3, 31), balance=20_000),
        month(3, date(2025, 4, 30), paid=1_000, on=date(2025, 4, 30), balance=50_000),
        month(4, date(2025, 5, 31), paid=1_000, on=date(2025, 7, 1), balance=80_000),
        month(5, date(2025, 6, 30), balance=90_000),
    ],
)
LOAN = Held(amount=60_000, disbursed_on=date(2024, 12, 31), open=False, payments=[])
AS_OF = date(2025, 8, 29)


def value(measure, *held, as_of=AS_OF, **asked):
    past = Past(held or (CARD,), as_of=as_of, currency="EUR")
    return Measure(name=measure, **asked).of(past)


@pytest.mark.parametrize(
    ("number", "delay", "balance", "paid"),
    [
        (1, 2, 900, 0),
        (2, 2, 800, 10),
        (3, 0, 500, 10),
        (4, -1, 200, 200),
        (5, -2, 0, 0),
        (6, -2, 0, 0),
    ],
)
def test_a_card_month_by_month_counted_backwards(number, delay, balance, paid):
    # Month 1 is June: 60 days late on the 29th of August.
    assert value("delay", month=number) == delay
    assert value("balance", month=number) == balance
    assert value("paid", month=number) == paid


@pytest.mark.parametrize(
    ("measure", "asked", "expected"),
    [
        ("utilisation", {"month": 1}, 0.9),
        ("worst_days_late", {"months": 1}, 60),
        ("worst_days_late", {"months": 6}, 60),
        ("late_payments", {"months": 6}, 2),
        ("late_payments", {"months": 1}, 1),
        ("paid_share", {"months": 3}, 2 / 3),
        ("months_on_book", {}, 6),
        ("months_since_late", {}, 0),
        ("days_overdue", {}, 60),
        ("accounts", {}, 1),
        ("open_accounts", {}, 1),
    ],
)
def test_measures_of_several_months(measure, asked, expected):
    assert value(measure, **asked) == pytest.approx(expected)


def test_a_day_earlier_and_the_payment_is_one_month_late():
    assert value("delay", month=1, as_of=date(2025, 7, 30)) == 1
    assert value("delay", month=1, as_of=date(2025, 7, 31)) == 2


def test_all_accounts_count_together():
    both = (CARD, LOAN)
    assert value("months_on_book", *both) == 7
    assert (value("accounts", *both), value("open_accounts", *both)) == (2, 1)


def test_what_has_not_happened_yet_is_not_known():
    early = date(2025, 4, 15)
    assert value("delay", month=1, as_of=early) == -1
    assert value("months_since_late", as_of=early) is None
    assert value("accounts", LOAN, as_of=date(2024, 12, 30)) == 0
    assert value("months_on_book", LOAN, as_of=date(2024, 12, 30)) is None
    assert value("utilisation", LOAN, month=1) is None
    assert value("paid_share", LOAN, months=3) is None


def test_nine_months_overdue_is_the_most():
    stated = Held(
        amount=1,
        disbursed_on=date(2025, 1, 31),
        open=True,
        payments=[month(1, date(2025, 2, 28), late=999)],
    )
    assert value("delay", stated, month=1) == 9


def test_a_number_becomes_the_category_of_the_last_step_it_reaches():
    steps = {"one": 1.0, "two_or_three": 2.0}
    assert value("accounts", CARD, steps=steps) == "one"
    assert value("accounts", CARD, CARD, CARD, steps=steps) == "two_or_three"
    assert value("accounts", LOAN, as_of=date(2024, 1, 1), steps=steps) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "mood"},
        {"name": "delay"},
        {"name": "delay", "month": 0},
        {"name": "delay", "month": 1, "months": 1},
        {"name": "late_payments", "month": 1},
        {"name": "accounts", "months": 3},
        {"name": "accounts", "steps": {"two": 2.0, "one": 1.0}},
    ],
)
def test_a_measure_that_cannot_be_computed_is_refused(wrong):
    with pytest.raises(MeasureRefused):
        Measure(**wrong)


def test_no_measure_is_left_out_of_these_tests():
    tested = {"delay", "balance", "paid", "utilisation", "worst_days_late", "late_payments"}
    assert set(MEASURES) == tested | {
        "paid_share",
        "months_on_book",
        "months_since_late",
        "days_overdue",
        "accounts",
        "open_accounts",
    }


def test_minor_units_are_those_of_the_currency():
    assert [minor_units(one) for one in ("EUR", "JPY", "BHD", "CLF")] == [100, 1, 1000, 10_000]
    assert [divide(one, 2) for one in (0, 1, 2, 3)] == [0, 1, 1, 2]
