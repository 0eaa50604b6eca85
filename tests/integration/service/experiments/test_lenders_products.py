"""A lender's product without a model of its own: its base's challengers are tried and shadowed."""

import hashlib
import json

from tests.integration.service.lenders.conftest import (
    ANSWERS,
    BANK,
    lenders_dir,
    served,
    settings,
    write_loan,
)

from loanwright.service.audit.schemas import Actor
from loanwright.service.experiments.schemas import Arm, Design, Measure, Plan, State
from loanwright.service.origination.schemas import Submission
from loanwright.service.registry.schemas import State as ModelState

__all__ = ["lenders_dir", "served", "settings"]

PRODUCT = "northbank-loan"
FEATURES = {**ANSWERS, "amount": 2_000, "duration_months": 12}


def submission(number):
    asked = {"product": PRODUCT, "features": FEATURES, "n": number}
    received = json.dumps(asked).encode()
    return Submission(
        caller=BANK,
        idempotency_key=f"n-{number}",
        body_hash=hashlib.sha256(received).hexdigest(),
        received=received,
        product=PRODUCT,
        applicant=None,
        features=FEATURES,
    )


def test_the_challenger_of_the_base_is_tried_and_shadowed(served):
    path = write_loan(served.settings.models_dir / "beside", weight=-25.0)
    model = served.registry.register(path, by="tests")
    served.registry.promote(model.hash, to=ModelState.CHALLENGER, by="tests")
    arms = (
        Arm(name="champion", share=5_000),
        Arm(name="tried", share=5_000, model_hash=model.hash),
    )
    design = Design(arms=arms, measure=Measure.APPROVAL_RATE, plan=Plan(base=0.5, effect=0.1))
    one = served.experiments.propose(
        Actor(id="a"), name="base", product=PRODUCT, segment="new", design=design
    )
    served.experiments.approve(Actor(id="b"), one.id)
    served.experiments.start(Actor(id="a"), one.id)
    answers = served.origination.submit_many([submission(n) for n in range(16)])
    for answer in answers:
        served.work(answer.decision_id)
    made = served.experiments.list_assignments(one.id, limit=200).items
    by_champion = sum(each.arm == "champion" for each in made)
    assert 0 < by_champion < 16
    tallies = {each.model_hash: each.assessed for each in served.shadows.list_tallies()}
    assert tallies == {model.hash: by_champion}
    assert served.shadows.compare(model.hash).failures == {}
    assert served.experiments.watch() == 0
    served.registry.retire(model.hash, by="tests")
    assert served.experiments.watch() == 1
    assert served.experiments.get(one.id).state is State.STOPPED
