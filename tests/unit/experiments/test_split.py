from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from loanwright.experiments.errors import SplitRefused
from loanwright.experiments.split import WHOLE, Split, place_of

PEOPLE = [f"apl_{number:026d}" for number in range(60_000)]
names = st.text(max_size=40)


@st.composite
def shares(draw):
    """Draw the shares of two to five arms."""
    ends = draw(st.sets(st.integers(1, WHOLE - 1), min_size=1, max_size=4))
    cuts = [0, *sorted(ends), WHOLE]
    return tuple(end - start for start, end in pairwise(cuts))


def test_known_answers_hold_in_every_version_and_process():
    # Worked out beside the code, by sha256sum and perl.
    assert place_of("apl_1", experiment="first", salt="00") == 4934
    assert place_of("заявитель", experiment="опыт", salt="соль") == 6235
    split = Split(experiment="first", salt="00", shares=(4_934, 1, 5_065))
    assert split.arm_of("apl_1") == 1


@given(names, names, names, shares())
def test_the_same_applicant_always_has_the_same_arm(experiment, salt, applicant, parts):
    one = Split(experiment=experiment, salt=salt, shares=parts)
    again = Split(experiment=experiment, salt=salt, shares=list(parts))
    assert one.arm_of(applicant) == again.arm_of(applicant) < len(parts)


@given(names, shares())
def test_an_arm_that_is_cut_in_two_leaves_everybody_else_where_they_were(applicant, parts):
    whole = Split(experiment="e", salt="s", shares=parts)
    if parts[-1] < 2:
        return
    cut = Split(experiment="e", salt="s", shares=(*parts[:-1], 1, parts[-1] - 1))
    assert min(cut.arm_of(applicant), len(parts) - 1) == whole.arm_of(applicant)


@pytest.mark.parametrize(
    "parts", [(5_000, 5_000), (9_000, 1_000), (9_900, 50, 50), (3_333,) * 2 + (3_334,)]
)
def test_shares_hold_among_many(parts):
    split = Split(experiment="balance", salt="a", shares=parts)
    seen = Counter(map(split.arm_of, PEOPLE))
    wanted = np.array(parts) / WHOLE * len(PEOPLE)
    statistic = sum((seen[arm] - n) ** 2 / n for arm, n in enumerate(wanted))
    assert statistic < chi2.ppf(0.999, len(parts) - 1)


def test_places_are_even_over_the_whole_range():
    places = [place_of(one, experiment="even", salt="b") for one in PEOPLE]
    counts = np.bincount(np.array(places) // 100, minlength=100)
    assert len(counts) == 100
    assert ((counts - 600) ** 2 / 600).sum() < chi2.ppf(0.999, 99)


@pytest.mark.parametrize("other", [("second", "a"), ("first", "b")])
def test_experiments_are_independent_of_each_other(other):
    half = (5_000, 5_000)
    first = Split(experiment="first", salt="a", shares=half)
    second = Split(experiment=other[0], salt=other[1], shares=half)
    table = np.zeros((2, 2))
    for one in PEOPLE:
        table[first.arm_of(one), second.arm_of(one)] += 1
    assert chi2_contingency(table).pvalue > 0.001


def test_what_is_joined_cannot_be_cut_elsewhere():
    assert place_of("a", experiment="bc", salt="d") != place_of("a", experiment="b", salt="cd")


@pytest.mark.parametrize("parts", [(WHOLE,), (5_000, 4_999), (WHOLE, 0), (10_001, -1)])
def test_shares_that_leave_gaps_are_refused(parts):
    with pytest.raises(SplitRefused):
        Split(experiment="e", salt="s", shares=parts)
