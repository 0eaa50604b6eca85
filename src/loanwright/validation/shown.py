"""How the values of a full report are written for people, in either language."""

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from loanwright.charts.canvas import Labels
from loanwright.charts.canvas import Table as Drawn
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.validation.words import LanguageUnknown

LANGUAGES = ("en", "ru")
# The point of a number such as 0.05, but not of a version or a dotted name.
_DECIMAL = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?!\.?\w)")

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "report": {"en": "Validation report", "ru": "Отчёт о валидации"},
        "contents": {"en": "Contents", "ru": "Содержание"},
        "summary": {"en": "Summary", "ru": "Сводка"},
        "findings": {"en": "Findings", "ru": "Замечания"},
        "no_findings": {"en": "No finding.", "ru": "Замечаний нет."},
        "figure": {"en": "Figure", "ru": "Показатель"},
        "value": {"en": "Value and 95% interval", "ru": "Значение и 95%-й интервал"},
        "threshold": {"en": "Demand", "ru": "Требование"},
        "result": {"en": "Result", "ru": "Итог"},
        "made_by": {"en": "Made by", "ru": "Вычислено функцией"},
        "ok": {"en": "ok", "ru": "в порядке"},
        "attention": {"en": "attention", "ru": "внимание"},
        "breach": {"en": "breach", "ru": "нарушение"},
        "not_available": {"en": "no data", "ru": "нет данных"},
        "numbers": {"en": "The numbers behind this chart", "ru": "Числа за этим графиком"},
        "language": {"en": "Language", "ru": "Язык"},
        "theme": {"en": "Theme", "ru": "Тема"},
        "auto": {"en": "as the system", "ru": "как в системе"},
        "light": {"en": "light", "ru": "светлая"},
        "dark": {"en": "dark", "ru": "тёмная"},
        "judged": {"en": "judged sample", "ru": "проверочная выборка"},
        "rows": {"en": "rows", "ru": "строк"},
        "defaults": {"en": "defaults", "ru": "дефолтов"},
        "date": {"en": "date of the report", "ru": "дата отчёта"},
        "due": {"en": "due", "ru": "срок"},
        "chapter": {"en": "Chapter", "ru": "Глава"},
        "to": {"en": "to", "ru": "до"},
        "place": {"en": "Place", "ru": "Место"},
        "top": {"en": "Back to contents", "ru": "К содержанию"},
    }
)

SAMPLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "holdout": {"en": "holdout", "ru": "отложенная"},
        "out_of_time": {"en": "out of time", "ru": "вне времени"},
        "fresh": {"en": "fresh", "ru": "новая"},
    }
)


def check_language(language: str) -> str:
    """Return the language, or raise `LanguageUnknown`."""
    if language not in LANGUAGES:
        raise LanguageUnknown(language=language, known=", ".join(LANGUAGES))
    return language


def word(name: str, language: str) -> str:
    """Return a word of the report in this language."""
    return WORDS[name][language]


def in_words(value: Any, language: str) -> str:
    """Return a text that is plain or in both languages; None is a dash."""
    if isinstance(value, Mapping):
        found = str(value[language])
        return _DECIMAL.sub(r"\1,\2", found) if language == "ru" else found
    return "—" if value is None else str(value)


def written(value: Any, kind: str, language: str) -> str:
    r"""Return a number or words as a reader knows them.

    Examples
    --------
    >>> written(0.12345, "share", "en"), written(0.12345, "share", "ru")
    ('12.35%', '12,35\xa0%')
    >>> written(12345, "count", "en"), written(2.5e-7, "p_value", "en")
    ('12,345', '2.5e-07')
    """
    if value is None or isinstance(value, str | Mapping):
        return in_words(value, language)
    russian = language == "ru"
    if isinstance(value, int) and kind in ("count", "words", "number"):
        return f"{value:,}".replace(",", "\u202f" if russian else ",")
    if kind == "share":
        shown = f"{100 * value:.2f}".replace("-", "−")
        return f"{shown.replace('.', ',')}\u00a0%" if russian else f"{shown}%"
    shown = _number(float(value), kind)
    return shown.replace(".", ",") if russian else shown


def _number(value: float, kind: str) -> str:
    if kind == "count":
        return f"{value:g}"
    if kind == "p_value":
        if value == 0:
            return "< 0.0001"
        return f"{value:.4f}" if abs(value) >= 1e-4 else f"{value:.2g}"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}".replace(",", " ").replace("-", "−")
    return (f"{value:.2f}" if size >= 10 else f"{value:.4f}").replace("-", "−")


def interval(found: Mapping[str, Any], kind: str, language: str) -> str:
    """Return the ends of an interval, or nothing where there is none."""
    if found.get("lower") is None and found.get("upper") is None:
        return ""
    ends = (written(found.get(side), kind, language) for side in ("lower", "upper"))
    return " … ".join(ends)


def plot_labels(plot: Mapping[str, Any], language: str) -> Labels:
    """Return the words of a plot."""
    return Labels(**{key: in_words(plot[key], language)
                     for key in ("title", "description", "x", "y")})  # fmt: skip


def draw_plot(plot: Mapping[str, Any], language: str) -> str:
    """Return a plot as SVG text."""
    marks = [
        Mark(
            shape=one["shape"],
            label=in_words(one["label"], language),
            tone=one["tone"],
            **{key: one[key] for key in ("x", "y", "lower", "upper")},
        )
        for one in plot["series"]
    ]
    plane = Plane(
        marks=marks,
        percent=plot["percent"],
        names=[in_words(name, language) for name in plot["names"]],
        rows=[in_words(name, language) for name in plot["rows"]],
    )
    return draw(plane, labels=plot_labels(plot, language))


def plot_table(plot: Mapping[str, Any], language: str) -> Drawn:
    """Return the numbers behind a plot; long curves are thinned to about twenty points."""
    labels = plot_labels(plot, language)
    kind = "share" if "y" in plot["percent"] else "number"
    if plot["rows"]:
        return _heat_table(plot, labels, language)
    shown = [one for one in plot["series"] if one["shape"] != "dashed" or len(one["x"]) > 2]
    header = (labels.x, *(in_words(one["label"], language) for one in shown))
    longest = max((one["x"] for one in shown), key=len)
    step = max(1, len(longest) // 20)
    rows = tuple(
        (_place(plot, longest[at], language), *(_cell(one, at, kind, language) for one in shown))
        for at in range(0, len(longest), step)
    )
    return Drawn(caption=labels.title, header=header, rows=rows)


def _place(plot: Mapping[str, Any], x: float, language: str) -> str:
    if plot["names"]:
        return in_words(plot["names"][int(x)], language)
    return written(float(x), "share" if "x" in plot["percent"] else "number", language)


def _cell(one: Mapping[str, Any], at: int, kind: str, language: str) -> str:
    ends = interval(
        {side: one[side][at] if at < len(one[side]) else None for side in ("lower", "upper")},
        kind,
        language,
    )
    if at >= len(one["y"]):
        return ends or "—"
    value = written(one["y"][at], kind, language)
    return f"{value} ({ends})" if ends else value


def _heat_table(plot: Mapping[str, Any], labels: Labels, language: str) -> Drawn:
    names = [in_words(name, language) for name in plot["names"]]
    values: Sequence[float] = plot["series"][0]["y"]
    lines = zip_longest(*[iter(values)] * len(names))
    rows = tuple(
        (in_words(row, language), *(written(float(cell), "share", language) for cell in line))
        for row, line in zip(plot["rows"], lines, strict=True)
    )
    return Drawn(caption=labels.title, header=(labels.y, *names), rows=rows)
