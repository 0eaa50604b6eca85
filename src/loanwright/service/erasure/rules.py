"""The rules of retention: dated data, not code."""

import calendar
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final, Literal

from loanwright.errors import Rejected

Event = Literal["decision", "account"]
EVENTS: Final = ("decision", "account")
MONTHS: Final = 12


class RulesRefused(Rejected):
    """The retention rules cannot be used: {why}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A duty to keep what is known of a person for so many months after an event."""

    code: str
    jurisdiction: str
    after: Event
    months: int
    since: date
    until: date | None
    source: str
    read: bool
    source_ru: str = ""

    def in_force(self, day: date) -> bool:
        """Tell whether the rule is in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)

    def ends(self, event: datetime) -> datetime:
        """Return when the duty ends that an event began."""
        return add_months(event, self.months)


def add_months(moment: datetime, months: int) -> datetime:
    """Return the moment so many months later; the last day of a month stays within its month."""
    year, month = divmod(moment.year * MONTHS + moment.month - 1 + months, MONTHS)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def bundled_rules() -> tuple[Rule, ...]:
    """Return the rules that come with the software."""
    return read_rules(files(__package__).joinpath("rules.toml").read_text(encoding="utf-8"))


def read_rules(text: str) -> tuple[Rule, ...]:
    """Read rules from the text of a TOML file."""
    try:
        return tuple(_rule(one) for one in tomllib.loads(text)["rule"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as problem:
        raise RulesRefused(why=f"{type(problem).__name__}: {problem}") from problem


def choose_rules(rules: Iterable[Rule], jurisdictions: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules of some jurisdictions, each of which must have one."""
    rules, wanted = tuple(rules), set(jurisdictions)
    known = {one.jurisdiction for one in rules}
    if not wanted <= known:
        unknown = ", ".join(sorted(wanted - known))
        raise RulesRefused(why=f"there are none for {unknown}; known: {', '.join(sorted(known))}")
    return tuple(one for one in rules if one.jurisdiction in wanted)


def _rule(told: dict[str, Any]) -> Rule:
    rule = Rule(
        code=str(told["code"]),
        jurisdiction=str(told["jurisdiction"]),
        after=told["after"],
        months=int(told["months"]),
        since=told["from"],
        until=told.get("until"),
        source=str(told["source"]),
        read=bool(told.get("read", False)),
        source_ru=str(told.get("source_ru", "")),
    )
    if rule.after not in EVENTS or rule.months < 1 or not isinstance(rule.since, date):
        raise ValueError(rule.code)
    return rule
