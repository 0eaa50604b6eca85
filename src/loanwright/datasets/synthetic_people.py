"""Applicants of an invented lender, and the formula of their true risk."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EMPLOYMENT: Final[Mapping[str, float]] = {
    "permanent": 0.0,
    "temporary": 0.5,
    "self_employed": 0.3,
    "none": 1.0,
}
HOUSING: Final[Mapping[str, float]] = {"own": 0.0, "rent": 0.4, "family": 0.2}
INTERCEPT: Final = -4.7
#: Effect of an ability to pay that no column shows: standard deviations to log-odds.
UNSEEN: Final = 0.5
SHARE_OF_B: Final = 0.3


def draw_applicants(count: int, months: int, random: np.random.Generator) -> Columns:
    """Return the columns of applicants as they are, before any defect.

    Parameters
    ----------
    count, months
        How many, spread evenly over how many months.
    random
        The source of chance.

    Returns
    -------
    dict
        Column to (count,) values; ``unseen`` is standard normal and known to nobody.
    """
    people: Columns = {"month": np.sort(random.integers(months, size=count))}
    people["income"] = np.round(np.exp(random.normal(7.9, 0.45, count)), -1) + 400
    people["debt"] = np.round(people["income"] * random.beta(1.6, 4.5, count))
    people["amount"] = np.round(people["income"] * np.exp(random.normal(1.2, 0.6, count)), -2) + 100
    people["savings"] = _savings(count, random)
    people["years_employed"] = np.minimum(random.gamma(1.3, 5.0, count), 45).astype(np.int64)
    people["employment"] = random.choice(tuple(EMPLOYMENT), p=(0.68, 0.14, 0.13, 0.05), size=count)
    people["housing"] = random.choice(tuple(HOUSING), p=(0.45, 0.4, 0.15), size=count)
    people["delays"] = np.minimum(random.poisson(random.gamma(0.45, 1.5, count)), 12)
    people["inquiries"] = np.minimum(random.poisson(random.gamma(1.2, 1.3, count)), 20)
    people["utilisation"] = np.round(1.2 * random.beta(1.1, 1.7, count), 3)
    people["group"] = np.where(random.random(count) < SHARE_OF_B, "b", "a")
    people["age"] = np.clip(random.gamma(7.0, 6.0, count), 18, 85).astype(np.int64)
    people["unseen"] = random.normal(size=count)
    return people


def _savings(count: int, random: np.random.Generator) -> Floats:
    amounts = np.where(random.random(count) < 0.35, 0.0, np.exp(random.normal(7.2, 1.3, count)))
    return np.where(random.random(count) < 0.08, np.nan, np.round(amounts))


def true_log_odds(people: Mapping[str, NDArray[Any]], *, savings_effect: float = -0.15) -> Floats:
    """Return the true log-odds of default within twelve months.

    Parameters
    ----------
    people
        As `draw_applicants` returns them.
    savings_effect
        On the log-odds, of one natural unit of savings on a logarithmic scale.

    Notes
    -----
    −4.7 + 2.8·debt/income + 0.6·min(delays, 4) + 0.2·min(inquiries, 8)
    + 2·max(utilisation − 0.3, 0) − 0.5·ln(income/3000) + 0.5·ln(1 + amount/income)
    − 0.05·min(years, 15) + employment + housing − 0.15·ln(1 + savings/500)
    + 0.5·[delays > 0 and debt/income > 0.35] + 0.5·unseen; unknown savings count as 300.
    """
    burden = people["debt"] / people["income"]
    saved = np.log1p(np.nan_to_num(people["savings"], nan=300.0) / 500)
    return np.asarray(
        INTERCEPT
        + 2.8 * burden
        + 0.6 * np.minimum(people["delays"], 4)
        + 0.2 * np.minimum(people["inquiries"], 8)
        + 2.0 * np.maximum(people["utilisation"] - 0.3, 0.0)
        - 0.5 * np.log(people["income"] / 3000)
        + 0.5 * np.log1p(people["amount"] / people["income"])
        - 0.05 * np.minimum(people["years_employed"], 15)
        + _effect(people["employment"], EMPLOYMENT)
        + _effect(people["housing"], HOUSING)
        + savings_effect * saved
        + 0.5 * ((people["delays"] > 0) & (burden > 0.35))
        + UNSEEN * people["unseen"],
        dtype=np.float64,
    )


def past_score(people: Mapping[str, NDArray[Any]], random: np.random.Generator) -> NDArray[Any]:
    """Return the points of the older score, which decided in the past; higher is safer.

    It knows debts, delays, income and years, and a telephone check whose notes were thrown away:
    half of the unseen ability, and noise. So those who were refused are worse than their
    columns say.
    """
    count = len(people["month"])
    log_odds = (
        1.8 * people["debt"] / people["income"]
        + 0.35 * np.minimum(people["delays"], 4)
        - 0.3 * np.log(people["income"] / 3000)
        - 0.03 * np.minimum(people["years_employed"], 15)
        + 0.5 * people["unseen"]
        + random.normal(0.0, 0.4, count)
    )
    return np.round(560 - 20 / np.log(2) * log_odds).astype(np.int64)


def _effect(codes: NDArray[Any], effects: Mapping[str, float]) -> Floats:
    return np.select([codes == code for code in effects], list(effects.values()))
