"""The figures of the business: decisions counted by SQL, accounts gone through once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.performance import definition_on
from loanwright.features.product import Product
from loanwright.service.accounts.schemas import Account, RecordedPayment, Status
from loanwright.service.accounts.service import Accounts
from loanwright.service.business.errors import MonthsRefused, ScopeUnknown
from loanwright.service.business.portfolio import Loan, figures_of
from loanwright.service.business.schemas import (
    EVERYBODY,
    USUAL,
    Assumed,
    BusinessFigures,
    DecisionFigures,
    MoneyFigures,
    MonthFigures,
    Scope,
)
from loanwright.service.decisions.schemas import Tallied
from loanwright.service.decisions.service import Decisions
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.months import months_until, span_of
from loanwright.service.kit.prepared import Advance, Prepared, Underway
from loanwright.service.reviews.service import Reviews

MOST_MONTHS = 36
#: Money by month, product and currency.
Money = Mapping[tuple[str, str, str], MoneyFigures]
_COUNTED = {Outcome.APPROVE: "approved", Outcome.REFER: "referred", Outcome.DECLINE: "declined"}


@dataclass(frozen=True, kw_only=True)
class Business:
    """Tells how lending goes."""

    clock: Clock
    products: Mapping[str, Product]
    decisions: Decisions
    reviews: Reviews
    accounts: Accounts
    prepared: Prepared[Money] = field(default_factory=lambda: Prepared[Money]())

    def months(self, count: int) -> tuple[str, ...]:
        """Return the last months, the present one last."""
        if not 1 <= count <= MOST_MONTHS:
            raise MonthsRefused(most=MOST_MONTHS)
        return months_until(f"{self.clock.now():%Y-%m}", count)

    def decided_months(self, count: int) -> dict[str, dict[str, int]]:
        """Return how many applications were decided, by product and month."""
        wanted = self.months(count)
        found: dict[str, dict[str, int]] = {}
        for one in self.decisions.tally(span_of(wanted[0], wanted[-1])):
            months = found.setdefault(one.product, {})
            months[one.month] = months.get(one.month, 0) + one.decided
        return found

    def figures(
        self,
        months: int = 12,
        *,
        scope: Scope = EVERYBODY,
        assumed: Assumed = USUAL,
        wait: float = 30.0,
    ) -> BusinessFigures | Underway:
        """Return the figures of the last months, or how far going through the accounts is.

        Money is of all segments: an account belongs to a product.
        """
        wanted = self.months(months)
        products = self._products(scope)
        money = self.prepared.ask(
            (wanted, assumed), lambda advance: self._money(wanted, assumed, advance), wait=wait
        )
        if isinstance(money, Underway):
            return money
        decided = self._decided(wanted, scope, products)
        return BusinessFigures(
            months=tuple(
                MonthFigures(
                    month=month,
                    decisions=decided.get(month, DecisionFigures()),
                    money=_of_month(money, month, products),
                )
                for month in wanted
            ),
            assumed=assumed,
            counted_at=self.clock.now(),
        )

    def close(self) -> None:
        """Count nothing more."""
        self.prepared.close()

    def _products(self, scope: Scope) -> frozenset[str]:
        lenders = {one.lender for one in self.products.values()}
        for name, value, known in (
            ("product", scope.product, set(self.products)),
            ("lender", scope.lender, lenders - {None}),
            ("segment", scope.segment, {s for p in self.products.values() for s in p.segments}),
        ):
            if value is not None and value not in known:
                raise ScopeUnknown(name=name, value=value, known=", ".join(sorted(map(str, known))))
        return frozenset(
            name
            for name, product in self.products.items()
            if scope.product in (None, name) and scope.lender in (None, product.lender)
        )

    def _decided(
        self, months: tuple[str, ...], scope: Scope, products: frozenset[str]
    ) -> dict[str, DecisionFigures]:
        within = span_of(months[0], months[-1])
        counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for one in self.decisions.tally(within):
            if _wanted(one, scope, products):
                counts[one.month][_COUNTED[Outcome(one.outcome)]] += one.decided
        for month, turned in self._turned(months, scope, products).items():
            counts[month]["approved_in_the_end"] += turned
        return {
            month: DecisionFigures(
                **{**found, "approved_in_the_end": found["approved_in_the_end"] + found["approved"]}
            )
            for month, found in counts.items()
        }

    def _turned(
        self, months: tuple[str, ...], scope: Scope, products: frozenset[str]
    ) -> dict[str, int]:
        """Return by how many people have raised the approvals of each month."""
        final = {
            decision_id: outcome
            for product in products
            for decision_id, outcome in self.reviews.overridden(product).items()
        }
        turned: dict[str, int] = defaultdict(int)
        for line in self.decisions.list_lines(final):
            month = f"{line.decided_at:%Y-%m}"
            if month in months and scope.segment in (None, line.segment):
                approved = Outcome.APPROVE
                turned[month] += (final[line.id] == approved) - (line.outcome == approved)
        return turned

    def _money(self, months: tuple[str, ...], assumed: Assumed, advance: Advance) -> Money:
        today = self.accounts.today()
        total = max(1, self.accounts.count())
        found: dict[tuple[str, str, str], MoneyFigures] = defaultdict(MoneyFigures)
        for number, (account, payments) in enumerate(self.accounts.read_all()):
            for month, figures in self._of_account(account, payments, months, today, assumed):
                found[month, account.product, account.currency] += figures
            advance(number / total)
        return dict(found)

    def _of_account(
        self,
        account: Account,
        payments: list[RecordedPayment],
        months: tuple[str, ...],
        today: date,
        assumed: Assumed,
    ) -> Iterator[tuple[str, MoneyFigures]]:
        definition = definition_on(self.accounts.definitions(account.product), today)
        loan = Loan(
            credit=account.credit,
            payments=[one.payment for one in payments],
            bad_from=definition.bad_from,
            ended_on=account.ended_on,
            lost=account.status is Status.WRITTEN_OFF,
            cancelled=account.status is Status.CANCELLED,
        )
        return figures_of(loan, months[0], months[-1], today=today, assumed=assumed)


def _wanted(one: Tallied, scope: Scope, products: frozenset[str]) -> bool:
    return one.product in products and scope.segment in (None, one.segment)


def _of_month(money: Money, month: str, products: frozenset[str]) -> dict[str, MoneyFigures]:
    found: dict[str, MoneyFigures] = defaultdict(MoneyFigures)
    for (when, product, currency), figures in money.items():
        if when == month and product in products:
            found[currency] += figures
    return dict(sorted(found.items()))
