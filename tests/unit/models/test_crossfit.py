"""Tests of loanwright.models.crossfit."""

import numpy as np
import pytest

from loanwright.features.columns import ColumnSpec
from loanwright.models.crossfit import Candidate, Task, fit_rows
from loanwright.models.lightgbm import LightGBMClassifier

COLUMNS = (ColumnSpec(name="x", kind="numeric", direction=0, special=(), categories=0),)
PERSON = np.arange(300) // 3 * 10


@pytest.mark.parametrize(
    ("applicant", "told"), [(None, None), (PERSON, (np.arange(60) // 3).tolist())]
)
def test_a_model_is_told_whose_rows_it_learns_from(monkeypatch, applicant, told):
    default = (np.arange(300) % 4 == 0).astype(np.int8)
    task = Task(
        matrix=np.ones((300, 1)), default=default, columns=COLUMNS, folds=(), applicant=applicant
    )
    seen = []

    def spy(model, X, default):
        assert len(X) == len(default)
        seen.append(None if model._groups is None else model._groups.tolist())

    monkeypatch.setattr(LightGBMClassifier, "_learn", spy)
    fit_rows(task, Candidate(family="lightgbm"), np.arange(30, 90))
    assert seen == [told]
