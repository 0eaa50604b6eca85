"""Columns are decided as rows are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.batch.made import SMALL
from tests.unit.batch.test_deciding import VALUES, assessed_as, policies, rows

from loanwright.batch.facts import facts_of
from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import decide
from loanwright.features.columns import decode
from loanwright.simulation.columns import decide_columns

RESULTS = ("passed", "fired", "unknown")


def alone(policy, row):
    assessment = Assessment(
        probability_of_default=0.1,
        score=row["score"],
        grade="A",
        log_odds=0.0,
        base_log_odds=0.0,
        features=(),
        contributions=(),
    )
    known = {name: decode(SMALL.features[name], value) for name, value in row["facts"].items()}
    return decide(assessment, policy, segment="new", facts=known)


@settings(max_examples=200, deadline=None)
@given(policies(), st.lists(rows(), max_size=8))
def test_every_row_is_decided_as_it_is_alone(policy, drawn):
    columns = {name: np.array([row["facts"][name] for row in drawn]) for name in VALUES}
    decided = decide_columns(
        policy,
        segment="new",
        facts=facts_of(columns, SMALL.features),
        assessed=assessed_as([row["score"] for row in drawn]),
    )
    for place, row in enumerate(drawn):
        decision = alone(policy, row)
        assert decided.outcomes[place] == decision.outcome.severity
        assert decided.cutoff_outcomes[place] == decision.cutoff_outcome.severity
        told = [RESULTS[each] for each in decided.results[place]]
        assert list(zip(decided.codes, told, strict=True)) == [
            (one.code, one.result) for one in decision.rule_results
        ]
