"""The SQL of enquiries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from loanwright.service.enquiries.tables import enquiries, enquiry_answers


def insert_enquiry(
    connection: Connection, row: Mapping[str, Any], asked: Sequence[Mapping[str, Any]]
) -> None:
    """Insert an enquiry with everybody who is asked."""
    connection.execute(insert(enquiries), row)
    connection.execute(insert(enquiry_answers), list(asked))


def find(connection: Connection, application_id: str) -> Row[Any] | None:
    """Return the enquiry of an application, if there is one."""
    query = select(enquiries).where(enquiries.c.application_id == application_id)
    return connection.execute(query).one_or_none()


def list_answers(connection: Connection, enquiry_id: str) -> Sequence[Row[Any]]:
    """Return who was asked and what they answered: the ranked first, in their order."""
    place = enquiry_answers.c
    query = select(enquiry_answers).where(place.enquiry_id == enquiry_id)
    ordered = query.order_by(place.rank.is_(None), place.rank, place.answered_at, place.product)
    return connection.execute(ordered).all()


def write_answer(
    connection: Connection, enquiry_id: str, product: str, values: Mapping[str, Any]
) -> None:
    """Write down what one lender has answered."""
    connection.execute(
        update(enquiry_answers)
        .where(enquiry_answers.c.enquiry_id == enquiry_id, enquiry_answers.c.product == product)
        .values(**values)
    )


def end(connection: Connection, enquiry_id: str, at: datetime) -> None:
    """Write down that nobody is waited for any more."""
    statement = update(enquiries).where(enquiries.c.id == enquiry_id)
    connection.execute(statement.values(ended_at=at))


def clear_of(connection: Connection, applicant_ids: Collection[str]) -> None:
    """Drop what lenders told erased persons."""
    theirs = select(enquiries.c.id).where(enquiries.c.applicant_id.in_(applicant_ids))
    connection.execute(
        update(enquiry_answers).where(enquiry_answers.c.enquiry_id.in_(theirs)).values(told=None)
    )
