"""Cohorts as a page says them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.features.product import Product
from loanwright.service.business.bands import MISSING
from loanwright.service.business.cohorts import Cohort, Cohorts
from loanwright.service.web.languages import Language
from loanwright.service.web.planning.asking import Choices, product_choices, segment_title
from loanwright.service.web.planning.business_view import NOTHING
from loanwright.service.web.planning.drawing import Drawing


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedCohorts:
    """What is asked for, and what could be."""

    product: str
    first: str
    second: str
    months: str
    spans: Sequence[str]
    columns: Sequence[str]
    products: Mapping[str, Product] = field(repr=False)

    def product_choices(self, language: Language) -> Choices:
        """Return what can be chosen."""
        return product_choices(self.products, language)

    def column_choices(self, language: Language) -> Choices:
        """Return by what the applications can be grouped."""
        product = self.products[self.product]
        return [(name, column_title(product, name, language)) for name in self.columns]


@dataclass(frozen=True, kw_only=True, slots=True)
class CohortsView:
    """The cohorts."""

    headers: tuple[str, ...]
    rows: list[tuple[str, ...]]
    drawing: Drawing
    hidden: int
    hidden_applications: int
    fewest: int


def column_title(product: Product, name: str, language: Language) -> str:
    """Return the title of what applications are grouped by."""
    _ = language.gettext
    own = {
        "month": _("Month"),
        "grade": _("Grade"),
        "segment": _("Segment"),
        "channel": _("How it came"),
    }
    if name in own:
        return own[name]
    return product.features[name].title.in_language(language.code)


def present_cohorts(found: Cohorts, product: Product, language: Language) -> CohortsView:
    """Return the cohorts as rows and a chart."""
    _ = language.gettext
    titles = [column_title(product, one, language) for one in found.columns]
    rows = [
        (
            *(
                value_title(product, column, name, language)
                for column, name in zip(found.columns, one.names, strict=True)
            ),
            language.number(one.applications),
            language.percent(one.approval_rate.value),
            _interval(one, language),
            NOTHING if one.acceptance_rate is None else language.percent(one.acceptance_rate.value),
        )
        for one in found.items
    ]
    headers = (*titles, _("Applications"), _("Approved"), _("95% interval"), _("Accepted"))
    return CohortsView(
        headers=headers,
        rows=rows,
        drawing=_drawing(found, product, language),
        hidden=found.hidden,
        hidden_applications=found.hidden_applications,
        fewest=found.fewest,
    )


def value_title(product: Product, column: str, name: str, language: Language) -> str:
    """Return the title of a value of a column."""
    _ = language.gettext
    if name == MISSING:
        return _("not given")
    if column == "segment":
        return segment_title(product, name, language)
    if column == "channel":
        ways = {"website": _("website"), "api": _("API"), "portal": _("portal")}
        return ways.get(name, _("other"))
    feature = product.features.get(column)
    categories = () if feature is None else feature.categories
    titles = {one.code: one.title.in_language(language.code) for one in categories}
    return titles.get(name, name)


def _interval(one: Cohort, language: Language) -> str:
    rate = one.approval_rate
    return f"{language.percent(rate.lower)} – {language.percent(rate.upper)}"


def _drawing(found: Cohorts, product: Product, language: Language) -> Drawing:
    _ = language.gettext
    title = _("Approved by cohort")
    if not found.items:
        return Drawing(title=title, chart="", headers=(), rows=[])
    names = [
        ", ".join(
            value_title(product, column, name, language)
            for column, name in zip(found.columns, one.names, strict=True)
        )
        for one in found.items
    ]
    rates = [one.approval_rate for one in found.items]
    marks = [
        Mark(
            shape="points",
            label=_("approved, with its 95% interval"),
            x=list(range(len(rates))),
            y=[one.value for one in rates],
            lower=[one.lower for one in rates],
            upper=[one.upper for one in rates],
        )
    ]
    labels = Labels(title=title, description=title, x="", y=_("share of applications"))
    return Drawing(
        title=title,
        chart=draw(Plane(marks=marks, names=names, percent="y"), labels=labels),
        headers=(_("Cohort"), _("Approved")),
        rows=[(name, language.percent(one.value)) for name, one in zip(names, rates, strict=True)],
    )
