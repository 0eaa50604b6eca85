"""What the pages of this area ask for: numbers as people write them, and what can be chosen."""

from collections.abc import Iterable, Mapping

from loanwright.decisioning.money import minor_units
from loanwright.features.product import Product
from loanwright.service.web.languages import Language

Choices = list[tuple[str, str]]


def number_of(text: str) -> float | None:
    """Return a number as people write it, None where it is none.

    Examples
    --------
    >>> number_of("1 200,5"), number_of("60"), number_of("many")
    (1200.5, 60.0, None)
    """
    plain = "".join(text.split()).replace(",", ".").rstrip("%")
    try:
        found = float(plain)
    except ValueError:
        return None
    return found if abs(found) < 10**12 else None


def basis_points(text: str, otherwise: int) -> int:
    """Return a percentage as basis points, within 0 to 100 %."""
    found = number_of(text)
    return otherwise if found is None else min(max(round(found * 100), 0), 10_000)


def choose(asked: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return what is asked for where it is known."""
    return asked if asked in known else otherwise


def product_choices(products: Mapping[str, Product], language: Language) -> Choices:
    """Return the products by their titles."""
    return [(name, title_of(one, language)) for name, one in products.items()]


def title_of(product: Product, language: Language) -> str:
    """Return the title of a product, with the lender where it has one."""
    title = product.title.in_language(language.code)
    return title if product.lender is None else f"{title} ({product.lender})"


def segment_title(product: Product, segment: str, language: Language) -> str:
    """Return the title of a segment."""
    return product.segments[segment].title.in_language(language.code)


def whole_money(amount: int, currency: str, language: Language) -> str:
    """Write an amount in minor units without cents: for what is expected, not owed."""
    return language.money(round(amount / minor_units(currency)), currency)
