"""What a policy may read of one segment, and which values each thing can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Final

from loanwright.decisioning.burden import FACTS, HIGHEST_BURDEN
from loanwright.decisioning.nodes import Kind, Name
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.scaling import Scale

_KINDS: Final[Mapping[str, Kind]] = {"boolean": "boolean", "category": "category"}
_WHOLE: Final = ("integer", "date")


#: Log-odds of a probability of 1 - 2⁻⁵³, the largest below one that a float64 holds.
SUREST: Final = log(2**53 - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Domain:
    """The values that one fact can have.

    Attributes
    ----------
    kind
        ``number``, ``boolean`` or ``category``.
    codes
        Of a category.
    whole
        Whether a number is a whole one.
    minimum, maximum
        Inclusive range of a number; None where there is none.
    special
        Numbers outside the range that are codes.
    known
        Whether it can be there at all: a segment may not know a fact.
    missing
        Whether it can be missing.
    """

    kind: Kind
    codes: tuple[str, ...] = ()
    whole: bool = False
    minimum: float | None = None
    maximum: float | None = None
    special: tuple[float, ...] = ()
    known: bool = True
    missing: bool = True

    @property
    def name(self) -> Name:
        """Return what an expression must know of it."""
        quantum = 1.0 if self.whole else None
        return Name(kind=self.kind, codes=self.codes, quantum=quantum)


def scores_of(product: Product) -> tuple[int, int]:
    """Return the lowest and the highest score that the scale of a product can give.

    They belong to probabilities of default of 1 - 2⁻⁵³ and 2⁻⁵³: no model is surer than that.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> scores_of(bundled_product("credit-card"))
    (-558, 1562)
    """
    lowest, highest = Scale.from_mapping(product.scale).score([SUREST, -SUREST])
    return int(lowest), int(highest)


def domains_of(product: Product, segment: str) -> dict[str, Domain]:
    """Return what a policy may read of an application of this segment, by name.

    Parameters
    ----------
    product, segment
        Whose applications.

    Returns
    -------
    dict
        Every feature of the dictionary; those that the segment does not have are never known.
        A derived feature is any value of its range, whatever it is computed from.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> domains = domains_of(bundled_product("credit-card"), "new")
    >>> domains["limit"].known, domains["worst_delay_recent"].known
    (True, False)
    """
    inputs = {feature.name for feature in product.inputs(segment)}
    extras = {feature.name for feature in product.extra_inputs(segment)}
    domains = {name: _computed(product, name) for name in FACTS}
    for name, feature in product.features.items():
        asked = inputs.issuperset(feature.depends_on)
        # What may be stated beside the inputs is never asked for, and nothing is derived from it.
        stated = name in extras
        domains[name] = _domain(feature, known=asked or stated, optional=not asked)
    return domains


def _domain(feature: Feature, *, known: bool, optional: bool) -> Domain:
    return Domain(
        kind=_KINDS.get(feature.type, "number"),
        codes=feature.codes,
        whole=feature.type in _WHOLE,
        minimum=feature.minimum,
        maximum=feature.maximum,
        special=feature.special_values,
        known=known,
        missing=optional or feature.derived or feature.missing.allowed,
    )


def _computed(product: Product, name: str) -> Domain:
    """Return what the service computes of a credit and of what its applicant can afford."""
    credit, means = product.accounts.offers is not None, product.affordability is not None
    known = {"debt_burden_before": means, "debt_burden_after": means and credit}
    return Domain(
        kind="number",
        whole=name == "term_months",
        minimum=0.0,
        maximum=HIGHEST_BURDEN if name in known else None,
        known=known.get(name, credit),
    )
