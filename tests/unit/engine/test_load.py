import json

import numpy as np
import pytest
from tests.unit.engine.boosters import Sample, raw_of, train

from loanwright.engine.load import (
    ModelFamilyUnknown,
    ModelFilesUnexpected,
    ModelFileUnreadable,
    load_runtime,
)
from loanwright.engine.scorecard import ScorecardInvalid

CARD = {
    "schema": 1,
    "intercept": 0.5,
    "features": [{"name": "x", "bins": [{"kind": "range", "log_odds": 0.25, "share": 1.0}]}],
}


def test_a_lightgbm_model_comes_from_its_text():
    sample = Sample(seed=1)
    booster = train(sample)
    files = {"model.txt": booster.model_to_string().encode()}
    log_odds = load_runtime("lightgbm", files).log_odds(sample.matrix)
    np.testing.assert_array_equal(log_odds, raw_of(booster, sample.matrix))


def test_a_scorecard_comes_from_its_json():
    files = {"scorecard.json": json.dumps(CARD).encode()}
    for backend in ("auto", "numba", "numpy"):
        runtime = load_runtime("scorecard", files, backend)
        assert runtime.explain([[7.0]])[0].tolist() == [0.75]
        assert (runtime.feature_count, runtime.base) == (1, 0.75)


def test_an_unknown_family_is_refused():
    with pytest.raises(ModelFamilyUnknown, match="known: scorecard, "):
        load_runtime("oracle", {})


@pytest.mark.parametrize("names", [(), ("model.json",), ("model.txt", "scorecard.json")])
def test_other_files_are_refused(names):
    with pytest.raises(ModelFilesUnexpected):
        load_runtime("lightgbm", dict.fromkeys(names, b""))


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(ModelFileUnreadable):
        load_runtime("lightgbm", {"model.txt": b"tree\n\xff"})


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"1", b"[" * 100_000])
def test_json_that_is_no_card_is_refused(content):
    with pytest.raises(ScorecardInvalid):
        load_runtime("scorecard", {"scorecard.json": content})
