"""Every statistic put to the proof by simulation: type-I error, coverage and power.

Each proof draws samples from a population whose truth is known, asks the library's own function,
and counts how often a test rejects or an interval covers. `tests/unit/metrics` runs the same
proofs with fewer draws.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from benchmarks import populations as drawn
from loanwright.fairness import ratios
from loanwright.metrics import (
    bootstrap,
    calibration_error,
    calibration_tests,
    collinearity,
    comparison,
    cutoffs,
    discrimination,
    grades,
    information,
    migration,
    probability,
    profit,
    rank,
    representativeness,
    scale,
    stability,
    years,
)

Draw = Callable[[np.random.Generator], bool | float]
EXACT = (0.04, 0.06)
COVERS = (0.935, 0.965)
RUNS = 10_000


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One claim about one function, and how often to try it.

    Attributes
    ----------
    name, claim, setting
        Of the function, what is claimed, and under which circumstances.
    draw
        Draws one sample and says whether the test rejected, or the interval covered.
    allowed
        Where the share of such draws must lie.
    runs
        How many draws the full proof takes.
    """

    name: str
    claim: str
    setting: str
    draw: Draw
    allowed: tuple[float, float] = EXACT
    runs: int = RUNS

    def measure(self, *, runs: int | None = None, seed: int = 0) -> float:
        """Return the share of draws that rejected, or covered."""
        random = np.random.default_rng(seed)
        return float(np.mean([self.draw(random) for _ in range(runs or self.runs)]))

    def holds(self, share: float, *, runs: int) -> bool:
        """Return whether a share is where it must be, give or take three standard errors."""
        low, high = self.allowed
        slack = 3 * sqrt(max(low * (1 - low), high * (1 - high)) / runs) if runs < RUNS else 0.0
        return low - slack <= share <= high + slack


PROOFS: list[Proof] = []


def proof(name: str, claim: str, setting: str, **options: Any) -> Callable[[Draw], Draw]:
    """Add a proof to the list."""

    def add(draw: Draw) -> Draw:
        PROOFS.append(Proof(name=name, claim=claim, setting=setting, draw=draw, **options))
        return draw

    return add


def run() -> dict[str, Any]:
    """Run every proof in full."""
    rows = []
    for one in PROOFS:
        started = time.perf_counter()
        share = one.measure()
        rows.append(
            {
                "function": one.name,
                "claim": one.claim,
                "setting": one.setting,
                "allowed": f"{one.allowed[0]:.3f}–{one.allowed[1]:.3f}",
                "found": round(share, 4),
                "runs": one.runs,
                "holds": one.holds(share, runs=RUNS),
                "seconds": round(time.perf_counter() - started, 1),
            }
        )
        print(rows[-1], flush=True)
    return {"proofs": rows}


def rejected(p_value: float) -> bool:
    """Return whether a test at 5 % rejects."""
    return p_value < 0.05


def covers(estimate: Any, truth: float) -> bool:
    """Return whether an interval holds the truth."""
    return bool(estimate.lower <= truth <= estimate.upper)


# --- type-I error -------------------------------------------------------------------------------

for _rows, _allowed in ((100, (0.03, 0.06)), (1000, EXACT)):

    @proof("compare_auc", "type-I error", f"n = {_rows}, 20 % bad, ρ = 0.6", allowed=_allowed)
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        return rejected(comparison.compare_auc(*drawn.two_models(random, rows)).p_value)


@proof("auc_against_development", "type-I error", "n = 1,000, development AUC known")
def _(random: np.random.Generator) -> bool:
    found = comparison.auc_against_development(
        *drawn.binormal(random, 1000), development_auc=drawn.BINORMAL_AUC
    )
    return rejected(found.p_value)


def _development(random: np.random.Generator, *, known: bool) -> bool:
    then = discrimination.auc(*drawn.binormal(random, 1000))
    error = 0.0 if known else (then.upper - then.lower) / 2 / 1.959964
    found = comparison.auc_against_development(
        *drawn.binormal(random, 1000), development_auc=then.value, development_error=error
    )
    return rejected(found.p_value)


@proof("auc_against_development", "type-I error", "n = 1,000 both times, with error")
def _(random: np.random.Generator) -> bool:
    return _development(random, known=False)


@proof(
    "auc_against_development",
    "type-I error of the template",
    "n = 1,000 both times, error left out",
    allowed=(0.1, 0.15),
)
def _(random: np.random.Generator) -> bool:
    return _development(random, known=True)


@proof("compare_losses", "type-I error", "squared errors, n = 500")
def _(random: np.random.Generator) -> bool:
    default, a, b = drawn.two_models(random, 500)
    return rejected(comparison.compare_losses((a - default) ** 2, (b - default) ** 2).p_value)


@proof("holm", "family error", "10 dependent nulls", allowed=(0.02, 0.055))
def _(random: np.random.Generator) -> bool:
    z = 0.7 * random.normal() + sqrt(0.51) * random.normal(size=10)
    p = [2 * (1 - NormalDist().cdf(abs(one))) for one in z]
    return bool(comparison.holm(p).min() < 0.05)


@proof("spiegelhalter", "type-I error", "n = 2,000")
def _(random: np.random.Generator) -> bool:
    return rejected(calibration_tests.spiegelhalter(*drawn.calibrated(random, 2000)).p_value)


@proof("hosmer_lemeshow", "type-I error", "n = 2,000, not fitted on")
def _(random: np.random.Generator) -> bool:
    return rejected(calibration_tests.hosmer_lemeshow(*drawn.calibrated(random, 2000)).p_value)


@proof("hosmer_lemeshow", "type-I error", "n = 2,000, fitted on")
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.refitted(random, 2000)
    return rejected(calibration_tests.hosmer_lemeshow(default, stated, fitted=True).p_value)


@proof(
    "hosmer_lemeshow",
    "type-I error of groups − 2",
    "n = 2,000, not fitted on",
    allowed=(0.09, 0.15),
)
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 2000)
    return rejected(calibration_tests.hosmer_lemeshow(default, stated, fitted=True).p_value)


@proof("hosmer_lemeshow, tolerant", "type-I error", "n = 20,000, at most", allowed=(0.0, 0.06))
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 20_000, shift=0.03)
    return rejected(calibration_tests.hosmer_lemeshow(default, stated).p_value_tolerant)


@proof("calibration_line_test", "type-I error", "n = 2,000")
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 2000)
    return rejected(calibration_tests.calibration_line_test(default, stated).p_value)


@proof("calibration_error", "type-I error", "n = 2,000", runs=4000)
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 2000)
    return rejected(calibration_error.calibration_error(default, stated, replicates=400).p_value)


def _grade(random: np.random.Generator) -> tuple[int, int, float]:
    stated = float(random.uniform(0.02, 0.1))
    return int(random.binomial(500, stated)), 500, stated


@proof("jeffreys_test", "type-I error", "n = 500, stated 2–10 %")
def _(random: np.random.Generator) -> bool:
    return rejected(grades.jeffreys_test(*_grade(random)).p_value)


@proof("binomial_test", "type-I error, at most", "n = 500, stated 2–10 %", allowed=(0.0, 0.05))
def _(random: np.random.Generator) -> bool:
    return rejected(grades.binomial_test(*_grade(random)).p_value)


@proof("binomial_test, mid-p", "type-I error", "n = 500, stated 2–10 %")
def _(random: np.random.Generator) -> bool:
    return rejected(grades.binomial_test(*_grade(random), mid_p=True).p_value)


@proof("normal_test", "type-I error", "n = 500, stated 2–10 %")
def _(random: np.random.Generator) -> bool:
    return rejected(grades.normal_test(*_grade(random)).p_value)


def _correlated(random: np.random.Generator) -> tuple[int, int, float]:
    stated = float(random.uniform(0.02, 0.1))
    return drawn.correlated_defaults(random, 500, stated, 0.12), 500, stated


@proof("binomial_test, ρ = 0.12, mid-p", "type-I error", "n = 500, stated 2–10 %")
def _(random: np.random.Generator) -> bool:
    found = grades.binomial_test(*_correlated(random), asset_correlation=0.12, mid_p=True)
    return rejected(found.p_value)


@proof("normal_test, ρ = 0.12", "type-I error", "n = 500, stated 2–10 %", allowed=(0.04, 0.075))
def _(random: np.random.Generator) -> bool:
    return rejected(grades.normal_test(*_correlated(random), asset_correlation=0.12).p_value)


@proof(
    "jeffreys_test",
    "type-I error where defaults depend",
    "n = 500, stated 2–10 %, ρ = 0.12",
    allowed=(0.15, 0.35),
)
def _(random: np.random.Generator) -> bool:
    return rejected(grades.jeffreys_test(*_correlated(random)).p_value)


@proof(
    "normal_test_over_years", "type-I error", "5 years of n = 500, ρ = 0.05", allowed=(0.015, 0.06)
)
def _(random: np.random.Generator) -> bool:
    rates = [drawn.correlated_defaults(random, 500, 0.05, 0.05) / 500 for _ in range(5)]
    return rejected(years.normal_test_over_years(rates, [0.05] * 5).p_value)


def _light(random: np.random.Generator) -> years.TrafficLight:
    stated = [float(one) for one in random.uniform(0.02, 0.05, 3)]
    return years.traffic_light(
        [int(random.binomial(300, one)) for one in stated], [300] * 3, stated
    )


@proof("traffic_light", "not green, at most", "3 years of n = 300", allowed=(0.03, 0.05))
def _(random: np.random.Generator) -> bool:
    return _light(random).light != years.Light.GREEN


@proof("traffic_light", "red, at most", "3 years of n = 300", allowed=(0.0, 0.0015))
def _(random: np.random.Generator) -> bool:
    return _light(random).light == years.Light.RED


@proof(
    "rate_order",
    "family error, at most",
    "7 grades with one rate, n = 300 each",
    allowed=(0.02, 0.06),
)
def _(random: np.random.Generator) -> bool:
    return rejected(scale.rate_order(random.binomial(300, 0.05, 7), [300] * 7).p_value)


SHARES = np.array([0.05, 0.15, 0.3, 0.25, 0.15, 0.07, 0.03])


@proof("herfindahl", "type-I error", "7 grades, n = 1,000 and 1,000")
def _(random: np.random.Generator) -> bool:
    now, then = (random.multinomial(1000, SHARES) for _ in range(2))
    found = scale.herfindahl(now, reference=then)
    return rejected(found.p_value)


@proof(
    "herfindahl, ECB",
    "type-I error of the template",
    "7 grades, n = 1,000 and 1,000",
    allowed=(0.0, 0.001),
)
def _(random: np.random.Generator) -> bool:
    now, then = (random.multinomial(1000, SHARES) for _ in range(2))
    return rejected(scale.herfindahl(now, reference=then).p_value_ecb)


FLAT_MOVES = np.array([[0.7, 0.12, 0.12], [0.2, 0.6, 0.2], [0.12, 0.12, 0.7]])


def _matrix(random: np.random.Generator, moves: np.ndarray, rows: int) -> migration.MigrationMatrix:
    table = np.array([random.multinomial(rows, [*one, 1 - sum(one)]) for one in moves])
    return migration.check_matrix(
        table[:, :-1], grades=[str(i) for i in range(len(moves))], left=table[:, -1]
    )


@proof("migration_shape", "type-I error of a cell", "n = 200, 24 moves in each cell")
def _(random: np.random.Generator) -> bool:
    return rejected(migration.migration_shape(_matrix(random, FLAT_MOVES, 200)).p_values[2, 0])


@proof("migration_change", "type-I error", "3 grades of n = 300")
def _(random: np.random.Generator) -> bool:
    then, now = (_matrix(random, FLAT_MOVES, 300) for _ in range(2))
    return rejected(migration.migration_change(then, now).p_value)


for _rows in (200, 5000):

    @proof("psi_of_counts", "shifted under no shift", f"10 bins, n = {_rows:,} and {_rows:,}")
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        one, other = (random.multinomial(rows, np.full(10, 0.1)) for _ in range(2))
        return stability.psi_of_counts(one, other).shifted


@proof("psi", "shifted under no shift", "bins cut on the reference, n = 1,000 and 1,000")
def _(random: np.random.Generator) -> bool:
    return stability.psi(random.normal(size=1000), random.normal(size=1000)).shifted


@proof("represent", "family error", "3 features, n = 300 and 300", allowed=(0.025, 0.06), runs=2000)
def _(random: np.random.Generator) -> bool:
    one, other = (drawn.columns(random, 300) for _ in range(2))
    return any(r.p_value_holm < 0.05 for r in representativeness.represent(one, other))


@proof("logistic_coefficients", "type-I error", "n = 500, one idle feature of two", runs=4000)
def _(random: np.random.Generator) -> bool:
    matrix = random.normal(size=(500, 2))
    default = random.random(500) < 1 / (1 + np.exp(1.5 - matrix[:, 0]))
    found = collinearity.logistic_coefficients(default, matrix, names=["used", "idle"])
    return rejected(found[2].p_value)


def _approvals(random: np.random.Generator, ratio: float = 1.0) -> tuple[int, int, int, int]:
    return int(random.binomial(200, 0.6 * ratio)), 200, int(random.binomial(800, 0.6)), 800


@proof("fisher_mid_p", "type-I error", "approval of 60 %, n = 200 and 800")
def _(random: np.random.Generator) -> bool:
    return rejected(ratios.fisher_mid_p(*_approvals(random)))


# --- coverage -----------------------------------------------------------------------------------

for _rows in (200, 1000):

    @proof("auc", "coverage", f"n = {_rows:,}, 20 % bad", allowed=COVERS)
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        return covers(discrimination.auc(*drawn.binormal(random, rows)), drawn.BINORMAL_AUC)


@proof("gini", "coverage", "n = 500, 20 % bad", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    sample = drawn.binormal(random, 500)
    return covers(discrimination.gini(*sample), 2 * drawn.BINORMAL_AUC - 1)


@proof("cap, somers_d", "coverage", "n = 500, 20 % bad", allowed=COVERS, runs=4000)
def _(random: np.random.Generator) -> bool:
    return covers(rank.cap(*drawn.binormal(random, 500)).ratio, 2 * drawn.BINORMAL_AUC - 1)


def _seed(random: np.random.Generator) -> int:
    return int(random.integers(2**31))


@proof("auc_bootstrap", "coverage", "n = 500, 20 % bad", allowed=COVERS, runs=1000)
def _(random: np.random.Generator) -> bool:
    sample = drawn.binormal(random, 500)
    found = rank.auc_bootstrap(*sample, replicates=150, seed=_seed(random))
    return covers(found, drawn.BINORMAL_AUC)


for _rows in (500, 2000):

    @proof("ks", "coverage", f"n = {_rows:,}, 20 % bad", allowed=COVERS, runs=1000)
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        sample = drawn.binormal(random, rows)
        found = discrimination.ks(*sample, replicates=150, seed=_seed(random))
        return covers(found, drawn.BINORMAL_KS)

    @proof("pr_auc", "coverage", f"n = {_rows:,}, 20 % bad", allowed=COVERS, runs=1000)
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        sample = drawn.binormal(random, rows)
        found = discrimination.pr_auc(*sample, replicates=150, seed=_seed(random))
        return covers(found, drawn.binormal_precision())

    @proof("emp", "coverage", f"n = {_rows:,}, 20 % bad", allowed=COVERS, runs=1000)
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        found = profit.emp(*drawn.binormal(random, rows), replicates=150, seed=_seed(random))
        return covers(found, drawn.binormal_emp())

    @proof("h_measure", "coverage", f"n = {_rows:,}, 20 % bad", allowed=COVERS, runs=1000)
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        sample = drawn.binormal(random, rows)
        found = profit.h_measure(*sample, replicates=150, seed=_seed(random))
        return covers(found, drawn.binormal_h())


@proof(
    "profit_curve", "coverage at one point", "n = 1,000, 70 % approved", allowed=COVERS, runs=2000
)
def _(random: np.random.Generator) -> bool:
    default, risk = drawn.binormal(random, 1000)
    resampling = bootstrap.Resampling(replicates=100, seed=_seed(random), stratified=False)
    curve = profit.profit_curve(default, risk, terms=drawn.TERMS, points=11, resampling=resampling)
    return bool(curve.lower[7] <= drawn.profit_of_approving(0.7) <= curve.upper[7])


@proof(
    "judge_cutoff", "coverage of profit, chosen elsewhere", "n = 1,000 and 1,000", allowed=COVERS
)
def _(random: np.random.Generator) -> bool:
    cutoff = cutoffs.choose_cutoff(*drawn.binormal(random, 1000), terms=drawn.TERMS)
    sample = drawn.binormal(random, 1000)
    found = cutoffs.judge_cutoff(*sample, cutoff=cutoff, terms=drawn.TERMS)
    return covers(found.profit, drawn.profit_at(cutoff))


@proof(
    "judge_cutoff",
    "coverage of profit, chosen on the same rows",
    "n = 200",
    allowed=(0.8, 0.945),
)
def _(random: np.random.Generator) -> bool:
    sample = drawn.binormal(random, 200)
    cutoff = cutoffs.choose_cutoff(*sample, terms=drawn.TERMS)
    found = cutoffs.judge_cutoff(*sample, cutoff=cutoff, terms=drawn.TERMS)
    return covers(found.profit, drawn.profit_at(cutoff))


for _rows in (500, 5000):

    @proof(
        "best_cutoff", "coverage of the best cutoff", f"n = {_rows:,}", allowed=COVERS, runs=4000
    )
    def _(random: np.random.Generator, rows: int = _rows) -> bool:
        sample = (*drawn.binormal(random, rows), drawn.TERMS)
        return covers(cutoffs.best_cutoff(sample, sample).cutoff, drawn.best_cutoff())


@proof("compare_auc", "coverage of the difference", "n = 500, AUC 0.76 and 0.69", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    sample = drawn.two_models(random, 500, second=0.7)
    truth = drawn.BINORMAL_AUC - NormalDist().cdf(0.7 / sqrt(2))
    return covers(comparison.compare_auc(*sample).difference, truth)


@proof("brier", "coverage", "n = 1,000", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    return covers(probability.brier(*drawn.calibrated(random, 1000)), drawn.truth_of("brier"))


@proof("brier_skill", "coverage", "n = 1,000", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    return covers(probability.brier_skill(*drawn.calibrated(random, 1000)), drawn.truth_of("skill"))


@proof("log_loss", "coverage", "n = 1,000", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    return covers(probability.log_loss(*drawn.calibrated(random, 1000)), drawn.truth_of("log loss"))


for _part, _truth in (("slope", 0.8), ("intercept", 0.3), ("in_the_large", None)):

    @proof(
        f"calibration_line, {_part}",
        "coverage",
        "n = 1,000, true slope 0.8, intercept 0.3",
        allowed=COVERS,
        runs=4000,
    )
    def _(random: np.random.Generator, part: str = _part, truth: float | None = _truth) -> bool:
        default, stated = drawn.calibrated(random, 1000, slope=0.8, shift=0.3)
        found = getattr(probability.calibration_line(default, stated), part)
        return covers(found, drawn.truth_of("in the large") if truth is None else truth)


for _slope, _allowed in ((0.6, COVERS), (1.0, (0.935, 0.99))):

    @proof(
        "calibration_error",
        "coverage",
        f"n = 2,000, true slope {_slope:g}",
        allowed=_allowed,
        runs=2000,
    )
    def _(random: np.random.Generator, slope: float = _slope) -> bool:
        default, stated = drawn.calibrated(random, 2000, slope=slope)
        found = calibration_error.calibration_error(default, stated, replicates=400)
        return covers(found.ece, drawn.calibration_gap(slope))


@proof("jeffreys", "coverage", "n = 500, rates 2–10 %", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    from loanwright.metrics.distributions import jeffreys

    count, rows, rate = _grade(random)
    return covers(jeffreys(count, rows), rate)


GOODS, BADS = np.array([0.3, 0.25, 0.2, 0.15, 0.1]), np.array([0.15, 0.2, 0.2, 0.2, 0.25])


@proof("information_value", "coverage", "5 bins, 1,600 good and 400 bad", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    found = information.information_value(
        random.multinomial(1600, GOODS), random.multinomial(400, BADS)
    )
    return covers(found, float(np.sum((GOODS - BADS) * np.log(GOODS / BADS))))


@proof("psi_of_counts", "coverage", "5 bins, n = 1,000 and 1,000, PSI 0.24", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    found = stability.psi_of_counts(random.multinomial(1000, GOODS), random.multinomial(1000, BADS))
    return covers(found.psi, float(np.sum((GOODS - BADS) * np.log(GOODS / BADS))))


MOVES = np.array(
    [
        [0.8, 0.12, 0.05, 0.02],
        [0.1, 0.7, 0.12, 0.06],
        [0.03, 0.1, 0.7, 0.12],
        [0.02, 0.05, 0.1, 0.7],
    ]
)


@proof("bandwidth", "coverage", "4 grades of n = 300", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    found = migration.bandwidth(_matrix(random, MOVES, 300)).upper
    whole = migration.bandwidth(migration.check_matrix(MOVES * 1e6, grades="abcd"))
    return covers(found, whole.upper.value)


@proof(
    "pluto_tasche, 75 %",
    "the bound holds, at least",
    "n = 800, true 0.2 %",
    allowed=(0.75, 1.0),
    runs=4000,
)
def _(random: np.random.Generator) -> bool:
    sizes = [100, 400, 300]
    bad = [int(random.binomial(size, 0.002)) for size in sizes]
    return scale.pluto_tasche(bad, sizes)[0] >= 0.002


@proof("rate_ratio (AIR)", "coverage", "true AIR 0.8, n = 200 and 800", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    return covers(ratios.rate_ratio(*_approvals(random, 0.8)), 0.8)


@proof("rate_difference", "coverage", "48 and 60 %, n = 200 and 800", allowed=COVERS)
def _(random: np.random.Generator) -> bool:
    return covers(ratios.rate_difference(*_approvals(random, 0.8)), -0.12)


# --- power on planted defects -------------------------------------------------------------------

MISSTATED = np.log(1.2)


@proof("spiegelhalter", "power", "odds 20 % too low, n = 5,000", allowed=(0.5, 1.0), runs=2000)
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 5000, shift=MISSTATED)
    return rejected(calibration_tests.spiegelhalter(default, stated).p_value)


@proof("hosmer_lemeshow", "power", "odds 20 % too low, n = 5,000", allowed=(0.5, 1.0), runs=2000)
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 5000, shift=MISSTATED)
    return rejected(calibration_tests.hosmer_lemeshow(default, stated).p_value)


@proof(
    "hosmer_lemeshow, tolerant",
    "power",
    "odds 20 % too low, n = 20,000",
    allowed=(0.5, 1.0),
    runs=1000,
)
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 20_000, shift=MISSTATED)
    return rejected(calibration_tests.hosmer_lemeshow(default, stated).p_value_tolerant)


@proof(
    "calibration_line_test", "power", "odds 20 % too low, n = 5,000", allowed=(0.8, 1.0), runs=2000
)
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 5000, shift=MISSTATED)
    return rejected(calibration_tests.calibration_line_test(default, stated).p_value)


@proof("calibration_error", "power", "odds 20 % too low, n = 5,000", allowed=(0.5, 1.0), runs=1000)
def _(random: np.random.Generator) -> bool:
    default, stated = drawn.calibrated(random, 5000, shift=MISSTATED)
    return rejected(calibration_error.calibration_error(default, stated, replicates=400).p_value)


for _test in (grades.jeffreys_test, grades.binomial_test, grades.normal_test):

    @proof(
        _test.__name__, "power", "stated 5 %, true 6 %, n = 3,000", allowed=(0.7, 1.0), runs=4000
    )
    def _(random: np.random.Generator, test: Any = _test) -> bool:
        return rejected(test(int(random.binomial(3000, 0.06)), 3000, 0.05).p_value)


@proof(
    "traffic_light",
    "not green",
    "stated 5 %, true 6 %, 3 years of n = 1,000",
    allowed=(0.7, 1.0),
    runs=1000,
)
def _(random: np.random.Generator) -> bool:
    bad = [int(random.binomial(1000, 0.06)) for _ in range(3)]
    return years.traffic_light(bad, [1000] * 3, [0.05] * 3).light != years.Light.GREEN


@proof(
    "compare_auc", "power", "AUC 0.76 and 0.73, ρ = 0.6, n = 5,000", allowed=(0.8, 1.0), runs=2000
)
def _(random: np.random.Generator) -> bool:
    return rejected(comparison.compare_auc(*drawn.two_models(random, 5000, second=0.87)).p_value)


@proof(
    "auc_against_development",
    "power",
    "AUC fell from 0.76 to 0.71, n = 5,000",
    allowed=(0.8, 1.0),
    runs=2000,
)
def _(random: np.random.Generator) -> bool:
    sample = drawn.binormal(random, 5000, distance=0.8)
    found = comparison.auc_against_development(*sample, development_auc=drawn.BINORMAL_AUC)
    return rejected(found.p_value)


@proof("psi", "power", "mean moved by 0.2 SD, n = 1,000 and 1,000", allowed=(0.8, 1.0), runs=2000)
def _(random: np.random.Generator) -> bool:
    return stability.psi(random.normal(size=1000), random.normal(0.2, 1, 1000)).shifted


@proof(
    "rate_order",
    "power",
    "two neighbouring grades of 7 swapped, n = 1,000 each",
    allowed=(0.5, 1.0),
    runs=2000,
)
def _(random: np.random.Generator) -> bool:
    rates = [0.01, 0.02, 0.03, 0.08, 0.05, 0.12, 0.2]
    return rejected(scale.rate_order(random.binomial(1000, rates), [1000] * 7).p_value)


@proof(
    "herfindahl",
    "power",
    "a fifth of the portfolio drifted into one grade, n = 1,000",
    allowed=(0.8, 1.0),
    runs=2000,
)
def _(random: np.random.Generator) -> bool:
    crowded = SHARES * 0.8
    crowded[2] += 0.2
    found = scale.herfindahl(
        random.multinomial(1000, crowded), reference=random.multinomial(1000, SHARES)
    )
    return rejected(found.p_value)
