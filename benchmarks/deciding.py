"""The pure decision: fifty rules, figures, a table, terms and humility, without the model."""

import itertools
import time
from typing import Any

import numpy as np

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import decide
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reservation import OUT_OF_RANGE, Reservation

RULES = 50
ROWS = 20_000
WARM_ROWS = 2_000
#: The quickest of so many counts: what interrupts a busy machine is not the decision's.
REPEATS = 3
FEATURES = tuple(f"x{number}" for number in range(20))
HOMES = ("rent", "own", "free")
TEXT = {"en": "A rule.", "ru": "Правило."}

#: Rules as lenders write them: thresholds, ranges, codes, ratios, figures, what the model says.
SHAPES = (
    "x{a} > 3.5 and x{b} < -2",
    "-4 <= x{a} < -3.5",
    'home in ("rent", "free") and x{a} + x{b} > 7',
    "x{a} / x{b} > 250",
    "burden > 0.9 or probability_of_default > 0.6",
    'tier == "low" and x{a} > 3.9',
    "missing(x{a}) and score < 500",
    "count(x{a} > 3, x{b} > 3, x{c} > 3) >= 3",
    "abs(x{a} - x{b}) > 6.5 and young",
    "max(x{a}, x{b}, x{c}) < -3.5",
)


def run() -> dict[str, Any]:
    """Measure decide() alone on random applicants, one after the other."""
    policies = {
        "50 rules as expressions, 2 figures, 2 tables, terms, humility": second_schema(),
        "50 rules as lists of conditions": first_schema(),
    }
    return {
        f"assessment and facts → decision with reasons, {ROWS} applicants, "
        f"each the quickest of {REPEATS}": [
            _line(name, policy) for name, policy in policies.items()
        ]
    }


def second_schema() -> Policy:
    """Return the policy of fifty expressions."""
    places = itertools.cycle(range(len(FEATURES)))
    rules = []
    for number in range(RULES):
        named = {letter: next(places) for letter in "abc"}
        when = SHAPES[number % len(SHAPES)].format(**named)
        outcome = "refer" if number % 2 else "decline"
        code = f"rule.r{number}"
        rules.append({"code": code, "outcome": outcome, "when": when, "text": TEXT})
    rows = [
        {"when": 'home == "own" and burden < 0.5', "value": 300_000},
        {"when": "true", "value": 100_000},
    ]
    tier = [{"when": "x3 > 0", "value": "high"}, {"when": "true", "value": "low"}]
    return Policy.from_mapping(
        {
            "schema": 2,
            "name": "fifty",
            "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}},
            "figures": [
                {"name": "burden", "expression": "abs(x0) / (abs(x1) + 5)"},
                {"name": "young", "expression": "x2 < -1"},
            ],
            "tables": [
                {"name": "tier", "hit": "first", "kind": "category", "rows": tier},
                {"name": "highest_amount", "hit": "first", "kind": "number", "rows": rows},
            ],
            "rules": rules,
            "terms": {"A": {"highest_amount": 250_000, "annual_rate_bp": 1290}},
            "humility": {"out_of_range": True, "most_missing": 0.3},
        }
    )


def first_schema() -> Policy:
    """Return the policy of fifty rules with two conditions each."""
    rules = [
        {
            "code": f"rule.r{number}",
            "outcome": "refer",
            "when": [
                {"feature": FEATURES[number % 20], "operator": "gt", "value": 3.5},
                {"feature": "home", "operator": "in", "value": ["rent", "free"]},
            ],
            "text": TEXT,
        }
        for number in range(RULES)
    ]
    cutoffs = {"new": {"approve_from": 600, "refer_from": 560}}
    return Policy.from_mapping({"name": "fifty", "cutoffs": cutoffs, "rules": rules})


def _line(name: str, policy: Policy) -> dict[str, Any]:
    seconds, outcomes = [], []
    for assessment, facts, said in _applicants(WARM_ROWS + ROWS):
        runs = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            decision = decide(assessment, policy, segment="new", facts=facts, reservations=said)
            runs.append(time.perf_counter() - started)
        seconds.append(min(runs))
        outcomes.append(str(decision.outcome))
    p50, p99 = (float(np.percentile(seconds[WARM_ROWS:], share)) * 1e6 for share in (50, 99))
    referred = outcomes.count("refer") / len(outcomes)
    return {"engine": name, "rows": ROWS, "p50 µs": p50, "p99 µs": p99, "referred": referred}


Applicant = tuple[Assessment, dict[str, object], tuple[Reservation, ...]]


def _applicants(rows: int) -> list[Applicant]:
    random = np.random.default_rng(11)
    values, weights = random.normal(size=(2, rows, len(FEATURES)))
    scores, homes = random.integers(500, 700, rows), random.integers(0, len(HOMES), rows)
    strange = random.random(rows) < 0.02
    return [
        (
            _assessment(int(scores[row]), tuple(weights[row].tolist())),
            {**dict(zip(FEATURES, values[row].tolist(), strict=True)), "home": HOMES[homes[row]]},
            (Reservation(code=OUT_OF_RANGE, feature="x0"),) if strange[row] else (),
        )
        for row in range(rows)
    ]


def _assessment(score: int, weights: tuple[float, ...]) -> Assessment:
    return Assessment(
        probability_of_default=0.1,
        score=score,
        grade="A",
        log_odds=sum(weights),
        base_log_odds=0.0,
        features=FEATURES,
        contributions=weights,
    )
