"""Whose rules apply: what is measured by group, who may see it, and what is screened. As data."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from loanwright.errors import NotFound
from loanwright.fairness.measures import GroupMeasures
from loanwright.metrics.estimate import Estimate

Result = Literal["ok", "attention", "not_available"]

#: The files of the folder ``rules``, in the order in which they are offered.
NAMES: Final = ("us-federal", "us-state", "eu", "ru", "off")


class JurisdictionUnknown(NotFound):
    """There is no jurisdiction {jurisdiction}. Known jurisdictions: {known}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """A number below which a measure asks for attention; never a legal limit.

    Attributes
    ----------
    measure
        A measure of `loanwright.fairness.measures.GroupMeasures`.
    at_least
        The lowest value that passes.
    note
        Where the number comes from, by language.
    """

    measure: str
    at_least: float
    note: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class LegalRule:
    """A rule of the law, as known on the day of the file.

    Attributes
    ----------
    name, source
        What it is called and where it is written.
    effective
        Day from which it applies, or None.
    standing
        How well it was checked.
    duty
        What it asks of a lender's software, by language.
    """

    name: str
    source: str
    standing: str
    duty: Mapping[str, str]
    effective: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Jurisdiction:
    """What is measured, shown and screened where these rules apply.

    Attributes
    ----------
    name
        One of ``NAMES``.
    title, note
        By language.
    as_of
        The day on which the rules were last looked up.
    shown
        ``report``: in the report; ``restricted``: for those who answer for fairness alone;
        ``nothing``.
    measured
        Names of measures.
    search_alternatives
        Whether a search for less discriminatory alternatives belongs to the record.
    cuts
        Protected number to where its bands begin.
    screens, rules
        Screens and the law behind them.
    """

    name: str
    title: Mapping[str, str]
    note: Mapping[str, str]
    as_of: date
    shown: Literal["report", "restricted", "nothing"]
    measured: tuple[str, ...]
    search_alternatives: bool
    cuts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    screens: tuple[Screen, ...] = ()
    rules: tuple[LegalRule, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Screening:
    """What one screen says of one group.

    Attributes
    ----------
    group
        Title of the group, by language.
    measure, at_least, note
        Of the screen.
    value
        The measure, or None where it cannot be measured.
    result
        ``attention`` where the value is below the number and the whole interval lies on the
        unfavourable side of equality; a gap that chance explains passes.
    """

    group: Mapping[str, str]
    measure: str
    at_least: float
    note: Mapping[str, str]
    value: Estimate | None
    result: Result

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "group": dict(self.group),
            "measure": self.measure,
            "at_least": self.at_least,
            "note": dict(self.note),
            "value": None if self.value is None else self.value.to_mapping(),
            "result": self.result,
        }


def list_jurisdictions() -> tuple[str, ...]:
    """Return the names of the jurisdictions.

    Examples
    --------
    >>> list_jurisdictions()
    ('us-federal', 'us-state', 'eu', 'ru', 'off')
    """
    return NAMES


@cache
def find_jurisdiction(name: str) -> Jurisdiction:
    """Return the jurisdiction of this name.

    Raises
    ------
    JurisdictionUnknown
        If there is none.

    Examples
    --------
    >>> found = find_jurisdiction("us-federal")
    >>> found.shown, found.screens[0].at_least, found.cuts["age"]
    ('restricted', 0.8, (62.0,))
    """
    if name not in NAMES:
        raise JurisdictionUnknown(jurisdiction=name, known=", ".join(NAMES))
    file = resources.files("loanwright.fairness") / "rules" / f"{name}.toml"
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    return Jurisdiction(
        name=name,
        title=read["title"],
        note=read["note"],
        as_of=read["as_of"],
        shown=read["shown"],
        measured=tuple(read["measured"]),
        search_alternatives=read["search_alternatives"],
        cuts={name: tuple(map(float, cuts)) for name, cuts in read.get("cuts", {}).items()},
        screens=tuple(Screen(**screen) for screen in read["screens"]),
        rules=tuple(LegalRule(**rule) for rule in read["rules"]),
    )


def screen(measured: Sequence[GroupMeasures], jurisdiction: Jurisdiction) -> tuple[Screening, ...]:
    """Return what each screen says of each group beside the reference.

    Parameters
    ----------
    measured
        As `loanwright.fairness.measures.group_measures` returns them.
    jurisdiction
        Whose screens apply.

    Examples
    --------
    >>> screen((), find_jurisdiction("eu"))
    ()
    """
    return tuple(
        Screening(
            group=group.title,
            measure=one.measure,
            at_least=one.at_least,
            note=one.note,
            value=group.measures.get(one.measure),
            result=_result(one, group.measures.get(one.measure)),
        )
        for group in measured
        if not group.reference
        for one in jurisdiction.screens
    )


def _result(one: Screen, value: Estimate | None) -> Result:
    if value is None:
        return "not_available"
    equality = 1.0 if one.measure in ("adverse_impact_ratio", "observed_to_expected") else 0.0
    return "attention" if value.value < one.at_least and value.upper < equality else "ok"
