"""What is expected before outcomes are there, against what then happened, where the truth is known.

An invented lender: a model is trained once, applicants drift from month to month (incomes fall,
inquiries rise), and outcomes come twelve months later. For every month the bad rate and the AUC
are expected from the model's probabilities and from the months that have matured by then, and
compared with the labels that were drawn. Without concept drift the intervals must cover them; with
it, the months must be reported as not to be trusted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from loanwright.datasets.synthetic_people import draw_applicants, true_log_odds
from loanwright.metrics.discrimination import auc
from loanwright.performance.correction import Matured, correct
from loanwright.performance.expected import Expected, expect
from loanwright.performance.trust import Doubt, Early, Evidence, development_range, doubts

MONTHS = 30
WINDOW = 12
EARLY = 3
DEVELOPMENT = 6_000
#: Of one month: small, ordinary and large lenders.
SIZES = (200, 600, 2_000)
#: Change of the true log-odds that no column shows, and the month from which it holds.
CONCEPT = 0.7
FROM = 20
#: Early arrears are rarer than defaults.
EARLY_SHIFT = -0.8


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month of the invented lender."""

    log_odds: np.ndarray
    default: np.ndarray
    early: np.ndarray
    concept: bool


def columns(people: dict[str, np.ndarray]) -> np.ndarray:
    """Return what the model sees; not everything that matters."""
    return np.column_stack([
        np.log(people["income"]),
        people["debt"] / people["income"],
        np.log(people["amount"] / people["income"]),
        people["delays"],
        people["inquiries"],
        people["utilisation"],
        people["years_employed"],
    ])  # fmt: skip


def drifted(people: dict[str, np.ndarray], month: int) -> dict[str, np.ndarray]:
    """Return applicants of a later month: a per cent less income each, and more inquiries."""
    worse = dict(people)
    worse["income"] = people["income"] * 0.99**month
    worse["inquiries"] = np.minimum(people["inquiries"] + (month // 8), 20)
    return worse


def draw(log_odds: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return labels."""
    return random.random(len(log_odds)) < 1 / (1 + np.exp(-log_odds))


def months(
    seed: int, size: int, *, concept: float = 0.0
) -> tuple[tuple[float, float], list[Month]]:
    """Return the range of the development sample and the months after it."""
    random = np.random.default_rng(seed)
    people = draw_applicants(DEVELOPMENT, 12, random)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1e3, max_iter=500))
    model.fit(columns(people), draw(true_log_odds(people), random))
    known = development_range(model.decision_function(columns(people)))
    found = []
    for month in range(MONTHS):
        people = drifted(draw_applicants(size, 1, random), month)
        changed = concept if month >= FROM else 0.0
        truth = true_log_odds(people) + changed
        default = draw(truth, random)
        # Whoever defaults was in arrears early more often than others.
        early = draw(np.where(default, truth + 1.5, truth + EARLY_SHIFT - 1.0), random)
        stated = model.decision_function(columns(people))
        found.append(Month(log_odds=stated, default=default, early=early, concept=changed != 0))
    return known, found


def judged(seed: int, size: int, *, concept: float = 0.0) -> Iterator[tuple[Any, ...]]:
    """Go through the months: the month, what was expected raw and corrected, and the doubts."""
    known, held = months(seed, size, concept=concept)
    for place, month in enumerate(held):
        ripe = [
            Matured(default=one.default, log_odds=one.log_odds)
            for one in held[: max(0, place + EARLY - WINDOW)]
        ]
        expected = expect(month.log_odds, correct(ripe))
        evidence = Evidence(
            matured=ripe,
            early_before=_early(held[: len(ripe)]),
            early=_early([month]),
            development=known,
        )
        yield month, expect(month.log_odds), expected, doubts(
            month.log_odds, expected.bad, evidence
        ), len(ripe)  # fmt: skip


def _early(held: list[Month]) -> Early | None:
    if not held:
        return None
    return Early(
        late=np.concatenate([one.early for one in held]),
        log_odds=np.concatenate([one.log_odds for one in held]),
    )


def covers(expected: Expected, month: Month) -> tuple[bool, bool]:
    """Tell whether the intervals hold the bad rate and the AUC that were observed."""
    rate = expected.rate.lower <= month.default.mean() <= expected.rate.upper
    if month.default.all() or not month.default.any() or expected.auc is None:
        return bool(rate), True
    happened = auc(month.default, month.log_odds).value
    return bool(rate), bool(expected.auc.lower <= happened <= expected.auc.upper)


def coverage(size: int, seeds: int) -> dict[str, Any]:
    """Return how often the intervals cover what happened, without concept drift."""
    hits: dict[str, list[bool]] = {name: [] for name in ("rate", "auc", "raw rate", "raw auc")}
    width, doubted = [], []
    for seed in range(seeds):
        for month, raw, corrected, found, ripe in judged(seed, size):
            if not ripe:
                continue
            rate, area = covers(corrected, month)
            raw_rate, raw_area = covers(raw, month)
            for name, hit in zip(hits, (rate, area, raw_rate, raw_area), strict=True):
                hits[name].append(hit)
            width.append(corrected.rate.upper - corrected.rate.lower)
            doubted.append(bool(set(found) - {Doubt.OUTSIDE_DEVELOPMENT, Doubt.TOO_FEW}))
    return {
        "accounts a month": size,
        "chunks": len(width),
        **{f"{name} covered": round(float(np.mean(hit)), 4) for name, hit in hits.items()},
        "mean width of the rate": round(float(np.mean(width)), 4),
        "doubted without need": round(float(np.mean(doubted)), 4),
    }


def distrust(size: int, seeds: int) -> dict[str, Any]:
    """Return how often a month with concept drift is reported as not to be trusted."""
    named: list[set[Doubt]] = []
    missed = []
    for seed in range(seeds):
        for month, _, expected, found, ripe in judged(seed, size, concept=CONCEPT):
            if month.concept and ripe:
                named.append(set(found))
                missed.append(not covers(expected, month)[0])
    return {
        "accounts a month": size,
        "chunks": len(named),
        "reported": round(float(np.mean([bool(one) for one in named])), 4),
        **{
            str(doubt): round(float(np.mean([doubt in one for one in named])), 4) for doubt in Doubt
        },
        "rate not covered": round(float(np.mean(missed)), 4),
    }


def run(seeds: int = 40) -> dict[str, Any]:
    """Return coverage without concept drift, and reports with it."""
    return {
        "without concept drift": [coverage(size, seeds) for size in SIZES],
        f"true log-odds up by {CONCEPT}": [distrust(size, seeds) for size in SIZES],
    }
