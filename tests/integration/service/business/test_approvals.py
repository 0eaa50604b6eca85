"""Why approvals changed between two recorded months, on each database."""

import pytest
from tests.integration.service.business.conftest import MILD

from loanwright.service.business.errors import MonthUndecided, ScopeUnknown
from loanwright.service.business.schemas import Scope
from loanwright.service.simulations.schemas import PolicyWish, SimulationWish


def explained(service):
    return service.approvals.explain("credit-card", "2026-09", "2026-10", wait=60)


def test_the_parts_add_up_to_the_change_of_the_figures(two_months):
    found = explained(two_months)
    figures = {
        one.month: one.decisions.final_approval_rate
        for one in two_months.business.figures(3, scope=Scope(product="credit-card")).months
    }
    change = figures["2026-10"].value - figures["2026-09"].value

    assert found.change.value == pytest.approx(change)
    assert sum(one.added for one in found.parts) == pytest.approx(change)
    assert {one.cause: one.added < 0 for one in found.parts} == {
        "applicants": True,
        "models": False,
        "policy": True,
        "people": False,
    }


def test_what_the_policy_adds_is_what_a_simulation_of_the_earlier_one_says(two_months):
    found = explained(two_months)
    wish = SimulationWish(
        product="credit-card", policies=(PolicyWish(document=MILD.to_mapping()),), by=("month",)
    )
    groups = two_months.simulations.run(wish).versions[0].groups
    october = next(one.figures for one in groups if one.value == "2026-10")
    added = {one.cause: one.added for one in found.parts}["policy"]

    assert added == pytest.approx(found.after.rate - october.rates["approve"].value)


def test_the_features_that_changed_are_named_and_the_versions_told(two_months):
    found = explained(two_months)
    first, second = found.versions

    assert found.features[0].feature == "limit"
    assert list(first.policies.values()) == list(second.policies.values()) == [1.0]
    assert first.policies.keys() != second.policies.keys()
    assert found.reasons[0].change.value > 0


def test_a_month_without_decisions_is_refused_and_can_be_asked_again(two_months):
    for _ in range(2):
        with pytest.raises(MonthUndecided):
            two_months.approvals.explain("credit-card", "2026-10", "2026-11", wait=60)
    with pytest.raises(ScopeUnknown):
        two_months.approvals.explain("unheard-of", "2026-09", "2026-10")


def test_erased_persons_are_left_out_and_counted(two_months):
    first = next(two_months.decisions.read_all())
    with two_months.database.write() as connection:
        two_months.vault.destroy(connection, first.applicant_id)

    assert explained(two_months).unread == 1
