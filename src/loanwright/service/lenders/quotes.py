"""Every lender at once: each is told of as it answers, the slow and the failing by name."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from loanwright.errors import LoanwrightError
from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.lending.ranking import ranked
from loanwright.service.kit.problem import FieldError, PayloadRejected
from loanwright.service.lenders.asking import accepted_by
from loanwright.service.lenders.errors import NobodyLends
from loanwright.service.lenders.schemas import (
    Answered,
    Asked,
    Event,
    LenderAdapter,
    Ranking,
    Unanswered,
)
from loanwright.service.origination.intake import STATED, segment_of

THREADS = 16
TIMED_OUT = "lender-timed-out"
INTERNAL = "internal-error"


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="lender")


@dataclass(frozen=True, kw_only=True)
class Quotes:
    """Asks every lender that lends a product.

    A lender that is too late is left to itself: its thread cannot be stopped from outside, and
    what it still decides is recorded; asked again with the same key, it answers with that.

    Attributes
    ----------
    seconds
        How long a lender may take.
    """

    products: Mapping[str, Product]
    adapters: tuple[LenderAdapter, ...] = ()
    seconds: float = 2.0
    threads: ThreadPoolExecutor = field(default_factory=_threads, repr=False)

    def check(self, asked: Asked) -> None:
        """Refuse at once what no lender could decide."""
        chosen = self._lending(asked.base)
        if not chosen:
            known = sorted({one.product.base or one.product.name for one in self.adapters})
            raise NobodyLends(product=asked.base, known=", ".join(known) or "none")
        base = self.products[asked.base]
        everything = {
            name
            for one in chosen
            for segment in one.product.segments
            for name in accepted_by(one.product, segment)
        }
        unknown = [name for name in asked.features if name not in everything]
        if unknown:
            raise PayloadRejected([_unknown(name) for name in unknown])
        _validate(base, chosen[0].product, asked)

    async def stream(self, asked: Asked) -> AsyncIterator[Event]:
        """Go through the answers as they come, and the ranking of all in the end."""
        asking = [asyncio.create_task(self._ask(one, asked)) for one in self._lending(asked.base)]
        answered: list[Answered] = []
        unanswered: list[Unanswered] = []
        try:
            for coming in asyncio.as_completed(asking):
                event = await coming
                if isinstance(event, Answered):
                    answered.append(event)
                else:
                    unanswered.append(event)
                yield event
            yield _ranking(answered, unanswered)
        finally:
            for task in asking:
                task.cancel()

    def _lending(self, base: str) -> list[LenderAdapter]:
        return [one for one in self.adapters if one.product.base == base]

    async def _ask(self, adapter: LenderAdapter, asked: Asked) -> Answered | Unanswered:
        work = asyncio.get_running_loop().run_in_executor(self.threads, adapter.quote, asked)
        waited = asyncio.wait_for(work, self.seconds)
        # Whatever a lender fails of is told of that lender alone.
        (answer,) = await asyncio.gather(waited, return_exceptions=True)
        if isinstance(answer, Answered):
            return answer
        return _unanswered(adapter, answer)

    def close(self) -> None:
        """Take no more questions; whoever still answers is not waited for."""
        self.threads.shutdown(wait=False, cancel_futures=True)


def _unanswered(adapter: LenderAdapter, failure: BaseException) -> Unanswered:
    late = isinstance(failure, TimeoutError)
    known = failure.code if isinstance(failure, LoanwrightError) else INTERNAL
    return Unanswered(
        lender=adapter.lender,
        product=adapter.product.name,
        state="timed_out" if late else "failed",
        code=TIMED_OUT if late else known,
        cause=None if late else failure,
    )


def _ranking(answered: list[Answered], unanswered: list[Unanswered]) -> Ranking:
    by_product = {one.quote.product: one for one in answered}
    order = ranked([one.quote for one in answered])
    return Ranking(
        answered=tuple(by_product[quote.product] for quote in order),
        unanswered=tuple(sorted(unanswered, key=lambda one: one.product)),
    )


def _validate(base: Product, lent: Product, asked: Asked) -> None:
    """Check the answers that the base product knows; the others each lender checks itself."""
    laid_down = lent.accounts.offers
    stated = {} if laid_down is None else {laid_down.amount: asked.wish.amount}
    if laid_down is not None and isinstance(laid_down.term_months, str):
        stated[laid_down.term_months] = asked.wish.term_months
    answers = {name: value for name, value in asked.features.items() if name in base.features}
    segment = segment_of(base, has_behaviour=False)
    validate_record(base, segment, {**answers, **stated}, accept_sources=STATED)


def _unknown(name: str) -> FieldError:
    return FieldError(
        field=f"features.{name[:60]}", code="unknown_field", message="No lender asks for this."
    )
