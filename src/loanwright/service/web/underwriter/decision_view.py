"""What underwriters see of a decision: data, score, contributions, reasons, rules, likenesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from loanwright.charts.canvas import Labels
from loanwright.charts.contributions import Contribution, bars
from loanwright.charts.gauge import Band, gauge
from loanwright.decisioning.performance import Performance
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.notices.values import told_value
from loanwright.service.reviews.similar import KNOWN, Resemblance
from loanwright.service.shadows.schemas import Opinion
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Tone
from loanwright.service.web.underwriter.naming import OUTCOMES, PERFORMANCES, Word, word

SOURCES: Final[Mapping[str, str]] = {
    "questionnaire": N_("from the applicant"),
    "behaviour": N_("our own records"),
    "bureau": N_("a credit bureau"),
}
RESULTS: Final[Mapping[str, tuple[str, Tone]]] = {
    "fired": (N_("fired"), "bad"),
    "passed": (N_("passed"), "good"),
    "unknown": (N_("not known"), "warn"),
}
MARGIN: Final = 80
MOST_BARS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A chart and the table behind it."""

    svg: str
    headers: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Datum:
    """One thing that was known, from where, and how it weighed."""

    title: str
    value: str
    source: str
    weight: str
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleLine:
    """What one rule of the policy said."""

    text: str
    code: str
    result: Word


@dataclass(frozen=True, kw_only=True, slots=True)
class LikeLine:
    """A past decision that resembles this one."""

    alike: str
    share: float
    outcome: Word
    by_person: bool
    probability: str
    grade: str
    performance: Word
    differs: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionView:
    """A decision as an underwriter reads it."""

    outcome: Word
    probability: str
    score: str
    grade: str
    decided: str
    gauge: Chart
    weights: Chart
    reasons: list[str]
    rules: list[RuleLine]
    data: list[Datum]
    received: list[tuple[str, str]]
    opinions: list[tuple[str, Word, str, str]]


def present_decision(
    record: DecisionRecord,
    product: Product,
    policy: Policy,
    opinions: Sequence[Opinion],
    language: Language,
) -> DecisionView:
    """Return everything that a decision rested on, in words."""
    snapshot = read_snapshot(record.snapshot)
    return DecisionView(
        outcome=word(OUTCOMES, record.outcome, language),
        probability=language.percent(record.probability_of_default),
        score=language.number(record.score),
        grade=record.grade,
        decided=language.moment(record.decided_at),
        gauge=_gauge(record, policy, language),
        weights=_weights(snapshot, product, language),
        reasons=[one["text"][language.code] for one in record.resource()["reasons"]],
        rules=_rules(snapshot, policy, language),
        data=_data(snapshot, product, language),
        received=_received(snapshot, product, language),
        opinions=[
            (
                one.model_hash[:8],
                word(OUTCOMES, one.outcome, language),
                language.percent(one.probability_of_default),
                language.number(one.score),
            )
            for one in opinions
        ],
    )


def present_likeness(found: Resemblance, product: Product, language: Language) -> LikeLine:
    """Return one past decision that resembles this one; nothing says whose it is."""
    performance = None if found.performance is None else str(found.performance)
    text, tone = PERFORMANCES[performance]
    names = [_title(product, name, language) for name, apart in found.differs if apart]
    return LikeLine(
        alike=language.percent(found.alike, 0),
        share=found.alike,
        outcome=word(OUTCOMES, found.outcome, language),
        by_person=found.by_person,
        probability=language.percent(found.probability_of_default),
        grade=found.grade,
        performance=Word(text=language.gettext(text), tone=tone),
        differs=", ".join(names),
    )


def _gauge(record: DecisionRecord, policy: Policy, language: Language) -> Chart:
    _ = language.gettext
    cutoffs = policy.cutoffs.get(record.segment)
    if cutoffs is None:
        bands = [Band(label="", start=record.score - MARGIN, end=record.score + MARGIN)]
    else:
        low = min(cutoffs.refer_from, record.score) - MARGIN
        high = max(cutoffs.approve_from, record.score) + MARGIN
        edges = (low, cutoffs.refer_from, cutoffs.approve_from, high)
        named = ((_("decline"), "riskier"), (_("refer"), "between"), (_("approve"), "safer"))
        bands = [
            Band(label=label, start=start, end=end, tone=tone)
            for (label, tone), (start, end) in zip(named, pairwise(edges), strict=True)
            if end > start
        ]
    labels = Labels(
        title=_("Score"),
        description=_("The score and the cut-offs of the policy; further to the right is safer."),
    )
    rows = [[one.label, f"{one.start:g}–{one.end:g}"] for one in bands]
    return Chart(
        svg=gauge(record.score, bands=bands, labels=labels),
        headers=[_("Outcome"), _("Points")],
        rows=[*rows, [_("This score"), language.number(record.score)]],
    )


def _weights(snapshot: Mapping[str, Any], product: Product, language: Language) -> Chart:
    _ = language.gettext
    weighed = sorted(_pairs(snapshot), key=lambda one: -abs(one[1]))
    told = [(_title(product, name, language), value) for name, value in weighed]
    labels = Labels(
        title=_("What moved the risk"),
        description=_("To the right raises the risk, to the left lowers it, on the log-odds."),
        x=_("Lower risk ← → higher risk"),
    )
    shown = [Contribution(label=label, value=value) for label, value in told[:MOST_BARS]]
    return Chart(
        svg=bars(shown, labels=labels),
        headers=[_("Feature"), _("On the log-odds")],
        rows=[[label, f"{value:+.3f}"] for label, value in told],
    )


def _rules(snapshot: Mapping[str, Any], policy: Policy, language: Language) -> list[RuleLine]:
    texts = {one.code: one.text for one in policy.rules}
    order = {"fired": 0, "unknown": 1, "passed": 2}
    return [
        RuleLine(
            text=texts.get(code, {}).get(language.code, code),
            code=code,
            result=word(RESULTS, result, language),
        )
        for code, result in sorted(snapshot["rule_results"], key=lambda one: order[one[1]])
    ]


def _data(snapshot: Mapping[str, Any], product: Product, language: Language) -> list[Datum]:
    vector = map(float.fromhex, snapshot["vector"])
    found = []
    for (name, weight), value in zip(_pairs(snapshot), vector, strict=True):
        feature = product.features.get(name)
        if feature is None:
            continue
        told = told_value(product, feature, value, snapshot["record"], ())
        datum = Datum(
            title=feature.title.in_language(language.code),
            value=told.in_language(language.code),
            source=language.gettext(SOURCES[feature.source]),
            weight=f"{weight:+.2f}",
            tone="bad" if weight > 0 else "good" if weight < 0 else "quiet",
        )
        found.append((abs(weight), datum))
    return [datum for _, datum in sorted(found, key=lambda one: -one[0])]


def _received(
    snapshot: Mapping[str, Any], product: Product, language: Language
) -> list[tuple[str, str]]:
    """Return what was sent and is no feature of the model, such as the amount asked for."""
    used = set(snapshot["features"])
    found = []
    for name, value in snapshot["record"].items():
        feature = product.features.get(name)
        if feature is None or name in used or feature.derived or feature.protected:
            continue
        told = told_value(product, feature, value, snapshot["record"], ())
        code = language.code
        found.append((feature.title.in_language(code), told.in_language(code)))
    return found


def _pairs(snapshot: Mapping[str, Any]) -> list[tuple[str, float]]:
    return list(
        zip(snapshot["features"], map(float.fromhex, snapshot["contributions"]), strict=True)
    )


def _title(product: Product, name: str, language: Language) -> str:
    feature = product.features.get(name)
    return name if feature is None else feature.title.in_language(language.code)


def summarise(alike: Sequence[Resemblance], language: Language) -> str:
    """Return how those who resemble turned out, as far as it is known."""
    known = [one for one in alike if one.performance in KNOWN]
    bad = sum(one.performance is Performance.BAD for one in known)
    if not known:
        return language.gettext("Of none of them is it known yet how the account turned out.")
    return language.ngettext(
        "Of %(known)s whose account is known to have turned out, %(bad)s went bad.",
        "Of %(known)s whose accounts are known to have turned out, %(bad)s went bad.",
        len(known),
    ) % {"known": len(known), "bad": bad}
