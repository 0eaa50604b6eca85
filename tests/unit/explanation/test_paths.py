"""Paths against brute force, over cards, records and policies that chance made."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import loanwright.explanation.paths as paths_module
from loanwright.calibration.curve import Calibration
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.engine.scorecard import ScorecardTable, scorecard_runtime
from loanwright.explanation.paths import (
    Applicant,
    FeatureUnchangeable,
    PathLimits,
    PathLimitsRefused,
    find_paths,
)
from loanwright.explanation.paths_space import space_of
from loanwright.features.columns import facts, matrix
from loanwright.features.product import parse_product
from loanwright.packaging.assessor import Assessor
from loanwright.scaling import Scale

REASONS = """
[features.{name}.reasons]
adverse = {{ en = "{name} against", ru = "{name} против" }}
favourable = {{ en = "{name} for", ru = "{name} за" }}
"""
FEATURE = (
    """
[features.{name}]
title = {{ en = "{name}", ru = "{name}" }}
help = {{ en = "{name}", ru = "{name}" }}
{rest}
"""
    + REASONS
)
NUMBER = (
    'type = "integer"\nminimum = 0\nmaximum = {high}\nsource = "{source}"\nactionable = {action}'
)
CODES = """type = "category"
source = "questionnaire"
categories = [
  { code = "none", title = { en = "None", ru = "Нет" } },
  { code = "friend", title = { en = "Friend", ru = "Друг" } },
  { code = "parent", title = { en = "Parent", ru = "Родитель" } },
]
actionable = { kind = "up", cost = 0.5 }"""
TEXT = """
[product]
name = "toy"
title = { en = "Toy", ru = "Игрушка" }
currency = "EUR"
[sample]
default = "default"
[segments.new]
title = { en = "New", ru = "Новые" }
champion = "scorecard"
features = ["amount", "months", "rate", "helper", "bureau", "fixed"]
[scale]
pdo = 20
anchor_score = 600
anchor_odds = 30
grades = [{ name = "A", score_from = 600 }, { name = "B", score_from = 0 }]
[policy]
name = "toy"
[policy.cutoffs]
new = { approve_from = 560, refer_from = 540 }
""" + "".join(
    FEATURE.format(name=name, rest=rest)
    for name, rest in {
        "amount": NUMBER.format(
            high=10, source="questionnaire", action='{ kind = "any", step = 1, cost = 2 }'
        ),
        "months": NUMBER.format(
            high=6, source="questionnaire", action='{ kind = "down", step = 1 }'
        ),
        "helper": CODES,
        "bureau": NUMBER.format(high=4, source="bureau", action='{ kind = "any", step = 1 }'),
        "fixed": NUMBER.format(high=4, source="questionnaire", action='{ kind = "fixed" }'),
        "rate": 'type = "number"\nexpression = "amount / (months + 1)"',
    }.items()
)
TOY = parse_product(TEXT)
NAMES = TOY.segment("new").features
EDGES = {"amount": [3, 7], "months": [2, 4], "rate": [1, 2.5], "bureau": [2], "fixed": [2]}
MOVES = ("amount", "months", "helper")


def card(points):
    """A scorecard from numbers that chance made, two or three bins for each input."""
    given_points = iter(points)
    features = []
    for name in NAMES:
        if name == "helper":
            bins = [
                {"kind": "category", "codes": [c], "log_odds": next(given_points), "share": 0.25}
                for c in range(3)
            ]
            bins.append({"kind": "missing", "log_odds": 0.0, "share": 0.25})
        else:
            ends = [None, *map(float, EDGES[name]), None]
            share = 1 / (len(ends) - 1)
            bins = [
                {"kind": "range", "lower": a, "upper": b, "log_odds": next(given_points),
                 "share": share}
                for a, b in itertools.pairwise(ends)
            ]  # fmt: skip
        features.append({"name": name, "bins": bins})
    table = {"schema": 1, "intercept": -2.0, "features": features}
    return scorecard_runtime(ScorecardTable.from_mapping(table), backend="numpy")


def applicant_of(runtime, record, policy, family="scorecard"):
    scale = Scale.from_mapping(TOY.scale)

    def assess(changed):
        curve = Calibration(knots_x=(-1.0, 1.0), knots_y=(-1.0, 1.0))
        assessor = Assessor(runtime=runtime, calibration=curve, scale=scale, features=NAMES)
        return assessor.assess(matrix(TOY, "new", [changed]))[0]

    def decided(changed):
        known = facts(TOY, "new", changed, policy.names())
        return decide(assess(changed), policy, segment="new", facts=known)

    return Applicant(
        product=TOY,
        segment="new",
        record=record,
        policy=policy,
        family=family,
        known={},
        log_odds=runtime.log_odds,
        scores=scale.score,
        decided=decided,
    )


def policy_of(approve_from, rules):
    return Policy.from_mapping(
        {
            "schema": 2,
            "name": "toy",
            "cutoffs": {"new": {"approve_from": approve_from, "refer_from": 400}},
            "rules": [
                {"code": f"rule.r{n}", "outcome": "refer", "when": when, "text": TEXTS}
                for n, when in enumerate(rules)
            ],
        }
    )


TEXTS = {"en": "Refused.", "ru": "Отказ."}
RULES = (
    "amount > 8",
    "amount < 2",
    "rate > 3",
    'helper == "friend" and months < 3',
    "months + amount > 12",
    "fixed > 3",
    "score < 570 and amount > 4",
)
POINTS = st.floats(-1.2, 1.2).map(lambda points: round(points, 2))
WORLDS = st.fixed_dictionaries(
    {
        "points": st.lists(POINTS, min_size=18, max_size=18),
        "record": st.fixed_dictionaries(
            {
                "amount": st.integers(0, 10),
                "months": st.integers(0, 6),
                "helper": st.sampled_from(["none", "friend", "parent"]),
                "bureau": st.integers(0, 4),
                "fixed": st.integers(0, 4),
            }
        ),
        "approve_from": st.integers(520, 600),
        "rules": st.lists(st.sampled_from(RULES), max_size=3, unique=True),
    }
)
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PATIENT = PathLimits(count=5, seconds=30.0)


def world_of(world, family="scorecard"):
    policy = policy_of(world["approve_from"], world["rules"])
    return applicant_of(card(world["points"]), world["record"], policy, family)


def brute_force(applicant):
    """Return every approved change: the set of what it changes, to the least it costs."""
    space = space_of(TOY, "new", applicant.record, {})
    best = {}
    for pick in itertools.product(*(range(len(move.values)) for move in space.moves)):
        changed = dict(applicant.record)
        for move, place in zip(space.moves, pick, strict=True):
            value = move.values[place]
            name = move.feature.name
            changed[name] = move.feature.codes[int(value)] if name == "helper" else int(value)
        if applicant.decided(changed).outcome == "approve":
            names = frozenset(n for n in changed if changed[n] != applicant.record[n])
            cost = float(space.costs(np.array([pick]))[0])
            best[names] = min(cost, best.get(names, np.inf))
    return best


def check_paths(applicant, answer):
    for path in answer.paths:
        assert applicant.decided(path.record).outcome == "approve"
        assert path.steps
        changed = {n for n in path.record if path.record[n] != applicant.record[n]}
        assert changed == {step.feature.name for step in path.steps}
        assert changed <= set(MOVES)
        assert path.record["months"] <= applicant.record["months"]
    sets = [{step.feature.name for step in path.steps} for path in answer.paths]
    assert not any(later >= earlier for earlier, later in itertools.combinations(sets, 2))


def check_exact(applicant, answer):
    best = brute_force(applicant)
    check_paths(applicant, answer)
    if frozenset() in best:
        assert answer.status == "approved"
    elif not best:
        assert answer.status == "proved_none"
        assert answer.paths == ()
    else:
        assert answer.status == "found"
        assert answer.cheapest
        assert answer.paths[0].cost == pytest.approx(min(best.values()))
        for path in answer.paths:
            names = frozenset(step.feature.name for step in path.steps)
            assert path.cost == pytest.approx(best[names])


@SETTINGS
@given(WORLDS)
def test_the_whole_search_is_as_cheap_as_brute_force(world):
    applicant = world_of(world)
    check_exact(applicant, find_paths(applicant, PATIENT))


@SETTINGS
@given(WORLDS)
def test_branch_and_bound_is_as_cheap_as_brute_force(world):
    applicant = world_of(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths_module, "EVERY", 1)
        check_exact(applicant, find_paths(applicant, PATIENT))


@SETTINGS
@given(WORLDS)
def test_a_widening_search_shows_only_what_approves_and_claims_nothing(world):
    applicant = world_of(world, family="lightgbm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths_module, "EVERY", 1)
        answer = find_paths(applicant, PATIENT)
    check_paths(applicant, answer)
    assert not answer.cheapest
    if answer.status == "none_found":
        return
    best = brute_force(applicant)
    assert (answer.status == "approved") == (frozenset() in best)
    for path in answer.paths:
        assert path.cost >= min(best.values()) - 1e-12


GOOD = {"amount": 2, "months": 0, "helper": "none", "bureau": 0, "fixed": 0}
FLAT = [0.0] * 18


def test_who_is_approved_has_nothing_to_change():
    answer = find_paths(applicant_of(card(FLAT), GOOD, policy_of(400, ())))
    assert (answer.status, answer.paths) == ("approved", ())


def test_a_rule_about_what_cannot_change_is_named():
    record = GOOD | {"fixed": 4}
    answer = find_paths(applicant_of(card(FLAT), record, policy_of(400, ["fixed > 3"])))
    assert (answer.status, answer.blocked_by) == ("proved_none", "rule.r0")


def test_a_score_that_nothing_reaches_is_proved_out_of_reach():
    answer = find_paths(applicant_of(card(FLAT), GOOD, policy_of(900, ())), PATIENT)
    assert answer.status == "proved_none"
    assert answer.blocked_by is None


def test_what_was_not_stated_stays_so():
    record = GOOD | {"amount": None}
    space = space_of(TOY, "new", record, {})
    assert [move.feature.name for move in space.moves] == ["helper"]


def test_a_bureau_and_a_protected_feature_never_move():
    names = {move.feature.name for move in space_of(TOY, "new", GOOD | {"months": 3}, {}).moves}
    assert names == set(MOVES)
    hidden = replace(TOY.features["months"], protected=True)
    product = replace(TOY, features={**TOY.features, "months": hidden})
    moves = space_of(product, "new", GOOD | {"months": 3}, {}).moves
    assert "months" not in {move.feature.name for move in moves}


def test_only_what_is_asked_for_is_changed():
    points = [-1.0, 0.0, 1.0, -1.0, 0.0, 1.0, *[0.0] * 12]
    record = GOOD | {"amount": 10, "months": 6}
    applicant = applicant_of(card(points), record, policy_of(560, ()))
    limits = replace(PATIENT, only=("months",))
    for path in find_paths(applicant, limits).paths:
        assert [step.feature.name for step in path.steps] == ["months"]


def test_who_may_change_only_what_is_not_enough_is_told_so_of_that_alone():
    points = [-1.0, 0.0, 1.0, -1.0, 0.0, 1.0, *[0.0] * 12]
    applicant = applicant_of(card(points), GOOD | {"amount": 10, "months": 6}, policy_of(900, ()))
    answer = find_paths(applicant, replace(PATIENT, only=("months",)))
    assert answer.status == "proved_none"
    assert [one.name for one in answer.only] == ["months"]


def test_what_cannot_be_changed_is_refused_and_what_can_is_named():
    applicant = applicant_of(card(FLAT), GOOD, policy_of(900, ()))
    with pytest.raises(FeatureUnchangeable, match=r"cannot change castle.*amount, .*months"):
        find_paths(applicant, replace(PATIENT, only=("castle",)))


def test_time_that_runs_out_is_not_taken_for_a_proof(monkeypatch):
    monkeypatch.setattr("loanwright.explanation.paths_search.Clock.over", property(lambda _: True))
    answer = find_paths(applicant_of(card(FLAT), GOOD, policy_of(900, ())))
    assert answer.status == "none_found"


@pytest.mark.parametrize("limits", [{"count": 0}, {"count": 6}, {"seconds": 0}, {"seconds": 61}])
def test_limits_that_promise_nothing_are_refused(limits):
    with pytest.raises(PathLimitsRefused):
        PathLimits(**limits)
