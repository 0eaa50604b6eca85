"""Deciding by figures, tables, terms, reservations and a reference."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.decisioning.second import TEXT, document
from tests.unit.decisioning.test_decide import FEATURES, assessed, codes

from loanwright.decisioning.assessment import Assessment, ReferenceRefused
from loanwright.decisioning.decide import decide
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy, SegmentHasNoCutoffs, Terms, policy_from_toml
from loanwright.decisioning.reservation import (
    OUT_OF_RANGE,
    TOO_MANY_MISSING,
    UNSEEN_CATEGORY,
    Reservation,
)

POLICY = policy_from_toml(TEXT)
SOLID = {"age": 40, "income": 60_000, "payments": 6_000, "home": "own"}


def answer(score=650, grade="A", contributions=(0.8, -0.2, 0.1, -0.4, 0.3), unnamed=frozenset()):
    return Assessment(
        probability_of_default=0.1,
        score=score,
        grade=grade,
        log_odds=0.0,
        base_log_odds=0.0,
        features=FEATURES,
        contributions=contributions,
        unnamed=unnamed,
    )


def decided(
    assessment=None, policy=POLICY, segment="new", reservations=(), reference=None, **facts
):
    return decide(
        assessment or answer(),
        policy,
        segment=segment,
        facts={**SOLID, **facts},
        reservations=reservations,
        reference=reference,
    )


def without(*parts):
    return Policy.from_mapping({k: v for k, v in document().items() if k not in parts})


def test_figures_and_tables_are_computed_once_in_their_order():
    decision = decided()
    assert decision.outcome is Outcome.APPROVE
    assert dict(decision.figures) == {
        "payment_share": 0.1,
        "young": False,
        "highest_amount": 250_000.5,
        "tier": "high",
    }
    assert decided(age=20, income=40_000).figures["tier"] == "low"


def test_rules_read_figures_and_the_assessment():
    decision = decided(age=20, income=40_000)
    assert decision.outcome is Outcome.REFER
    assert codes(decision) == ["rule.young_with_little"]


def test_terms_are_those_of_the_grade_and_a_table_only_narrows_them():
    assert decided().terms == Terms(highest_amount=250_000, annual_rate_bp=1290)
    assert decided(answer(grade="B")).terms == Terms(highest_amount=80_000, annual_rate_bp=1890)
    assert decided(age=17).terms is None
    assert without("tables", "rules", "examples").terms["A"].highest_amount == 300_000


@pytest.mark.parametrize(
    ("grade", "facts"),
    [("C", {}), ("A", {"payments": 60_000}), ("A", {"payments": None})],
    ids=["a grade without terms", "nothing is left", "the table is missing"],
)
def test_terms_that_cannot_be_found_refer(grade, facts):
    decision = decided(answer(grade=grade), **facts)
    assert decision.outcome is Outcome.REFER
    assert decision.terms is None
    assert codes(decision) == ["terms.undetermined"]


def test_a_table_where_two_rows_hold_is_missing_when_only_one_may():
    rows = [{"when": "age > 20", "value": 1}, {"when": "age > 30", "value": 2}]
    policy = Policy.from_mapping(
        {
            **without("rules", "examples", "terms").to_mapping(),
            "tables": [{"name": "step", "hit": "unique", "kind": "number", "rows": rows}],
        }
    )
    steps = [decided(policy=policy, age=age).figures["step"] for age in (25, 35, 15, None)]
    assert steps == [1, None, None, None]


def test_a_fact_that_is_missing_leaves_a_rule_unknown_and_refers():
    decision = decided(home=None)
    assert decision.rule_results[2].result == "unknown"
    assert decision.outcome is Outcome.REFER
    assert codes(decision) == ["rule.tenant"]


def test_a_heeded_reservation_refers_and_is_named_first():
    said = (
        Reservation(code=UNSEEN_CATEGORY, feature="education"),
        Reservation(code=OUT_OF_RANGE, feature="income"),
    )
    decision = decided(home="free", reservations=said)
    assert decision.outcome is Outcome.REFER
    assert [(one.code, one.feature) for one in decision.reasons] == [
        ("humility.out_of_range", "income"),
        ("rule.tenant", None),
    ]
    assert decision.reservations == said


def test_a_reservation_never_softens_a_decline_and_is_not_its_reason():
    said = (Reservation(code=OUT_OF_RANGE, feature="income"),)
    decision = decided(age=17, reservations=said)
    assert decision.outcome is Outcome.DECLINE
    assert codes(decision) == ["rule.minimum_age"]


def test_a_policy_without_humility_heeds_no_reservation():
    said = (Reservation(code=OUT_OF_RANGE, feature="income"),)
    decision = decided(policy=without("humility", "examples"), reservations=said)
    assert decision.outcome is Outcome.APPROVE
    assert decision.reservations == said


def test_too_many_missing_inputs_refer_with_one_reason():
    missing = [Reservation(code=TOO_MANY_MISSING, feature=name) for name in FEATURES]
    assert decided(reservations=missing[:2]).outcome is Outcome.APPROVE
    decision = decided(reservations=missing[:3])
    assert codes(decision) == ["humility.too_many_missing"]


def test_a_missing_input_is_told_as_missing_and_never_speaks_for_anybody():
    said = [Reservation(code=TOO_MANY_MISSING, feature=name) for name in FEATURES[:2]]
    declined = decided(answer(500), reservations=said)
    assert codes(declined) == ["worst_delay.missing", "income.adverse", "education.adverse"]
    assert codes(decided(reservations=said)) == ["utilisation.favourable"]


def test_an_input_that_may_not_be_named_is_passed_over():
    unnamed = frozenset({"worst_delay"})
    assert codes(decided(answer(500, unnamed=unnamed))) == ["income.adverse", "education.adverse"]
    everything = frozenset(FEATURES)
    assert codes(decided(answer(500, unnamed=everything))) == ["score.below_cutoff"]
    said = (Reservation(code=OUT_OF_RANGE, feature="worst_delay"),)
    assert decided(answer(unnamed=unnamed), reservations=said).reasons[0].feature is None


def test_two_reservations_that_may_not_be_told_apart_are_told_once():
    said = [Reservation(code=OUT_OF_RANGE, feature=name) for name in ("income", "worst_delay")]
    hidden = answer(unnamed=frozenset({"income", "worst_delay"}))
    assert codes(decided(hidden, reservations=said)) == ["humility.out_of_range"]
    assert len(decided(reservations=[*said, *said]).reasons) == 2


def test_reasons_are_weighed_against_the_reference():
    reference = (0.9, 0.0, -0.5, 0.0, 0.0)
    decision = decided(answer(500), reference=reference)
    assert codes(decision) == ["education.adverse", "income.adverse"]
    assert decision.reasons[0].contribution == 0.6
    with pytest.raises(ReferenceRefused):
        decided(answer(500), reference=(0.0,))


def test_a_segment_that_nobody_foresaw_is_referred_or_a_named_error():
    decision = decided(segment="vip")
    assert (decision.outcome, decision.cutoff_outcome) == (Outcome.REFER, Outcome.REFER)
    assert codes(decision) == ["humility.unseen_segment"]
    with pytest.raises(SegmentHasNoCutoffs):
        decided(segment="vip", policy=without("humility", "examples"))


def test_the_first_schema_does_not_read_the_assessment_as_a_fact():
    when = [{"feature": "score", "operator": "gt", "value": 0}]
    rule = {"code": "rule.score", "outcome": "refer", "when": when, "text": {"en": "x", "ru": "x"}}
    policy = Policy.from_mapping(
        {
            "name": "first",
            "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}},
            "rules": [rule],
        }
    )
    decision = decide(assessed(650), policy, segment="new", facts={})
    assert decision.rule_results[0].result == "unknown"


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["own", "free", "", "2026-01-31", "\x00"]),
    st.lists(st.integers(), max_size=1),
)
facts = st.dictionaries(st.sampled_from([*SOLID, "other", "score", "young"]), values)
said = st.lists(
    st.builds(
        Reservation,
        code=st.sampled_from([OUT_OF_RANGE, UNSEEN_CATEGORY, TOO_MANY_MISSING]),
        feature=st.one_of(st.none(), st.sampled_from(FEATURES)),
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(
    facts,
    said,
    st.integers(250, 850),
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from(["new", "vip"]),
)
def test_whatever_is_said_there_is_one_outcome_and_at_most_four_reasons(
    known, reservations, score, grade, segment
):
    subject = answer(score, grade)
    decision = decide(subject, POLICY, segment=segment, facts=known, reservations=reservations)
    assert isinstance(decision.outcome, Outcome)
    assert 1 <= len(decision.reasons) <= 4
    assert len(set(decision.reasons)) == len(decision.reasons)
    assert all(one.result in ("fired", "passed", "unknown") for one in decision.rule_results)
    assert decision.terms is None or decision.outcome is not Outcome.DECLINE
    if decision.outcome is Outcome.APPROVE:
        assert decision.terms is not None
        assert all(one.result == "passed" for one in decision.rule_results)
