"""What is asked of lenders, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from loanwright.features.product import Product
from loanwright.lending.lender import Lender
from loanwright.lending.options import Wish
from loanwright.lending.ranking import Quote
from loanwright.service.origination.schemas import Caller


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One questionnaire for every lender.

    Attributes
    ----------
    base
        The product that those of the lenders were made of.
    applicant
        Who asks, as applications say it: `{"document_number": …}`, `{"id": …}`, or nobody.
    features
        The answers, without the amount and the term.
    """

    caller: Caller
    idempotency_key: str | None
    base: str
    applicant: Mapping[str, str] | None = field(default=None, repr=False)
    features: Mapping[str, Any] = field(repr=False)
    wish: Wish


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What a lender has decided, and quotes."""

    lender: Lender
    quote: Quote
    currency: str
    application_id: str
    decision_id: str
    reasons: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """A lender that gave no answer.

    Attributes
    ----------
    code
        What stood in its way: a stable code, never what was sent.
    cause
        What is logged; it is not told.
    """

    lender: Lender
    product: str
    state: Literal["timed_out", "failed"]
    code: str
    cause: BaseException | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """What all that were asked have answered, the best first."""

    answered: tuple[Answered, ...]
    unanswered: tuple[Unanswered, ...]


Event = Answered | Unanswered | Ranking


class LenderAdapter(Protocol):
    """A way to ask a lender."""

    @property
    def lender(self) -> Lender:
        """Return who is asked."""
        ...

    @property
    def product(self) -> Product:
        """Return the product that is asked for."""
        ...

    def quote(self, asked: Asked) -> Answered:
        """Decide and quote, or raise what stands in the way."""
        ...
