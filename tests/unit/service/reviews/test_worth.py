"""What a look is worth: each term by hand, and nothing waits for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.service.reviews.worth import Worth, closeness, disagreement, size

CUTOFFS = Cutoffs(approve_from=600, refer_from=560)
OPENED = datetime(2026, 3, 1, tzinfo=UTC)
SHARES = st.floats(0, 1)
MONTH = timedelta(days=30)


def test_a_score_at_a_cutoff_is_as_close_as_can_be():
    assert closeness(600, CUTOFFS, 20) == closeness(560, CUTOFFS, 20) == 1
    assert closeness(620, CUTOFFS, 20) == closeness(540, CUTOFFS, 20) == 0.5


def test_a_size_that_cannot_be_said_is_none_at_all():
    assert size(100, 0) == size(None, 100) == 0
    assert size(49, 100) == 0.5


def test_the_challenger_that_disagrees_most_counts():
    alone = disagreement(0.2, [0.5])
    assert disagreement(0.2, [0.21, 0.5, 0.2]) == alone > disagreement(0.2, [0.21])


@given(SHARES, SHARES, SHARES)
def test_a_review_never_stands_before_its_opening_nor_behind_its_time(near, large, apart):
    worth = Worth(closeness=near, size=large, disagreement=apart)
    assert OPENED < worth.first_at(OPENED, OPENED + MONTH) <= OPENED + MONTH


@given(SHARES, SHARES, SHARES, st.floats(0.66, 1))
def test_what_has_used_two_thirds_of_its_time_comes_before_whatever_is_new(
    near, large, apart, used
):
    now = OPENED + MONTH * used
    plain = Worth().first_at(OPENED, OPENED + MONTH)
    newcomer = Worth(closeness=near, size=large, disagreement=apart).first_at(now, now + MONTH)
    assert plain < newcomer
