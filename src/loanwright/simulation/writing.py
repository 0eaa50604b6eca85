"""A simulation as JSON, or as a table of one line for each version and group."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from loanwright.simulation.figures import Figures
from loanwright.simulation.result import Simulation

FIGURES: Final = (
    "version",
    "column",
    "value",
    "applications",
    "approved",
    "referred",
    "declined",
    "approval_rate",
    "expected_bad_rate",
    "known",
    "observed_bad_rate",
    "observed_lower",
    "observed_upper",
    "range_lower",
    "range_upper",
    "range_least",
    "range_most",
    "lent",
    "net_interest_income",
    "cost_of_risk",
    "costs",
    "profit",
)


def as_json(simulation: Simulation) -> str:
    """Return everything as JSON."""
    return json.dumps(simulation.to_mapping(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_csv(simulation: Simulation) -> str:
    """Return the figures of every version and group as CSV, without curves and swap sets."""
    out = io.StringIO()
    table = csv.DictWriter(out, fieldnames=FIGURES, lineterminator="\n")
    table.writeheader()
    table.writerows(rows(simulation))
    return out.getvalue()


def rows(simulation: Simulation) -> Iterator[dict[str, Any]]:
    """Return one line for each version, and for each of its groups."""
    for version in simulation.versions:
        yield {"version": version.name, "column": "", "value": "", **_flat(version.figures)}
        for group in version.groups:
            named = {"version": version.name, "column": group.column, "value": group.value}
            yield {**named, **_flat(group.figures)}


def _flat(figures: Figures) -> dict[str, Any]:
    found: dict[str, Any] = {
        "applications": figures.applications,
        "approved": figures.outcomes["approve"],
        "referred": figures.outcomes["refer"],
        "declined": figures.outcomes["decline"],
    }
    if figures.rates:
        found["approval_rate"] = round(figures.rates["approve"].value, 6)
    return {**found, **_risk(figures), **_money(figures)}


def _risk(figures: Figures) -> Mapping[str, Any]:
    rates = figures.bad_rates
    if rates is None:
        return {}
    found: dict[str, Any] = {
        "expected_bad_rate": round(rates.expected.value, 6),
        "known": rates.known,
    }
    if rates.observed is not None:
        ends = ("value", "lower", "upper")
        names = ("observed_bad_rate", "observed_lower", "observed_upper")
        pairs = zip(names, ends, strict=True)
        found |= {name: round(getattr(rates.observed, end), 6) for name, end in pairs}
    if rates.range is not None:
        told = rates.range.to_mapping()
        found |= {f"range_{end}": told[end] for end in ("lower", "upper", "least", "most")}
    return found


def _money(figures: Figures) -> Mapping[str, Any]:
    if figures.money is None:
        return {}
    named = ("lent", "net_interest_income", "cost_of_risk", "costs", "profit")
    return {name: getattr(figures.money, name) for name in named}
