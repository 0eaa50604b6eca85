"""Drift reports as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loanwright.drift.figures import bins_chart, bins_rows, history, history_chart, most_moved
from loanwright.drift.words import method_name, sample_name, words_in
from loanwright.features.product import Product
from loanwright.service.jobs.schemas import Job
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Kpi, Tone

Report = Mapping[str, Any]

#: Features that are shown with a row, and with a picture.
MOST_ROWS = 60
MOST_PICTURES = 6
STATES: Mapping[str, tuple[str, Tone]] = {
    "queued": (N_("waiting"), "quiet"),
    "running": (N_("running"), "info"),
    "done": (N_("done"), "good"),
    "failed": (N_("failed"), "bad"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A chart, and the table behind it."""

    title: str
    chart: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]


def segments_of(products: Mapping[str, Product], language: Language) -> list[tuple[str, str]]:
    """Return what reports can be about: product and segment, with their titles."""
    return [
        (
            f"{product.name}/{name}",
            f"{product.title.in_language(language.code)}: "
            f"{segment.title.in_language(language.code)}",
        )
        for product in products.values()
        for name, segment in product.segments.items()
    ]


def lines_of(jobs: Sequence[Job], language: Language) -> list[dict[str, Any]]:
    """Return the rows of the list of reports."""
    return [
        {
            "id": one.id,
            "when": language.moment(one.created_at),
            "state": language.gettext(STATES[str(one.state)][0]),
            "tone": STATES[str(one.state)][1],
        }
        for one in jobs
    ]


def subject_of(
    report: Report, products: Mapping[str, Product], language: Language
) -> tuple[str, str]:
    """Return the titles of the product and the segment; their names where there are none."""
    about = report["subject"]
    product = products.get(about["product"])
    if product is None:
        return str(about["product"] or "—"), str(about["segment"] or "—")
    segment = product.segments.get(about["segment"])
    titles = (product.title, None if segment is None else segment.title)
    said = [None if one is None else one.in_language(language.code) for one in titles]
    return str(said[0]), said[1] or str(about["segment"] or "—")


def kpis_of(report: Report, language: Language) -> list[Kpi]:
    """Return the figures at a glance: the last chunk beside the reference."""
    _ = language.gettext
    chunk, reference = report["chunks"][-1], report["reference"]
    count = len(report["alerts"])
    found = [
        Kpi(
            label=_("Alerts"),
            value=language.number(count),
            delta=_("beyond chance and large enough to matter") if count else _("nothing moved"),
            tone="warn" if count else "good",
        ),
        Kpi(
            label=_("Decisions in the last chunk"),
            value=language.number(chunk["rows"]),
            note=_("Reference: %(rows)s rows") % {"rows": language.number(reference["rows"])},
        ),
    ]
    for key, label in (
        ("probability_of_default", _("Mean probability of default")),
        ("approval_rate", _("Approved by score")),
    ):
        if chunk[key] is not None:
            note = ""
            if reference[key] is not None:
                note = _("Reference: %(share)s") % {"share": language.percent(reference[key])}
            found.append(Kpi(label=label, value=language.percent(chunk[key]), note=note))
    return found


def alerts_of(report: Report, language: Language) -> list[list[str]]:
    """Return the rows of the alerts, the newest chunk first."""
    word, titles = words_in(language.code), _titles(report, language.code)
    return [
        [
            titles.get(one["feature"], one["feature"]),
            one["chunk"],
            method_name(one["method"], word),
            language.decimal(one["value"], 3),
            "—" if one["critical"] is None else language.decimal(one["critical"], 3),
            *effect_of(one["effect"], language),
        ]
        for one in reversed(report["alerts"][-MOST_ROWS:])
    ]


def ranked_of(report: Report, language: Language) -> list[dict[str, Any]]:
    """Return the features of the last chunk, by what their drift did."""
    chunk = report["chunks"][-1]
    found = [*([chunk["score"]] if chunk["score"] else []), *chunk["features"]]
    return [
        {
            "title": one["title"][language.code],
            "moved": bool(one["alerts"]),
            "cells": [
                _measure(one, "psi", language),
                _critical(one, language),
                *effect_of(one["effect"], language),
                f"{language.percent(one['missing'][0])} → {language.percent(one['missing'][1])}",
                _measure(one, "ks", language),
                _measure(one, "wasserstein", language),
            ],
        }
        for one in found[:MOST_ROWS]
    ]


def pictures_of(report: Report, language: Language) -> list[Drawing]:
    """Return bins of the features whose drift did most."""
    word, chunk = words_in(language.code), report["chunks"][-1]
    found = [*([chunk["score"]] if chunk["score"] else []), *chunk["features"]]
    return [
        Drawing(
            title=one["title"][language.code],
            chart=bins_chart(one, chunk["name"], word, language.code),
            headers=(word["bin"], word["reference"], chunk["name"]),
            rows=[
                (label, language.percent(before), language.percent(after))
                for label, before, after in bins_rows(one)
            ],
        )
        for one in found[:MOST_PICTURES]
    ]


def history_of(report: Report, language: Language) -> Drawing | None:
    """Return PSI over the chunks; None where there is but one."""
    if len(report["chunks"]) < 2:
        return None
    word, titles = words_in(language.code), _titles(report, language.code)
    names = [name for name, _ in most_moved(report)]
    columns = {name: history(report, name) for name in names}
    return Drawing(
        title=word["over_time"],
        chart=history_chart(report, word, language.code),
        headers=(word["chunk"], *(titles.get(name, name) for name in names)),
        rows=[
            (chunk["name"], *(_decimal(columns[name][place], language) for name in names))
            for place, chunk in enumerate(report["chunks"])
        ],
    )


def reference_name(report: Report, language: Language) -> str:
    """Return what to call the reference."""
    return sample_name(report["reference"]["name"], words_in(language.code))


def effect_of(effect: Report | None, language: Language) -> tuple[str, str]:
    """Return by how much PD and approvals moved with a feature."""
    if effect is None:
        return "—", "—"
    approvals = effect["approvals"]
    return _signed(effect["probability"], language), (
        "—" if approvals is None else _signed(approvals, language)
    )


def _signed(share: float, language: Language) -> str:
    text = language.percent(share, 2)
    return f"+{text}" if share > 0 else text


def _measure(one: Report, method: str, language: Language) -> str:
    found = one["measures"].get(method)
    return "—" if found is None else language.decimal(found["value"], 3)


def _critical(one: Report, language: Language) -> str:
    found = one["measures"].get("psi")
    return _decimal(None if found is None else found["critical"], language)


def _decimal(value: float | None, language: Language) -> str:
    return "—" if value is None else language.decimal(value, 3)


def _titles(report: Report, code: str) -> dict[str, str]:
    found = {"score": words_in(code)["score"]}
    for chunk in report["chunks"]:
        found |= {one["feature"]: one["title"][code] for one in chunk["features"]}
    return found
