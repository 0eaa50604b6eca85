"""The list of models: the inventory, filtered and grouped by what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loanwright.service.inventory.schemas import Entry
from loanwright.service.web.analyst.model_view import SHORT, STATES, TIERS, said
from loanwright.service.web.languages import Language
from loanwright.service.web.listing import Listing
from loanwright.service.web.parts import Kpi, Tone

ORDER = ("champion", "challenger", "candidate", "retired")


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelLine:
    """One model of the list."""

    entry: Entry
    short: str
    state: tuple[str, Tone]
    tier: tuple[str, Tone]
    since: str
    share: str
    open_findings: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The models of one product and segment, the one that decides first."""

    title: str
    lines: list[ModelLine]


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelsPage:
    """What the list shows, and by what it may be filtered."""

    kpis: list[Kpi]
    groups: list[Group]
    products: list[tuple[str, str]]
    segments: list[tuple[str, str]]
    states: list[tuple[str, str]]


def present_inventory(entries: Sequence[Entry], listing: Listing, language: Language) -> ModelsPage:
    """Return the models that the filters leave, in groups."""
    _ = language.gettext
    wanted = [one for one in entries if _passes(one, listing)]
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for one in sorted(wanted, key=lambda entry: (entry.model.product, entry.model.segment)):
        grouped.setdefault((one.model.product, one.model.segment), []).append(one)
    everything = (("", _("All")),)
    products = sorted({one.model.product for one in entries})
    segments = sorted({one.model.segment for one in entries})
    return ModelsPage(
        kpis=_kpis(entries, language),
        groups=[
            Group(
                title=f"{product} · {segment}",
                lines=[_line(one, language) for one in sorted(several, key=_rank)],
            )
            for (product, segment), several in grouped.items()
        ],
        products=[*everything, *((one, one) for one in products)],
        segments=[*everything, *((one, one) for one in segments)],
        states=[*everything, *((one, _(STATES[one][0])) for one in ORDER)],
    )


def _passes(entry: Entry, listing: Listing) -> bool:
    model = entry.model
    known = {"product": model.product, "segment": model.segment, "state": str(model.state)}
    return all(known[name] == value for name, value in listing.filters.items())


def _rank(entry: Entry) -> tuple[int, float]:
    return ORDER.index(str(entry.model.state)), -entry.model.since.timestamp()


def _line(entry: Entry, language: Language) -> ModelLine:
    model = entry.model
    return ModelLine(
        entry=entry,
        short=model.hash[:SHORT],
        state=said(STATES[str(model.state)], language),
        tier=said(TIERS[str(entry.tier)], language),
        since=language.moment(model.since),
        share=language.percent(entry.share, 0) if entry.decisions else "–",
        open_findings=len(entry.findings),
    )


def _kpis(entries: Sequence[Entry], language: Language) -> list[Kpi]:
    _ = language.gettext
    states = [str(one.model.state) for one in entries]
    still_open = sum(len(one.findings) for one in entries)
    return [
        Kpi(label=_("Champions"), value=language.number(states.count("champion"))),
        Kpi(label=_("Challengers"), value=language.number(states.count("challenger"))),
        Kpi(label=_("Candidates"), value=language.number(states.count("candidate"))),
        Kpi(label=_("Open findings"), value=language.number(still_open)),
    ]
