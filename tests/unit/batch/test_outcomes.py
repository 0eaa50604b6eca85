"""Policies with figures, tables, terms and humility say of columns what they say of one row."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.batch.made import SMALL
from tests.unit.batch.test_deciding import FEATURES, rows

from loanwright.batch.assessed import Assessed
from loanwright.batch.deciding import OUTCOMES, Decider
from loanwright.batch.facts import facts_of
from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reservation import (
    OUT_OF_RANGE,
    TOO_MANY_MISSING,
    UNSEEN_CATEGORY,
    Reservation,
)
from loanwright.features.columns import decode
from loanwright.simulation.columns import decide_columns

CONDITIONS = [
    "income < 1000", "age < 18 or owner", 'housing == "own"', 'housing not in ("rent", "own")',
    "missing(income)", "missing(housing) and rent > 0", "not owner", "rent / income > 0.5",
    "score >= 530", 'grade == "A"', "probability_of_default > 0.15", "share >= 0.5", "limit < 900",
    "sum(rent, delay) > 2", "500 <= income < 1000.5", "income in (0, 500)",
    "bands(age, 18, 40) == 1", "min(rent, income) == 0", "clip(income, 100, 900) > 100",
    "missing(share)", "unheard_of > 1", "is_late", "true", "count(owner, is_late) > 0",
    "if(owner, rent > 0, age > 20)", 'band == "low"', "abs(burden) > 0.4",
    "income * income / rent > 1",
    'since == "1970-01-02"', "since > 300", "wide",
]  # fmt: skip
texts = st.sampled_from(CONDITIONS)
TEXT = {"en": "Text.", "ru": "Текст."}


@st.composite
def policies(draw):
    rules = [
        {
            "code": f"rule.number_{place}",
            "outcome": draw(st.sampled_from(["refer", "decline"])),
            "when": draw(texts),
            "text": TEXT,
        }
        for place in range(draw(st.integers(0, 5)))
    ]
    rows_of_limits = [
        {"when": draw(st.sampled_from(CONDITIONS[:6])), "value": draw(st.integers(0, 1200))}
        for _ in range(draw(st.integers(1, 3)))
    ]
    name = draw(st.sampled_from(["limit", "highest_amount"]))
    segment = draw(st.sampled_from(["new", "existing"]))
    document = {
        "schema": 2,
        "name": "drawn",
        "cutoffs": {segment: {"approve_from": 550, "refer_from": 520}},
        "figures": [
            {"name": "share", "expression": draw(st.sampled_from(["rent / income", "delay - 1"]))},
            {"name": "wide", "expression": draw(st.sampled_from(["owner", "share > 0.5"]))},
        ],
        "tables": [
            {"name": name, "hit": draw(st.sampled_from(["first", "unique"])), "kind": "number",
             "rows": rows_of_limits},
            {"name": "band", "hit": "first", "kind": "category",
             "rows": [{"when": "income < 600", "value": "low"}, {"when": "true", "value": "high"}]},
        ],
        "rules": rules,
        "humility": {
            "out_of_range": draw(st.booleans()),
            "unseen_categories": draw(st.booleans()),
            "unseen_segments": True,
            "most_missing": draw(st.sampled_from([0.1, 0.3, 1.0])),
        },
    }  # fmt: skip
    if draw(st.booleans()):
        grades = draw(st.sampled_from([("A",), ("A", "B")]))
        stated = {"highest_amount": 1000, "annual_rate_bp": 1290}
        document["terms"] = dict.fromkeys(grades, stated)
    return Policy.from_mapping(document)


doubts = st.lists(
    st.builds(
        Reservation,
        code=st.sampled_from([OUT_OF_RANGE, UNSEEN_CATEGORY, TOO_MANY_MISSING]),
        feature=st.sampled_from(FEATURES),
    ),
    max_size=3,
    unique_by=lambda one: one.feature,
).map(lambda found: tuple(sorted(found, key=lambda one: FEATURES.index(one.feature))))
REFERENCE = (0.1, 0.0, 0.25, 0.0, -0.25, 0.0)


def alone(policy, row, grade, said, reference, unnamed):
    assessment = Assessment(
        probability_of_default=0.1,
        score=row["score"],
        grade=grade,
        log_odds=0.0,
        base_log_odds=0.0,
        features=FEATURES,
        contributions=tuple(row["contributions"]),
        unnamed=unnamed,
    )
    known = {name: decode(SMALL.features[name], value) for name, value in row["facts"].items()}
    return decide(
        assessment, policy, segment="new", facts=known, reference=reference, reservations=said
    )


@settings(max_examples=400, deadline=None)
@given(
    policies(),
    st.lists(st.tuples(rows(), st.integers(0, 1), doubts), min_size=1, max_size=6),
    st.sampled_from([None, REFERENCE]),
    st.sampled_from([frozenset(), frozenset(FEATURES[:3])]),
)
def test_every_row_is_decided_as_it_is_alone(policy, drawn, reference, unnamed):
    assessed = Assessed(
        scores=np.array([row["score"] for row, _, _ in drawn], dtype=np.int64),
        probabilities=np.full(len(drawn), 0.1),
        grades=np.array([grade for _, grade, _ in drawn], dtype=np.int64),
        names=("A", "B"),
        inputs=FEATURES,
        reservations=[said for _, _, said in drawn],
    )
    names = drawn[0][0]["facts"]
    columns = {name: np.array([row["facts"][name] for row, _, _ in drawn]) for name in names}
    decider = Decider(
        policy=policy,
        segment="new",
        dictionary=SMALL.features,
        features=FEATURES,
        reference=reference,
        unnamed=unnamed,
    )
    weights = np.array([row["contributions"] for row, _, _ in drawn])
    decided = decider.decide(assessed, weights, columns)
    outcomes = decide_columns(
        policy, segment="new", facts=facts_of(columns, SMALL.features), assessed=assessed
    )
    for place, (row, grade, said) in enumerate(drawn):
        decision = alone(policy, row, "AB"[grade], said, reference, unnamed)
        given_reasons = [decider.reasons[at] for at in decided.reasons[place] if at >= 0]
        assert OUTCOMES[decided.outcomes[place]] == decision.outcome
        assert [(one.code, one.feature) for one in given_reasons] == [
            (one.code, one.feature) for one in decision.reasons
        ]
        assert outcomes.cutoff_outcomes[place] == decision.cutoff_outcome.severity
        told = [("passed", "fired", "unknown")[each] for each in outcomes.results[place]]
        assert told == [one.result for one in decision.rule_results]
        for name, figure in outcomes.figures.items():
            assert figure.decode(float(figure.values[place])) == decision.figures[name]
        if decision.terms is not None:
            assert outcomes.amounts[place] == decision.terms.highest_amount
            assert outcomes.rates_bp[place] == decision.terms.annual_rate_bp
