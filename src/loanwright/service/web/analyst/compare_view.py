"""Two or more models side by side: figures with intervals, features, calibration, ROC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.service.registry.packages import Package
from loanwright.service.registry.schemas import Model
from loanwright.service.web.analyst.model_view import (
    FIGURES,
    SHORT,
    interval,
    judged_of,
    report_of,
    said,
)
from loanwright.service.web.languages import Language
from loanwright.service.web.parts import Tone

TONES: Final = ("accent", "riskier", "safer", "mark")
MOST: Final = len(TONES)
POINTS: Final = 21


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One figure of one model."""

    value: str
    interval: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One figure of every model; ``apart`` where their intervals do not meet."""

    title: str
    cells: list[Cell | None]
    apart: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureLine:
    """One feature and what it weighs in every model; None where it is not in it."""

    title: str
    weights: list[str | None]
    shared: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A drawing and the table behind it."""

    drawing: str
    headers: list[str]
    rows: list[list[str]]
    title: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of the models."""

    model: Model
    package: Package
    report: Mapping[str, Any] | None
    name: str
    state: tuple[str, Tone]


def name_of(model: Model) -> str:
    """Return what a model is called beside others."""
    return f"{model.family} {model.hash[:6]}"


def present_sides(
    pairs: Sequence[tuple[Model, Package]], states: Any, language: Language
) -> list[Side]:
    """Return the models that are compared."""
    return [
        Side(
            model=model,
            package=package,
            report=report_of(package),
            name=name_of(model),
            state=said(states[str(model.state)], language),
        )
        for model, package in pairs
    ]


def compare_figures(sides: Sequence[Side], language: Language) -> list[Line]:
    """Return the figures on the rows that each model had not seen."""
    lines = []
    for code, title, digits, _better in FIGURES:
        found = [_figure(one, code) for one in sides]
        cells = [
            None
            if one is None
            else Cell(
                value=language.decimal(one["value"], digits),
                interval=interval(one, language, digits),
            )
            for one in found
        ]
        lines.append(Line(title=language.gettext(title), cells=cells, apart=_apart(found)))
    return lines


def _figure(side: Side, code: str) -> Mapping[str, Any] | None:
    return None if side.report is None else judged_of(side.report).get(code)


def _apart(found: Sequence[Mapping[str, Any] | None]) -> bool:
    known = [one for one in found if one is not None]
    if len(known) < 2:
        return False
    return bool(max(one["lower"] for one in known) > min(one["upper"] for one in known))


def same_rows(sides: Sequence[Side]) -> bool:
    """Tell whether all were judged on the same rows: same sample, same seed, same split."""
    subjects = {
        (one.report["subject"]["facts"].get("sample"), one.report["subject"]["seed"])
        for one in sides
        if one.report is not None
    }
    return len(subjects) == 1


def compare_features(sides: Sequence[Side], language: Language) -> list[FeatureLine]:
    """Return every feature of any of the models, the weightiest first."""
    known: dict[str, dict[int, Mapping[str, Any]]] = {}
    for place, side in enumerate(sides):
        for one in (side.report or {}).get("features", ()):
            known.setdefault(one["name"], {})[place] = one
    lines = []
    for held in sorted(known.values(), key=_weight, reverse=True):
        any_of = next(iter(held.values()))
        weights = [
            language.percent(held[place]["importance"]) if place in held else None
            for place in range(len(sides))
        ]
        title = str(any_of["title"][language.code])
        lines.append(FeatureLine(title=title, weights=weights, shared=None not in weights))
    return lines


def _weight(held: Mapping[int, Mapping[str, Any]]) -> float:
    return max(float(one["importance"]) for one in held.values())


def draw_roc(sides: Sequence[Side], language: Language) -> Chart | None:
    """Return the ROC curves on common axes."""
    _ = language.gettext
    drawn = [one for one in sides if one.report is not None and "roc" in one.report]
    if not drawn:
        return None
    marks = [
        Mark(
            shape="line",
            label=one.name,
            tone=TONES[place],
            x=_thinned(_roc(one)["goods"]),
            y=_thinned(_roc(one)["bads"]),
        )
        for place, one in enumerate(drawn)
    ]
    labels = Labels(
        title=_("ROC curves"),
        description=_("Share of the bad ones found against the share of good ones refused."),
        x=_("Good ones refused"),
        y=_("Bad ones found"),
    )
    chance = Mark(shape="dashed", label=_("chance"), tone="muted", x=[0, 1], y=[0, 1])
    grid = [k / 10 for k in range(11)]
    return Chart(
        drawing=draw(Plane(marks=[chance, *marks], percent="xy"), labels=labels),
        title=labels.title,
        headers=[labels.x, *(one.name for one in drawn)],
        rows=[
            [language.percent(at, 0), *(language.percent(_read(_roc(one), at)) for one in drawn)]
            for at in grid
        ],
        note=labels.description,
    )


def draw_calibration(sides: Sequence[Side], language: Language) -> Chart | None:
    """Return what was stated and what was observed by grade, on common axes."""
    _ = language.gettext
    drawn = [one for one in sides if one.report is not None]
    if not drawn:
        return None
    marks = []
    for place, one in enumerate(drawn):
        grades = [grade for grade in _grades(one) if grade["count"]]
        rates = [grade["default_rate"] for grade in grades]
        marks.append(
            Mark(
                shape="points",
                label=one.name,
                tone=TONES[place],
                x=[float(grade["mean_probability"]) for grade in grades],
                y=[float(rate["value"]) for rate in rates],
                lower=[float(rate["lower"]) for rate in rates],
                upper=[float(rate["upper"]) for rate in rates],
            )
        )
    labels = Labels(
        title=_("Calibration by grade"),
        description=_("Stated and observed default rates; whiskers are 95% intervals."),
        x=_("Stated probability of default"),
        y=_("Observed default rate"),
    )
    top = min(1.0, max(max([*one.x, *one.upper], default=1.0) for one in marks))
    right = Mark(shape="dashed", label=_("as stated"), tone="muted", x=[0, top], y=[0, top])
    return Chart(
        drawing=draw(Plane(marks=[right, *marks], percent="xy"), labels=labels),
        title=labels.title,
        headers=[_("Model and grade"), _("Applicants"), _("Stated"), _("Observed")],
        rows=[_grade_row(one, grade, language) for one in drawn for grade in _grades(one)],
        note=labels.description,
    )


def _grade_row(side: Side, grade: Mapping[str, Any], language: Language) -> list[str]:
    stated = grade["mean_probability"] if grade["count"] else None
    observed = grade["default_rate"]["value"] if grade["count"] else None
    return [
        f"{side.name} {grade['name']}",
        language.number(grade["count"]),
        "–" if stated is None else language.percent(stated),
        "–" if observed is None else language.percent(observed),
    ]


def _grades(side: Side) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = (side.report or {}).get("grades", ())
    return found


def _roc(side: Side) -> Mapping[str, Sequence[float]]:
    found: Mapping[str, Sequence[float]] = (side.report or {})["roc"]
    return found


def _thinned(values: Sequence[float]) -> list[float]:
    step = max(1, (len(values) - 1) // (POINTS * 2))
    return [*values[:-1:step], values[-1]]


def _read(roc: Mapping[str, Sequence[float]], at: float) -> float:
    """Return the share of bads where this share of goods is refused."""
    found = [bad for good, bad in zip(roc["goods"], roc["bads"], strict=True) if good <= at]
    return max(found, default=0.0)


def differences(sides: Sequence[Side], language: Language) -> list[list[str]]:
    """Return what the models were made of, where it is not the same for all."""
    _ = language.gettext
    told = {
        _("Family"): [one.model.family for one in sides],
        _("Features"): [language.number(len(one.package.features)) for one in sides],
        _("Seed"): [str(one.package.manifest.get("seed", "–")) for one in sides],
        _("Sample"): [_hash(one, "sample") for one in sides],
        _("Product file"): [_hash(one, "product") for one in sides],
        _("Calibration"): [_method(one) for one in sides],
    }
    return [[name, *values] for name, values in told.items() if len(set(values)) > 1]


def _hash(side: Side, what: str) -> str:
    found = side.package.manifest.get(what, {})
    return str(found.get("hash", "–"))[:SHORT] if isinstance(found, Mapping) else "–"


def _method(side: Side) -> str:
    return str((side.report or {}).get("calibration", {}).get("method", "–"))
