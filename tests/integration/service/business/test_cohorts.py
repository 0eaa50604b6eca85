"""Cohorts of applications, on each database."""

import pytest

from loanwright.service.business.cohorts import FEWEST_SHOWN
from loanwright.service.business.errors import CohortUnknown
from loanwright.service.kit.months import span_of

BOTH = span_of("2026-09", "2026-10")


def group(service, *columns):
    return service.cohorts.group("credit-card", columns, BOTH, wait=60)


def test_months_are_cohorts_with_what_became_of_them(two_months):
    found = group(two_months, "month")

    assert [(one.names, one.applications) for one in found.items] == [
        (("2026-09",), 60),
        (("2026-10",), 60),
    ]
    assert found.items[0].approval_rate.value > found.items[1].approval_rate.value
    assert found.items[0].acceptance_rate is None


def test_small_cohorts_are_hidden_and_counted(two_months):
    found = group(two_months, "month", "limit")

    assert all(one.applications >= FEWEST_SHOWN for one in found.items)
    assert found.hidden > 0
    shown = sum(one.applications for one in found.items)
    assert shown + found.hidden_applications == 120


def test_numbers_are_cohorts_by_their_fifths_in_order(two_months):
    names = [one.names[0] for one in group(two_months, "limit").items]

    assert len(names) == 5
    assert (names[0][0], names[-1][0]) == ("≤", ">")


def test_nobody_is_grouped_by_what_the_law_protects(two_months):
    assert not {"sex", "age", "marital_status"} & set(two_months.cohorts.columns("credit-card"))
    with pytest.raises(CohortUnknown):
        group(two_months, "sex")


def test_the_way_an_application_came_is_a_cohort(two_months):
    assert [one.names for one in group(two_months, "channel").items] == [("api",)]
