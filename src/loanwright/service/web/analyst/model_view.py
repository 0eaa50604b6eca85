"""What a page says of a model: its figures with intervals, its checks, its life, its findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from loanwright.errors import LoanwrightError
from loanwright.service.inventory.schemas import Finding, FindingState
from loanwright.service.registry.packages import Package
from loanwright.service.registry.schemas import Check, Model, Transition
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Happening, Kpi, Tone

SHORT: Final = 12
REPORT: Final = "report.json"
STATES: Final[Mapping[str, tuple[str, Tone]]] = MappingProxyType(
    {
        "candidate": (N_("candidate"), "info"),
        "challenger": (N_("challenger"), "warn"),
        "champion": (N_("champion"), "good"),
        "retired": (N_("retired"), "quiet"),
    }
)
RESULTS: Final[Mapping[str, tuple[str, Tone]]] = MappingProxyType(
    {
        "passed": (N_("passed"), "good"),
        "attention": (N_("look at it"), "warn"),
        "failed": (N_("failed"), "bad"),
        "not_done": (N_("not done"), "quiet"),
    }
)
CHECKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "parity": N_("Gives the bits of its golden rows on this machine"),
        "report": N_("Has a validation report"),
        "findings": N_("Nothing found by validators is open"),
        "shadow": N_("Beside live traffic, in the shadow"),
        "experiment": N_("In an experiment on live applications"),
    }
)
TIERS: Final[Mapping[str, tuple[str, Tone]]] = MappingProxyType(
    {
        "high": (N_("high tier"), "warn"),
        "medium": (N_("medium tier"), "info"),
        "low": (N_("low tier"), "quiet"),
    }
)
SEVERITIES: Final[Mapping[str, tuple[str, Tone]]] = MappingProxyType(
    {"low": (N_("low"), "quiet"), "medium": (N_("medium"), "warn"), "high": (N_("high"), "bad")}
)
#: The figures that are told of every model: code, title, digits, whether more is better.
FIGURES: Final = (
    ("gini", N_("Gini"), 3, 1),
    ("ks", N_("Kolmogorov–Smirnov"), 3, 1),
    ("brier_skill", N_("Brier skill"), 3, 1),
    ("calibration_slope", N_("Calibration slope"), 2, 0),
    ("calibration_in_the_large", N_("Calibration in the large"), 2, 0),
    ("log_loss", N_("Log loss"), 3, -1),
)
Names = Callable[[str], str]


@lru_cache(maxsize=64)
def _report(path: Path, _model_hash: str) -> Mapping[str, Any]:
    # A package never changes: its hash names it.
    found: Mapping[str, Any] = json.loads((path / REPORT).read_bytes())
    return found


def report_of(package: Package) -> Mapping[str, Any] | None:
    """Return the validation report of a package, if it has one."""
    return _report(package.path, package.hash) if (package.path / REPORT).is_file() else None


def judged_of(report: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the figures on the rows that the model has not seen."""
    found: Mapping[str, Any] = report["samples"][report["judged"]]
    return found


def interval(figure: Mapping[str, Any], language: Language, digits: int = 3) -> str:
    """Write an interval."""
    low, high = (language.decimal(figure[end], digits) for end in ("lower", "upper"))
    return f"{low} … {high}"


def said(pair: tuple[str, Tone], language: Language) -> tuple[str, Tone]:
    """Return a word of a closed set in the language of the page, with its tone."""
    return language.gettext(pair[0]), pair[1]


def present_figures(report: Mapping[str, Any] | None, language: Language) -> list[Kpi]:
    """Return the figures at a glance, each with its interval."""
    if report is None:
        return []
    judged = judged_of(report)
    _ = language.gettext
    return [
        Kpi(
            label=_(title),
            value=language.decimal(judged[code]["value"], digits),
            note=_("95%% interval: %(interval)s")
            % {"interval": interval(judged[code], language, digits)},
        )
        for code, title, digits, _better in FIGURES[:4]
        if code in judged
    ]


def rows_of(report: Mapping[str, Any] | None) -> tuple[int, float] | None:
    """Return how many rows it was judged on, and their default rate."""
    if report is None:
        return None
    return int(report["split"][report["judged"]]), float(judged_of(report)["default_rate"])


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLine:
    """One check as the page tells it."""

    name: str
    said: str
    result: tuple[str, Tone]
    stops: bool


def present_checks(
    checks: Iterable[Check], report: Mapping[str, Any] | None, language: Language
) -> list[CheckLine]:
    """Return what was checked, in the language of the page where it is known in it."""
    demands = {f"report.{one['code']}": one["demand"] for one in (report or {}).get("checks", ())}
    order = ("failed", "attention", "not_done", "passed")
    lines = []
    for one in sorted(checks, key=lambda check: order.index(str(check.result))):
        title = CHECKS.get(one.name)
        name = language.gettext(title) if title else one.name.replace("_", " ")
        if one.name in demands:
            name = str(demands[one.name][language.code])
        lines.append(
            CheckLine(
                name=name,
                said="" if _says_nothing_new(one) else one.said,
                result=said(RESULTS[str(one.result)], language),
                stops=str(one.result) == "failed",
            )
        )
    return lines


def _says_nothing_new(check: Check) -> bool:
    # The title and the result together say it already, in the language of the page.
    return check.name in CHECKS and str(check.result) in ("passed", "not_done")


def present_life(
    transitions: Sequence[Transition], names: Names, language: Language
) -> list[Happening]:
    """Return every change of state, the newest first."""
    _ = language.gettext
    items = []
    for one in reversed(transitions):
        word, tone = said(STATES[str(one.state)], language)
        by = _("by %(name)s") % {"name": names(one.by)}
        if one.proposer:
            by += "; " + _("brought in by %(name)s") % {"name": names(one.proposer)}
        note = one.note
        if note.startswith("followed by "):
            note = _("followed by %(model)s") % {"model": note.split()[-1][:SHORT]}
        items.append(
            Happening(
                when=language.moment(one.at),
                title=word,
                text=f"{by}. {note}" if note else by,
                tone=tone,
            )
        )
    return items


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingLine:
    """One finding as the page tells it."""

    id: str
    said: str
    severity: tuple[str, Tone]
    owner: str
    due_on: date
    open: bool
    overdue: bool
    changes: list[Happening]


def present_findings(
    findings: Iterable[Finding], names: Names, language: Language, today: date
) -> list[FindingLine]:
    """Return the findings, the open ones first and of them the first due."""
    lines = [
        FindingLine(
            id=one.id,
            said=one.present.said,
            severity=said(SEVERITIES[str(one.present.severity)], language),
            owner=one.present.owner,
            due_on=one.present.due_on,
            open=one.present.state is FindingState.OPEN,
            overdue=one.overdue(today),
            changes=_changes(one, names, language),
        )
        for one in findings
    ]
    return sorted(lines, key=lambda line: (not line.open, line.due_on))


def _changes(finding: Finding, names: Names, language: Language) -> list[Happening]:
    _ = language.gettext
    words = {"open": _("open"), "resolved": _("resolved")}
    return [
        Happening(
            when=language.moment(one.at),
            title=words[str(one.state)],
            text=", ".join(
                part
                for part in (
                    _("by %(name)s") % {"name": names(one.by)},
                    _("due on %(day)s") % {"day": language.day(one.due_on)},
                    one.owner,
                    one.note,
                )
                if part
            ),
        )
        for one in reversed(finding.changes)
    ]


def title_of(model: Model, package: Package | None, language: Language) -> str:
    """Return what a model is for, in words."""
    if package is None:
        return f"{model.product}, {model.segment}"
    product = package.product
    segment = product.segment(model.segment).title
    return f"{_in(product.title, language)} · {_in(segment, language)}"


def _in(text: Any, language: Language) -> str:
    return str(getattr(text, language.code))


def find_package(opened: Callable[[Model], Package], model: Model) -> tuple[Package | None, str]:
    """Return the package of a model, or why it cannot be used."""
    try:
        return opened(model), ""
    except LoanwrightError as failure:
        return None, str(failure)
