"""The desk says what a simulation of the same cut-offs says, on each database."""

import pytest
from tests.integration.service.conftest import application

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.service.audit.schemas import Actor
from loanwright.service.cutoffs.service import AS_IT_IS, MOVED
from loanwright.service.policies.schemas import DraftState
from loanwright.service.simulations.errors import SimulationProductUnknown
from loanwright.service.simulations.schemas import PolicyWish, PriceWish, SimulationWish
from loanwright.simulation.errors import NothingToSimulate

ANNA = Actor(id="Anna")
PRICES = PriceWish(
    loss_given_default_bp=6_000,
    cost_of_funds_bp=800,
    amount="limit",
    annual_rate=0.2,
    term=12,
)


@pytest.fixture
def decided(service):
    limits = range(10_000, 610_000, 10_000)
    sent = [application(features={"limit": limit, "education": "university"}) for limit in limits]
    service.origination.submit_many(sent)
    return service


def simulated(service, cutoffs, prices):
    document = service.policies.live("credit-card").policy.to_mapping()
    document["cutoffs"] = {**document["cutoffs"], "new": cutoffs}
    wish = SimulationWish(
        product="credit-card",
        policies=(PolicyWish(name=MOVED, document=document),),
        against=PolicyWish(name=AS_IT_IS, hash="live"),
        by=("segment", "grade"),
        prices=prices,
    )
    return service.simulations.run(wish).versions[0].to_mapping()


@pytest.mark.parametrize("prices", [None, PRICES], ids=["without money", "with money"])
@pytest.mark.parametrize("approve_from", [530, 545, 560, 575, 600, 990])
def test_it_says_what_simulating_the_cutoff_says(decided, approve_from, prices):
    desk = decided.cutoff_desk.open("credit-card", prices=prices, wait=60)
    cutoffs = Cutoffs(approve_from=approve_from, refer_from=530)
    moved = desk.at({"new": cutoffs}).to_mapping()
    plain = {"approve_from": approve_from, "refer_from": 530}

    assert moved == simulated(decided, plain, prices)


def test_where_nothing_is_moved_nobody_swaps(decided):
    desk = decided.cutoff_desk.open("credit-card", wait=60)

    assert desk.today.swap_sets["swapped_in"].applications == 0
    assert desk.today.swap_sets["swapped_out"].applications == 0
    assert set(desk.curves) == {"new"}


def test_what_was_counted_is_kept_until_it_is_refreshed(decided):
    first = decided.cutoff_desk.open("credit-card", wait=60)
    decided.origination.submit(application())
    assert decided.cutoff_desk.open("credit-card", wait=60) is first
    decided.cutoff_desk.refresh("credit-card")
    again = decided.cutoff_desk.open("credit-card", wait=60)
    assert again.today.figures.applications == first.today.figures.applications + 1


def test_a_draft_is_made_of_moved_cutoffs(decided):
    cutoffs = {"new": Cutoffs(approve_from=560, refer_from=535)}
    draft = decided.cutoff_desk.make_draft(ANNA, "credit-card", cutoffs, name="calmer", note="why")

    assert (draft.state, draft.author, draft.note) == (DraftState.DRAFT, "Anna", "why")
    assert draft.policy.name == "calmer"
    assert draft.policy.cutoffs_of("new") == cutoffs["new"]
    assert draft.policy.rules == decided.policies.live("credit-card").policy.rules


def test_nothing_to_count_and_an_unknown_product_are_said(service):
    with pytest.raises(NothingToSimulate):
        service.cutoff_desk.open("credit-card", wait=60)
    with pytest.raises(SimulationProductUnknown):
        service.cutoff_desk.open("unheard-of")
