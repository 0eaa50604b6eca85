"""The figures of a simulation: counts, rates with intervals, ranges, and money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.outcome import Outcome
from loanwright.metrics.distributions import jeffreys, normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.simulation.tally import BAD, NOT_BEFORE, UNKNOWN, Cells
from loanwright.simulation.unknown import Assumptions, RateRange

Chosen = NDArray[np.bool_]

LEVEL: Final = 0.95
OUTCOMES: Final = tuple(Outcome)
APPROVED: Final = Outcome.APPROVE.severity
IF_RIGHT: Final = "normal; luck alone, if every stated probability is right"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRates:
    """How many of a group default.

    Attributes
    ----------
    expected
        The mean calibrated probability of default.
    observed
        The share of defaults among those whose outcome is known, with its Jeffreys interval.
    known
        How many those are.
    range
        What the whole group may come to, the unknown included; None where nobody is unknown.
    """

    expected: Estimate
    observed: Estimate | None
    known: int
    range: RateRange | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "expected": self.expected.to_mapping(),
            "observed": None if self.observed is None else self.observed.to_mapping(),
            "known": self.known,
            "range": None if self.range is None else self.range.to_mapping(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Money:
    """What the approved are expected to bring, in minor units.

    Attributes
    ----------
    lent
        The sum of the amounts.
    balance
        The sum of average balances times years.
    net_interest_income
        Interest expected, less the cost of funds.
    cost_of_risk
        Expected loss: probability of default × loss given default × amount.
    costs
        Of the accounts.
    profit
        Net interest income, less cost of risk and costs.
    """

    lent: int
    balance: int
    net_interest_income: int
    cost_of_risk: int
    costs: int
    profit: int

    @property
    def cost_of_risk_rate(self) -> float | None:
        """Return the cost of risk of a year as a share of the average balance."""
        return self.cost_of_risk / self.balance if self.balance else None

    @property
    def net_interest_margin(self) -> float | None:
        """Return the net interest income of a year as a share of the average balance."""
        return self.net_interest_income / self.balance if self.balance else None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        rates = {
            "cost_of_risk_rate": self.cost_of_risk_rate,
            "net_interest_margin": self.net_interest_margin,
        }
        rounded = {n: None if rate is None else round(rate, 6) for n, rate in rates.items()}
        return {**asdict(self), **rounded}


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a version does to a group of applications.

    Attributes
    ----------
    applications
        How many there are.
    outcomes
        How many of them are approved, referred and declined.
    rates
        The same as shares, each with the Jeffreys interval of as many new applications.
    bad_rates
        Of the approved; None where nobody is approved.
    money
        Of the approved; None without prices.
    """

    applications: int
    outcomes: Mapping[str, int]
    rates: Mapping[str, Estimate]
    bad_rates: BadRates | None
    money: Money | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "applications": self.applications,
            "outcomes": dict(self.outcomes),
            "rates": {name: rate.to_mapping() for name, rate in self.rates.items()},
            "bad_rates": None if self.bad_rates is None else self.bad_rates.to_mapping(),
            "money": None if self.money is None else self.money.to_mapping(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class SwapSet:
    """Those whom two versions treat alike, or not.

    Attributes
    ----------
    applications
        How many they are.
    bad_rates
        Theirs; None where there are none.
    money
        What they would bring if they were approved.
    """

    applications: int
    bad_rates: BadRates | None
    money: Money | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "applications": self.applications,
            "bad_rates": None if self.bad_rates is None else self.bad_rates.to_mapping(),
            "money": None if self.money is None else self.money.to_mapping(),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Cells, what a version's cutoffs make of each, and what is assumed of the unknown."""

    cells: Cells
    outcomes: NDArray[np.int8]
    assumptions: Assumptions
    priced: bool

    @property
    def approved(self) -> Chosen:
        """Return which cells are approved."""
        return np.asarray(self.outcomes == APPROVED)

    def figures(self, among: Chosen) -> Figures:
        """Return the figures of some of the cells."""
        rows = self.cells.whole("rows")
        counts = {
            str(one): int(rows[among & (self.outcomes == one.severity)].sum()) for one in OUTCOMES
        }
        total = sum(counts.values())
        approved = among & self.approved
        return Figures(
            applications=total,
            outcomes=counts,
            rates={name: jeffreys(count, total) for name, count in counts.items()} if total else {},
            bad_rates=self.bad_rates(approved),
            money=self.money(approved),
        )

    def bad_rates(self, chosen: Chosen) -> BadRates | None:
        """Return how many of some of the cells default."""
        rows = np.where(chosen, self.cells.whole("rows"), 0)
        total = int(rows.sum())
        if not total:
            return None
        known = int(rows[self.cells.known != UNKNOWN].sum())
        bads = int(rows[self.cells.known == BAD].sum())
        found = self.assumptions.range_of(self.cells, chosen) if known < total else None
        return BadRates(
            expected=_expected(self.cells, chosen, total),
            observed=jeffreys(bads, known) if known else None,
            known=known,
            range=found,
        )

    def money(self, chosen: Chosen) -> Money | None:
        """Return what some of the cells would bring if they were approved."""
        if not self.priced:
            return None
        sums = {
            name: int(self.cells.whole(name)[chosen].sum())
            for name in ("lent", "balance", "income", "funds", "loss", "costs")
        }
        net = sums["income"] - sums["funds"]
        return Money(
            lent=sums["lent"],
            balance=sums["balance"],
            net_interest_income=net,
            cost_of_risk=sums["loss"],
            costs=sums["costs"],
            profit=net - sums["loss"] - sums["costs"],
        )

    def swap_sets(self, among: Chosen) -> dict[str, SwapSet]:
        """Return who comes in and who goes out, beside those that stay."""
        before = self.cells.before
        compared = among & (before != NOT_BEFORE)
        was, now = before == APPROVED, self.approved
        sets = {
            "swapped_in": compared & ~was & now,
            "swapped_out": compared & was & ~now,
            "approved_by_both": compared & was & now,
            "approved_by_neither": compared & ~was & ~now,
        }
        return {name: self._swap_set(chosen) for name, chosen in sets.items()}

    def _swap_set(self, chosen: Chosen) -> SwapSet:
        return SwapSet(
            applications=int(self.cells.whole("rows")[chosen].sum()),
            bad_rates=self.bad_rates(chosen),
            money=self.money(chosen),
        )


def _expected(cells: Cells, chosen: Chosen, total: int) -> Estimate:
    mean = float(cells.real("expected")[chosen].sum()) / total
    error = standard_error(float(cells.real("variance")[chosen].sum())) / total
    return normal_interval(mean, error, level=LEVEL, bounds=(0.0, 1.0), method=IF_RIGHT)
