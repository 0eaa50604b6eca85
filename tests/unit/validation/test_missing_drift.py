"""Tests of the change in missing values: chance is not accused, a lost feed is."""

from types import SimpleNamespace as Made

import numpy as np
import pytest

from loanwright.validation.chapters.stability import _gaps

FEATURES = 20


def judged(shares, random, *, before=800, now=200, later=None):
    def rows(count, missing):
        return np.where(random.random((count, FEATURES)) < missing, np.nan, 1.0)

    return _gaps(
        Made(
            reference_matrix=rows(before, shares),
            matrix=rows(now, shares if later is None else later),
            judged=np.arange(now),
            specs=[Made(name=f"feature_{place}") for place in range(FEATURES)],
        )
    )


@pytest.mark.parametrize("share", [0.03, 0.2, 0.5])
def test_chance_is_accused_at_most_once_in_twenty(share):
    random = np.random.default_rng(11)
    results = [judged(np.full(FEATURES, share), random).result for _ in range(400)]
    assert results.count("ok") >= 0.95 * len(results) - 3 * np.sqrt(400 * 0.05 * 0.95)
    assert results.count("breach") <= 0.01 * len(results)


def test_a_feed_that_is_lost_is_named_and_is_a_breach():
    random = np.random.default_rng(12)
    shares = np.full(FEATURES, 0.1)
    figure = judged(shares, random, later=np.where(np.arange(FEATURES) == 7, 0.6, shares))
    assert figure.result == "breach"
    assert figure.remark.en.startswith("feature_7;")


def test_a_change_too_small_to_matter_is_not_accused_however_many_the_rows():
    random = np.random.default_rng(13)
    shares = np.full(FEATURES, 0.1)
    later = np.where(np.arange(FEATURES) == 7, 0.112, shares)
    figure = judged(shares, random, before=40_000, now=40_000, later=later)
    assert figure.result == "ok"
    assert "p = 0.0000" in figure.remark.en or "p < 0.0001" in figure.remark.en


def test_nothing_missing_at_all_is_fine():
    figure = judged(np.zeros(FEATURES), np.random.default_rng(14))
    assert (figure.result, figure.value, figure.remark) == ("ok", 0.0, None)
