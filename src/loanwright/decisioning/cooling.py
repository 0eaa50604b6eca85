"""Cooling off: how long the law lets money wait after a contract, by dated rules."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from loanwright.decisioning.money import minor_units


@dataclass(frozen=True, kw_only=True, slots=True)
class CoolingRule:
    """How long a lender of one jurisdiction waits, for contracts from a day on.

    Attributes
    ----------
    steps
        Pairs of the smallest amount, in minor units, and the hours from there on; rising.
    source
        Where that stands.
    """

    jurisdiction: str
    valid_from: date
    currency: str
    steps: tuple[tuple[int, int], ...]
    source: str

    def hours(self, amount: int) -> int:
        """Return for how many hours money of an amount waits."""
        reached = [hours for least, hours in self.steps if amount >= least]
        return reached[-1] if reached else 0


@cache
def cooling_rules() -> tuple[CoolingRule, ...]:
    """Return every rule that is known, the earliest first.

    Examples
    --------
    >>> [(rule.jurisdiction, str(rule.valid_from)) for rule in cooling_rules()]
    [('RU', '2025-09-01')]
    """
    file = resources.files("loanwright.decisioning") / "cooling.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))["rules"]
    rules = [
        CoolingRule(
            jurisdiction=one["jurisdiction"],
            valid_from=one["valid_from"],
            currency=one["currency"],
            source=one["source"],
            steps=tuple(
                (round(step["from"] * minor_units(one["currency"])), step["hours"])
                for step in one["steps"]
            ),
        )
        for one in told
    ]
    return tuple(sorted(rules, key=lambda rule: rule.valid_from))


def cooling_off(
    amount: int, currency: str, *, jurisdictions: Iterable[str], contract_on: date
) -> timedelta:
    """Return how long the money of a contract waits; zero where no rule asks for it.

    Parameters
    ----------
    amount
        What is lent, in minor units.
    jurisdictions
        Whose law the lender is under; the longest wait of them counts.
    contract_on
        The day of the contract, which says what rule is in force.

    Examples
    --------
    >>> day = date(2026, 1, 31)
    >>> [
    ...     cooling_off(amount, "RUB", jurisdictions=["RU"], contract_on=day) / timedelta(hours=1)
    ...     for amount in (49_999_99, 50_000_00, 200_000_00, 200_000_01)
    ... ]
    [0.0, 4.0, 4.0, 48.0]
    >>> cooling_off(200_000_01, "RUB", jurisdictions=["RU"], contract_on=date(2025, 8, 31))
    datetime.timedelta(0)
    """
    in_force = {
        rule.jurisdiction: rule
        for rule in cooling_rules()
        if rule.jurisdiction in set(jurisdictions)
        and rule.currency == currency
        and rule.valid_from <= contract_on
    }
    return timedelta(hours=max((one.hours(amount) for one in in_force.values()), default=0))
