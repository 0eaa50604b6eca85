"""The strategy desk as a page says it: cut-offs, figures, swap sets, curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.decisioning.money import minor_units
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.service.cutoffs.schemas import Counted
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Kpi
from loanwright.service.web.planning.asking import (
    segment_title,
    whole_money,
)
from loanwright.service.web.planning.business_view import NOTHING, sign, tone_of
from loanwright.service.web.planning.cutoffs_asked import Asked
from loanwright.service.web.planning.drawing import Drawing
from loanwright.simulation.curve import Curve
from loanwright.simulation.figures import BadRates, Figures, SwapSet
from loanwright.simulation.result import VersionResult

SWAPS: Final[Mapping[str, str]] = {
    "swapped_in": N_("Approved newly"),
    "swapped_out": N_("No longer approved"),
    "approved_by_both": N_("Approved as today"),
    "approved_by_neither": N_("Not approved as today"),
}
MOST_POINTS: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class SegmentView:
    """The sliders of one segment."""

    name: str
    title: str
    lowest: int
    highest: int
    approve_from: int
    refer_from: int
    live: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskView:
    """The desk."""

    segments: list[SegmentView]
    kpis: list[Kpi]
    swaps: list[tuple[str, ...]]
    groups: list[tuple[str, ...]]
    drawings: list[Drawing]
    moved: bool
    applications: int
    counted_at: Any
    live_name: str
    fields: list[tuple[str, str]]


def present_desk(counted: Counted, asked: Asked, language: Language) -> DeskView:
    """Return the desk for the cut-offs that are asked for."""
    cutoffs = {name: one for name, one in asked.moved.items() if name in counted.curves}
    found = counted.at(cutoffs)
    said = _Saying(language=language, product=asked.products[asked.product])
    live = counted.live.policy
    return DeskView(
        segments=[said.segment(counted.curves[name], one, live) for name, one in cutoffs.items()],
        kpis=said.kpis(found.figures, counted.today.figures),
        swaps=[said.swap(SWAPS[name], one) for name, one in found.swap_sets.items()],
        groups=said.groups(found, counted.today),
        drawings=[
            drawing
            for name, one in cutoffs.items()
            for drawing in said.curves(counted.curves[name], one, live.cutoffs_of(name))
        ],
        moved=any(one != live.cutoffs_of(name) for name, one in cutoffs.items()),
        applications=found.figures.applications,
        counted_at=counted.counted_at,
        live_name=live.name,
        fields=_fields(asked),
    )


def _fields(asked: Asked) -> list[tuple[str, str]]:
    points = [
        (f"{name}.{segment}", str(value))
        for segment, one in asked.moved.items()
        for name, value in (("approve", one.approve_from), ("refer", one.refer_from))
    ]
    return [("product", asked.product), ("amount", asked.amount), *points, *asked.costs.items()]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Saying:
    """Says the desk in one language."""

    language: Language
    product: Product

    def segment(self, curve: Curve, now: Cutoffs, live: Policy) -> SegmentView:
        """Return the sliders of a segment: from the lowest score there is to the highest."""
        today = live.cutoffs_of(curve.segment)
        ends = (*curve.cutoffs.tolist(), today.approve_from, today.refer_from, now.approve_from,
                now.refer_from)  # fmt: skip
        return SegmentView(
            name=curve.segment,
            title=segment_title(self.product, curve.segment, self.language),
            lowest=min(ends),
            highest=max(ends),
            approve_from=now.approve_from,
            refer_from=now.refer_from,
            live=self.language.gettext("today %(approve)s and %(refer)s")
            % {"approve": today.approve_from, "refer": today.refer_from},
        )

    def kpis(self, now: Figures, was: Figures) -> list[Kpi]:
        """Return what the cut-offs would have done, beside what those of today do."""
        _ = self.language.gettext
        found = [
            self._rate(_("Approved"), now, was, "approve", 1),
            self._rate(_("Referred to a person"), now, was, "refer", 0),
            self._expected(now.bad_rates, was.bad_rates),
            self._observed(now.bad_rates),
        ]
        if now.money is not None:
            profit, before = now.money.profit, was.money.profit if was.money else 0
            change = profit - before
            found.append(
                Kpi(
                    label=_("Expected profit"),
                    value=self._money(profit),
                    delta=f"{sign(change)}{self._money(abs(change))}",
                    tone=tone_of(change, 1),
                    note=_("of the approved, over the term"),
                )
            )
        return found

    def swap(self, label: str, one: SwapSet) -> tuple[str, ...]:
        """Return a swap set as a row."""
        rates = one.bad_rates
        return (
            self.language.gettext(label),
            self.language.number(one.applications),
            NOTHING if rates is None else self.language.percent(rates.expected.value),
            NOTHING
            if rates is None or rates.observed is None
            else self.language.percent(rates.observed.value),
            NOTHING if one.money is None else self._money(one.money.profit),
        )

    def groups(self, now: VersionResult, was: VersionResult) -> list[tuple[str, ...]]:
        """Return segments and grades as rows."""
        before = {(one.column, one.value): one.figures for one in was.groups}
        rows: list[tuple[str, ...]] = []
        for one in sorted(now.groups, key=lambda group: (group.column != "segment", group.value)):
            told, old = one.figures, before[one.column, one.value]
            share = told.rates["approve"].value
            change = share - old.rates["approve"].value
            rates = told.bad_rates
            rows.append(
                (
                    self._group(one.column, one.value),
                    self.language.number(told.applications),
                    self.language.percent(share),
                    self._points(change),
                    NOTHING if rates is None else self.language.percent(rates.expected.value),
                )
            )
        return rows

    def curves(self, curve: Curve, now: Cutoffs, today: Cutoffs) -> list[Drawing]:
        """Return every cut-off of a segment as charts: shares, and money where there is any."""
        _ = self.language.gettext
        title = segment_title(self.product, curve.segment, self.language)
        points = _thinned(list(curve.points()))
        drawings = [self._shares(title, points, curve, now, today)]
        if curve.profit is not None:
            drawings.append(self._profit(title, points, curve, now, today))
        return drawings

    def _shares(
        self,
        title: str,
        points: Sequence[Mapping[str, Any]],
        curve: Curve,
        now: Cutoffs,
        today: Cutoffs,
    ) -> Drawing:
        _ = self.language.gettext
        x = [one["approve_from"] for one in points]
        approved = [one["approval_rate"] or 0.0 for one in points]
        known = [one for one in points if one["expected_bad_rate"] is not None]
        chosen = at_cutoff(curve, now.approve_from), at_cutoff(curve, today.approve_from)
        marks = [
            Mark(shape="line", label=_("approved"), x=x, y=approved),
            Mark(shape="dashed", label=_("expected bad rate"), tone="riskier",
                 x=[one["approve_from"] for one in known],
                 y=[one["expected_bad_rate"] for one in known]),
            Mark(shape="points", label=_("today"), tone="muted", x=[today.approve_from],
                 y=[chosen[1]["approval_rate"] or 0.0]),
            Mark(shape="points", label=_("moved"), tone="mark", x=[now.approve_from],
                 y=[chosen[0]["approval_rate"] or 0.0]),
        ]  # fmt: skip
        name = _("Approvals and bad rate by cut-off: %(segment)s") % {"segment": title}
        labels = Labels(title=name, description=name, x=_("Approve from"), y=_("share"))
        return Drawing(
            title=name,
            chart=draw(Plane(marks=marks, percent="y"), labels=labels),
            headers=(_("Approve from"), _("approved"), _("expected bad rate"), _("observed")),
            rows=[self._row(one) for one in points[:: max(1, len(points) // 20)]],
        )

    def _profit(
        self,
        title: str,
        points: Sequence[Mapping[str, Any]],
        curve: Curve,
        now: Cutoffs,
        today: Cutoffs,
    ) -> Drawing:
        _ = self.language.gettext
        major = minor_units(self.product.currency)
        ends = at_cutoff(curve, now.approve_from), at_cutoff(curve, today.approve_from)
        marks = [
            Mark(shape="line", label=_("expected profit"), tone="safer",
                 x=[one["approve_from"] for one in points],
                 y=[one["profit"] / major for one in points]),
            Mark(shape="points", label=_("today"), tone="muted", x=[today.approve_from],
                 y=[ends[1]["profit"] / major]),
            Mark(shape="points", label=_("moved"), tone="mark", x=[now.approve_from],
                 y=[ends[0]["profit"] / major]),
        ]  # fmt: skip
        name = _("Expected profit by cut-off: %(segment)s") % {"segment": title}
        labels = Labels(title=name, description=name, x=_("Approve from"), y=self.product.currency)
        return Drawing(
            title=name,
            chart=draw(Plane(marks=marks), labels=labels),
            headers=(_("Approve from"), _("expected profit")),
            rows=[
                (str(one["approve_from"]), self._money(one["profit"]))
                for one in points[:: max(1, len(points) // 20)]
            ],
        )

    def _row(self, one: Mapping[str, Any]) -> tuple[str, ...]:
        shares = (one["approval_rate"], one["expected_bad_rate"], one["observed_bad_rate"])
        told = [NOTHING if share is None else self.language.percent(share) for share in shares]
        return (str(one["approve_from"]), *told)

    def _rate(self, label: str, now: Figures, was: Figures, outcome: str, good: int) -> Kpi:
        rate, before = now.rates[outcome].value, was.rates[outcome].value
        return Kpi(
            label=label,
            value=self.language.percent(rate),
            delta=self._points(rate - before),
            tone=tone_of(rate - before, good),
            note=self.language.number(now.outcomes[outcome]),
        )

    def _expected(self, now: BadRates | None, was: BadRates | None) -> Kpi:
        _ = self.language.gettext
        if now is None:
            return Kpi(label=_("Expected bad rate"), value=NOTHING)
        change = None if was is None else now.expected.value - was.expected.value
        return Kpi(
            label=_("Expected bad rate"),
            value=self.language.percent(now.expected.value),
            delta="" if change is None else self._points(change),
            tone="quiet" if change is None else tone_of(change, -1),
            note=self._interval(now.expected.lower, now.expected.upper),
        )

    def _observed(self, now: BadRates | None) -> Kpi:
        _ = self.language.gettext
        if now is None or now.observed is None:
            note = _("no outcome is known yet")
            return Kpi(label=_("Observed bad rate"), value=NOTHING, note=note)
        return Kpi(
            label=_("Observed bad rate"),
            value=self.language.percent(now.observed.value),
            note=self._interval(now.observed.lower, now.observed.upper),
        )

    def _interval(self, low: float, high: float) -> str:
        ends = {"low": self.language.percent(low), "high": self.language.percent(high)}
        return self.language.gettext("95%% interval: %(low)s to %(high)s") % ends

    def _group(self, column: str, value: str) -> str:
        if column == "segment":
            return segment_title(self.product, value, self.language)
        return self.language.gettext("Grade %(grade)s") % {"grade": value}

    def _points(self, change: float) -> str:
        rounded = round(change * 100, 1)
        number = f"{sign(rounded)}{self.language.decimal(abs(rounded), 1)}"
        return self.language.gettext("%(change)s pp") % {"change": number}

    def _money(self, amount: int) -> str:
        return whole_money(amount, self.product.currency, self.language)


def at_cutoff(curve: Curve, cutoff: int) -> Mapping[str, Any]:
    """Return the point of a curve for any cut-off: that of the next score which it lets in."""
    places = np.flatnonzero(curve.cutoffs >= cutoff)
    return list(curve.points())[int(places[-1]) if len(places) else 0]


def _thinned(points: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return so many points as a chart can show, the first and the last among them."""
    step = -(-len(points) // MOST_POINTS)
    kept = list(points[::step])
    return kept if kept[-1] is points[-1] else [*kept, points[-1]]
