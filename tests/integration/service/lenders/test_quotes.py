"""One questionnaire, every lender's own decision: recorded, replayed, streamed, in order."""

import asyncio
import shutil
import time
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.integration.service.lenders.conftest import (
    ANSWERS,
    asked,
    open_with,
    with_adapters,
)

from loanwright.decisioning.burden import Means, burdening_payment
from loanwright.decisioning.outcome import Outcome
from loanwright.features.errors import RecordRejected
from loanwright.lending.options import Wish
from loanwright.service.kit.problem import PayloadRejected
from loanwright.service.lenders.adapters import AbsentLender, SlowLender
from loanwright.service.lenders.errors import NobodyLends
from loanwright.service.lenders.schemas import Answered, Ranking, Unanswered
from loanwright.service.users.schemas import Principal

KEY = Principal(id="key_1", kind="key", permissions=frozenset())
LENDERS = {"fairway", "greenfield", "northbank", "quickcash"}


def answers(quotes, question):
    async def collect():
        return [event async for event in quotes.stream(question)]

    *told, ranking = asyncio.run(collect())
    assert isinstance(ranking, Ranking)
    return {one.lender.name: one for one in told}, ranking


def test_every_lender_decides_for_itself_and_its_decision_replays_bit_for_bit(served):
    told, ranking = answers(served.quotes, asked())
    assert set(told) == LENDERS
    assert all(isinstance(one, Answered) for one in told.values()), told
    for name, one in told.items():
        decision = served.decisions.get(one.decision_id)
        assert decision.product == f"{name}-loan"
        assert decision.policy_hash == served.policies.live(f"{name}-loan").hash
        assert served.decisions.replay(one.decision_id).equal
    assert {one.lender.name for one in ranking.answered} == LENDERS
    assert ranking.unanswered == ()


def test_the_lenders_policies_and_not_their_model_make_the_difference(served):
    told, _ = answers(served.quotes, asked(features={**ANSWERS, "purpose": "holiday"}))
    assert told["greenfield"].quote.outcome is Outcome.DECLINE
    assert [one["code"] for one in told["greenfield"].reasons][:1] == ["rule.purpose"]
    assert told["quickcash"].quote.outcome is not Outcome.DECLINE


def test_the_same_key_gives_the_same_decisions_and_makes_none(served):
    first, _ = answers(served.quotes, asked(idempotency_key="one"))
    count = served.decisions.count()
    again, _ = answers(served.quotes, asked(idempotency_key="one"))
    assert {name: one.decision_id for name, one in again.items()} == {
        name: one.decision_id for name, one in first.items()
    }
    assert served.decisions.count() == count == len(LENDERS)


def test_a_slow_lender_is_named_and_the_others_do_not_wait_for_it(served):
    slow = None

    def slowed(one):
        nonlocal slow
        if one.lender.name != "fairway":
            return one
        slow = SlowLender(inner=one, seconds=60)
        return slow

    answers(served.quotes, asked())  # whatever is loaded once is loaded
    quotes = replace(with_adapters(served, slowed), seconds=5.0)
    started = time.monotonic()
    told, ranking = answers(quotes, asked())
    assert time.monotonic() - started < 30
    slow.let_go.set()
    late = told.pop("fairway")
    assert (late.state, late.code) == ("timed_out", "lender-timed-out")
    assert ranking.unanswered == (late,)
    assert all(isinstance(one, Answered) for one in told.values())


def test_a_failing_lender_is_named_and_the_others_answer(served):
    quotes = with_adapters(
        served, lambda one: AbsentLender(inner=one) if one.lender.name == "northbank" else one
    )
    told, ranking = answers(quotes, asked())
    failed = told.pop("northbank")
    assert isinstance(failed, Unanswered)
    assert (failed.state, failed.code) == ("failed", "lender_away")
    assert len(ranking.answered) == 3


def test_the_best_is_approved_within_the_means_when_it_is_asked_for(served):
    means = {"income": 700, "debt_payments": 100}
    wish = Wish(amount=9_000, term_months=12)
    told, _ = answers(served.quotes, asked(features={**ANSWERS, **means}, wish=wish))
    found = [one.quote.best for one in told.values() if one.quote.best is not None]
    assert found
    for name, one in told.items():
        best = one.quote.best
        if best is None:
            continue
        borne = Means(income=700_00, payments=100_00)
        assert borne.bears(burdening_payment(best.credit), cap_bp=5_000)
        again = Wish(amount=best.credit.amount // 100, term_months=best.credit.term_months)
        repeated, _ = answers(served.quotes, asked(features={**ANSWERS, **means}, wish=again))
        assert repeated[name].quote.outcome is Outcome.APPROVE


def test_who_is_refused_is_shown_the_safer_alternative(served):
    told, _ = answers(served.quotes, asked(wish=Wish(amount=3_500, term_months=12)))
    quick = told["quickcash"].quote
    assert quick.outcome is Outcome.DECLINE
    assert quick.wished is None
    assert quick.best.credit.amount == 3_000_00
    assert not quick.meets_wish


def resolve(service, outcomes):
    """Resolve as many referrals of each product as there are outcomes."""
    with service.database.write() as connection:
        rows = connection.execute(text("SELECT id, product FROM reviews ORDER BY id")).all()
        for product in {row.product for row in rows}:
            ids = [row.id for row in rows if row.product == product]
            for review_id, outcome in zip(ids, outcomes, strict=False):
                statement = text(
                    "UPDATE reviews SET state = 'resolved', outcome = :outcome, two_persons = 0, "
                    "result = 'changed', resolved_by = 'usr_1' WHERE id = :id"
                )
                connection.execute(statement.bindparams(outcome=outcome, id=review_id))


def test_the_chance_of_a_referral_is_what_the_lenders_people_did_before(served):
    # More than half of the income would go into debts: two of the lenders ask a person.
    heavy = asked(features={**ANSWERS, "income": 250, "debt_payments": 0})
    referred = set()
    for _ in range(2):
        told, _ = answers(served.quotes, heavy)
        for name, one in told.items():
            if one.quote.outcome is Outcome.REFER:
                assert one.quote.chance.basis == "unknown"
                referred.add(name)
    assert referred
    resolve(served, ["approve", "decline"])
    told, _ = answers(served.quotes, heavy)
    for name in referred:
        chance = told[name].quote.chance
        assert (chance.value, chance.basis, chance.reviews) == (0.5, "reviews", 2)
        assert 0 < chance.low < 0.5 < chance.high < 1


def test_adding_a_lender_is_adding_a_directory(settings, lenders_dir, served):
    assert "hilltop" not in {one.name for one in served.lenders}
    hilltop = lenders_dir / "hilltop"
    shutil.copytree(lenders_dir / "northbank", hilltop)
    for file in ("lender.toml", "loan-policy.toml"):
        text = (hilltop / file).read_text().replace("northbank", "hilltop")
        (hilltop / file).write_text(text)

    again = open_with(settings, lenders_dir)
    told, _ = answers(again.quotes, asked())
    again.close()
    assert set(told) == LENDERS | {"hilltop"}
    assert isinstance(told["hilltop"], Answered)


def test_one_applicant_is_one_person_to_every_lender(served):
    told, _ = answers(served.quotes, asked(applicant={"document_number": "D-1"}))
    decided = [served.decisions.get(one.decision_id) for one in told.values()]
    people = {served.applications.get(one.application_id).applicant_id for one in decided}
    assert len(people) == 1


def test_what_nobody_asks_for_or_can_read_is_refused_at_once(served):
    with pytest.raises(PayloadRejected):
        served.quotes.check(asked(features={**ANSWERS, "mood": 3}))
    with pytest.raises(RecordRejected):
        served.quotes.check(asked(features={**ANSWERS, "age": -1}))
    with pytest.raises(RecordRejected):
        served.quotes.check(asked(wish=Wish(amount=10**9, term_months=12)))
    with pytest.raises(NobodyLends):
        served.quotes.check(asked(base="credit-card"))
    assert served.decisions.count() == 0


def test_an_approval_is_offered_by_the_lender_at_its_own_price(served):
    told, _ = answers(served.quotes, asked(wish=Wish(amount=1_000, term_months=12)))
    approved = [one for one in told.values() if one.quote.outcome is Outcome.APPROVE]
    assert approved
    for one in approved:
        (offer,) = served.offers.list_of_decision(KEY, one.decision_id)
        assert offer.product == one.quote.product
        assert offer.total_cost == one.quote.wished.cost.total
        assert offer.apr == one.quote.wished.apr
