"""Columns are decided as rows are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.batch.made import SMALL

from loanwright.batch.assessed import Assessed
from loanwright.batch.deciding import OUTCOMES, Decider
from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.features.columns import decode

FEATURES = ("income", "housing", "owner", "since", "burden", "delay")
NUMBERS = ("income", "rent", "age", "delay", "burden")
numbers = st.sampled_from([0, 1, 2, 3, 500, 1000.5, 2**53 + 1, -1])
days = st.sampled_from([0.0, 1.0, 365.0, 20000.0])
VALUES = {
    "income": st.sampled_from([0.0, 1.0, 500.0, 1000.5, 3000.0, 2.0**53]),
    "rent": st.sampled_from([0.0, 500.0, 1000.5]),
    "age": st.sampled_from([14.0, 18.0, 40.0]),
    "delay": st.sampled_from([0.0, 1.0, 2.0, 3.0]),
    "burden": st.sampled_from([0.0, 0.5, 1.0, -1.0]),
    "housing": st.sampled_from([0.0, 1.0]),
    "income_band": st.sampled_from([0.0, 1.0, 2.0]),
    "owner": st.sampled_from([0.0, 1.0]),
    "is_late": st.sampled_from([0.0, 1.0]),
    "since": days,
}
texts = st.sampled_from(["rent", "own", "low", "1970-01-02", "2024-10-04", "other"])


@st.composite
def conditions(draw):
    feature = draw(st.sampled_from([*VALUES, "unheard_of"]))
    operator = draw(
        st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "in", "not_in", "missing"])
    )
    if operator == "missing":
        value = draw(st.booleans())
    elif operator in ("in", "not_in"):
        kind = draw(st.sampled_from([numbers, texts, st.booleans()]))
        value = draw(st.lists(kind, min_size=1, max_size=3))
    elif operator in ("eq", "ne"):
        value = draw(st.one_of(numbers, texts, st.booleans()))
    else:
        value = draw(numbers)
    return {"feature": feature, "operator": operator, "value": value}


@st.composite
def policies(draw):
    rules = []
    for place in range(draw(st.integers(0, 6))):
        rule = {
            "code": f"rule.number_{place}",
            "outcome": draw(st.sampled_from(["refer", "decline"])),
            "when": draw(st.lists(conditions(), min_size=1, max_size=3)),
            "text": {"en": "Text.", "ru": "Текст."},
        }
        if draw(st.booleans()):
            rule["segments"] = [draw(st.sampled_from(["new", "existing"]))]
        rules.append(rule)
    refer_from = draw(st.integers(500, 560))
    cutoffs = {"approve_from": draw(st.integers(refer_from, 580)), "refer_from": refer_from}
    named = {"new": cutoffs, "existing": cutoffs}
    return Policy.from_mapping({"name": "drawn", "cutoffs": named, "rules": rules})


@st.composite
def rows(draw):
    weights = st.sampled_from([0.0, -0.0, 0.25, 0.5, -0.25, -0.5, 1.0, 1e-300])
    return {
        "score": draw(st.integers(490, 590)),
        "contributions": draw(st.lists(weights, min_size=6, max_size=6)),
        "facts": {
            name: draw(st.one_of(st.just(float("nan")), values)) for name, values in VALUES.items()
        },
    }


def assessed_as(scores):
    return Assessed(
        scores=np.array(scores, dtype=np.int64),
        probabilities=np.full(len(scores), 0.1),
        grades=np.zeros(len(scores), dtype=np.int64),
        names=("A", "B"),
        inputs=FEATURES,
    )


def one_by_one(policy, row):
    assessment = Assessment(
        probability_of_default=0.1,
        score=row["score"],
        grade="A",
        log_odds=0.0,
        base_log_odds=0.0,
        features=FEATURES,
        contributions=tuple(row["contributions"]),
    )
    known = {name: decode(SMALL.features[name], value) for name, value in row["facts"].items()}
    decision = decide(assessment, policy, segment="new", facts=known)
    return str(decision.outcome), [reason.code for reason in decision.reasons]


@settings(max_examples=200, deadline=None)
@given(policies(), st.lists(rows(), min_size=1, max_size=8))
def test_every_row_of_a_block_is_decided_as_it_is_alone(policy, drawn):
    decider = Decider(policy=policy, segment="new", dictionary=SMALL.features, features=FEATURES)
    decided = decider.decide(
        assessed_as([row["score"] for row in drawn]),
        np.array([row["contributions"] for row in drawn]),
        {name: np.array([row["facts"][name] for row in drawn]) for name in VALUES},
    )
    for place, row in enumerate(drawn):
        codes = [decider.codes[at] for at in decided.reasons[place] if at >= 0]
        found = str(OUTCOMES[decided.outcomes[place]]), codes
        assert found == one_by_one(policy, row)


def test_a_block_without_rows_is_decided():
    policy = Policy.from_mapping(SMALL.policy)
    decider = Decider(policy=policy, segment="new", dictionary=SMALL.features, features=FEATURES)
    decided = decider.decide(assessed_as([]), np.empty((0, 6)), {"age": np.array([])})
    assert decided.reasons.shape == (0, 4)
