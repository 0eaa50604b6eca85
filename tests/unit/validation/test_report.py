"""Tests of loanwright.validation: the report, its checks and its page."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest

from loanwright.calibration.curve import Calibration
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.discrimination import auc
from loanwright.scaling import Grade, Scale, logistic
from loanwright.validation.checks import DEMANDS
from loanwright.validation.features import feature_summaries
from loanwright.validation.html import render
from loanwright.validation.report import Subject, validation_report
from loanwright.validation.samples import SamplesUnfit, ScoredSample
from loanwright.validation.words import WORDS, LanguageUnknown

GRADES = tuple(
    Grade(name=name, score_from=floor)
    for name, floor in (("A", 560), ("B", 540), ("C", 525), ("D", 510), ("E", 0))
)
SCALE = Scale(pdo=20, anchor_score=600, anchor_odds=30, grades=GRADES)
SUBJECT = Subject(
    product="credit-card",
    segment="existing",
    family="scorecard",
    title={"en": "Credit card <existing>", "ru": "Кредитная карта"},
    seed=7,
    facts={"numpy": "2"},
)
SOUND = 6
"""Seed of a holdout on which no check gives a false alarm, as nineteen in twenty do for each."""
CURVE = Calibration(knots_x=(-1.0, 1.0), knots_y=(-1.1, 0.9))


def scored(name, *, rows=3000, seed=0, slope=1.0, shift=0.0):
    """Return a sample whose stated probabilities are true but for the planted slope and shift."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-1.2, 1.1, rows)
    default = random.random(rows) < logistic(slope * log_odds + shift)
    return ScoredSample(
        name=name,
        default=default.astype(int),
        probability=SCALE.probability(log_odds),
        score=SCALE.score(log_odds),
    )


DEVELOPMENT = scored("development", rows=300, seed=1)
CALIBRATION = scored("calibration", rows=1500, seed=2)


def features(leak=False):
    random = np.random.default_rng(1)
    default = random.random(1000) < 0.3
    matrix = np.column_stack([random.normal(size=1000) + default * (9 if leak else 0.5)] * 2)
    matrix[:100, 1] = np.nan
    columns = tuple(
        ColumnSpec(name=name, kind="numeric", direction=1, special=(), categories=0)
        for name in ("delay", "use")
    )
    return feature_summaries(
        columns,
        matrix,
        default,
        titles={"delay": {"en": "Worst & longest delay", "ru": "Худшая просрочка"}},
        importance={"use": 0.7, "delay": 0.3},
    )


def report(judged=None, **changes):
    samples = (
        DEVELOPMENT,
        CALIBRATION,
        judged or scored("holdout", seed=SOUND),
    )
    given = {
        "subject": SUBJECT,
        "split": {"kind": "random", "grouped_by": "applicant"},
        "samples": samples,
        "scale": SCALE,
        "features": features(),
        "calibration": CURVE,
    }
    return validation_report(**{**given, **changes})


REPORT = report()


def found(one):
    return {check["code"]: check["result"] for check in one["checks"]}


def test_every_sample_is_measured_with_intervals():
    assert list(REPORT["samples"]) == ["development", "calibration", "holdout"]
    measures = ("auc", "gini", "ks", "pr_auc", "brier", "calibration_slope")
    for sample in REPORT["samples"].values():
        for name in (*measures, "calibration_intercept"):
            assert sample[name]["lower"] <= sample[name]["value"] <= sample[name]["upper"]
            assert sample[name]["level"] == 0.95


def test_the_numbers_are_those_of_the_metrics():
    judged = scored("holdout", seed=SOUND)
    expected = auc(judged.default, judged.probability)
    assert REPORT["samples"]["holdout"]["auc"] == expected.to_mapping()


def test_a_report_is_plain_json_and_the_same_each_time():
    written = json.dumps(REPORT, allow_nan=False)
    assert json.loads(written) == REPORT
    assert json.dumps(report(), allow_nan=False) == written


def test_grades_count_every_applicant_once_and_know_their_rates():
    grades = REPORT["grades"]
    assert [grade["name"] for grade in grades] == ["A", "B", "C", "D", "E"]
    assert sum(grade["count"] for grade in grades) == 3000
    assert sum(grade["share"] for grade in grades) == pytest.approx(1, abs=1e-5)
    rates = [grade["default_rate"]["value"] for grade in grades if grade["count"]]
    assert rates == sorted(rates)


def test_an_empty_grade_has_no_rate():
    grades = (Grade(name="AA", score_from=5000), *GRADES)
    scale = Scale(pdo=20, anchor_score=600, anchor_odds=30, grades=grades)
    first = report(scale=scale)["grades"][0]
    assert (first["count"], first["default_rate"], first["mean_probability"]) == (0, None, None)


def test_the_distribution_of_scores_counts_everyone():
    scores = REPORT["scores"]
    assert len(scores["edges"]) == len(scores["good"]) + 1
    assert sum(scores["good"]) + sum(scores["bad"]) == 3000


def test_a_sound_model_has_nothing_to_attend_to():
    assert found(REPORT) == dict.fromkeys(DEMANDS, "ok")


@pytest.mark.parametrize(
    ("planted", "code"),
    [
        ({"rows": 200}, "enough_defaults"),
        ({"slope": 0.5}, "calibration_slope"),
        ({"slope": 0.5}, "steadiness"),
        ({"shift": 0.6}, "calibration_in_the_large"),
        ({"shift": 0.6}, "reliability"),
        ({"shift": 0.6}, "grade_probability"),
        ({"slope": -1.0, "shift": -2.0}, "discrimination"),
        ({"slope": -1.0, "shift": -2.0}, "grade_order"),
    ],
)
def test_a_planted_fault_is_found(planted, code):
    assert found(report(scored("holdout", seed=4, **planted)))[code] == "attention"


def test_a_leak_is_found():
    assert found(report(features=features(leak=True)))["leaks"] == "attention"


def test_a_grade_that_holds_nearly_everyone_is_found():
    scale = Scale(
        pdo=20,
        anchor_score=600,
        anchor_odds=30,
        grades=(Grade(name="A", score_from=640), Grade(name="B", score_from=0)),
    )
    assert found(report(scale=scale))["concentration"] == "attention"


def test_a_population_that_moved_is_found():
    judged = scored("out_of_time", seed=5)
    moved = ScoredSample(
        name="out_of_time",
        default=judged.default,
        probability=judged.probability,
        score=judged.score + 15,
    )
    one = report(moved)
    assert one["judged"] == "out_of_time"
    assert found(one)["stability"] == "attention"


def test_without_a_calibration_sample_some_checks_are_left_out():
    samples = (scored("development"), scored("holdout", seed=SOUND))
    one = report(samples=samples)
    assert one["stability"] is None
    assert set(DEMANDS) - set(found(one)) == {"stability", "steadiness"}
    assert "<!doctype html>" in render(one)


@pytest.mark.parametrize(
    "samples",
    [
        (scored("development"),),
        (scored("holdout"), scored("holdout")),
        (),
    ],
)
def test_samples_without_one_to_judge_are_refused(samples):
    with pytest.raises(SamplesUnfit):
        report(samples=samples)


def test_a_sample_of_unknown_name_or_uneven_parts_is_refused():
    with pytest.raises(SamplesUnfit, match="is none of"):
        scored("test")
    with pytest.raises(SamplesUnfit, match="different lengths"):
        ScoredSample(
            name="holdout",
            default=np.zeros(2),
            probability=np.full(3, 0.5),
            score=np.zeros(2, dtype=int),
        )


def test_features_come_with_the_most_used_first():
    assert [one["name"] for one in REPORT["features"]] == ["use", "delay"]
    assert REPORT["features"][0]["missing"] == 0.1
    assert REPORT["features"][1]["information_value"]["value"] > 0.1


def test_a_matrix_that_does_not_fit_its_columns_is_refused():
    with pytest.raises(SamplesUnfit):
        feature_summaries((), np.zeros((3, 2)), np.zeros(3), titles={}, importance={})


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.text.append(text)


@pytest.mark.parametrize("language", sorted(WORDS))
def test_the_page_is_whole_and_needs_nothing_from_elsewhere(language):
    page = Page(render(REPORT, language=language))
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    names = [name for name, _ in page.attributes]
    assert not [name for name in names if name in ("src", "href") or name.startswith("on")]
    assert ("lang", language) in page.attributes
    assert page.tags.count("svg") == 3
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1


def test_the_page_says_what_the_report_says():
    text = " ".join(Page(render(REPORT)).text)
    assert "Credit card <existing>" in text
    assert f"{REPORT['samples']['holdout']['auc']['value']:.4f}" in text
    assert "Worst & longest delay" in text
    for check in REPORT["checks"]:
        assert check["demand"]["en"] in text


def test_the_page_speaks_russian():
    text = " ".join(Page(render(REPORT, language="ru")).text)
    assert "Отчёт о валидации" in text
    assert "Худшая просрочка" in text
    assert "Reliability" not in text


def test_a_language_without_words_is_refused():
    with pytest.raises(LanguageUnknown, match="en, ru"):
        render(REPORT, language="fr")


def test_a_sample_with_few_defaults_carries_a_notice():
    assert "Fewer than 100 bads: " in render(report(scored("holdout", rows=200, seed=4)))
    assert "Fewer than 100 bads: " not in render(REPORT)


def test_all_languages_have_the_same_words():
    assert len({frozenset(words) for words in WORDS.values()}) == 1
    assert all(set(demand) == set(WORDS) for demand in DEMANDS.values())
