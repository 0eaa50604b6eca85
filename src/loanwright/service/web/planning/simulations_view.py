"""The figures of a simulation as a page says them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.features.product import Product
from loanwright.service.web.languages import Language
from loanwright.service.web.parts import Kpi
from loanwright.service.web.planning.asking import segment_title, title_of
from loanwright.service.web.planning.business_view import NOTHING
from loanwright.service.web.planning.cutoffs_view import SWAPS
from loanwright.service.web.planning.drawing import Drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultView:
    """What a version would have done."""

    name: str
    product: str
    applications: str
    kpis: list[Kpi]
    swaps: list[tuple[str, ...]]
    groups: list[tuple[str, ...]]
    drawings: list[Drawing]
    rejected: int


def present_result(told: Mapping[str, Any], product: Product, language: Language) -> ResultView:
    """Return the figures of the first version of a simulation."""
    version = told["versions"][0]
    said = _Saying(language=language, product=product)
    segments = dict.fromkeys(point["segment"] for point in version["curves"])
    return ResultView(
        name=version["name"],
        product=title_of(product, language),
        applications=language.number(told["applications"]),
        kpis=said.kpis(version),
        swaps=[said.swap(SWAPS[name], one) for name, one in version["swap_sets"].items()],
        groups=[said.group(one) for one in _in_order(version["groups"])],
        drawings=[said.curve(name, version["curves"]) for name in segments],
        rejected=told["rejected"] + told["not_assessable"],
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Saying:
    """Says figures in one language."""

    language: Language
    product: Product

    def kpis(self, version: Mapping[str, Any]) -> list[Kpi]:
        """Return what came of all applications."""
        _, rates, bad = self.language.gettext, version["rates"], version["bad_rates"]
        names = (("approve", _("Approved")), ("refer", _("Referred to a person")),
                 ("decline", _("Declined")))  # fmt: skip
        found = [
            Kpi(
                label=label,
                value=self._percent(rates[name]["value"]),
                note=self.language.number(version["outcomes"][name]),
            )
            for name, label in names
        ]
        expected = None if bad is None else bad["expected"]
        observed = None if bad is None else bad["observed"]
        found.append(self._bad(_("Expected bad rate"), expected))
        found.append(self._bad(_("Observed bad rate"), observed))
        return found

    def swap(self, label: str, one: Mapping[str, Any]) -> tuple[str, ...]:
        """Return a swap set as a row."""
        rates = one["bad_rates"]
        observed = None if rates is None else rates["observed"]
        return (
            self.language.gettext(label),
            self.language.number(one["applications"]),
            NOTHING if rates is None else self._percent(rates["expected"]["value"]),
            NOTHING if observed is None else self._percent(observed["value"]),
        )

    def group(self, one: Mapping[str, Any]) -> tuple[str, ...]:
        """Return a group as a row."""
        bad = one["bad_rates"]
        return (
            self._named(one["column"], one["value"]),
            self.language.number(one["applications"]),
            self._percent(one["rates"]["approve"]["value"]),
            NOTHING if bad is None else self._percent(bad["expected"]["value"]),
        )

    def curve(self, segment: str, curves: list[Mapping[str, Any]]) -> Drawing:
        """Return approvals and bad rate of every cut-off of a segment."""
        _ = self.language.gettext
        points = [one for one in curves if one["segment"] == segment]
        known = [one for one in points if one["expected_bad_rate"] is not None]
        title = _("Approvals and bad rate by cut-off: %(segment)s") % {
            "segment": segment_title(self.product, segment, self.language)
        }
        marks = [
            Mark(shape="line", label=_("approved"), x=[one["approve_from"] for one in points],
                 y=[one["approval_rate"] or 0.0 for one in points]),
            Mark(shape="dashed", label=_("expected bad rate"), tone="riskier",
                 x=[one["approve_from"] for one in known],
                 y=[one["expected_bad_rate"] for one in known]),
        ]  # fmt: skip
        labels = Labels(title=title, description=title, x=_("Approve from"), y=_("share"))
        return Drawing(
            title=title,
            chart=draw(Plane(marks=marks, percent="y"), labels=labels),
            headers=(_("Approve from"), _("approved"), _("expected bad rate")),
            rows=[
                (
                    str(one["approve_from"]),
                    self._percent(one["approval_rate"] or 0.0),
                    self._percent(one["expected_bad_rate"]),
                )
                for one in known[:: max(1, len(known) // 20)]
            ],
        )

    def _named(self, column: str, value: str) -> str:
        if column == "segment":
            return segment_title(self.product, value, self.language)
        if column == "grade":
            return self.language.gettext("Grade %(grade)s") % {"grade": value}
        return value

    def _bad(self, label: str, rate: Mapping[str, Any] | None) -> Kpi:
        _ = self.language.gettext
        if rate is None:
            return Kpi(label=label, value=NOTHING, note=_("no outcome is known yet"))
        ends = {"low": self._percent(rate["lower"]), "high": self._percent(rate["upper"])}
        note = _("95%% interval: %(low)s to %(high)s") % ends
        return Kpi(label=label, value=self._percent(rate["value"]), note=note)

    def _percent(self, share: float) -> str:
        return self.language.percent(share)


def _in_order(groups: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return groups with the values of each column in their order; segments as they came."""
    columns = list(dict.fromkeys(one["column"] for one in groups))

    def place(one: Mapping[str, Any]) -> tuple[int, str]:
        column = one["column"]
        return columns.index(column), "" if column == "segment" else str(one["value"])

    return sorted(groups, key=place)
