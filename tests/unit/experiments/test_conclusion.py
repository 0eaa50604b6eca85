from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from loanwright.experiments.conclusion import Calendar, Found, Row, conclude
from loanwright.experiments.plan import Sizes

BEGAN = date(2026, 1, 1)
RIPENING = 365


def rows(values, *, first=BEGAN):
    return [Row(ripe_on=first + timedelta(days=RIPENING), value=value) for value in values]


def calendar(days):
    return Calendar(began_on=BEGAN, today=BEGAN + timedelta(days=days), ripening=RIPENING)


def ask(base, other, *, days=RIPENING, sizes=None, error=0.05):
    sizes = sizes or Sizes(base=len(base), other=len(other))
    return conclude(base, other, sizes, calendar(days), error=error)


def test_rates_are_tested_as_statsmodels_does():
    found = ask(rows([1] * 50 + [0] * 950), rows([1] * 80 + [0] * 820))
    _, p_value = proportions_ztest([80, 50], [900, 1000])
    assert found.found is Found.HIGHER
    assert found.p_value == pytest.approx(p_value, abs=1e-12)
    assert found.difference == pytest.approx(80 / 900 - 0.05)
    assert found.lower < found.difference < found.upper


def test_means_are_tested_as_statsmodels_does():
    random = np.random.default_rng(3)
    first, second = random.normal(10, 5, 400), random.normal(8, 9, 300)
    found = ask(rows(first.tolist()), rows(second.tolist()))
    compared = CompareMeans(DescrStatsW(second), DescrStatsW(first))
    _, p_value = compared.ztest_ind(usevar="unequal")
    assert found.p_value == pytest.approx(p_value, abs=1e-12)
    lower, upper = compared.zconfint_diff(usevar="unequal")
    assert (found.lower, found.upper) == pytest.approx((lower, upper))
    assert found.found is Found.LOWER


def test_one_row_that_is_not_ripe_makes_it_too_early():
    late = [*rows([0] * 99), Row(ripe_on=date(2027, 3, 1), value=None)]
    found = ask(late, rows([1] * 100))
    assert (found.found, found.ripe_on) == (Found.TOO_EARLY, date(2027, 3, 1))
    assert found.p_value is None
    assert (found.base.ripe, found.base.needed) == (99, 100)


@given(st.integers(0, RIPENING - 1))
def test_before_the_first_row_is_ripe_nothing_counts_as_good(days):
    found = ask(rows([0] * 20), rows([0] * 20), days=days)
    assert found.found is Found.TOO_EARLY
    assert found.base.mean is None
    assert found.other.ripe == 0


def test_missing_rows_are_expected_as_they_came_so_far():
    found = ask(rows([0] * 50), rows([0] * 100), days=100, sizes=Sizes(base=100, other=100))
    assert found.ripe_on == BEGAN + timedelta(days=100 + 100 + RIPENING)


def test_where_none_came_nobody_knows_when():
    found = ask([], rows([0] * 100), sizes=Sizes(base=100, other=100))
    assert (found.found, found.ripe_on) == (Found.TOO_EARLY, None)


def test_a_plan_that_would_outlast_the_calendar_ends_with_it():
    sizes = Sizes(base=100_000_000, other=1)
    assert ask(rows([0]), rows([0]), sizes=sizes, days=9_000).ripe_on == date.max


def test_only_the_planned_rows_count_so_that_waiting_changes_nothing():
    sizes = Sizes(base=100, other=100)
    early = ask(rows([0] * 95 + [1] * 5), rows([0] * 94 + [1] * 6), sizes=sizes)
    later = ask(
        rows([0] * 95 + [1] * 5) + rows([0] * 5_000),
        rows([0] * 94 + [1] * 6) + rows([1] * 5_000),
        sizes=sizes,
        days=3_000,
    )
    assert early == later
    assert early.found is Found.NO_DIFFERENCE_SHOWN


def test_what_is_neither_good_nor_bad_is_left_out_and_said():
    found = ask(rows([0] * 90 + [None] * 10), rows([0] * 100))
    assert (found.base.left_out, found.base.ripe, found.base.mean) == (10, 100, 0)


def test_arms_that_are_all_the_same_differ_by_nothing():
    found = ask(rows([0] * 10), rows([0] * 10))
    assert (found.p_value, found.found) == (1.0, Found.NO_DIFFERENCE_SHOWN)
    constant = ask(rows([2.5] * 10), rows([3.5] * 10))
    assert (constant.p_value, constant.found) == (0.0, Found.HIGHER)
