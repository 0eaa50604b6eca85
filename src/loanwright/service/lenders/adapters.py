"""Adapters that try a lender's patience: shipped, so that slowness and failure can be tested."""

import threading
from dataclasses import dataclass, field

from loanwright.errors import Unavailable
from loanwright.features.product import Product
from loanwright.lending.lender import Lender
from loanwright.service.lenders.schemas import Answered, Asked, LenderAdapter


class LenderAway(Unavailable):
    """The lender {lender} cannot be asked now."""


@dataclass(frozen=True, kw_only=True)
class SlowLender:
    """Answers what another one answers, some seconds later, or when it is let go."""

    inner: LenderAdapter
    seconds: float
    let_go: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def lender(self) -> Lender:
        """Return who is asked."""
        return self.inner.lender

    @property
    def product(self) -> Product:
        """Return the product that is asked for."""
        return self.inner.product

    def quote(self, asked: Asked) -> Answered:
        """Wait, then answer."""
        self.let_go.wait(self.seconds)
        return self.inner.quote(asked)


@dataclass(frozen=True, kw_only=True)
class AbsentLender:
    """Is never there."""

    inner: LenderAdapter

    @property
    def lender(self) -> Lender:
        """Return who is asked."""
        return self.inner.lender

    @property
    def product(self) -> Product:
        """Return the product that is asked for."""
        return self.inner.product

    def quote(self, _asked: Asked) -> Answered:
        """Refuse."""
        raise LenderAway(lender=self.lender.name)
