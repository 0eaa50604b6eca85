"""Chapter 16: what to watch from now on, what was found, and by when it must be dealt with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from loanwright.errors import Rejected
from loanwright.features.text import Text
from loanwright.validation.evidence import Circumstances
from loanwright.validation.judging import Demand, headings
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

#: Days to deal with a finding, by severity.
DAYS: Final[Mapping[str, int]] = {"high": 30, "medium": 90}
#: Days until the validation is due again, by materiality.
VALID: Final[Mapping[str | None, int]] = {"high": 365, "medium": 730, "low": 1095, None: 365}
MOST_ABSENT: Final = 0.5

SEVERITY: Final[Mapping[str, Text]] = {
    "high": said("high", "высокая"),
    "medium": said("medium", "средняя"),
}


class ReportDateUnreadable(Rejected):
    """The date of the report is {given!r}; write it as YYYY-MM-DD."""


def find_findings(chapters: Iterable[Chapter], beside: Circumstances) -> list[dict[str, Any]]:
    """Return what the chapters found wrong, breaches first.

    Returns
    -------
    list of dict
        ``name`` of the figure, ``chapter``, ``severity`` (high for a breach, else medium),
        ``title``, ``found`` in words, ``threshold``, ``made_by``, ``owner`` and ``due`` (None
        without a date of the report).
    """
    found = [
        _finding(chapter, figure, beside)
        for chapter in chapters
        for figure in chapter.figures
        if figure.result in ("breach", "attention")
    ]
    return sorted(found, key=lambda one: (one["severity"] != "high", one["chapter"], one["name"]))


def _finding(chapter: Chapter, figure: Figure, beside: Circumstances) -> dict[str, Any]:
    severity = "high" if figure.result == "breach" else "medium"
    plain = figure.to_mapping()
    return {
        "name": figure.name,
        "chapter": chapter.number,
        "severity": severity,
        "title": plain["title"],
        "found": plain["value"],
        "kind": figure.kind,
        "remark": plain["remark"],
        "threshold": plain["threshold"],
        "made_by": figure.made_by,
        "owner": beside.owner,
        "due": _after(beside.report_date, DAYS[severity]),
    }


def _after(day: str | None, days: int) -> str | None:
    return None if day is None else (read_date(day) + timedelta(days=days)).isoformat()


def read_date(day: str) -> date:
    """Return a date written as YYYY-MM-DD.

    Raises
    ------
    ReportDateUnreadable
        Where it is none.
    """
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise ReportDateUnreadable(given=day) from error


def monitoring_chapter(
    chapters: Sequence[Chapter], findings: Sequence[Mapping[str, Any]], beside: Circumstances
) -> Chapter:
    """Return the plan, the limits, and the findings with their due dates."""
    return Chapter(
        number=16,
        name="monitoring",
        title=said("Monitoring plan and findings", "План наблюдения и замечания"),
        about=said(
            "What is to be watched, how often, at which value who does what; what this validation "
            "found, and by when it must be dealt with.",
            "За чем наблюдать, как часто, при каком значении кто что делает; что нашла эта "
            "валидация и к какому сроку это надо устранить.",
        ),
        figures=(_severe(findings), _absent(chapters), _signed(beside)),
        tables=(_findings(findings), _plan(beside), _limits(chapters)),
        notes=(
            said(
                "A finding is closed by evidence, not by time: the figure that raised it must be "
                "measured again.",
                "Замечание закрывается доказательством, а не сроком: показатель, который его "
                "вызвал, измеряют снова.",
            ),
        ),
    )


def _severe(findings: Sequence[Mapping[str, Any]]) -> Figure:
    demand = Demand(
        name="open_breaches",
        title=said("Breaches found", "Найдено нарушений"),
        threshold=said("none", "нет"),
        by=find_findings,
        kind="count",
    )
    count = sum(one["severity"] == "high" for one in findings)
    return demand.judge(count, ok=count == 0, breach=True)


def _absent(chapters: Sequence[Chapter]) -> Figure:
    demand = Demand(
        name="coverage",
        title=said("Figures without data", "Показатели без данных"),
        threshold=said(f"at most {MOST_ABSENT:.0%}", f"не больше {MOST_ABSENT:.0%}"),
        by=monitoring_chapter,
        kind="share",
    )
    figures = [figure for chapter in chapters for figure in chapter.figures]
    share = sum(one.result == "not_available" for one in figures) / max(len(figures), 1)
    return demand.judge(share, ok=share <= MOST_ABSENT)


def _signed(beside: Circumstances) -> Figure:
    demand = Demand(
        name="valid_until",
        title=said("This validation holds until", "Эта валидация действует до"),
        threshold=said(
            "a date: a year for high materiality, two for medium, three for low",
            "дата: год при высокой существенности, два при средней, три при низкой",
        ),
        by=read_date,
        kind="words",
    )
    until = _after(beside.report_date, VALID.get(beside.tier, VALID[None]))
    if until is None:
        return demand.absent("the date of the report (--date)", "дата отчёта (--date)")
    return demand.judge(until, ok=True)


def _findings(findings: Sequence[Mapping[str, Any]]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            f"{one['chapter']}.{one['name']}",
            SEVERITY[one["severity"]],
            Text(**one["title"]),
            Text(**one["threshold"]),
            one["owner"] or "—",
            one["due"] or "—",
        )
        for one in findings
    ]
    return Table(
        name="findings",
        title=said("Findings", "Замечания"),
        columns=headings(
            ("Finding", "Замечание", "words"),
            ("Severity", "Тяжесть", "words"),
            ("Figure", "Показатель", "words"),
            ("Demand", "Требование", "words"),
            ("Owner", "Владелец", "words"),
            ("Due", "Срок", "words"),
        ),
        rows=tuple(rows),
    )


def _plan(beside: Circumstances) -> Table:
    owner = beside.owner or said("owner of the model", "владелец модели")
    return Table(
        name="plan",
        title=said("What is watched", "За чем наблюдают"),
        columns=headings(
            ("Figure", "Показатель", "words"),
            ("How often", "Как часто", "words"),
            ("Threshold", "Порог", "words"),
            ("Action", "Действие", "words"),
            ("Who", "Кто", "words"),
        ),
        rows=tuple((*row, owner) for row in _WATCHED),
    )


_MONTHLY = said("monthly", "ежемесячно")
_QUARTERLY = said("quarterly", "ежеквартально")
_WATCHED: Final[tuple[tuple[Text, Text, Text, Text], ...]] = (
    (
        said("PSI of scores and features", "PSI баллов и признаков"),
        _MONTHLY,
        said("above its critical value, and above 0.1", "выше критического и выше 0,1"),
        said("find the source; check feeds and campaigns", "найти источник; проверить поставки"),
    ),
    (
        said("share of missing values", "доля пропусков"),
        said("daily", "ежедневно"),
        said("changed by more than 2 points", "изменилась больше чем на 2 пункта"),
        said("stop the feed, decide by hand", "остановить поставку, решать вручную"),
    ),
    (
        said("AUC of ripe months", "AUC созревших месяцев"),
        _QUARTERLY,
        said("below this report, one-sided 5%", "ниже этого отчёта, односторонне 5 %"),
        said("train a challenger", "обучить претендента"),
    ),
    (
        said("default rate of every grade", "доля дефолтов по классам"),
        _QUARTERLY,
        said("Jeffreys p below 5% by Holm", "p Джеффриса ниже 5 % по Холму"),
        said("recalibrate: loanwright recalibrate", "перекалибровать: loanwright recalibrate"),
    ),
    (
        said("approval rates of protected groups", "доли одобрений защищённых групп"),
        _QUARTERLY,
        said("adverse impact ratio below 0.8", "отношение долей ниже 0,8"),
        said("search for a fairer alternative", "искать более справедливый вариант"),
    ),
    (
        said("override rate, by officer", "доля отступлений по сотрудникам"),
        _MONTHLY,
        said("above 5%", "выше 5 %"),
        said("review the officer's overrides", "разобрать отступления сотрудника"),
    ),
    (
        said("replay of recorded decisions", "повтор записанных решений"),
        _MONTHLY,
        said("any difference", "любое расхождение"),
        said("stop serving the package", "остановить работу пакета"),
    ),
)


def _limits(chapters: Sequence[Chapter]) -> Table:
    rows = [
        (f"{chapter.number}.{figure.name}", figure.title, figure.remark or said("—"))
        for chapter in chapters
        for figure in chapter.figures
        if figure.result == "not_available"
    ]
    return Table(
        name="limits",
        title=said("What this report could not measure", "Чего этот отчёт не смог измерить"),
        columns=headings(
            ("Figure", "Показатель", "words"),
            ("Title", "Название", "words"),
            ("Why", "Почему", "words"),
        ),
        rows=tuple(rows),
    )
