"""One application put to every lender by a worker, each answer kept as it comes."""

import json
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import text
from tests.integration.service.lenders.conftest import (
    ANSWERS,
    lenders_dir,
    open_with,
    served,
    settings,
    with_adapters,
)

from loanwright.service.audit.schemas import Actor
from loanwright.service.enquiries.schemas import AnswerState, Asking
from loanwright.service.enquiries.service import KIND
from loanwright.service.lenders.adapters import AbsentLender
from loanwright.service.origination.reading import read_submission
from loanwright.service.origination.schemas import Caller

__all__ = ["lenders_dir", "open_with", "served", "settings"]

PUBLIC = Caller(id="public", kind="public", scopes=frozenset({"applications:write"}))
FEATURES = {**ANSWERS, "amount": 2_000.0, "duration_months": 12}
LENDERS = {"fairway", "greenfield", "northbank", "quickcash"}


@pytest.fixture
def asking(served):
    body = json.dumps({"product": "instalment-loan", "features": FEATURES}).encode()
    reply = served.origination.submit(read_submission(body, caller=PUBLIC, idempotency_key=None))
    told = msgspec.json.decode(reply.body)
    return Asking(
        caller=PUBLIC,
        application_id=told["id"],
        applicant_id=told["applicant"]["id"],
        product="instalment-loan",
        features=FEATURES,
    )


def work(service):
    for job in service.jobs.list_of_kind(KIND, caller_id=None, most=10):
        service.workbench.work(job.id)


def test_every_lender_is_waited_for_and_then_ranked(served, asking):
    enquiries = served.enquiries
    assert enquiries.find(asking.application_id) is None
    enquiries.open(asking)
    before = enquiries.find(asking.application_id)
    assert {one.lender for one in before.answers} == LENDERS
    assert {one.state for one in before.answers} == {AnswerState.WAITING}
    assert before.ended_at is None
    work(served)
    after = enquiries.find(asking.application_id)
    assert [one.rank for one in after.answers] == [1, 2, 3, 4]
    assert {one.state for one in after.answers} == {AnswerState.ANSWERED}
    assert after.ended_at is not None
    for one in after.answers:
        assert one.told["decision"]["outcome"] in ("approve", "refer", "decline")
        decision = served.decisions.get(one.told["decision"]["id"])
        assert decision.applicant_id == asking.applicant_id


def test_asked_twice_nobody_decides_twice(served, asking):
    served.enquiries.open(asking)
    served.enquiries.open(asking)
    work(served)
    count = served.decisions.count()
    served.enquiries.open(asking)
    work(served)
    assert served.decisions.count() == count == 1 + len(LENDERS)


def test_a_lender_that_is_away_is_named_and_the_others_are_ranked(served, asking):
    def absent(one):
        return AbsentLender(inner=one) if one.lender.name == "fairway" else one

    enquiries = replace(served.enquiries, quotes=with_adapters(served, absent))
    enquiries.open(asking)
    (job,) = served.jobs.list_of_kind(KIND, caller_id=None, most=1)
    enquiries.ask(served.jobs.claim(job.id))
    answers = {one.lender: one for one in enquiries.find(asking.application_id).answers}
    assert answers["fairway"].state is AnswerState.FAILED
    assert answers["fairway"].rank is None
    assert sorted(one.rank for one in answers.values() if one.rank) == [1, 2, 3]


def test_what_lenders_told_is_sealed_and_gone_with_the_person(served, asking):
    served.enquiries.open(asking)
    work(served)
    with served.database.read() as connection:
        rows = connection.execute(text("SELECT told FROM enquiry_answers")).scalars().all()
    assert len(rows) == len(LENDERS)
    assert not any("outcome" in one for one in rows)
    served.erasure.request(Actor(id="usr_1"), asking.applicant_id, reason="wish", force=True)
    after = served.enquiries.find(asking.application_id)
    assert {one.told for one in after.answers} == {None}


def test_only_a_product_that_lenders_lend_can_be_asked_for(served):
    assert served.enquiries.lends("instalment-loan")
    assert not served.enquiries.lends("credit-card")
