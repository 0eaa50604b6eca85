"""The accounts of the demo bank, with their payments month by month.

Cards: limits, statements, payments and delays are those of the data, month by month; their months,
April to September 2005, are told as those of 2026. Instalment loans: amounts and terms are those of
the data; how they were repaid is made up, to agree with what the data says became of them.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from loanwright.decisioning.months import add_months
from loanwright.decisioning.schedule import Repayment, schedule

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from loanwright.features.product import Product
    from loanwright.service.accounts.schemas import Opening, PaymentRecord
    from loanwright.service.bootstrap import Service

CENTS: Final = 100
DAYS_OF_DELAY: Final = 30
CARD_OPENED: Final = date(2026, 3, 15)
FIRST_STATEMENT: Final = date(2026, 4, 30)
MONTHS_OF_DATA: Final = 6
MINIMUM_PAYMENT: Final = 20  # a twentieth of what is owed
CARD_RATE: Final = 1_599
CARD_TERM: Final = 60
LOAN_RATE: Final = 790
LAST_MONTH: Final = date(2026, 10, 31)
MOST_MONTHS_AGO: Final = 18
MISSED_AT_LEAST: Final = 4
LAST_PAID: Final = 7


def book(
    service: "Service",
    connection: "Connection",
    product: "Product",
    people: Mapping[str, Mapping[str, Any]],
) -> None:
    """Book the credit of people by applicant id, unless it is booked already."""
    from loanwright.cli.seeded_people import SEEDER

    references = [one["applicant"] for one in people.values()]
    taken = service.accounts.find_by_references(connection, references)
    new = {key: one for key, one in people.items() if one["applicant"] not in taken}
    if not new:
        return
    openings = [opening_of(product, key, one) for key, one in new.items()]
    ids = service.accounts.open_many(connection, SEEDER.actor, openings)
    payments = {
        account_id: payments_of(opening, one)
        for account_id, opening, one in zip(ids, openings, new.values(), strict=True)
    }
    # What the data says of their behaviour is recorded already, as it stood then.
    service.payments.record_many(connection, SEEDER.actor, payments, renew=False)


def opening_of(product: "Product", applicant_id: str, person: Mapping[str, Any]) -> "Opening":
    """Return the credit of a person."""
    from loanwright.service.accounts.schemas import Opening

    card = "limit" in person
    return Opening(
        applicant_id=applicant_id,
        product=product.name,
        amount=int(person["limit" if card else "amount"]) * CENTS,
        currency=product.currency,
        annual_rate_bp=CARD_RATE if card else LOAN_RATE,
        term_months=CARD_TERM if card else int(person["duration_months"]),
        repayment=Repayment.REVOLVING if card else Repayment.ANNUITY,
        disbursed_on=CARD_OPENED if card else _paid_out(person),
        reference=person["applicant"],
    )


def payments_of(opening: "Opening", person: Mapping[str, Any]) -> "Sequence[PaymentRecord]":
    """Return what was due and what was paid, month by month."""
    found = _of_card(person) if "limit" in person else _of_loan(opening, person)
    return list(found)


def _of_card(person: Mapping[str, Any]) -> "Iterator[PaymentRecord]":
    from loanwright.service.accounts.schemas import PaymentRecord

    for number in range(1, MONTHS_OF_DATA + 1):
        ago = MONTHS_OF_DATA + 1 - number
        balance = int(person[f"bill_{ago}"])
        due = max(balance, 0) * CENTS // MINIMUM_PAYMENT
        # What is paid in a month answers the statement before; the last answer is the label.
        paid = int(person[f"payment_{ago - 1}"]) * CENTS if ago > 1 else due * (1 - _bad(person))
        yield PaymentRecord(
            number=number,
            due_on=add_months(FIRST_STATEMENT, number),
            due=due,
            paid=paid,
            balance=balance * CENTS,
            days_past_due=DAYS_OF_DELAY * max(int(person[f"delay_{ago}"]), 0),
        )


def _of_loan(opening: "Opening", person: Mapping[str, Any]) -> "Iterator[PaymentRecord]":
    from loanwright.service.accounts.schemas import PaymentRecord

    due = [one for one in schedule(opening.credit) if one.due_on <= LAST_MONTH]
    # Whoever came to a bad end stopped paying early enough for it to show within the year.
    early = min(len(due) - MISSED_AT_LEAST, LAST_PAID) - _draw(person, 3)
    stop = max(early, 0) if _bad(person) else len(due)
    for one in due:
        paid = one.due if one.number <= stop else 0
        late = _draw({"applicant": f"{person['applicant']}-{one.number}"}, 20) - 10
        yield PaymentRecord(
            number=one.number,
            due_on=one.due_on,
            due=one.due,
            paid=paid,
            paid_on=one.due_on + timedelta(days=max(late, 0)) if paid else None,
        )


def _paid_out(person: Mapping[str, Any]) -> date:
    ago = min(int(person["duration_months"]), MOST_MONTHS_AGO) - _draw(person, 4)
    return add_months(date(2026, 10, 1), -max(ago, MISSED_AT_LEAST + 3))


def _bad(person: Mapping[str, Any]) -> int:
    return int(person["default"])


def _draw(person: Mapping[str, Any], below: int) -> int:
    drawn = hashlib.sha256(str(person["applicant"]).encode()).digest()
    return int.from_bytes(drawn[:4], "big") % below
