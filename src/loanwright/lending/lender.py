"""A lender of an installation that serves many, as a value."""

from dataclasses import dataclass
from pathlib import Path

from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.features.text import Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """The amounts and terms that a lender lends.

    Attributes
    ----------
    lowest, step
        The smallest amount and what amounts are multiples of, in units of the currency.
    terms
        Terms in months, rising.
    """

    lowest: int
    step: int
    terms: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LenderProduct:
    """A product of a lender.

    Attributes
    ----------
    product
        The product file that the base product and the lender's own tables give together.
    policy
        The lender's policy for it.
    range
        Among which amounts and terms the best is looked for.
    model
        The directory of a model package of its own, or None.
    own_model
        Whether a model of its own decides, given by `model` or trained with its file; otherwise
        the champion of the base product does.
    """

    product: Product
    policy: Policy
    range: Range
    model: Path | None = None
    own_model: bool = False

    @property
    def base(self) -> str:
        """Return the name of the product that this one was made of."""
        return self.product.base or self.product.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Lender:
    """Who lends, under which law, and what."""

    name: str
    title: Text
    jurisdictions: tuple[str, ...]
    products: tuple[LenderProduct, ...]

    def find(self, base: str) -> LenderProduct | None:
        """Return the product that was made of this base, if there is one."""
        return next((one for one in self.products if one.base == base), None)
