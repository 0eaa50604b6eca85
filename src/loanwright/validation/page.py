"""The full report as one HTML page that needs nothing else: both languages, no script."""

from collections.abc import Mapping
from html import escape
from typing import Any

from loanwright.validation.page_style import PAGE_STYLE
from loanwright.validation.shown import (
    LANGUAGES,
    SAMPLES,
    check_language,
    draw_plot,
    in_words,
    interval,
    plot_table,
    word,
    written,
)

_Report = Mapping[str, Any]


def render_full(report: _Report, *, language: str = "en") -> str:
    """Return the report in both languages as one page; a switch without script shows either.

    Parameters
    ----------
    report
        What `loanwright.validation.full.assemble_report` returned.
    language
        Which one is shown first: "en" or "ru".

    Raises
    ------
    LanguageUnknown
        Where there are no words in this language.
    """
    first = check_language(language)
    title = in_words(report["subject"]["title"], first)
    bodies = "".join(_body(report, one) for one in LANGUAGES)
    return (
        f'<!doctype html>\n<html lang="{first}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(word('report', first))}: {escape(title)}</title>"
        f"<style>{PAGE_STYLE}</style></head><body>{_switches(first)}{bodies}</body></html>\n"
    )


def _switches(first: str) -> str:
    """Return the switches: plain radio buttons that the style sheet looks at."""
    names = {"en": "English", "ru": "Русский"}
    languages = "".join(
        _radio("language", one, f"language-{one}", f'<span lang="{one}">{names[one]}</span>',
               chosen=one == first)
        for one in LANGUAGES
    )  # fmt: skip
    themes = "".join(
        _radio("theme", one, f"theme-{one}", _both(one), chosen=one == "auto")
        for one in ("auto", "light", "dark")
    )
    return (
        '<div class="switches" role="region" aria-label="Language · Язык">'
        f"<fieldset><legend>{_both('language')}</legend>"
        f"{languages}</fieldset>"
        f"<fieldset><legend>{_both('theme')}</legend>{themes}</fieldset></div>"
    )


def _both(name: str) -> str:
    return "".join(
        f'<span class="in-{one}" lang="{one}">{escape(word(name, one))}</span>' for one in LANGUAGES
    )


def _radio(group: str, value: str, identity: str, label: str, *, chosen: bool) -> str:
    checked = " checked" if chosen else ""
    return (
        f'<label><input type="radio" name="{group}" value="{value}" id="{identity}"{checked}>'
        f"{label}</label>"
    )


def _body(report: _Report, language: str) -> str:
    chapters = "".join(_chapter(chapter, language) for chapter in report["chapters"])
    return (
        f'<div class="report in-{language}" lang="{language}">{_head(report, language)}'
        f'<div class="columns">{_contents(report, language)}'
        f"<main>{_summary(report, language)}{chapters}</main></div></div>"
    )


def _head(report: _Report, language: str) -> str:
    subject = report["subject"]
    judged = SAMPLES.get(report["judged"], {}).get(language, report["judged"])
    facts = [
        f"{word('judged', language)}: {judged}, {written(subject['rows'], 'count', language)} "
        f"{word('rows', language)}, {written(subject['defaults'], 'count', language)} "
        f"{word('defaults', language)}",
    ]
    if report["report_date"]:
        facts.append(f"{word('date', language)}: {report['report_date']}")
    kind = f"{word('report', language)} · {subject['family']} · {subject['segment']}"
    return (
        f"<header><p class=kind>{escape(kind)}</p>"
        f"<h1>{escape(in_words(subject['title'], language))}</h1>"
        f"<p>{escape(' · '.join(facts))}</p></header>"
    )


def _contents(report: _Report, language: str) -> str:
    rows = "".join(
        f'<li><a href="#{language}-{one["number"]}"><span class="number">{one["number"]}</span> '
        f"{escape(in_words(one['title'], language))}</a>{_dot(one['result'], language)}</li>"
        for one in report["chapters"]
    )
    name = word("contents", language)
    return (
        f'<nav id="{language}-contents" aria-label="{escape(name)}"><details open><summary>'
        f"{escape(name)}</summary><ol>{rows}</ol></details></nav>"
    )


def _dot(result: str, language: str) -> str:
    return f'<span class="dot {result}" title="{escape(word(result, language))}"></span>'


def _pill(result: str, language: str) -> str:
    return f'<span class="pill {result}">{escape(word(result, language))}</span>'


def _summary(report: _Report, language: str) -> str:
    counts = "".join(
        f'<li class="{result}"><b>{report["counts"][result]}</b> {escape(word(result, language))}'
        "</li>"
        for result in ("breach", "attention", "ok", "not_available")
    )
    findings = "".join(_finding(one, language) for one in report["findings"])
    listed = (
        f'<ul class="findings">{findings}</ul>'
        if findings
        else f"<p>{escape(word('no_findings', language))}</p>"
    )
    return (
        f"<section><h2>{escape(word('summary', language))}</h2>"
        f'<ul class="counts">{counts}</ul><h3>{escape(word("findings", language))}</h3>{listed}'
        "</section>"
    )


def _finding(one: Mapping[str, Any], language: str) -> str:
    result = "breach" if one["severity"] == "high" else "attention"
    due = f" · {word('due', language)} {one['due']}" if one["due"] else ""
    found = written(one["found"], one["kind"], language)
    return (
        f"<li>{_pill(result, language)} <a href=#{language}-{one['chapter']}>"
        f"{escape(in_words(one['title'], language))}</a>: {escape(found)}"
        f"<small>{escape(in_words(one['threshold'], language) + due)}</small></li>"
    )


def _chapter(chapter: Mapping[str, Any], language: str) -> str:
    parts = [_figures(chapter, language)]
    if chapter["plots"]:
        plots = "".join(_plot(plot, language) for plot in chapter["plots"])
        parts.append(f'<div class="plots">{plots}</div>')
    parts += [_table(table, language) for table in chapter["tables"] if table["rows"]]
    notes = "".join(f"<li>{escape(in_words(note, language))}</li>" for note in chapter["notes"])
    if notes:
        parts.append(f'<ul class="notes">{notes}</ul>')
    return (
        f'<section id="{language}-{chapter["number"]}"><h2><span class="number">'
        f"{chapter['number']}</span> {escape(in_words(chapter['title'], language))} "
        f"{_pill(chapter['result'], language)}</h2>"
        f"<p>{escape(in_words(chapter['about'], language))}</p>{''.join(parts)}"
        f'<p class="top"><a href="#{language}-contents">{escape(word("top", language))}</a></p>'
        "</section>"
    )


def _figures(chapter: Mapping[str, Any], language: str) -> str:
    if not chapter["figures"]:
        return ""
    head = "".join(
        f'<th scope="col">{escape(word(name, language))}</th>'
        for name in ("figure", "value", "threshold", "result")
    )
    rows = "".join(_figure(figure, language) for figure in chapter["figures"])
    return _scroll(
        f'<table class="figures"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
        in_words(chapter["title"], language),
    )


def _figure(figure: Mapping[str, Any], language: str) -> str:
    ends = interval(figure, figure["kind"], language)
    small = f"<small>{escape(ends)}</small>" if ends else ""
    remark = figure["remark"]
    said = f"<small>{escape(in_words(remark, language))}</small>" if remark else ""
    value = "" if figure["result"] == "not_available" else written(
        figure["value"], figure["kind"], language
    )  # fmt: skip
    cells = (
        f'<th scope="row">{escape(in_words(figure["title"], language))}'
        f"<code>{escape(figure['made_by'])}</code></th>",
        f"<td>{escape(value)}{small}{said}</td>",
        f"<td>{escape(in_words(figure['threshold'], language))}</td>",
        f"<td>{_pill(figure['result'], language)}</td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _scroll(content: str, name: str) -> str:
    # A wide table scrolls on its own, and a keyboard must be able to reach it.
    region = f'class="scroll" tabindex="0" role="region" aria-label="{escape(name)}"'
    return f"<div {region}>{content}</div>"


def _plot(plot: Mapping[str, Any], language: str) -> str:
    drawing = draw_plot(plot, language)
    numbers = plot_table(plot, language)
    return (
        f"<figure><figcaption>{escape(in_words(plot['title'], language))}</figcaption>{drawing}"
        f"<details><summary>{escape(word('numbers', language))}</summary>"
        f"{_scroll(numbers.to_html(), numbers.caption)}</details></figure>"
    )


def _table(table: Mapping[str, Any], language: str) -> str:
    kinds = [column["kind"] for column in table["columns"]]
    head = "".join(
        f'<th scope="col"{_class(one["kind"])}>{escape(in_words(one["title"], language))}</th>'
        for one in table["columns"]
    )
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(cell, kind, language, first=not place)
            for place, (cell, kind) in enumerate(zip(row, kinds, strict=True))
        )
        + "</tr>"
        for row in table["rows"]
    )
    name = in_words(table["title"], language)
    return f"<h3>{escape(name)}</h3>" + _scroll(
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>", name
    )


def _class(kind: str) -> str:
    return ' class="words"' if kind == "words" else ""


def _cell(cell: Any, kind: str, language: str, *, first: bool) -> str:
    small = ""
    if isinstance(cell, Mapping) and "value" in cell:
        small = f"<small>{escape(interval(cell, kind, language))}</small>"
        cell = cell["value"]
    shown = escape(written(cell, kind, language)) + small
    if first:
        return f'<th scope="row"{_class(kind)}>{shown}</th>'
    return f"<td{_class(kind)}>{shown}</td>"
