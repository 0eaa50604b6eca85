"""Protected groups as tables and charts, each figure with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.service.web.analyst.compare_view import Chart
from loanwright.service.web.analyst.model_view import interval
from loanwright.service.web.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupLine:
    """One group: what was stated of it, and what was observed."""

    title: str
    rows: str
    stated: str
    observed: str
    between: str
    auc: str
    outside: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Protected:
    """One protected feature and its groups."""

    title: str
    used: bool
    lines: list[GroupLine]
    chart: Chart | None
    outside: bool


def present_groups(report: Mapping[str, Any] | None, language: Language) -> list[Protected]:
    """Return what a report says of protected groups."""
    found = []
    for one in (report or {}).get("protected_groups", ()):
        groups = [group for group in one["groups"] if group["rows"]]
        lines = [_line(group, language) for group in groups]
        title = str(one["title"][language.code])
        found.append(
            Protected(
                title=title,
                used=bool(one.get("in_model_allowed")),
                lines=lines,
                chart=_chart(title, groups, lines, language) if groups else None,
                outside=any(line.outside for line in lines),
            )
        )
    return found


def _line(group: Mapping[str, Any], language: Language) -> GroupLine:
    rate, stated, auc = group["default_rate"], group["mean_probability"], group.get("auc")
    low, high = (language.percent(rate[end]) for end in ("lower", "upper"))
    return GroupLine(
        title=str(group["title"][language.code]),
        rows=language.number(group["rows"]),
        stated=language.percent(stated),
        observed=language.percent(rate["value"]),
        between=f"{low} … {high}",
        auc="–" if not auc else f"{language.decimal(auc['value'], 3)} ({interval(auc, language)})",
        outside=not rate["lower"] <= stated <= rate["upper"],
    )


def _chart(
    title: str,
    groups: Sequence[Mapping[str, Any]],
    lines: Sequence[GroupLine],
    language: Language,
) -> Chart:
    _ = language.gettext
    places = list(range(len(groups)))
    rates = [group["default_rate"] for group in groups]
    marks = [
        Mark(
            shape="points",
            label=_("observed, with its interval"),
            x=places,
            y=[rate["value"] for rate in rates],
            lower=[rate["lower"] for rate in rates],
            upper=[rate["upper"] for rate in rates],
        ),
        Mark(
            shape="points",
            label=_("stated by the model"),
            tone="riskier",
            x=[place + 0.12 for place in places],
            y=[group["mean_probability"] for group in groups],
        ),
    ]
    labels = Labels(
        title=_("Stated and observed default rate: %(feature)s") % {"feature": title},
        description=_("Where the stated rate lies outside the interval, the model errs there."),
        x="",
        y=_("Default rate"),
    )
    return Chart(
        drawing=draw(
            Plane(marks=marks, percent="y", names=[line.title[:18] for line in lines]),
            labels=labels,
        ),
        title=labels.title,
        headers=[_("Group"), _("Stated"), _("Observed"), _("Interval")],
        rows=[[line.title, line.stated, line.observed, line.between] for line in lines],
    )
