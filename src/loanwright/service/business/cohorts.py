"""Which groups of applicants apply, are approved, and accept: for whoever addresses them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.service.applications.service import Applications
from loanwright.service.business.bands import MISSING, band_of, edges_of, order_of
from loanwright.service.business.errors import CohortUnknown, ScopeUnknown
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.kit.months import Span
from loanwright.service.kit.prepared import Advance, Prepared, Underway
from loanwright.service.offers.service import Offers
from loanwright.service.reviews.service import Reviews

#: Cohorts of fewer applications are not shown: people could be told apart in them.
FEWEST_SHOWN: Final = 20
#: What every decision is grouped by, beside features.
PLAIN: Final = ("month", "grade", "segment", "channel")
_CHANNELS: Final = (("public", "website"), ("key_", "api"), ("usr_", "portal"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohort:
    """Applications that are alike, and what became of them.

    Attributes
    ----------
    names
        Its value in each of the columns.
    offered, accepted
        Applications that had an offer which the applicant could take, and those that took one.
    """

    names: tuple[str, ...]
    applications: int = 0
    approved: int = 0
    offered: int = 0
    accepted: int = 0

    @property
    def approval_rate(self) -> Estimate:
        """Return the share that is approved in the end, with its interval."""
        return jeffreys(self.approved, self.applications)

    @property
    def acceptance_rate(self) -> Estimate | None:
        """Return the share of those offered who accepted; None where nobody was offered."""
        return jeffreys(self.accepted, self.offered) if self.offered else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohorts:
    """The cohorts of a product that are large enough to be shown.

    Attributes
    ----------
    hidden, hidden_applications
        How many cohorts are too small to be shown, and how many applications they are.
    """

    product: str
    columns: tuple[str, ...]
    items: tuple[Cohort, ...]
    hidden: int
    hidden_applications: int
    fewest: int = FEWEST_SHOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One application, ready to be grouped."""

    values: Mapping[str, Any]
    approved: bool
    offered: bool
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class CohortDesk:
    """Groups applications for marketing, never by what the law protects."""

    products: Mapping[str, Product]
    decisions: Decisions
    applications: Applications
    offers: Offers
    reviews: Reviews
    prepared: Prepared[list[_Row]] = field(default_factory=lambda: Prepared[list[_Row]]())

    def columns(self, product: str) -> tuple[str, ...]:
        """Return what the applications of a product can be grouped by."""
        return (*PLAIN, *(one.name for one in _features(self._product(product))))

    def group(
        self, product: str, columns: Sequence[str], within: Span, *, wait: float = 1.5
    ) -> Cohorts | Underway:
        """Return the cohorts of a span of time, or how far reading it is."""
        known = self.columns(product)
        for column in columns:
            if column not in known:
                raise CohortUnknown(product=product, column=column, known=", ".join(known))
        rows = self.prepared.ask(
            (product, within), lambda advance: self._read(product, within, advance), wait=wait
        )
        if isinstance(rows, Underway):
            return rows
        found = grouped(rows, columns, self.products[product].features)
        shown = [one for one in found if one.applications >= FEWEST_SHOWN]
        small = [one for one in found if one.applications < FEWEST_SHOWN]
        return Cohorts(
            product=product,
            columns=tuple(columns),
            items=tuple(shown),
            hidden=len(small),
            hidden_applications=sum(one.applications for one in small),
        )

    def close(self) -> None:
        """Read nothing more."""
        self.prepared.close()

    def _product(self, name: str) -> Product:
        if name not in self.products:
            known = ", ".join(sorted(self.products))
            raise ScopeUnknown(name="product", value=name, known=known)
        return self.products[name]

    def _read(self, product: str, within: Span, advance: Advance) -> list[_Row]:
        features = [one.name for one in _features(self._product(product))]
        final, offered = self.reviews.overridden(product), self.offers.taken(product)
        total = sum(one.decided for one in self.decisions.tally(within) if one.product == product)
        held = []
        for number, one in enumerate(self.decisions.read_all(product=product, within=within)):
            if isinstance(one, DecisionRecord):
                held.append((one, _values(one, features)))
            advance(number / max(total, 1))
        senders = self.applications.list_senders([one.application_id for one, _ in held])
        return [
            _Row(
                values={**values, "channel": channel_of(senders.get(one.application_id, ""))},
                approved=final.get(one.id, one.outcome) == "approve",
                offered=one.id in offered,
                accepted=offered.get(one.id, False),
            )
            for one, values in held
        ]


def grouped(
    rows: Iterable[_Row], columns: Sequence[str], features: Mapping[str, Feature]
) -> list[Cohort]:
    """Group rows by columns: numbers by their fifths, everything else by its values."""
    told = list(rows)
    naming = {column: _naming(column, told, features.get(column)) for column in columns}
    found: dict[tuple[str, ...], Cohort] = {}
    for row in told:
        names = tuple(naming[column].name(row.values.get(column)) for column in columns)
        one = found.get(names) or Cohort(names=names)
        found[names] = replace(
            one,
            applications=one.applications + 1,
            approved=one.approved + row.approved,
            offered=one.offered + row.offered,
            accepted=one.accepted + row.accepted,
        )
    places = [naming[column].place for column in columns]
    return sorted(
        found.values(),
        key=lambda one: [place(name) for place, name in zip(places, one.names, strict=True)],
    )


def channel_of(sender: str) -> str:
    """Return by which way an application came.

    Examples
    --------
    >>> [channel_of(one) for one in ("public", "key_01H", "usr_01H", "command line")]
    ['website', 'api', 'portal', 'other']
    """
    return next((name for start, name in _CHANNELS if sender.startswith(start)), "other")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Naming:
    """How the values of a column are called, and in which order they come."""

    name: Callable[[Any], str]
    place: Callable[[str], Any]


def _naming(column: str, rows: Sequence[_Row], feature: Feature | None) -> _Naming:
    if feature is None or not feature.numeric:
        return _Naming(name=lambda value: MISSING if value is None else str(value), place=str)
    values = [row.values.get(column) for row in rows]
    edges = edges_of([float(one) for one in values if isinstance(one, int | float)])
    return _Naming(
        name=lambda value: band_of(value, edges), place=lambda name: order_of(name, edges)
    )


def _features(product: Product) -> list[Feature]:
    """Return what may be told apart: asked of applicants, and not protected by the law."""
    return [
        one
        for one in product.features.values()
        if one.source == "questionnaire"
        and not one.derived
        and not one.protected
        and (one.numeric or one.type == "category")
    ]


def _values(one: DecisionRecord, features: Sequence[str]) -> dict[str, Any]:
    record = read_snapshot(one.snapshot)["record"]
    return {
        **{name: record.get(name) for name in features},
        "month": f"{one.decided_at:%Y-%m}",
        "grade": one.grade,
        "segment": one.segment,
    }
