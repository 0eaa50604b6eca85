"""The full report as a PDF, set by typst from the same values as the page."""

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from loanwright.errors import Unavailable
from loanwright.validation.shown import (
    SAMPLES,
    check_language,
    draw_plot,
    in_words,
    interval,
    word,
    written,
)

_Report = Mapping[str, Any]
_COLOUR: Final = re.compile(r"var\(--[a-z-]+, ([^)]+)\)")
_FONT: Final = "Libertinus Serif"
# Where a dotted name may break between lines: after a dot or a low line, not within a number.
_BREAK: Final = re.compile(r"(?<=\w[._])(?=[A-Za-z])|(?<=_)(?=\d)")


class TypstMissing(Unavailable):
    """A PDF needs the package typst: pip install 'loanwright[pdf]'. HTML needs nothing."""


def render_pdf(report: _Report, *, language: str = "en") -> bytes:
    """Return the report as the bytes of a PDF; needs the extra ``pdf``.

    Parameters
    ----------
    report
        What `loanwright.validation.full.assemble_report` returned.
    language
        "en" or "ru".

    Raises
    ------
    TypstMissing
        Where typst is not installed.
    LanguageUnknown
        Where there are no words in this language.
    """
    check_language(language)
    check_typst()
    import typst

    template = (resources.files("loanwright.validation") / "report.typ").read_bytes()
    found = typst.compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(pdf_values(report, language), ensure_ascii=False)},
        # Nothing in the bytes but the report: no clock.
        timestamp=0,
    )
    return bytes(found)


def check_typst() -> None:
    """Raise `TypstMissing` where the package typst cannot be imported."""
    try:
        import typst  # noqa: F401
    except ImportError as error:
        raise TypstMissing from error


def pdf_values(report: _Report, language: str) -> dict[str, Any]:
    """Return what the template sets: nothing but texts, each as it is to be read."""
    subject = report["subject"]
    judged = SAMPLES.get(report["judged"], {}).get(language, report["judged"])
    facts = (
        f"{word('judged', language)}: {judged}, {written(subject['rows'], 'count', language)} "
        f"{word('rows', language)}, {written(subject['defaults'], 'count', language)} "
        f"{word('defaults', language)}"
    )
    words = ("report", "contents", "summary", "findings", "no_findings", "figure", "value",
             "threshold", "result")  # fmt: skip
    return {
        "language": language,
        "words": {name: word(name, language) for name in words},
        "title": in_words(subject["title"], language),
        "kind": f"{subject['family']} · {subject['segment']}",
        "facts": facts,
        "date": report["report_date"] or "",
        "counts": [
            {"result": one, "word": word(one, language), "count": str(report["counts"][one])}
            for one in ("breach", "attention", "ok", "not_available")
        ],
        "findings": [_finding(one, language) for one in report["findings"]],
        "chapters": [_chapter(one, language) for one in report["chapters"]],
    }


def _finding(one: Mapping[str, Any], language: str) -> dict[str, str]:
    return {
        "result": "breach" if one["severity"] == "high" else "attention",
        "title": in_words(one["title"], language),
        "found": written(one["found"], one["kind"], language),
        "threshold": in_words(one["threshold"], language),
        "due": f"{word('due', language)} {one['due']}" if one["due"] else "",
    }


def _chapter(chapter: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "number": str(chapter["number"]),
        "title": in_words(chapter["title"], language),
        "about": in_words(chapter["about"], language),
        "result": chapter["result"],
        "word": word(chapter["result"], language),
        "figures": [_figure(one, language) for one in chapter["figures"]],
        "plots": [
            {
                "title": in_words(one["title"], language),
                "alt": in_words(one["description"], language),
                "svg": for_paper(draw_plot(one, language)),
            }
            for one in chapter["plots"]
        ],
        "tables": [_table(one, language) for one in chapter["tables"] if one["rows"]],
        "notes": [in_words(one, language) for one in chapter["notes"]],
    }


def _figure(figure: Mapping[str, Any], language: str) -> dict[str, str]:
    absent = figure["result"] == "not_available"
    return {
        "title": in_words(figure["title"], language),
        "value": "" if absent else written(figure["value"], figure["kind"], language),
        "interval": interval(figure, figure["kind"], language),
        "remark": in_words(figure["remark"], language) if figure["remark"] else "",
        "threshold": in_words(figure["threshold"], language),
        "result": figure["result"],
        "word": word(figure["result"], language),
        "made_by": breakable(figure["made_by"]),
    }


def _table(table: Mapping[str, Any], language: str) -> dict[str, Any]:
    kinds = [column["kind"] for column in table["columns"]]
    return {
        "title": in_words(table["title"], language),
        "header": [in_words(column["title"], language) for column in table["columns"]],
        "words": [kind == "words" for kind in kinds],
        "rows": [
            [_cell(cell, kind, language) for cell, kind in zip(row, kinds, strict=True)]
            for row in table["rows"]
        ],
    }


def _cell(cell: Any, kind: str, language: str) -> dict[str, str]:
    if isinstance(cell, Mapping) and "value" in cell:
        return {
            "text": written(cell["value"], kind, language),
            "small": interval(cell, kind, language),
        }
    text = written(cell, kind, language)
    return {"text": breakable(text) if kind == "words" else text, "small": ""}


def breakable(text: str) -> str:
    """Return a text whose long dotted or underscored names may run over several lines.

    Examples
    --------
    >>> breakable("metrics.find_ks at 0.05").split("\u200b")
    ['metrics.', 'find_', 'ks at 0.05']
    """
    return _BREAK.sub("\u200b", text)


def for_paper(svg: str) -> str:
    """Return a chart with plain colours and the font of the document: paper knows no theme.

    Examples
    --------
    >>> for_paper('<text fill="var(--chart-ink, currentColor)" font-family="system-ui, x">')
    '<text fill="#222222" font-family="Libertinus Serif">'
    """
    plain = _COLOUR.sub(r"\1", svg).replace("currentColor", "#222222")
    return re.sub(r'font-family="[^"]*"', f'font-family="{_FONT}"', plain)
