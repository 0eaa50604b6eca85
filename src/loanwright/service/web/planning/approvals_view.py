"""A change of the approval rate as a page says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from loanwright.charts.bridge import Step, bridge
from loanwright.charts.canvas import Labels
from loanwright.decisioning.reason import Reason
from loanwright.errors import LoanwrightError
from loanwright.explanation.reasons import reason_text
from loanwright.features.product import Product
from loanwright.service.business.bands import MISSING
from loanwright.service.business.changes import Change, FeatureChange, ReasonChange
from loanwright.service.business.shares import GroupChange
from loanwright.service.kit.months import first_day
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Kpi
from loanwright.service.web.planning.asking import Choices, product_choices, segment_title
from loanwright.service.web.planning.business_view import NOTHING, sign
from loanwright.service.web.planning.drawing import Drawing

CAUSES: Final[Mapping[str, str]] = {
    "applicants": N_("Applicants"),
    "models": N_("Models"),
    "policy": N_("Policy"),
    "people": N_("People"),
}
MEANS: Final[Mapping[str, str]] = {
    "applicants": N_("Other people applied, or the same people in another situation."),
    "models": N_("Other models assessed them."),
    "policy": N_("Another policy decided: cut-offs, rules, limits."),
    "people": N_("Reviewers decided otherwise than the policy more or less often."),
}
MOST_FEATURES: Final = 5
MOST_REASONS: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedMonths:
    """What is asked for, and what could be."""

    product: str
    before: str
    after: str
    months: Sequence[str]
    products: Mapping[str, Product] = field(repr=False)

    def product_choices(self, language: Language) -> Choices:
        """Return what can be chosen."""
        return product_choices(self.products, language)

    def month_choices(self, language: Language) -> Choices:
        """Return the months in which anything was decided, the latest first."""
        return [(one, language.month(first_day(one))) for one in reversed(self.months)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One cause, what it adds, and what it means."""

    name: str
    added: str
    means: str
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupTable:
    """The groups of applicants of one feature."""

    title: str
    mix: str
    rows: list[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeView:
    """The page."""

    headline: str
    certain: bool
    kpis: list[Kpi]
    causes: list[Cause]
    drawing: Drawing
    grades: GroupTable
    features: list[GroupTable]
    reasons: list[tuple[str, ...]]
    versions: list[tuple[str, ...]]
    unread: int


def present_change(
    change: Change, product: Product, language: Language, policies: Mapping[str, str]
) -> ChangeView:
    """Return the page of a change."""
    said = _Saying(product=product, language=language)
    return ChangeView(
        headline=said.headline(change),
        certain=change.change.lower > 0 or change.change.upper < 0,
        kpis=said.kpis(change),
        causes=[said.cause(one.cause, one.added) for one in change.parts],
        drawing=said.drawing(change),
        grades=said.table("grade", change.grades),
        features=[said.feature(one) for one in change.features[:MOST_FEATURES]],
        reasons=[said.reason(one) for one in change.reasons[:MOST_REASONS]],
        versions=said.versions(change, policies),
        unread=change.unread,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Saying:
    """Says a change in one language."""

    product: Product
    language: Language

    def headline(self, change: Change) -> str:
        """Return the change in a sentence."""
        _, value = self.language.gettext, change.change.value
        if value < 0:
            text = _("Approvals fell by %(points)s percentage points. Most of it: %(cause)s.")
        elif value > 0:
            text = _("Approvals rose by %(points)s percentage points. Most of it: %(cause)s.")
        else:
            return _("Approvals did not change.")
        most = max(change.parts, key=lambda one: one.added * (1 if value > 0 else -1))
        cause = _(CAUSES[most.cause]).lower()
        return text % {"points": self.language.decimal(abs(value) * 100, 1), "cause": cause}

    def kpis(self, change: Change) -> list[Kpi]:
        """Return both months and the change."""
        _, (first, second) = self.language.gettext, change.months
        ends = [self.points(change.change.lower), self.points(change.change.upper)]
        note = _("95%% interval: %(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}
        told = ((first, change.before), (second, change.after))
        return [
            *(
                Kpi(
                    label=self.language.month(first_day(month)),
                    value=self.percent(count.rate),
                    note=self.language.ngettext(
                        "%(count)s application", "%(count)s applications", count.all
                    )
                    % {"count": self.language.number(count.all)},
                )
                for month, count in told
            ),
            Kpi(label=_("Change"), value=self.points(change.change.value), note=note),
        ]

    def cause(self, name: str, added: float) -> Cause:
        """Return a cause in words."""
        _ = self.language.gettext
        tone = "bad" if added < -0.0005 else "good" if added > 0.0005 else "quiet"
        return Cause(
            name=_(CAUSES[name]), added=self.points(added), means=_(MEANS[name]), tone=tone
        )

    def drawing(self, change: Change) -> Drawing:
        """Return the way from one month to the other."""
        _, (first, second) = self.language.gettext, change.months
        title = _("From %(before)s to %(after)s") % {"before": first, "after": second}
        parts = [
            Step(label=_(CAUSES[one.cause]), added=one.added, written=self.points(one.added))
            for one in change.parts
        ]
        ends = self.percent(change.before.rate), self.percent(change.after.rate)
        chart = bridge(
            parts,
            begin=Step(label=first, added=change.before.rate or 0.0, written=ends[0]),
            end=second,
            written=ends[1],
            labels=Labels(title=title, description=self.headline(change)),
        )
        rows = [
            (first, ends[0]),
            *((one.label, one.written) for one in parts),
            (second, ends[1]),
        ]
        headers = (_("Step"), _("Approval rate, or what is added to it"))
        return Drawing(title=title, chart=chart, headers=headers, rows=rows)

    def feature(self, one: FeatureChange) -> GroupTable:
        """Return how the applicants changed in a feature."""
        return self.table(one.feature, one.groups)

    def table(self, name: str, groups: Sequence[GroupChange]) -> GroupTable:
        """Return groups as rows."""
        return GroupTable(
            title=self.title(name),
            mix=self.points(sum(one.mix for one in groups)),
            rows=[
                (
                    self.group(name, one.name),
                    self.percent(one.share_before),
                    self.percent(one.share_after),
                    self.percent(one.rate_before),
                    self.percent(one.rate_after),
                    self.points(one.mix),
                )
                for one in groups
            ],
        )

    def title(self, name: str) -> str:
        """Return the title of what applicants are told apart by."""
        _ = self.language.gettext
        own = {"grade": _("Grade"), "segment": _("Segment")}
        if name in own:
            return own[name]
        return self.product.features[name].title.in_language(self.language.code)

    def group(self, name: str, value: str) -> str:
        """Return the title of a group."""
        if value == MISSING:
            return self.language.gettext("not given")
        if name == "segment":
            return segment_title(self.product, value, self.language)
        feature = self.product.features.get(name)
        titles = {} if feature is None else {
            one.code: one.title.in_language(self.language.code) for one in feature.categories
        }  # fmt: skip
        return titles.get(value, value)

    def reason(self, one: ReasonChange) -> tuple[str, ...]:
        """Return how often a reason was told."""
        return (
            self.reason_text(one.code),
            self.percent(one.before),
            self.percent(one.after),
            self.points(one.change.value),
        )

    def reason_text(self, code: str) -> str:
        """Return a reason in words; its code where nobody knows it any more."""
        name, _dot, _side = code.rpartition(".")
        of_model = name in self.product.features
        reason = Reason(
            code=code,
            source="model" if of_model else "policy",
            feature=name if of_model else None,
            contribution=0.0,
        )
        try:
            text = reason_text(self.product, reason)
        except LoanwrightError:
            return code
        return text.in_language(self.language.code)

    def versions(self, change: Change, policies: Mapping[str, str]) -> list[tuple[str, ...]]:
        """Return which versions decided the months."""
        _ = self.language.gettext
        before, after = change.versions
        found = []
        for kind, old, new in (
            (_("Policy"), before.policies, after.policies),
            (_("Model"), before.models, after.models),
        ):
            for version in {**old, **new}:
                name = policies.get(version, version[:12])
                shares = [self.percent(one.get(version, 0.0)) for one in (old, new)]
                found.append((kind, name, *shares))
        return found

    def percent(self, share: float | None) -> str:
        """Write a share."""
        return NOTHING if share is None else self.language.percent(share)

    def points(self, change: float) -> str:
        """Write a change of a share in percentage points."""
        rounded = round(change * 100, 1)
        return f"{sign(rounded)}{self.language.decimal(abs(rounded), 1)}"
