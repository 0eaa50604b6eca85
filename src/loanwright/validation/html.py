"""The validation report as one self-contained, accessible HTML page."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from loanwright.charts import curves, distribution
from loanwright.charts.canvas import Labels, Table
from loanwright.charts.style import STYLE
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.probability import Reliability, ReliabilityBin
from loanwright.validation.checks import LEAST_DEFAULTS
from loanwright.validation.words import words

_COUNTS = ("rows", "defaults")
_SHARES = ("default_rate", "mean_probability", "expected_calibration_error")
_ESTIMATES = (
    "auc",
    "gini",
    "ks",
    "pr_auc",
    "brier",
    "brier_skill",
    "log_loss",
    "calibration_slope",
    "calibration_intercept",
    "calibration_in_the_large",
)

_Words = Mapping[str, str]
_Report = Mapping[str, Any]


def render(report: _Report, *, language: str = "en") -> str:
    """Return the report as one HTML page that needs nothing else: no network, no script.

    Parameters
    ----------
    report
        What `loanwright.validation.report.validation_report` returned.
    language
        "en" or "ru".

    Raises
    ------
    LanguageUnknown
        Where there are no words in this language.
    """
    word = words(language)
    title = report["subject"]["title"].get(language) or report["subject"]["product"]
    chapters: Sequence[Callable[[_Report, _Words, str], str]] = (
        _checks,
        _measures,
        _pictures,
        _grades,
        _stability,
        _features,
        _origin,
    )
    body = "".join(chapter(report, word, language) for chapter in chapters)
    family = f"{escape(str(report['subject']['family']))} · {escape(report['subject']['segment'])}"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(word['title'])}: {escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><header><h1>{escape(title)}</h1><p>{escape(word['title'])} · {family}</p>"
        f"</header><main>{body}</main></body></html>\n"
    )


def _section(heading: str, content: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{content}</section>"


def _cells(cells: Sequence[str], *, words_from: int = 0) -> str:
    """Return a row whose first cell is its heading; cells before ``words_from`` are words."""
    first = f'<th scope="row">{cells[0]}</th>'
    rest = (
        f'<td class="words">{cell}</td>' if index < words_from else f"<td>{cell}</td>"
        for index, cell in enumerate(cells[1:], start=1)
    )
    return f"<tr>{first}{''.join(rest)}</tr>"


def _table(header: Sequence[str], rows: Sequence[str], *, name: str) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    # A wide table scrolls on its own, and a keyboard must be able to reach it.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _estimate(estimate: Mapping[str, Any] | None, digits: int = 4) -> str:
    if estimate is None:
        return "—"
    interval = f"{estimate['lower']:.{digits}f} … {estimate['upper']:.{digits}f}"
    return f"{estimate['value']:.{digits}f}<small>{interval}</small>"


def _share(value: float | None, digits: int = 2) -> str:
    return "—" if value is None else f"{value:.{digits}%}"


def _rate(estimate: Mapping[str, Any] | None) -> str:
    if estimate is None:
        return "—"
    interval = f"{_share(estimate['lower'])} … {_share(estimate['upper'])}"
    return f"{_share(estimate['value'])}<small>{interval}</small>"


def _checks(report: _Report, word: _Words, language: str) -> str:
    rows = [
        _cells(
            (
                escape(one["demand"][language]),
                escape(one["value"]),
                f'<span class="pill {one["result"]}">{escape(word[one["result"]])}</span>',
            )
        )
        for one in report["checks"]
    ]
    defaults = report["samples"][report["judged"]]["defaults"]
    notice = ""
    if defaults < LEAST_DEFAULTS:
        notice = f'<div class="notice attention">{escape(word["few_defaults"])}: {defaults}</div>'
    header = (word["check"], word["found"], word["result"])
    table = _table(header, rows, name=word["checks"])
    return _section(word["checks"], notice + table)


def _measures(report: _Report, word: _Words, _: str) -> str:
    samples = report["samples"]
    header = [word["measure"]]
    header += [
        word[name] + (f" ({word['judged']})" if name == report["judged"] else "")
        for name in samples
    ]
    rows = [_cells((word[key], *(f"{one[key]:,}" for one in samples.values()))) for key in _COUNTS]
    rows += [
        _cells((word[key], *(_share(one[key]) for one in samples.values()))) for key in _SHARES
    ]
    rows += [
        _cells((word[key], *(_estimate(one[key]) for one in samples.values())))
        for key in _ESTIMATES
    ]
    table = _table(header, rows, name=word["measures"])
    return _section(word["measures"], f"<p>{escape(word['intervals'])}</p>{table}")


def _pictures(report: _Report, word: _Words, _: str) -> str:
    charts = (_reliability(report, word), _scores(report, word), _roc(report, word))
    return f'<div class="pair">{"".join(charts)}</div>'


def _picture(drawing: str, numbers: Table, word: _Words) -> str:
    details = f"<details><summary>{escape(word['numbers'])}</summary>"
    return _section(
        numbers.caption,
        f'{drawing}{details}<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(numbers.caption)}">{numbers.to_html()}</div></details>',
    )


def _reliability(report: _Report, word: _Words) -> str:
    judged = report["samples"][report["judged"]]
    table = Reliability(
        bins=tuple(_bin(row) for row in judged["reliability"]),
        ece=judged["expected_calibration_error"],
    )
    labels = Labels(
        title=word["reliability"],
        description=word["reliability_description"],
        x=word["stated"],
        y=word["observed"],
    )
    numbers = curves.reliability_table(table, labels=labels)
    header = (
        word["stated"],
        word["count"],
        word["defaults"],
        word["mean_probability"],
        word["observed"],
        word["interval"],
    )
    numbers = Table(caption=numbers.caption, header=header, rows=numbers.rows)
    return _picture(curves.reliability(table, labels=labels), numbers, word)


def _bin(row: Mapping[str, Any]) -> ReliabilityBin:
    return ReliabilityBin(
        lower=row["lower"],
        upper=row["upper"],
        count=row["count"],
        defaults=row["defaults"],
        mean_probability=row["mean_probability"],
        default_rate=Estimate(**row["default_rate"]),
    )


def _scores(report: _Report, word: _Words) -> str:
    scores = report["scores"]
    series = [
        distribution.Series(label=word["good"], counts=scores["good"], tone="safer"),
        distribution.Series(label=word["bad"], counts=scores["bad"], tone="riskier"),
    ]
    labels = Labels(
        title=word["scores"],
        description=word["scores_description"],
        x=word["score"],
        y=word["applicants"],
    )
    drawing = distribution.histogram(scores["edges"], series, labels=labels)
    numbers = distribution.histogram_table(scores["edges"], series, labels=labels)
    return _picture(drawing, numbers, word)


def _roc(report: _Report, word: _Words) -> str:
    goods, bads = report["roc"]["goods"], report["roc"]["bads"]
    labels = Labels(
        title=word["roc"],
        description=word["roc_description"],
        x=word["goods_refused"],
        y=word["bads_found"],
    )
    numbers = curves.roc_table(goods, bads, labels=labels)
    return _picture(curves.roc(goods, bads, labels=labels), numbers, word)


def _grades(report: _Report, word: _Words, _: str) -> str:
    rows = [
        _cells(
            (
                escape(grade["name"]),
                str(grade["score_from"]),
                f"{grade['count']:,}",
                _share(grade["share"], 1),
                f"{grade['defaults']:,}",
                _rate(grade["default_rate"]),
                _share(grade["mean_probability"]),
            )
        )
        for grade in report["grades"]
    ]
    header = [
        word[key]
        for key in (
            "grade",
            "score_from",
            "count",
            "share",
            "defaults",
            "default_rate",
            "mean_probability",
        )
    ]
    return _section(word["grades"], _table(header, rows, name=word["grades"]))


def _stability(report: _Report, word: _Words, _: str) -> str:
    found = report["stability"]
    if found is None:
        return ""
    rows = [
        _cells((escape(word["psi"]), _estimate(found["psi"]))),
        _cells((escape(word["critical"]), f"{found['critical']:.4f}")),
    ]
    return _section(
        word["stability"], _table((word["measure"], word["value"]), rows, name=word["stability"])
    )


def _features(report: _Report, word: _Words, language: str) -> str:
    rows = [
        _cells(
            (
                escape(one["title"].get(language) or one["name"]),
                _share(one["importance"], 1),
                _estimate(one["information_value"], 3),
                _estimate(one["single_auc"], 3),
                _share(one["missing"], 1),
                word[f"direction_{one['direction']}"],
            )
        )
        for one in report["features"]
    ]
    header = [
        word[key]
        for key in (
            "feature",
            "importance",
            "information_value",
            "single_auc",
            "missing",
            "direction",
        )
    ]
    return _section(word["features"], _table(header, rows, name=word["features"]))


def _origin(report: _Report, word: _Words, _: str) -> str:
    subject = report["subject"]
    known = {word[key]: subject[key] for key in ("product", "segment", "family", "seed")}
    known[word["method"]] = report["calibration"]["method"]
    facts = {**known, **report["split"], **subject["facts"]}
    rows = [_cells((escape(str(key)), escape(str(value)))) for key, value in facts.items()]
    return _section(
        word["origin"], _table((word["fact"], word["value"]), rows, name=word["origin"])
    )
