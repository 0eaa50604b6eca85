"""Everything that the page of one model shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from loanwright.service.inventory.schemas import Tier, tier_of
from loanwright.service.inventory.service import Inventory
from loanwright.service.registry.packages import Package
from loanwright.service.registry.schemas import Model, State
from loanwright.service.registry.service import ALLOWED
from loanwright.service.web.analyst.model_view import (
    SEVERITIES,
    SHORT,
    STATES,
    TIERS,
    CheckLine,
    FindingLine,
    Names,
    find_package,
    present_checks,
    present_figures,
    present_findings,
    present_life,
    report_of,
    rows_of,
    said,
    title_of,
)
from loanwright.service.web.languages import Language
from loanwright.service.web.parts import Happening, Kpi, Tone


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelPage:
    """One model as its page shows it."""

    model: Model
    short: str
    title: str
    state: tuple[str, Tone]
    tier: tuple[str, Tone]
    broken: str
    kpis: list[Kpi]
    rows: tuple[int, float] | None
    checks: list[CheckLine]
    stopped: bool
    life: list[Happening]
    findings: list[FindingLine]
    severities: list[tuple[str, str]]
    features: list[list[str]]
    may_become: list[str]
    rival: Model | None
    facts: list[tuple[str, str]]
    files: list[str]

    @property
    def scorecard(self) -> bool:
        """Tell whether its bins can be laid on the bench."""
        return self.model.family == "scorecard" and not self.broken


def present_model(
    inventory: Inventory, model_hash: str, names: Names, language: Language, today: date
) -> ModelPage:
    """Return what the page of a model shows; one whose package is broken is shown as well."""
    registry = inventory.registry
    model = registry.get(model_hash)
    package, broken = find_package(registry.open, model)
    report = None if package is None else report_of(package)
    checks = () if package is None else registry.inspect(model_hash)
    lines = present_checks(checks, report, language)
    live = registry.live().get((model.product, model.segment))
    return ModelPage(
        model=model,
        short=model.hash[:SHORT],
        title=title_of(model, package, language),
        state=said(STATES[str(model.state)], language),
        tier=said(TIERS[str(_tier(inventory, model))], language),
        broken=broken,
        kpis=present_figures(report, language),
        rows=rows_of(report),
        checks=lines,
        stopped=any(one.stops for one in lines),
        life=present_life(registry.list_transitions(model_hash), names, language),
        findings=present_findings(inventory.list_findings(model_hash), names, language, today),
        severities=[(code, language.gettext(word)) for code, (word, _) in SEVERITIES.items()],
        features=_features(report, language),
        may_become=[str(one) for one in sorted(ALLOWED[model.state])] if package else [],
        rival=live if live is not None and live.hash != model.hash else None,
        facts=_facts(model, package, language),
        files=[] if package is None else _files(package),
    )


def _tier(inventory: Inventory, model: Model) -> Tier:
    for entry in inventory.list_entries():
        if entry.model.hash == model.hash:
            return entry.tier
    return tier_of(State(model.state), model.family, 0.0)


def _files(package: Package) -> list[str]:
    return [name for name in ("report.html", "card.md") if (package.path / name).is_file()]


def _features(report: Mapping[str, Any] | None, language: Language) -> list[list[str]]:
    known = (report or {}).get("features", ())
    return [
        [
            str(one["title"][language.code]),
            language.percent(one["importance"]),
            language.decimal(one["information_value"]["value"], 3),
            language.percent(one["missing"]),
        ]
        for one in sorted(known, key=lambda feature: -feature["importance"])
    ]


def _facts(model: Model, package: Package | None, language: Language) -> list[tuple[str, str]]:
    _ = language.gettext
    facts = [
        (_("Product"), model.product),
        (_("Segment"), model.segment),
        (_("Family"), model.family),
        (_("Registered"), language.moment(model.registered_at)),
        (_("Hash"), model.hash),
    ]
    if package is None:
        return facts
    sample = package.manifest.get("sample", {})
    if isinstance(sample, dict) and "rows" in sample:
        facts.append((_("Rows of the sample"), language.number(sample["rows"])))
    facts.append((_("Features"), language.number(len(package.features))))
    return facts
