"""What the card of an applicant shows: where they stand, why, and what has happened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec

from loanwright.charts.contributions import Contribution, bars
from loanwright.charts.gauge import Band, gauge
from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.features.product import Product
from loanwright.service.applicants.schemas import Record
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.offers.schemas import Offer
from loanwright.service.reviews.schemas import Override, Review
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.manager.drawings import contribution_labels, gauge_labels
from loanwright.service.web.manager.list_view import OUTCOMES
from loanwright.service.web.manager.parties import Who, short_day
from loanwright.service.web.office import Viewer
from loanwright.service.web.parts import Happening, Kpi, Tab, Tone

MOST_TOLD: Final = 60
#: Points of the scale shown on either side of the cut-offs.
MARGIN: Final = 80
#: What weighs less is in the table behind the chart.
MOST_DRAWN: Final = 12

REVIEW_KINDS: Final[Mapping[str, str]] = {
    "referral": N_("Referral"),
    "review": N_("Review asked for"),
    "objection": N_("Objection"),
    "reasons": N_("Reasons asked for"),
}
REVIEW_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "open": (N_("waits for a person"), "warn"),
    "taken": (N_("somebody looks at it"), "info"),
    "proposed": (N_("waits for a second person"), "warn"),
    "resolved": (N_("answered"), "good"),
    "withdrawn": (N_("withdrawn"), "quiet"),
}
OFFER_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "proposed": (N_("waits for a second person"), "warn"),
    "open": (N_("open"), "info"),
    "accepted": (N_("accepted"), "good"),
    "refused": (N_("refused by the applicant"), "bad"),
    "withdrawn": (N_("withdrawn"), "quiet"),
    "expired": (N_("expired"), "quiet"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A chart and the table behind it."""

    chart: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """An assessment as it is drawn: by whichever way it came about."""

    outcome: str
    tone: Tone
    score: int
    grade: str
    probability_of_default: float
    cutoffs: Cutoffs
    product: Product
    weights: Sequence[tuple[str, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What has happened with one applicant."""

    decisions: Sequence[DecisionRecord]
    reviews: Sequence[Review] = ()
    overrides: Sequence[Override] = ()
    offers: Sequence[Offer] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, product: str) -> str:
        """Return what a product is called."""
        return self.titles.get(product, product)


def tabs_of(viewer: Viewer, record: Record, here: str, product: str | None) -> list[Tab]:
    """Return the views of one applicant that the viewer may open."""
    _ = viewer.language.gettext
    query = f"?product={product}" if product else ""
    base = f"/applicants/{record.id}"
    tabs = [
        ("card", _("Overview"), f"{base}{query}", None),
        ("profile", _("Profile"), f"{base}/profile{query}", None),
        ("what-if", _("What if"), f"{base}/what-if{query}", None),
        ("offers", _("Offers"), f"{base}/offers", "offers:read"),
        ("accounts", _("Accounts"), f"{base}/accounts", "accounts:read"),
        ("notes", _("Notes"), f"{base}/notes", "notes:read"),
    ]
    return [
        Tab(title=title, href=href, here=name == here)
        for name, title, href, permission in tabs
        if permission is None or viewer.can(permission)
    ]


def contacts_of(record: Record, who: Who, language: Language) -> list[tuple[str, str]]:
    """Return who the applicant is, as labels and texts."""
    _, contacts = language.gettext, record.contacts
    born = contacts.date_of_birth
    verified = record.verified_at
    pairs = [
        (_("Telephone"), contacts.phone),
        (_("E-mail"), contacts.email),
        (_("Address"), contacts.address),
        (_("Date of birth"), None if born is None else language.day(born)),
        (_("Language"), {"en": "English", "ru": "Русский"}.get(record.language or "")),
        (_("Manager"), who.name(record.manager_id) if record.manager_id else _("Nobody")),
        (
            _("Document verified"),
            _("No") if verified is None else short_day(verified.date(), language),
        ),
        (_("Added"), short_day(record.created_at.date(), language)),
    ]
    return [(label, text or "—") for label, text in pairs]


def assessed_of(stored: DecisionRecord, product: Product, cutoffs: Cutoffs) -> Assessed:
    """Return a recorded decision as it is drawn."""
    told = msgspec.json.decode(stored.reply)["decision"]
    return Assessed(
        outcome=stored.outcome,
        tone=OUTCOMES[stored.outcome][1],
        score=stored.score,
        grade=stored.grade,
        probability_of_default=stored.probability_of_default,
        cutoffs=cutoffs,
        product=product,
        weights=[(one["feature"], one["contribution"]) for one in told["contributions"]],
    )


def draw_gauge(one: Assessed, language: Language) -> Drawn:
    """Draw where a score stands against the cut-offs, and the PD that it means."""
    _ = language.gettext
    low = min(one.cutoffs.refer_from - MARGIN, one.score)
    high = max(one.cutoffs.approve_from + MARGIN, one.score + 1)
    refer, approve = one.cutoffs.refer_from, one.cutoffs.approve_from
    bands = [
        Band(label=_("Decline"), start=low, end=refer, tone="riskier"),
        Band(label=_("Refer"), start=refer, end=approve, tone="between"),
        Band(label=_("Approve"), start=approve, end=high, tone="safer"),
    ]
    pd = _("PD %(share)s") % {"share": language.percent(one.probability_of_default, 2)}
    pointer = f"{language.number(one.score)} · {pd}"
    return Drawn(
        chart=gauge(
            one.score,
            bands=[band for band in bands if band.end > band.start],
            labels=gauge_labels(language, pointer),
            pointer=pointer,
        ),
        headers=(_("Outcome"), _("Score"), _("PD")),
        rows=[
            (
                _("Approve"),
                _("from %(score)s") % {"score": language.number(approve)},
                _("up to %(share)s") % {"share": _pd(approve, one.product, language)},
            ),
            (
                _("Refer"),
                _("from %(score)s") % {"score": language.number(refer)},
                _("up to %(share)s") % {"share": _pd(refer, one.product, language)},
            ),
            (
                _("This applicant"),
                language.number(one.score),
                language.percent(one.probability_of_default, 2),
            ),
        ],
    )


def draw_contributions(one: Assessed, language: Language) -> Drawn:
    """Draw what raised and what lowered the risk, the heaviest first."""
    _ = language.gettext
    heaviest = sorted(one.weights, key=lambda pair: -abs(pair[1]))
    named = [(_title(one.product, name, language), weight) for name, weight in heaviest]
    return Drawn(
        chart=bars(
            [Contribution(label=title, value=weight) for title, weight in named[:MOST_DRAWN]],
            labels=contribution_labels(language),
        ),
        headers=(_("Feature"), _("Weight in log-odds")),
        rows=[(title, language.decimal(weight, 3)) for title, weight in named],
    )


def kpis_of(one: Assessed, standing: str | None, language: Language) -> list[Kpi]:
    """Return an assessment at a glance; `standing` is a person's word, where there is one."""
    _ = language.gettext
    title, tone = OUTCOMES[standing or one.outcome]
    return [
        Kpi(
            label=_("Outcome"),
            value=_(title),
            delta=_("by a person") if standing and standing != one.outcome else "",
            tone=tone,
        ),
        Kpi(
            label=_("Probability of default"), value=language.percent(one.probability_of_default, 2)
        ),
        Kpi(label=_("Score"), value=language.number(one.score)),
        Kpi(label=_("Grade"), value=one.grade),
    ]


def reasons_of(stored: DecisionRecord, language: Language) -> list[str]:
    """Return why a decision is what it is."""
    told = msgspec.json.decode(stored.reply)["decision"]["reasons"]
    return [one["text"].get(language.code, one["text"]["en"]) for one in told]


def timeline_of(past: Past, who: Who, language: Language) -> list[Happening]:
    """Return what has happened, the newest first."""
    told = [
        *_decided(past, language),
        *_reviewed(past.reviews, who, language),
        *_overridden(past.overrides, who, language),
        *_offered(past.offers, who, language),
    ]
    told.sort(key=lambda pair: pair[0], reverse=True)
    return [happening for _, happening in told[:MOST_TOLD]]


def _decided(past: Past, language: Language) -> Iterator[tuple[datetime, Happening]]:
    _ = language.gettext
    for one in past.decisions:
        title, tone = OUTCOMES[one.outcome]
        text = _("Score %(score)s, grade %(grade)s, PD %(share)s") % {
            "score": language.number(one.score),
            "grade": one.grade,
            "share": language.percent(one.probability_of_default, 2),
        }
        yield (
            one.decided_at,
            Happening(
                when=language.moment(one.decided_at),
                title=f"{_(title)} · {past.title(one.product)}",
                text=text,
                tone=tone,
                href=f"/applicants/{one.applicant_id}?decision={one.id}",
            ),
        )


def _reviewed(
    reviews: Iterable[Review], who: Who, language: Language
) -> Iterator[tuple[datetime, Happening]]:
    for one in reviews:
        state, tone = REVIEW_STATES[str(one.state)]
        words = [text for text in (one.reason, one.answer) if text]
        moment = one.resolved_at or one.opened_at
        by = who.name(one.resolved_by or one.opened_by)
        yield (
            moment,
            Happening(
                when=f"{language.moment(moment)} · {by}",
                title=f"{language.gettext(REVIEW_KINDS[str(one.kind)])}: {language.gettext(state)}",
                text=" — ".join(words),
                tone=tone,
                href=f"/reviews/{one.id}",
            ),
        )


def _overridden(
    overrides: Iterable[Override], who: Who, language: Language
) -> Iterator[tuple[datetime, Happening]]:
    _ = language.gettext
    for one in overrides:
        title, tone = OUTCOMES[one.outcome]
        yield (
            one.made_at,
            Happening(
                when=f"{language.moment(one.made_at)} · {who.name(one.made_by)}",
                title=_("A person decided otherwise: %(outcome)s") % {"outcome": _(title)},
                text=_("Before: %(outcome)s") % {"outcome": _(OUTCOMES[one.before][0])},
                tone=tone,
            ),
        )


def _offered(
    offers: Iterable[Offer], who: Who, language: Language
) -> Iterator[tuple[datetime, Happening]]:
    _ = language.gettext
    for one in offers:
        state, tone = OFFER_STATES[str(one.state)]
        yield (
            one.made_at,
            Happening(
                when=f"{language.moment(one.made_at)} · {who.name(one.made_by)}",
                title=_("Offer: %(state)s") % {"state": _(state)},
                text=describe_offer(one, language),
                tone=tone,
                href=f"/applicants/{one.applicant_id}/offers",
            ),
        )


def describe_offer(one: Offer, language: Language) -> str:
    """Return the terms of an offer in a line."""
    return language.gettext("%(amount)s over %(months)s months at %(rate)s a year") % {
        "amount": language.minor(one.amount, one.currency),
        "months": language.number(one.term_months),
        "rate": language.percent(one.annual_rate_bp / 10_000, 2),
    }


def _title(product: Product, name: str, language: Language) -> str:
    known = product.features.get(name)
    return name if known is None else known.title.in_language(language.code)


def _pd(score: int, product: Product, language: Language) -> str:
    """Return the PD that a score means on the scale of the product."""
    scale: Mapping[str, Any] = product.scale
    good = scale["anchor_odds"] * 2 ** ((score - scale["anchor_score"]) / scale["pdo"])
    return language.percent(1 / (1 + good), 2)
