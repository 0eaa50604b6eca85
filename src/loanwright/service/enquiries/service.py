"""Every lender asked by a worker, each answer kept as it comes: a page can show them live."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row

from loanwright.errors import Unavailable
from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.lending.options import Wish
from loanwright.service.enquiries import repository
from loanwright.service.enquiries.schemas import AnswerState, Asking, Enquiry, LenderAnswer
from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.lenders.documents import describe_answer
from loanwright.service.lenders.quotes import Quotes
from loanwright.service.lenders.schemas import (
    Answered,
    Asked,
    Event,
    LenderAdapter,
    Ranking,
    Unanswered,
)
from loanwright.service.origination.schemas import Caller
from loanwright.service.privacy.keys import Key
from loanwright.service.privacy.vault import Vault

KIND: Final = "enquiry"
WRITE: Final = frozenset({"applications:write"})


class NothingOffered(Unavailable):
    """The product {product} lays down no offers, so nothing can be asked of its lender."""


@dataclass(frozen=True, kw_only=True)
class Enquiries:
    """Puts applications to every lender that lends the product.

    It is a job: whoever asked need not wait, a worker that dies is followed by another, and asked
    again a lender answers with the decision that it has recorded.
    """

    database: Database
    vault: Vault
    clock: Clock
    new_id: Ids
    jobs: Jobs
    quotes: Quotes

    def lends(self, product: str) -> bool:
        """Tell whether any lender lends this product."""
        return bool(self._lending(product))

    def open(self, asking: Asking) -> None:
        """Put an application to every lender; once, however often it is asked for."""
        order = Order(
            kind=KIND,
            caller_id=asking.caller.id,
            key=f"enquiry:{asking.application_id}",
            body_hash="",
            payload=_payload(asking),
        )
        self.jobs.order(order, owner=partial(self._insert, asking))

    def find(self, application_id: str) -> Enquiry | None:
        """Return what lenders have answered to an application until now."""
        with self.database.read() as connection:
            row = repository.find(connection, application_id)
            if row is None:
                return None
            keys = self.vault.open(connection, [row.applicant_id])
            rows = repository.list_answers(connection, row.id)
        key = keys.get(row.applicant_id)
        return Enquiry(**row._mapping, answers=tuple(self._answer(one, key) for one in rows))

    def ask(self, job: Job) -> Outcome:
        """Ask every lender, and keep what each answers as it comes."""
        told = msgspec.json.decode(self.jobs.payload_of(job))
        with self.database.read() as connection:
            row = repository.find(connection, told["application_id"])
            key = self.vault.get(connection, told["applicant_id"])
        if row is not None:
            asyncio.run(self._ask(job, row.id, self._asked(told), key))
        return Outcome()

    def forget(self, connection: Connection, applicant_ids: Collection[str]) -> None:
        """Drop what was told to persons who are erased."""
        repository.clear_of(connection, applicant_ids)

    def _lending(self, product: str) -> list[LenderAdapter]:
        return [one for one in self.quotes.adapters if one.product.base == product]

    def _answer(self, row: Row[Any], key: Key | None) -> LenderAnswer:
        told = None
        if row.told is not None and key is not None:
            place = _place(row.enquiry_id, row.product)
            told = msgspec.json.decode(key.open(row.told, place=place))
        titles = {one.product.name: one.lender.title for one in self.quotes.adapters}
        return LenderAnswer(
            lender=row.lender,
            # A lender that is gone keeps its name.
            title=titles.get(row.product, Text(en=row.lender, ru=row.lender)),
            product=row.product,
            state=AnswerState(row.state),
            told=told,
            rank=row.rank,
        )

    async def _ask(self, job: Job, enquiry_id: str, asked: Asked, key: Key) -> None:
        async for event in self.quotes.stream(asked):
            await asyncio.to_thread(self._keep, enquiry_id, event, key)
            await asyncio.to_thread(self.jobs.renew, job, steps_done=0)

    def _keep(self, enquiry_id: str, event: Event, key: Key) -> None:
        with self.database.write() as connection:
            if isinstance(event, Ranking):
                for rank, one in enumerate(event.answered, 1):
                    values = {"rank": rank}
                    repository.write_answer(connection, enquiry_id, one.quote.product, values)
                repository.end(connection, enquiry_id, self.clock.now())
                return
            self._write(connection, enquiry_id, event, key)

    def _write(
        self, connection: Connection, enquiry_id: str, event: Answered | Unanswered, key: Key
    ) -> None:
        product = event.quote.product if isinstance(event, Answered) else event.product
        state = AnswerState.ANSWERED if isinstance(event, Answered) else AnswerState(event.state)
        text = msgspec.json.encode(describe_answer(event)).decode()
        values = {
            "state": str(state),
            "told": key.seal(text, place=_place(enquiry_id, product)),
            "answered_at": self.clock.now(),
        }
        repository.write_answer(connection, enquiry_id, product, values)

    def _insert(self, asking: Asking, connection: Connection) -> tuple[str, Key]:
        enquiry_id = self.new_id("enq")
        row = {
            "id": enquiry_id,
            "application_id": asking.application_id,
            "applicant_id": asking.applicant_id,
            "product": asking.product,
            "asked_at": self.clock.now(),
            "ended_at": None,
        }
        asked = [
            {
                "enquiry_id": enquiry_id,
                "product": one.product.name,
                "lender": one.lender.name,
                "state": str(AnswerState.WAITING),
            }
            for one in self._lending(asking.product)
        ]
        repository.insert_enquiry(connection, row, asked)
        return asking.applicant_id, self.vault.get(connection, asking.applicant_id)

    def _asked(self, told: Mapping[str, Any]) -> Asked:
        wish, answers = split_wish(self._lending(told["product"])[0].product, told["features"])
        return Asked(
            caller=Caller(id=told["caller"], kind=told["caller_kind"], scopes=WRITE),
            idempotency_key=told["application_id"],
            base=told["product"],
            applicant={"id": told["applicant_id"]},
            features=answers,
            wish=wish,
        )


def split_wish(lent: Product, features: Mapping[str, Any]) -> tuple[Wish, dict[str, Any]]:
    """Return the credit that is wished for, and the other answers.

    Which of the answers are amount and term is laid down by a product that is lent.
    """
    laid_down = lent.accounts.offers
    if laid_down is None:
        raise NothingOffered(product=lent.name)
    answers = dict(features)
    amount, term = answers.pop(laid_down.amount), laid_down.term_months
    months = answers.pop(term) if isinstance(term, str) else term
    return Wish(amount=int(amount), term_months=int(months)), answers


def _payload(asking: Asking) -> str:
    document = {
        "caller": asking.caller.id,
        "caller_kind": asking.caller.kind,
        "application_id": asking.application_id,
        "applicant_id": asking.applicant_id,
        "product": asking.product,
        "features": dict(asking.features),
    }
    return msgspec.json.encode(document).decode()


def _place(enquiry_id: str, product: str) -> str:
    return f"enquiry_answers.told:{enquiry_id}/{product}"
