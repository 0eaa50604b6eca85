"""Tests of collinearity: codes of categories and special codes are no quantities."""

from types import SimpleNamespace as Made

import numpy as np

from loanwright.features.columns import ColumnSpec
from loanwright.validation.chapters.inputs import _collinearity, _correlation, quantities

ROWS = 400


def evidence(*columns):
    """Return evidence of a scorecard from (kind, values, special codes)."""
    specs = [
        ColumnSpec(
            name=f"{kind}_{place}", kind=kind, direction=0, special=special,
            categories=3 if kind == "category" else 0,
        )
        for place, (kind, _, special) in enumerate(columns)
    ]  # fmt: skip
    matrix = np.column_stack([values for _, values, _ in columns])
    model = Made(family="scorecard")
    return Made(matrix=matrix, judged=np.arange(ROWS), specs=specs, model=model)


def numbers(seed):
    return np.random.default_rng(seed).normal(size=ROWS)


def test_special_codes_shared_by_two_features_do_not_correlate_them():
    absent = np.arange(ROWS) % 2 == 0
    columns = [("numeric", np.where(absent, -9999.0, numbers(seed)), (-9999.0,)) for seed in (0, 1)]
    given = evidence(*columns)
    assert _correlation(given).value < 0.2
    assert _collinearity(given).value < 1.1


def test_features_that_repeat_each_other_are_still_found():
    one = numbers(2)
    found = evidence(("numeric", one, ()), ("numeric", one + 0.01 * numbers(3), ()))
    assert _correlation(found).result == "attention"
    assert _collinearity(found).result == "attention"


def test_codes_of_categories_are_left_out():
    code = np.arange(ROWS) % 3.0
    columns = ("category", code, ()), ("category", code, ()), ("numeric", numbers(4), ())
    given = evidence(*columns, ("numeric", numbers(5), ()))
    assert quantities(given)[1] == ["numeric_2", "numeric_3"]
    assert _correlation(given).result == "ok"


def test_where_no_quantities_are_left_the_figures_say_so():
    code, special = np.arange(ROWS) % 3.0, np.full(ROWS, -1.0)
    given = evidence(("category", code, ()), ("category", code, ()), ("numeric", special, (-1.0,)))
    assert _correlation(given).result == "not_available"
    assert _collinearity(given).result == "not_available"
