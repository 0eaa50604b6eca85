"""The report is plain JSON, and its page is whole, small and in both languages."""

import json
import re

import numpy as np
import pytest

from loanwright.drift.counting import Counter
from loanwright.drift.grid import Grid, grid_of_values
from loanwright.drift.page import MOST_ROWS, render_drift
from loanwright.drift.profile import Chunk, Profile, Reference
from loanwright.drift.report import Subject, drift_report
from loanwright.drift.tally import Tally
from loanwright.drift.watching import Watch
from loanwright.drift.words import WORDS, DriftLanguageUnknown


def report_of(features, chunks, *, rows=2_000, shift=0.0, note=()):
    random = np.random.default_rng(1)
    names = [f"f{place}" for place in range(features)]
    before = {name: random.normal(size=rows) for name in names}
    grids = {name: grid_of_values(name, before[name]) for name in names}
    grids["purpose"] = Grid(name="purpose", kind="category", codes=("<car>", "home"))
    watch = Watch(reference=Reference(name="2024", profile=profile(grids, before, random)))
    found = []
    for place in range(chunks):
        after = {name: random.normal(shift * place, size=rows) for name in names}
        found.append(
            watch.compare(Chunk(name=f"2025-{place + 1:02}", profile=profile(grids, after, random)))
        )
    return drift_report(watch, found, Subject(product="a & b", notes=note))


def profile(grids, columns, random):
    counter = Counter(list(grids.values()))
    counter.add({**columns, "purpose": random.integers(0, 2, len(columns["f0"])).astype(float)})
    return Profile(rows=counter.rows, tallies=Tally.all_of(counter, grids))


def test_a_report_is_json_and_says_what_moved():
    report = report_of(3, 2, shift=1.0)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["drifted"]
    assert {one["chunk"] for one in report["alerts"]} == {"2025-02"}
    assert report["chunks"][0]["alerts"] == 0
    assert sum(report["chunks"][1]["features"][0]["bins"]["chunk"]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_page_needs_nothing_else_and_escapes_what_it_shows(language):
    note = {"en": "one <note>", "ru": "одна <заметка>"}
    page = render_drift(report_of(3, 3, shift=1.0, note=[note]), language=language)
    assert f'<html lang="{language}">' in page
    assert "a &amp; b" in page
    assert "&lt;car&gt;" in page
    assert "<note>" not in page
    assert "<заметка>" not in page
    assert not re.search(r"<script|<link|https?://(?!www\.w3\.org)", page)
    assert page.count("<svg") >= 4


def test_the_page_of_a_calm_chunk_says_so():
    page = render_drift(report_of(2, 1))
    assert WORDS["en"]["calm"] in page
    assert "pill attention" not in page


def test_a_page_of_many_features_stays_below_a_megabyte():
    report = report_of(250, 2, rows=2_000, shift=0.3)
    page = render_drift(report, language="ru")
    assert len(page.encode()) < 1_000_000
    assert str(len(report["chunks"][-1]["features"]) - MOST_ROWS) in page


def test_both_languages_have_the_same_words():
    assert set(WORDS["en"]) == set(WORDS["ru"])


def test_a_language_without_words_is_refused():
    with pytest.raises(DriftLanguageUnknown):
        render_drift(report_of(1, 1), language="de")
