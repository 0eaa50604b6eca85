"""The rule: the easiest to read of those within the noise of the best."""

import numpy as np
import pytest

from loanwright.models.blending import blend
from loanwright.models.choosing import GREATEST_COST, better_of, compare
from loanwright.models.contest import GREATEST_SHARE, Pace, compete
from loanwright.models.criteria import AUC
from loanwright.models.crossfit import Candidate, OutOfFold, Task, cross_fit
from loanwright.sampling import Fold

ROWS = 2000
RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.normal(size=ROWS)
DEFAULT = (RANDOM.random(ROWS) < 1 / (1 + np.exp(1 - 1.5 * TRUTH))).astype(np.int8)
ALL = np.arange(ROWS)
FOLDS = tuple(Fold(fit=ALL[part != ALL % 4], judged=ALL[part == ALL % 4]) for part in range(4))


def task(matrix=None):
    from loanwright.features.columns import ColumnSpec

    spec = ColumnSpec(name="x", kind="numeric", direction=1, special=(), categories=0)
    matrix = TRUTH[:, None] if matrix is None else matrix
    return Task(matrix=matrix, default=DEFAULT, columns=(spec,), folds=FOLDS)


def said(family, log_odds, **settings):
    parts = tuple(log_odds[fold.judged] for fold in FOLDS)
    candidate = Candidate(family=family, settings=settings)
    return OutOfFold(candidate=candidate, log_odds=parts, seconds=1.0)


def noisy(amount, seed):
    return TRUTH + np.random.default_rng(seed).normal(0, amount, ROWS)


def test_the_best_is_chosen_where_it_is_clearly_better():
    found = compare(task(), [said("scorecard", noisy(2, 1)), said("lightgbm", TRUTH)])
    assert (found.best, found.chosen) == ("lightgbm", "lightgbm")
    assert found.find("scorecard").behind.p_value < 1e-6


def test_the_easier_one_is_chosen_within_the_noise():
    weaker = noisy(0.05, 4)
    found = compare(task(), [said("blend", TRUTH), said("logistic", weaker)], noise=3.0)
    assert found.find("logistic").behind.value > 0
    assert (found.best, found.chosen) == ("blend", "logistic")


def test_within_a_wide_noise_readability_may_not_cost_much():
    weaker = np.where(RANDOM.random(ROWS) < 0.02, -TRUTH, TRUTH)
    found = compare(task(), [said("blend", TRUTH), said("logistic", weaker)], noise=50.0)
    gap = found.find("logistic").behind
    assert GREATEST_COST * found.find("blend").mean < gap.value <= 50.0 * gap.error
    assert found.chosen == "blend"


def test_without_noise_the_best_figure_is_chosen():
    results = [said("scorecard", noisy(0.05, 3)), said("lightgbm", TRUTH)]
    found = compare(task(), results, noise=0.0)
    assert found.chosen == found.best
    assert {one.family: one.mean for one in found.compared}[found.best] == max(
        one.mean for one in found.compared
    )


def test_the_order_in_which_families_come_does_not_matter():
    results = [said("lightgbm", TRUTH), said("scorecard", TRUTH), said("forest", TRUTH)]
    assert compare(task(), results).chosen == "scorecard"
    assert compare(task(), results[::-1]).chosen == "scorecard"


def test_a_comparison_can_be_written_and_holds_no_seconds():
    import json

    written = compare(task(), [said("scorecard", TRUTH, bins={"x": object()})]).to_mapping()
    assert json.loads(json.dumps(written)) == written
    assert "seconds" not in written["families"][0]
    assert written["families"][0]["settings"] == {"bins": {"x": "given"}}


def test_tuned_settings_within_the_noise_do_not_replace_the_defaults():
    default, lucky = said("lightgbm", noisy(0.5, 4)), said("lightgbm", noisy(0.5, 5), leaves=9)
    best = max((default, lucky), key=lambda one: compare(task(), [one]).compared[0].mean)
    worse = lucky if best is default else default
    assert better_of(task(), worse, best, AUC(), noise=50.0) is worse
    assert better_of(task(), said("lightgbm", noisy(3, 6)), best, AUC()) is best


def test_a_blend_is_judged_by_weights_that_other_folds_found():
    good, useless = noisy(0.2, 7), np.random.default_rng(8).normal(size=ROWS)
    mixed = blend(task(), [said("scorecard", useless), said("lightgbm", good)])
    assert mixed.candidate.settings["weights"]["lightgbm"] >= 0.9
    assert [len(part) for part in mixed.log_odds] == [len(fold.judged) for fold in FOLDS]
    assert blend(task(), [said("lightgbm", good), said("forest", good)]) is None


def test_candidates_are_judged_on_rows_they_have_not_seen():
    random = np.random.default_rng(9).normal(size=(ROWS, 1))
    found = cross_fit(task(random), Candidate(family="lightgbm", settings={"trees": 200}))
    values = [
        AUC().value(DEFAULT[fold.judged], x) for fold, x in zip(FOLDS, found.log_odds, strict=True)
    ]
    assert abs(np.mean(values) - 0.5) < 0.04


def test_a_family_that_would_take_too_long_is_skipped_with_a_remedy():
    names = ("logistic", "scorecard", "lightgbm")
    settings = {"lightgbm": {"trees": 5}}
    candidates = [Candidate(family=name, settings=settings.get(name, {})) for name in names]
    found = compete(task(), candidates, pace=Pace.of(0.0))
    # What promises most is tried first and never skipped, however short the time.
    assert [one.family for one in found.results] == ["scorecard", "lightgbm"]
    (skipped,) = found.skipped
    assert skipped.family == "logistic"
    assert "--budget" in skipped.remedy
    everything = compete(task(), candidates, pace=Pace.of(600.0))
    assert len(everything.results) == 3


def test_a_pace_is_divided_and_never_ends_without_a_budget():
    assert not Pace().limited
    assert Pace().share(GREATEST_SHARE).left() == float("inf")
    assert Pace.of(100).share(0.25).left() == pytest.approx(25, abs=1)
    assert Pace.of(100).less(30).left() == pytest.approx(70, abs=1)
    assert Pace.of(100).less(130).left() <= 0
