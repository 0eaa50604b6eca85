"""A drift report as one self-contained HTML page: no network, no script, at most a megabyte."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from loanwright.charts.style import STYLE
from loanwright.drift.figures import bins_chart, bins_rows, history, history_chart, most_moved
from loanwright.drift.words import method_name, sample_name, words_in

#: Features with a row, with a picture, and alerts that are shown; all are in the JSON document.
MOST_ROWS: Final = 200
MOST_PICTURES: Final = 12
MOST_ALERTS: Final = 200

_Report = Mapping[str, Any]
_Words = Mapping[str, str]


def render_drift(report: _Report, *, language: str = "en") -> str:
    """Return a drift report as one HTML page.

    Parameters
    ----------
    report
        What `loanwright.drift.report.drift_report` returned.
    language
        "en" or "ru".

    Raises
    ------
    DriftLanguageUnknown
        Where there are no words in this language.
    """
    word = words_in(language)
    subject = report["subject"]
    about = " · ".join(str(one) for one in (subject["product"], subject["segment"]) if one)
    body = "".join(
        part(report, word, language) for part in (_summary, _alerts, _over_time, _ranked, _notes)
    )
    title = f"{word['title']}: {about}" if about else word["title"]
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><header><h1>{escape(title)}</h1>{_headline(report, word)}</header>"
        f"<main>{body}</main></body></html>\n"
    )


def _headline(report: _Report, word: _Words) -> str:
    count = len(report["alerts"])
    tone, said = ("attention", word["drifted"].format(count=count)) if count else ("ok", "")
    return f'<p><span class="pill {tone}">{escape(said or word["calm"])}</span></p>'


def _section(heading: str, content: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{content}</section>"


def _table(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    lines = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _summary(report: _Report, word: _Words, _: str) -> str:
    keys = ("rows", "assessed", "pd", "approval_rate", "alerts")
    header = [word["chunk"], *(word[key] for key in keys)]
    samples = [report["reference"], *report["chunks"]]
    rows = [
        (
            escape(_called(one["name"], word, reference=place == 0)),
            _whole(one["rows"]),
            _whole(one["assessed"]),
            _share(one["probability_of_default"]),
            _share(one["approval_rate"]),
            "—" if place == 0 else str(one["alerts"]),
        )
        for place, one in enumerate(samples)
    ]
    return _section(word["summary"], _table(word["summary"], header, rows))


def _called(name: str, word: _Words, *, reference: bool) -> str:
    known = sample_name(name, word)
    return f"{known} ({word['reference']})" if reference else known


def _alerts(report: _Report, word: _Words, language: str) -> str:
    if not report["alerts"]:
        return _section(word["alerts"], f"<p>{escape(word['no_alerts'])}</p>")
    titles = _titles(report, language)
    header = [
        word[key] for key in ("feature", "chunk", "method", "value", "critical", "p_value", "on_pd")
    ] + [word["on_approvals"]]
    rows = [
        (
            escape(titles.get(one["feature"], one["feature"])),
            escape(one["chunk"]),
            escape(method_name(one["method"], word)),
            _number(one["value"]),
            _number(one["critical"]),
            _p(one["p_value"]),
            *_effect(one["effect"]),
        )
        for one in report["alerts"][:MOST_ALERTS]
    ]
    return _section(word["alerts"], _table(word["alerts"], header, rows))


def _over_time(report: _Report, word: _Words, language: str) -> str:
    if len(report["chunks"]) < 2:
        return ""
    titles = _titles(report, language)
    shown = [name for name, _ in most_moved(report)]
    columns = {name: history(report, name) for name in shown}
    rows = [
        (escape(chunk["name"]), *(_number(columns[name][place]) for name in shown))
        for place, chunk in enumerate(report["chunks"])
    ]
    table = _table(word["over_time"], [word["chunk"], *(titles[name] for name in shown)], rows)
    chart = history_chart(report, word, language)
    return _section(word["over_time"], f"{chart}{_details(word, table)}")


def _details(word: _Words, content: str) -> str:
    return f"<details><summary>{escape(word['as_table'])}</summary>{content}</details>"


def _ranked(report: _Report, word: _Words, language: str) -> str:
    if not report["chunks"]:
        return ""
    chunk = report["chunks"][-1]
    found = [*([chunk["score"]] if chunk["score"] else []), *chunk["features"]]
    header = [
        word[key] for key in ("feature", "state", "psi", "critical", "ks", "wasserstein", "missing")
    ] + [word["contribution"], word["on_pd"], word["on_approvals"]]
    rows = [_row(one, word, language) for one in found[:MOST_ROWS]]
    heading = word["ranked"].format(chunk=chunk["name"])
    content = f"<p>{escape(word['ranked_lead'])}</p>{_table(heading, header, rows)}"
    if len(found) > MOST_ROWS:
        content += f"<p>{escape(word['more'].format(count=len(found) - MOST_ROWS))}</p>"
    content += f"<p>{escape(_threshold(report, chunk, word))}</p>"
    pictures = "".join(
        _picture(one, chunk["name"], word, language) for one in found[:MOST_PICTURES]
    )
    return _section(heading, content) + f'<div class="pair">{pictures}</div>'


def _row(one: _Report, word: _Words, language: str) -> tuple[str, ...]:
    measures, moved = one["measures"], bool(one["alerts"])
    tone, state = ("attention", "alert") if moved else ("ok", "quiet")
    index = measures.get("psi")
    critical = _number(index["critical"]) if index else "—"
    if index and index["simulated"]:
        critical += f"<small>{escape(word['simulated'])}</small>"
    effect = one["effect"]
    return (
        escape(one["title"][language]),
        f'<span class="pill {tone}">{escape(word[state])}</span>',
        _number(index["value"]) if index else "—",
        critical,
        *(_number(measures[name]["value"]) if name in measures else "—"
          for name in ("ks", "wasserstein")),
        f"{_share(one['missing'][0])} → {_share(one['missing'][1])}",
        "—" if effect is None else f"{effect['contribution']:+.3f}",
        *_effect(effect),
    )  # fmt: skip


def _picture(one: _Report, chunk: str, word: _Words, language: str) -> str:
    rows = [
        (escape(label), _share(before), _share(after)) for label, before, after in bins_rows(one)
    ]
    table = _table(one["title"][language], [word["bin"], word["reference"], chunk], rows)
    chart = bins_chart(one, chunk, word, language)
    return _section(one["title"][language], f"{chart}{_details(word, table)}")


def _threshold(report: _Report, chunk: _Report, word: _Words) -> str:
    threshold = report["threshold"]
    least = ", ".join(
        f"{method_name(name, word)} {threshold['least'].get(name, 0.0):g}"
        for name in threshold["methods"]
    )
    significance = f"{threshold['significance']:g}"
    return word["threshold"].format(significance=significance, tests=chunk["tests"], least=least)


def _notes(report: _Report, _: _Words, language: str) -> str:
    return "".join(
        f'<p class="notice attention">{escape(one[language])}</p>' for one in report["notes"]
    )


def _titles(report: _Report, language: str) -> dict[str, str]:
    found = {"score": words_in(language)["score"]}
    for chunk in report["chunks"]:
        found |= {one["feature"]: one["title"][language] for one in chunk["features"]}
    return found


def _effect(effect: _Report | None) -> tuple[str, str]:
    if effect is None:
        return "—", "—"
    approvals = effect["approvals"]
    return (
        f"{effect['probability']:+.2%}",
        "—" if approvals is None else f"{approvals:+.2%}",
    )


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.4f}"


def _whole(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.2%}"


def _p(value: float) -> str:
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
