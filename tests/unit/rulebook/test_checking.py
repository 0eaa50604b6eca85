"""Planted defects are found and named, sound policies are not accused, and proofs hold."""

import copy
import json
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.unit.rulebook.policies import (
    CLEAN,
    DEFECTS,
    SOUND,
    changed,
    example,
    rule,
    ruled,
    table,
    tabled,
)

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy
from loanwright.features.policy_names import policy_names
from loanwright.features.product import bundled_product, bundled_products
from loanwright.rulebook.cases import Case, case_of
from loanwright.rulebook.checking import check
from loanwright.rulebook.differences import diff
from loanwright.rulebook.domains import domains_of
from loanwright.rulebook.examining import examine, examine_document
from loanwright.rulebook.report import FINDINGS

LOAN = bundled_product("instalment-loan")
NAMES = policy_names(LOAN)
ASSESSED = ("segment", "score", "probability_of_default", "grade")


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found_and_named_and_nothing_else(name):
    document, code, place = DEFECTS[name]
    report = examine_document(document, LOAN)

    assert {(one.code, one.place) for one in report.findings} == {(code, place)}
    assert not report.passed
    assert all(one.text.en and one.text.ru for one in report.findings)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_policy_is_not_accused(name):
    report = examine_document(SOUND[name], LOAN)

    assert report.findings == ()
    assert report.proved


@pytest.mark.parametrize("product", bundled_products())
def test_the_policies_of_the_bundled_products_are_sound(product):
    offered = bundled_product(product)
    report = examine(Policy.from_mapping(offered.policy), offered)

    assert report.findings == ()
    assert [one for one in report.examples if not one.passed] == []


def first_finding(name):
    return examine_document(DEFECTS[name][0], LOAN).findings[0]


def test_whoever_a_row_divides_by_nothing_for_is_shown():
    finding = first_finding("a row that divides by nothing")
    assert finding.example["duration_months"] == 12
    assert "divided by zero" in finding.text.en


def test_a_cutoff_above_every_score_is_told_with_the_highest_score():
    text = first_finding("a cut-off above every score").text.en
    assert text == "Nobody in the segment new can be approved: no score is above 1562."


def test_of_a_band_without_scores_nothing_is_proved():
    report = examine_document(DEFECTS["a cut-off above every score"][0], LOAN)
    assert not [one.en for one in report.proved if "99999" in one.en and "≥" in one.en]


def test_a_protected_feature_is_called_protected():
    document = DEFECTS["a protected feature"][0]
    assert "sex is protected" in examine_document(document, LOAN).findings[0].text.en
    stated = changed(examples=[*CLEAN["examples"], example("approve", sex="female")])
    assert "sex is protected" in examine_document(stated, LOAN).findings[0].text.en


def test_what_no_example_shows_hides_no_other_finding():
    small, large = rule("amount < 5000", code="rule.small"), rule("amount >= 5000")
    found = examine_document(ruled(small, large, shown=()) | {"examples": [example("refer")]}, LOAN)
    assert {"nobody_approved", "rule_without_example"} <= {one.code for one in found.findings}


def test_a_policy_of_the_first_schema_need_carry_no_examples():
    assert examine_document(SOUND["the first schema"], LOAN).passed


def test_every_finding_is_planted_somewhere():
    assert {code for _, code, _ in DEFECTS.values()} | {"not_proved"} == set(FINDINGS)


def case_from(example):
    facts = {name: value for name, value in example.items() if name not in ASSESSED}
    inputs = LOAN.segment(example["segment"]).features
    return Case(**{name: example[name] for name in ASSESSED}, facts=facts, inputs=inputs)


def shown(policy, finding):
    """Tell by the evaluator alone whether the example of a finding shows it."""
    case = case_from(finding.example)
    facts = list(case.facts.values())
    decision = case.decided(policy)
    results = {one.code: one.result for one in decision.rule_results}
    index = int(finding.place.split("[")[1].split("]")[0]) if "[" in finding.place else 0
    if finding.code.startswith(("table_", "row_")):
        answers = [case.answer(policy, row.when) for row in policy.tables[index].rows]
        row = int(finding.place.rsplit("[")[-1].rstrip("]"))
        given = decision.figures[policy.tables[index].name]
        return {
            "table_gap": lambda: given is None and (None not in answers or None not in facts),
            "table_overlap": lambda: answers.count(True) > 1,
            "row_always_beaten": lambda: answers[row] and set(answers[:row]) != {False},
        }[finding.code]()
    if finding.code in ("rule_always_fires", "rule_never_passes", "rule_never_known"):
        return results[policy.rules[index].code] in ("fired", "unknown")
    return {
        "rule_always_beaten": lambda: (
            decision.outcome is Outcome.DECLINE and results[policy.rules[index].code] == "fired"
        ),
        "rule_without_example": lambda: results[policy.rules[index].code] == "fired",
        "nobody_approved": lambda: decision.outcome is not Outcome.APPROVE,
        "grade_without_terms": lambda: decision.terms is None and decision.outcome is Outcome.REFER,
        "terms_never_found": lambda: decision.terms is None,
        "figure_never_known": lambda: list(decision.figures.values())[index] is None,
    }[finding.code]()


@pytest.mark.parametrize(
    "name",
    [one for one, (_, code, _) in DEFECTS.items() if code not in ("rejected", "unknown_segment")],
)
def test_the_example_of_a_finding_really_shows_it(name):
    document, code, _ = DEFECTS[name]
    finding = next(one for one in examine_document(document, LOAN).findings if one.code == code)
    without = (
        *("rule_never_fires", "row_never_holds", "unknown_grade", "segment_without_cutoffs"),
        *("no_examples", "example_name_twice", "example_fact_wrong"),
    )
    if code in without or finding.place.startswith("cutoffs."):
        assert set(finding.example) <= {"segment"}
    else:
        assert shown(Policy.from_mapping(document, names=NAMES), finding)


def test_what_is_not_settled_in_time_is_said():
    policy = Policy.from_mapping(CLEAN, names=NAMES)
    findings = check(policy, LOAN, seconds=0).findings

    assert {one.code for one in findings} == {"not_proved"}
    assert check(policy, LOAN, seconds=0).proved == []


def test_a_question_that_is_too_hard_is_not_answered_with_silence():
    hard = "amount * income * age * duration_months + debt_payments * amount * amount == 77777.125"
    report = examine(Policy.from_mapping(ruled(rule(hard)), names=NAMES), LOAN, seconds=3)
    doubted = [one for one in report.findings if one.code == "not_proved"]

    # Whatever the prover manages: it says so, or it has an answer.
    assert doubted or report.passed or report.findings


# Which ages, scores and codes expressions are made of: near enough to each other to interfere.
ATOMS = st.one_of(
    st.builds(
        "age {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.integers(12, 40),
    ),
    st.builds("score {} {}".format, st.sampled_from(["<", ">="]), st.integers(520, 580)),
    st.builds('housing in ("{}",)'.format, st.sampled_from(["own", "rent"])),
    st.builds("income > {}".format, st.integers(0, 5)),
    st.just("missing(income)"),
    st.just("repaying_elsewhere"),
    st.builds('grade == "{}"'.format, st.sampled_from("ABD")),
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=4,
)
ROWS = st.lists(CONDITIONS, min_size=1, max_size=4)
OUTCOMES = st.sampled_from(["refer", "decline"])


def random_case(chance, segment):
    """Return somebody whom the dictionary allows."""
    domains = domains_of(LOAN, segment)
    facts = {}
    for name in ("age", "housing", "income", "repaying_elsewhere", "duration_months", "amount"):
        domain = domains[name]
        if domain.kind == "category":
            value = chance.choice(domain.codes)
        elif domain.kind == "boolean":
            value = chance.random() < 0.5
        else:
            low = int(domain.minimum or 0)
            high = chance.choice([low + 6, low + 30, int(domain.maximum or 100)])
            value = chance.randint(low, high)
        absent = not domain.known or (domain.missing and chance.random() < 0.3)
        facts[name] = None if absent else value
    return case_of(LOAN, segment, chance.randint(500, 620), facts)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # To make a failing policy smaller takes minutes; it is small anyhow.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(rows=ROWS, hit=st.sampled_from(["first", "unique"]), fires=CONDITIONS, outcome=OUTCOMES)
def test_findings_are_shown_and_proofs_hold_for_whomever_comes(rows, hit, fires, outcome):
    planted = table(*[(row, place) for place, row in enumerate(rows)], hit=hit)
    document = tabled(planted, rules=[rule(fires, outcome)], humility=None)
    policy = Policy.from_mapping(document, names=NAMES)
    report = examine(policy, LOAN)
    found = {one.code for one in report.findings}
    for finding in report.findings:
        assert finding.code != "not_proved"
        if finding.example:
            assert shown(policy, finding), finding

    chance = random.Random(f"{rows}{fires}")
    cases = [random_case(chance, segment) for segment in ("new", "existing") * 100]
    decided = [one.decided(policy) for one in cases]
    answers = [[one.answer(policy, row.when) for row in policy.tables[1].rows] for one in cases]
    if "table_gap" not in found:
        assert all(None in one or any(one) for one in answers)
    if hit == "unique" and "table_overlap" not in found:
        assert max(one.count(True) for one in answers) <= 1
    results = [one.rule_results[0].result for one in decided]
    if "rule_never_fires" in found:
        assert "fired" not in results
    if "rule_always_fires" not in found and "rule_never_fires" not in found:
        assert {one.outcome for one in decided} <= set(Outcome)
    said = {text.en for text in report.proved}
    for case, decision in zip(cases, decided, strict=True):
        declined = f"{case.segment}, score < {policy.cutoffs[case.segment].refer_from}"
        if case.score < policy.cutoffs[case.segment].refer_from:
            assert decision.outcome is Outcome.DECLINE
            assert f"{declined}: always declined." in said


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_where_nothing_is_found_nobody_breaks_the_decision(chance):
    policy = Policy.from_mapping(CLEAN, names=NAMES)
    case = random_case(chance, chance.choice(["new", "existing"]))
    facts = {**case.facts, chance.choice(list(case.facts)): chance.choice([None, "x", 1e308, True])}
    odd = case_of(LOAN, case.segment, chance.randint(-(10**6), 10**6), facts)

    assert odd.decided(policy).outcome in set(Outcome)


def test_fifty_rules_are_checked_in_the_time_of_a_request():
    many = [
        rule(f"age > {20 + place} and amount > {200 + 300 * place}", code=f"rule.many_{place}")
        for place in range(50)
    ]
    codes = [one["code"] for one in many]
    one = example("refer", *codes, age=75, amount=18_000)
    document = changed(rules=many, examples=[one])
    report = examine(Policy.from_mapping(document, names=NAMES), LOAN, seconds=60)

    assert report.passed
    assert "Each of the 50 rules" in " ".join(one.en for one in report.proved)


ODD = (10**400, -(10**30), 1e308, 0, True, None, "", "{x}", [], {}, "true", "1/0", "(" * 200, "\0")


def places(part, path=()):
    """Yield the path of every value of a document."""
    inside = part.items() if isinstance(part, dict) else enumerate(part)
    for name, value in inside:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from places(value, (*path, name))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.sampled_from(sorted(SOUND)), st.sampled_from(range(len(ODD))), st.randoms())
def test_whatever_a_document_holds_the_answer_is_a_report(name, odd, chance):
    document = copy.deepcopy(SOUND[name])
    *inner, last = chance.choice(list(places(document)))
    part = document
    for step in inner:
        part = part[step]
    part[last] = ODD[odd]

    report = examine_document(document, LOAN)
    assert json.loads(json.dumps(report.to_mapping())) == report.to_mapping()
    if "rejected" not in {one.code for one in report.findings}:
        assert all(one.text.ru for one in diff(None, Policy.from_mapping(document)))
