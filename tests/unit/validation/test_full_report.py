"""Tests of the full report's values, page and PDF, on a chapter made by hand."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from loanwright.metrics.discrimination import auc
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import OneClassOnly
from loanwright.validation.chapters.monitoring import (
    DAYS,
    ReportDateUnreadable,
    find_findings,
    monitoring_chapter,
)
from loanwright.validation.evidence import Circumstances
from loanwright.validation.judging import Demand, headings
from loanwright.validation.page import render_full
from loanwright.validation.pdf import for_paper, render_pdf
from loanwright.validation.scans import fading, share_of_copies
from loanwright.validation.shown import plot_table, written
from loanwright.validation.values import Chapter, Plot, Series, Table, plain, said
from loanwright.validation.words import LanguageUnknown

DEMAND = Demand(
    name="height",
    title=said("Height <of> the wall", "Высота стены"),
    threshold=said("at least 0.5 & more", "не меньше 0.5"),
    by=auc,
)
ESTIMATE = Estimate(value=0.61, lower=0.5512345678, upper=0.67, level=0.95, method="by hand")


def chapter(*figures):
    return Chapter(
        number=4,
        name="walls",
        title=said("Walls", "Стены"),
        about=said("How high.", "Насколько высоки."),
        figures=figures,
        tables=(
            Table(
                name="walls",
                title=said("All walls", "Все стены"),
                columns=headings(("Wall", "Стена", "words"), ("Share", "Доля", "share")),
                rows=(("north", 0.25), (said("south", "юг"), ESTIMATE), ("west", None)),
            ),
        ),
        plots=(
            Plot(
                name="walls",
                title=said("Walls", "Стены"),
                description=said("Bars.", "Столбцы."),
                x=said("Wall", "Стена"),
                y=said("Share", "Доля"),
                percent="y",
                names=("north", said("south", "юг")),
                series=(Series(shape="bars", label=said("share", "доля"), x=(0, 1), y=(0.2, 0.4)),),
            ),
        ),
        notes=(said("A note.", "Примечание."),),
    )


def report(*figures, **beside):
    given = Circumstances(**beside)
    chapters = [chapter(*figures)]
    findings = find_findings(chapters, given)
    chapters.append(monitoring_chapter(chapters, findings, given))
    return {
        "schema": 2,
        "subject": {
            "title": {"en": "Loan <new>", "ru": "Кредит"},
            "product": "loan",
            "segment": "new",
            "family": "scorecard",
            "rows": 12345,
            "defaults": 678,
        },
        "judged": "holdout",
        "report_date": given.report_date,
        "counts": {"breach": 1, "attention": 0, "ok": 1, "not_available": 0},
        "chapters": [one.to_mapping() for one in chapters],
        "findings": findings,
    }


OK = DEMAND.judge(ESTIMATE, ok=True)
BREACH = DEMAND.judge(0.1, ok=False, breach=True, remark=said("too low", "слишком низко"))


def test_a_figure_carries_value_interval_threshold_result_and_function():
    figure = OK.to_mapping()
    assert (figure["value"], figure["lower"], figure["upper"]) == (0.61, 0.551235, 0.67)
    assert figure["made_by"] == "loanwright.metrics.discrimination.auc"
    assert figure["result"] == "ok"
    assert figure["threshold"]["ru"] == "не меньше 0.5"


def test_a_chapter_is_as_good_as_its_worst_figure():
    absent = DEMAND.absent("bricks", "кирпичи")
    assert chapter(OK, absent).result == "ok"
    assert chapter(OK, DEMAND.judge(1, ok=False)).result == "attention"
    assert chapter(OK, BREACH).result == "breach"
    assert chapter(absent).result == "not_available"


def test_what_cannot_be_computed_says_why_instead_of_stopping_the_report():
    def make():
        raise OneClassOnly(rows=5, defaults=0)

    figure = DEMAND.attempt(make)
    assert figure.result == "not_available"
    assert "5 rows with 0 defaults" in figure.remark.en


def test_plain_values_are_json_without_nan():
    values = plain({"a": np.float64("nan"), "b": np.array([1 / 3]), "c": np.bool_(True)})
    assert json.loads(json.dumps(values, allow_nan=False)) == {
        "a": None,
        "b": [0.333333],
        "c": True,
    }


def test_a_tiny_p_value_keeps_its_size():
    assert plain(1.23456e-12) == 1.23e-12


def test_a_breach_is_due_in_thirty_days_and_comes_first():
    found = report(DEMAND.judge(1, ok=False), BREACH, report_date="2026-11-21", owner="Ann")
    first, second = found["findings"]
    assert (first["severity"], first["due"], first["owner"]) == ("high", "2026-12-21", "Ann")
    assert (second["severity"], second["due"]) == ("medium", "2027-02-19")
    assert DAYS == {"high": 30, "medium": 90}


def test_without_a_date_nothing_is_due():
    assert report(BREACH)["findings"][0]["due"] is None


def test_an_unreadable_date_is_refused():
    with pytest.raises(ReportDateUnreadable):
        report(BREACH, report_date="21.11.2026")


class Outline(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.tags = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.ids += [value for name, value in attributes if name == "id"]


def test_the_page_holds_both_languages_needs_nothing_else_and_has_no_script():
    page = render_full(report(OK, BREACH, report_date="2026-11-21"))
    outline = Outline()
    outline.feed(page)
    assert "script" not in outline.tags
    assert not re.search(r'(src|href)="?http', page)
    assert len(outline.ids) == len(set(outline.ids))
    assert "Loan &lt;new&gt;" in page
    assert "Высота стены" in page
    assert "at least 0.5 &amp; more" in page
    assert "loanwright.metrics.discrimination.auc" in page


def test_the_language_asked_for_is_shown_first():
    page = render_full(report(OK), language="ru")
    assert '<html lang="ru">' in page
    assert 'id="language-ru" checked' in page


def test_an_unknown_language_is_refused():
    with pytest.raises(LanguageUnknown):
        render_full(report(OK), language="fr")


def test_russian_numbers_have_a_comma_and_a_thin_space():
    assert written(0.12345, "number", "ru") == "0,1235"
    assert written(12345, "count", "ru") == "12\u202f345"
    assert "не меньше 0,5" in render_full(report(OK))


def test_a_plot_has_its_numbers_in_a_table():
    table = plot_table(chapter(OK).to_mapping()["plots"][0], "ru")
    assert table.header == ("Стена", "доля")
    assert table.rows == (("north", "20,00\xa0%"), ("юг", "40,00\xa0%"))


def test_charts_on_paper_know_no_theme():
    assert "var(" not in for_paper('<rect fill="var(--chart-accent, #3a7ebf)"/>')


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_pdf_is_made_of_the_same_values_and_the_same_bytes(language):
    pytest.importorskip("typst")
    found = report(OK, BREACH, report_date="2026-11-21")
    pdf = render_pdf(found, language=language)
    assert pdf.startswith(b"%PDF")
    assert pdf == render_pdf(found, language=language)


def test_copies_are_counted_whatever_stands_for_missing():
    rows = np.array([[1.0, np.nan], [1.0, -np.nan], [0.0, 2.0], [-0.0, 2.0], [5.0, 6.0]])
    assert share_of_copies(rows) == pytest.approx(0.4)


def test_defaults_that_fade_are_seen_and_steady_ones_are_not():
    random = np.random.default_rng(5)
    months = np.repeat(np.arange(24), 400)
    stated = random.uniform(0.05, 0.3, len(months))
    bad = random.random(len(months)) < stated
    ripe = np.minimum(1.0, (24 - months) / 12)
    young = bad & (random.random(len(months)) < ripe)
    assert max(fading(months, bad.astype(float), stated)) > 0.05
    assert max(fading(months, young.astype(float), stated)) < 1e-4


def test_steady_defaults_are_accused_of_fading_at_most_once_in_twenty():
    random = np.random.default_rng(1)
    months = np.repeat(np.arange(12), 100)
    stated = np.full(len(months), 0.2)
    accused = sum(
        max(fading(months, (random.random(len(months)) < stated).astype(float), stated)) < 0.05
        for _ in range(2000)
    )
    assert accused <= 0.06 * 2000
