"""The parts of a change add up to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.business.shares import Count, change_by_group, counted, difference


@st.composite
def months(draw):
    names = draw(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=5, unique=True))
    sizes = [draw(st.integers(1, 50)) for _ in names]
    return {
        name: Count(all=size, approved=draw(st.integers(0, size)))
        for name, size in zip(names, sizes, strict=True)
    }


def rate(counts):
    return sum(one.approved for one in counts.values()) / sum(one.all for one in counts.values())


@given(months(), months())
def test_mix_and_change_within_groups_add_up_to_the_whole(before, after):
    parts = change_by_group(before, after)

    assert sum(one.mix + one.within for one in parts) == pytest.approx(rate(after) - rate(before))


def test_a_new_weak_group_is_mix_alone():
    before = {"strong": Count(all=100, approved=80)}
    after = {"strong": Count(all=100, approved=80), "weak": Count(all=100, approved=20)}
    parts = {one.name: one for one in change_by_group(before, after)}

    assert sum(one.mix for one in parts.values()) == pytest.approx(0.5 - 0.8)
    assert parts["weak"].rate_before is None
    assert parts["weak"].within == parts["strong"].within == 0


def test_groups_are_counted():
    assert counted(["a", "b", "a"], [True, False, False]) == {
        "a": Count(all=2, approved=1),
        "b": Count(all=1, approved=0),
    }


def test_the_interval_of_a_small_change_holds_zero():
    small = difference(Count(all=10, approved=5), Count(all=10, approved=4))
    large = difference(Count(all=1_000, approved=700), Count(all=1_000, approved=500))

    assert small.lower < 0 < small.upper
    assert large.upper < 0
