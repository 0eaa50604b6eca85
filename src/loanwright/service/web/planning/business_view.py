"""The figures of the business as a page says them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.decisioning.money import minor_units
from loanwright.features.product import Product
from loanwright.service.business.schemas import (
    BusinessFigures,
    DecisionFigures,
    MoneyFigures,
    MonthFigures,
)
from loanwright.service.kit.months import first_day
from loanwright.service.web.languages import Language
from loanwright.service.web.parts import Kpi, Tone
from loanwright.service.web.planning.asking import (
    Choices,
    product_choices,
    segment_title,
    whole_money,
)
from loanwright.service.web.planning.drawing import Drawing

NOTHING = "–"


@dataclass(frozen=True, kw_only=True, slots=True)
class FormView:
    """What is asked for, and what could be."""

    product: str
    lender: str
    segment: str
    months: str
    month: str
    lgd: str
    funds: str
    spans: Sequence[str]
    products: Mapping[str, Product] = field(repr=False)
    lenders: Sequence[str]

    def product_choices(self, language: Language) -> Choices:
        """Return what can be chosen."""
        return product_choices(self.products, language)

    def segment_choices(self, language: Language) -> Choices:
        """Return what can be chosen, once a product is."""
        if not self.product:
            return []
        product = self.products[self.product]
        return [(name, segment_title(product, name, language)) for name in product.segments]


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyView:
    """What is told of one currency."""

    currency: str
    kpis: list[Kpi]
    drawings: list[Drawing]


@dataclass(frozen=True, kw_only=True, slots=True)
class FiguresView:
    """The panel."""

    month: str
    month_name: str
    months: list[tuple[str, str]]
    before: str
    kpis: list[Kpi]
    drawings: list[Drawing]
    money: list[MoneyView]
    decided: bool


def present_figures(figures: BusinessFigures, language: Language, form: FormView) -> FiguresView:
    """Return the panel of a month and of those before it."""
    months = figures.months
    names = [one.month for one in months]
    # The present month is not over: what is asked for otherwise is the one before.
    month = form.month if form.month in names else names[-2] if len(names) > 1 else names[-1]
    place = names.index(month)
    before = months[place - 1] if place else None
    told = Telling(language=language)
    currencies = sorted({currency for one in months for currency in one.money})
    return FiguresView(
        month=month,
        month_name=language.month(first_day(month)),
        months=[(name, language.month(first_day(name))) for name in reversed(names)],
        before="" if before is None else language.month(first_day(before.month)),
        kpis=told.decisions(months[place], before),
        drawings=told.decision_drawings(months),
        money=[
            MoneyView(
                currency=currency,
                kpis=told.money(currency, months[place], before),
                drawings=told.money_drawings(currency, months),
            )
            for currency in currencies
        ],
        decided=any(one.decisions.decided for one in months),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Says figures in one language."""

    language: Language

    def decisions(self, one: MonthFigures, before: MonthFigures | None) -> list[Kpi]:
        """Return what was decided, at a glance."""
        _, now = self.language.gettext, one.decisions
        was = DecisionFigures() if before is None else before.decisions
        return [
            self._rate(_("Approval rate"), now.approval_rate, was.approval_rate),
            self._rate(_("Approved in the end"), now.final_approval_rate, was.final_approval_rate),
            self._count(_("Applications"), now.decided, was.decided),
            self._count(_("Referred to a person"), now.referred, was.referred),
        ]

    def money(self, currency: str, one: MonthFigures, before: MonthFigures | None) -> list[Kpi]:
        """Return money at a glance."""
        _ = self.language.gettext
        now = one.money.get(currency, MoneyFigures())
        was = None if before is None else before.money.get(currency, MoneyFigures())

        def sum_of(label: str, value: Callable[[MoneyFigures], int | None], good: int) -> Kpi:
            return self._sum(label, currency, value(now), None if was is None else value(was), good)

        return [
            sum_of(_("Lent"), lambda figures: figures.lent, 0),
            sum_of(_("Average amount"), lambda figures: figures.average_amount, 0),
            sum_of(_("Net interest income"), lambda figures: figures.net_interest_income, 1),
            sum_of(_("Cost of risk"), lambda figures: figures.cost_of_risk, -1),
            self._share(
                _("Accounts in arrears"),
                now.arrears_rate,
                None if was is None else was.arrears_rate,
            ),
            self._share(
                _("Cost of risk, a year"),
                now.cost_of_risk_rate,
                None if was is None else was.cost_of_risk_rate,
            ),
        ]

    def decision_drawings(self, months: Sequence[MonthFigures]) -> list[Drawing]:
        """Return how approvals and volumes went."""
        return [self._approvals(months), self._volumes(months)]

    def money_drawings(self, currency: str, months: Sequence[MonthFigures]) -> list[Drawing]:
        """Return how income, risk and arrears went."""
        _ = self.language.gettext
        told = [one.money.get(currency, MoneyFigures()) for one in months]
        minor = minor_units(currency)
        income = self._plane(
            (_("Net interest income and cost of risk"), currency),
            months,
            [
                Mark(shape="bars", label=_("Net interest income"), tone="safer",
                     x=list(range(len(told))), y=[o.net_interest_income / minor for o in told]),
                Mark(shape="bars", label=_("Cost of risk"), tone="riskier",
                     x=list(range(len(told))), y=[o.cost_of_risk / minor for o in told]),
            ],
            rows=lambda at: (
                whole_money(told[at].net_interest_income, currency, self.language),
                whole_money(told[at].cost_of_risk, currency, self.language),
            ),
        )  # fmt: skip
        arrears = self._plane(
            (_("Accounts in arrears"), _("share of open accounts")),
            months,
            [
                Mark(shape="line", label=_("30 days past due or more"), tone="riskier",
                     x=list(range(len(told))), y=[o.arrears_rate or 0.0 for o in told]),
            ],
            rows=lambda at: (self._percent(told[at].arrears_rate),),
            percent="y",
        )  # fmt: skip
        return [income, arrears]

    def _approvals(self, months: Sequence[MonthFigures]) -> Drawing:
        _ = self.language.gettext
        told = [
            (at, one.decisions.approval_rate, one.decisions.final_approval_rate)
            for at, one in enumerate(months)
            if one.decisions.approval_rate is not None
        ]
        x = [at for at, *_rest in told]
        marks = [
            Mark(shape="band", label=_("95% interval"), x=x, lower=[o.lower for _at, o, _f in told],
                 upper=[o.upper for _at, o, _f in told]),
            Mark(shape="line", label=_("by the policy"), x=x, y=[o.value for _at, o, _f in told]),
            Mark(shape="dashed", label=_("in the end"), tone="safer", x=x,
                 y=[f.value for _at, _o, f in told if f is not None]),
        ]  # fmt: skip
        return self._plane(
            (_("Approval rate"), _("share of applications")),
            months,
            marks if x else [],
            rows=lambda at: (
                self._percent_of(months[at].decisions.approval_rate),
                self._percent_of(months[at].decisions.final_approval_rate),
            ),
            headers=(_("by the policy"), _("in the end")),
            percent="y",
        )

    def _volumes(self, months: Sequence[MonthFigures]) -> Drawing:
        _ = self.language.gettext
        told = [one.decisions for one in months]
        columns = (
            (_("approved"), "safer", [one.approved for one in told]),
            (_("referred"), "mark", [one.referred for one in told]),
            (_("declined"), "riskier", [one.declined for one in told]),
        )
        return self._plane(
            (_("Applications by outcome"), _("applications")),
            months,
            [
                Mark(shape="bars", label=label, tone=tone, x=list(range(len(told))), y=values)
                for label, tone, values in columns
            ],
            rows=lambda at: tuple(self.language.number(values[at]) for _l, _t, values in columns),
        )

    def _plane(
        self,
        titles: tuple[str, str],
        months: Sequence[MonthFigures],
        marks: Sequence[Mark],
        *,
        rows: Callable[[int], tuple[str, ...]],
        headers: tuple[str, ...] = (),
        percent: str = "",
    ) -> Drawing:
        _ = self.language.gettext
        names = [one.month for one in months]
        title, unit = titles
        labels = Labels(title=title, description=title, x=_("Month"), y=unit)
        if not marks:
            return Drawing(title=title, chart="", headers=(), rows=[])
        return Drawing(
            title=title,
            chart=draw(Plane(marks=marks, names=names, percent=percent), labels=labels),
            headers=(_("Month"), *(headers or tuple(mark.label for mark in marks))),
            rows=[(name, *rows(at)) for at, name in enumerate(names)],
        )

    def _rate(self, label: str, now: Any, was: Any) -> Kpi:
        if now is None:
            return Kpi(label=label, value=NOTHING)
        ends = self._percent(now.lower), self._percent(now.upper)
        note = self.language.gettext("95%% interval: %(low)s to %(high)s") % {
            "low": ends[0],
            "high": ends[1],
        }
        delta, tone = self._points(now.value, was and was.value, good=1)
        return Kpi(label=label, value=self._percent(now.value), delta=delta, tone=tone, note=note)

    def _share(self, label: str, now: float | None, was: float | None) -> Kpi:
        delta, tone = self._points(now, was, good=-1)
        return Kpi(label=label, value=self._percent(now), delta=delta, tone=tone)

    def _count(self, label: str, now: int, was: int | None) -> Kpi:
        change = None if was is None or not was else now / was - 1
        delta = "" if change is None else self._signed(change)
        return Kpi(label=label, value=self.language.number(now), delta=delta)

    def _sum(self, label: str, currency: str, now: int | None, was: int | None, good: int) -> Kpi:
        value = NOTHING if now is None else whole_money(now, currency, self.language)
        if now is None or not was:
            return Kpi(label=label, value=value)
        change = (now - was) / abs(was)
        return Kpi(label=label, value=value, delta=self._signed(change), tone=tone_of(change, good))

    def _points(self, now: float | None, was: float | None, *, good: int) -> tuple[str, Tone]:
        if now is None or was is None:
            return "", "quiet"
        change = now - was
        text = self.language.gettext("%(change)s pp") % {
            "change": f"{sign(change)}{self.language.decimal(abs(change) * 100, 1)}"
        }
        return text, tone_of(change, good)

    def _signed(self, share: float) -> str:
        return f"{sign(share)}{self.language.percent(abs(share))}"

    def _percent(self, share: float | None) -> str:
        return NOTHING if share is None else self.language.percent(share)

    def _percent_of(self, estimate: Any) -> str:
        return NOTHING if estimate is None else self._percent(estimate.value)


def sign(value: float) -> str:
    """Return the sign of a change, readable at any width.

    Examples
    --------
    >>> sign(0.1), sign(-0.1), sign(0)
    ('+', '−', '±')
    """
    return "+" if value > 0 else "−" if value < 0 else "±"


def tone_of(change: float, good: int) -> Tone:
    """Return the tone of a change, where more is good (1), bad (-1) or neither (0)."""
    if not good or not change:
        return "quiet"
    return "good" if change * good > 0 else "bad"
