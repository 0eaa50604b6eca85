"""The drawings of the workbench: default rates by bin, stability by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Protocol

from loanwright.binning.bins import FeatureBinning
from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.service.web.analyst.compare_view import Chart
from loanwright.service.web.languages import Language

MOST_SHOWN: Final = 40


class Told(Protocol):
    """A bin as the page tells it."""

    @property
    def label(self) -> str:
        """Return the bin in words."""
        ...

    @property
    def count(self) -> str:
        """Return its rows."""
        ...

    @property
    def rate(self) -> str:
        """Return its default rate."""
        ...


def draw_rates(
    binning: FeatureBinning, lines: Sequence[Told], title: str, language: Language
) -> Chart:
    """Return the default rate of each bin."""
    _ = language.gettext
    names = [line.label if len(line.label) < 18 else f"{line.label[:16]}…" for line in lines]
    marks = [
        Mark(
            shape="bars",
            label=_("default rate"),
            tone="riskier",
            x=list(range(len(lines))),
            y=[one.bad_rate or 0.0 for one in binning.bins],
        ),
    ]
    labels = Labels(
        title=_("Default rate by bin"),
        description=_("Of each bin of %(feature)s, on the rows that it learns from.")
        % {"feature": title},
        x="",
        y=_("Default rate"),
    )
    return Chart(
        drawing=draw(Plane(marks=marks, percent="y", names=names), labels=labels),
        title=labels.title,
        headers=[_("Bin"), _("Rows"), _("Default rate")],
        rows=[[line.label, line.count, line.rate] for line in lines],
    )


def draw_stability(found: Sequence[tuple[int, Any]], language: Language) -> Chart | None:
    """Return how far the bins of each month are from those of all rows."""
    if not found:
        return None
    _ = language.gettext
    shown = found[-MOST_SHOWN:]
    months = [language.month(month_of(month)) for month, _one in shown]
    places = list(range(len(shown)))
    marks = [
        Mark(
            shape="dashed",
            label=_("what chance alone reaches"),
            tone="muted",
            x=places,
            y=[one.critical for _month_, one in shown],
        ),
        Mark(
            shape="points",
            label="PSI",
            x=places,
            y=[one.psi.value for _month_, one in shown],
            lower=[one.psi.lower for _month_, one in shown],
            upper=[one.psi.upper for _month_, one in shown],
        ),
    ]
    labels = Labels(
        title=_("Stability by month"),
        description=_("How far the bins of each month are from those of all rows."),
        x="",
        y="PSI",
    )
    return Chart(
        drawing=draw(Plane(marks=marks, names=months), labels=labels),
        title=labels.title,
        headers=[_("Month"), "PSI", _("Chance reaches")],
        rows=[
            [month, language.decimal(one.psi.value, 4), language.decimal(one.critical, 4)]
            for month, (_number_, one) in zip(months, shown, strict=True)
        ],
    )


def month_of(number: int) -> date:
    """Return the first day of a month that is counted from 1970."""
    return date(1970 + number // 12, number % 12 + 1, 1)
