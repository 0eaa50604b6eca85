"""The proofs of benchmarks.proofs, with fewer draws each and three standard errors of slack.

Slack grows as draws get fewer. With 600 draws a coverage of 95 % may be found from 90.5 % up; with
the `HANDFUL` of ten that bootstrapped figures get, from 70 % up: these runs see that a proof can
be run and that its interval is not badly broken, and no more. What a figure's coverage is, only
the full proofs can say: `python -m benchmarks proofs`.
"""

import pytest
from benchmarks.proofs import PROOFS

BOOTSTRAPPED = {"ks", "emp", "h_measure", "pr_auc", "auc_bootstrap", "profit_curve"}
HEAVY = {"represent", "best_cutoff", "judge_cutoff", "calibration_error"}
RUNS, FEWER, FEWEST, HANDFUL = 600, 120, 40, 10


def runs_of(one):
    if one.name in BOOTSTRAPPED:
        return HANDFUL
    if one.name in HEAVY or "20,000" in one.setting or "5,000" in one.setting:
        return FEWEST
    return RUNS if one.runs == 10_000 and "2,000" not in one.setting else FEWER


@pytest.mark.parametrize(
    "one",
    [one for one in PROOFS if not (one.name in BOOTSTRAPPED and "2,000" in one.setting)],
    ids=lambda one: f"{one.name}: {one.claim}, {one.setting}".replace("/", " per "),
)
def test_the_claim_holds(one):
    runs = runs_of(one)
    share = one.measure(runs=runs, seed=7)
    assert one.holds(share, runs=runs), f"{share:.4f} of {runs} is not within {one.allowed}"


def test_a_claim_that_does_not_hold_would_be_found():
    coverage = next(one for one in PROOFS if one.name == "auc" and one.claim == "coverage")
    assert not coverage.holds(0.85, runs=RUNS)
    error = next(one for one in PROOFS if one.name == "spiegelhalter")
    assert not error.holds(0.15, runs=FEWER)


def test_every_test_and_interval_has_its_proof():
    proved = {name.strip() for one in PROOFS for name in one.name.split(",")}
    for name in (
        "compare_auc",
        "jeffreys_test",
        "hosmer_lemeshow",
        "auc",
        "ks",
        "emp",
        "h_measure",
    ):
        assert name in proved
