"""An invented lender whose truth is known: applicants, decisions, outcomes, and planted defects."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from loanwright.datasets.synthetic_defects import (
    ABUSED,
    ABUSED_ELSEWHERE,
    ABUSER,
    change_risk,
    change_world,
    check_defects,
    spoil_columns,
    spoil_labels,
)
from loanwright.datasets.synthetic_people import (
    Columns,
    Flags,
    draw_applicants,
    past_score,
    true_log_odds,
)
from loanwright.errors import Rejected

if TYPE_CHECKING:
    import polars as pl

START: Final = date(2023, 1, 1)
#: A default is 90 days late within this many months.
OUTCOME_MONTHS: Final = 12
OFFICERS: Final = 8
RETURNING: Final = 0.06
_OVERRIDES: Final = 0.025
_FEATURES: Final = (
    *("income", "debt", "amount", "savings", "years_employed", "employment", "housing"),
    *("delays", "inquiries", "utilisation", "report_on", "group", "age"),
)
_FEES: Final = """
[features.collection_fees]
title = { en = "Fees", ru = "Сборы" }
help = { en = "Fees charged on the account.", ru = "Сборы по счёту." }
type = "money"
minimum = 0
maximum = 100000
source = "bureau"
direction = { sign = "riskier", why = { en = "Fees follow trouble.", ru = "Это видно." } }

[features.collection_fees.reasons]
adverse = { en = "Fees were charged.", ru = "Были сборы." }
favourable = { en = "Few fees were charged.", ru = "Сборов мало." }
"""


class PortfolioImpossible(Rejected):
    """A portfolio cannot be made of this: {problem}."""


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """Everything a lender has, and what no lender ever has: the truth.

    Attributes
    ----------
    applications
        One row an application, in order of time: ``application``, ``applicant``,
        ``applied_on``, features, ``group``, ``age``, ``past_score``, ``past_outcome`` (what the
        older score said), ``outcome`` (what was done: approve or decline), ``officer``,
        ``branch``, ``override_reason`` (null without override), ``accepted_at_random``,
        ``default`` (null where declined) and ``observed_months``. The truth stands beside:
        ``true_probability`` and ``true_default``, also of those who were declined, and
        ``true_month``, the month on book of the default.
    product_text
        A product file that fits.
    observed_on
        The day of the extract: what happened later is not in ``default``.
    defects
        What was planted.
    seed
        Same arguments, same portfolio.
    """

    applications: pl.DataFrame = field(repr=False)
    product_text: str = field(repr=False)
    observed_on: date
    defects: tuple[str, ...]
    seed: int

    @cached_property
    def sample(self) -> pl.DataFrame:
        """Return what a lender trains on: booked rows with features, person, date and label."""
        import polars as pl

        booked = self.applications.filter(pl.col("outcome") == "approve")
        return booked.select(*self._columns, "default")

    @cached_property
    def rejects(self) -> pl.DataFrame:
        """Return the declined rows as a lender has them: without a label."""
        import polars as pl

        return self.applications.filter(pl.col("outcome") == "decline").select(*self._columns)

    @cached_property
    def overrides(self) -> pl.DataFrame:
        """Return the rows where an officer did not follow the older score.

        ``side`` is ``low`` where a declined applicant was approved, ``high`` where an approved
        one was declined.
        """
        import polars as pl

        side = pl.when(pl.col("outcome") == "approve").then(pl.lit("low")).otherwise(pl.lit("high"))
        changed = self.applications.filter(pl.col("override_reason").is_not_null())
        kept = ("application", "applicant", "applied_on", "officer", "branch", "override_reason")
        facts = ("past_score", "past_outcome", "outcome", "group", "default")
        return changed.select(*kept, side.alias("side"), *facts)

    @cached_property
    def payments(self) -> pl.DataFrame:
        """Return months on book of the booked rows, as far as they were observed.

        One row an account and month: ``application``, ``month_on_book`` from 1 and
        ``days_past_due`` (0, 30, 60, 90; 90 is default and stays).
        """
        return _payments(self.applications, self.seed)

    @property
    def true_bad_rate(self) -> float:
        """Return the share of all applicants, declined ones too, who default or would have."""
        return float(self.applications["true_default"].cast(int).sum()) / self.applications.height

    @property
    def _columns(self) -> tuple[str, ...]:
        extra = ("collection_fees",) if "leak" in self.defects else ()
        return ("application", "applicant", "applied_on", *_FEATURES, *extra)


def make_portfolio(
    *,
    applicants: int = 20_000,
    seed: int = 0,
    months: int = 24,
    defects: Collection[str] = (),
    accept_rate: float = 0.7,
    random_accepts: float = 0.0,
) -> Portfolio:
    """Invent a lender with a known truth; needs polars (the ``train`` extra).

    Parameters
    ----------
    applicants
        Number of applications; 6 % of them are the second of the same person.
    seed
        Same arguments, same portfolio, to the last digit.
    months
        Months of origination, from January 2023 on.
    defects
        Names out of ``DEFECTS`` of `loanwright.datasets.synthetic_defects`.
    accept_rate
        Share whom the older score would approve if the world did not drift.
    random_accepts
        Share of the declined who are approved by lot, so that they can be compared.

    Raises
    ------
    DefectUnknown
        For a defect that is not in the list.
    PortfolioImpossible
        For fewer than 500 applicants or 4 months, or shares that leave one class empty.

    Notes
    -----
    The true log-odds are stated in `loanwright.datasets.synthetic_people.true_log_odds`.

    Examples
    --------
    >>> portfolio = make_portfolio(applicants=2000, seed=1)
    >>> portfolio.applications.height, portfolio.sample.height + portfolio.rejects.height
    (2000, 2000)
    >>> 0.1 < portfolio.true_bad_rate < 0.2
    True
    """
    planted = check_defects(defects)
    _check(applicants, months, accept_rate, random_accepts)
    random = np.random.default_rng(seed)
    people = change_world(draw_applicants(applicants, months, random), planted, random)
    effect = 0.35 if "sign_flip" in planted else -0.15
    log_odds = change_risk(true_log_odds(people, savings_effect=effect), people, planted)
    probability = 1 / (1 + np.exp(-log_odds))
    happened = random.random(applicants) < probability
    shown = spoil_columns(people, happened, planted, random)
    shown |= _decisions(people, planted, (accept_rate, random_accepts), random)
    shown |= _dates(shown, random)
    shown["true_probability"] = probability
    shown["true_default"] = happened
    shown["true_month"] = np.where(happened, random.integers(3, OUTCOME_MONTHS + 1, applicants), 0)
    observed_on = _observed_on(months, planted)
    table = _table(shown, observed_on)
    table = _labelled(table, planted, random)
    if "duplicate_people" in planted:
        table = _with_copies(table, random)
    return Portfolio(
        applications=table,
        product_text=_product_text(planted),
        observed_on=observed_on,
        defects=tuple(sorted(planted)),
        seed=seed,
    )


def _check(applicants: int, months: int, accept_rate: float, random_accepts: float) -> None:
    if applicants < 500 or months < 4:
        raise PortfolioImpossible(problem="500 applicants and 4 months are the least")
    if not 0 < accept_rate <= 1 or not 0 <= random_accepts <= 1:
        raise PortfolioImpossible(problem="the shares must lie between 0 and 1")


def _decisions(
    people: Columns,
    planted: frozenset[str],
    shares: tuple[float, float],
    random: np.random.Generator,
) -> Columns:
    """Return what the older score said, and what officers and the lottery made of it."""
    count = len(people["month"])
    score = past_score(people, random)
    # The cutoff was set once, on the first months.
    early = people["month"] < max(1, int(people["month"].max()) // 3)
    approved = score >= np.quantile(score[early], 1 - shares[0])
    officer = random.integers(1, OFFICERS + 1, count)
    overridden = random.random(count) < _override_shares(approved, officer, planted)
    lot = ~approved & ~overridden & (random.random(count) < shares[1])
    final = approved ^ overridden | lot
    reasons = random.choice(("income_proved", "long_relation", "other"), size=count)
    return {
        "past_score": score,
        "past_outcome": np.where(approved, "approve", "decline"),
        "outcome": np.where(final, "approve", "decline"),
        "officer": np.array([f"officer-{number}" for number in officer]),
        "branch": np.array([f"branch-{(number + 1) // 2}" for number in officer]),
        "override_reason": np.where(overridden, reasons, ""),
        "accepted_at_random": lot,
    }


def _override_shares(approved: Flags, officer: Any, planted: frozenset[str]) -> Any:
    if "override_abuse" not in planted:
        return np.full(len(approved), _OVERRIDES)
    abuser = officer == int(ABUSER.rsplit("-", 1)[1])
    return np.where(approved, _OVERRIDES, np.where(abuser, ABUSED, ABUSED_ELSEWHERE))


def _dates(people: Columns, random: np.random.Generator) -> Columns:
    count = len(people["month"])
    day = random.integers(0, 28, count)
    first = np.array([_month(int(month)) for month in range(int(people["month"].max()) + 1)])
    applied = first[people["month"]].astype("datetime64[D]") + day
    lag = people.get("report_after", -random.integers(0, 20, count))
    again = random.random(count) < RETURNING
    person = np.arange(count)
    person[again] = (person[again] * random.random(int(again.sum()))).astype(np.int64)
    return {"applied_on": applied, "report_on": applied + lag, "applicant": person}


def _month(number: int) -> date:
    return date(START.year + number // 12, number % 12 + 1, 1)


def _observed_on(months: int, planted: frozenset[str]) -> date:
    wait = 4 if "label_delay" in planted else OUTCOME_MONTHS + 1
    return _month(months + wait) - timedelta(days=1)


def _table(shown: Columns, observed_on: date) -> pl.DataFrame:
    import polars as pl

    left_out = ("month", "unseen", "report_after")
    table = pl.DataFrame({name: column for name, column in shown.items() if name not in left_out})
    return table.sort("applied_on", maintain_order=True).with_columns(
        pl.format("L{}", pl.int_range(pl.len())).alias("application"),
        pl.format("P{}", pl.col("applicant")).alias("applicant"),
        pl.col("savings").fill_nan(None),
        pl.col("override_reason").replace("", None),
        ((pl.lit(observed_on) - pl.col("applied_on")).dt.total_days() // 30)
        .clip(0, OUTCOME_MONTHS)
        .alias("observed_months"),
    )


def _labelled(
    table: pl.DataFrame, planted: frozenset[str], random: np.random.Generator
) -> pl.DataFrame:
    """Add the label of the booked rows, as far as the day of the extract shows it."""
    import polars as pl

    month = pl.col("true_month")
    shown = pl.col("true_default") & (month <= pl.col("observed_months"))
    seen = table.select(shown).to_series().to_numpy()
    booked = table["outcome"].to_numpy() == "approve"
    seen[booked] = spoil_labels(seen[booked], planted, random)
    label = pl.Series("default", seen.astype(np.int64))
    accepted = pl.col("outcome") == "approve"
    return table.with_columns(label).with_columns(
        pl.when(accepted).then("default").alias("default")
    )


def _with_copies(table: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Add a quarter of the rows again, days later and under the names of other people."""
    import polars as pl

    rows = np.sort(random.choice(table.height, size=table.height // 4, replace=False))
    later = pl.Series("later", random.integers(1, 60, len(rows)))
    copies = (
        table[rows]
        .with_columns(later)
        .with_columns(
            pl.format("{}-again", pl.col("applicant")).alias("applicant"),
            pl.format("{}-again", pl.col("application")).alias("application"),
            pl.col("applied_on") + pl.duration(days="later"),
        )
    )
    copies = copies.drop("later").cast({"applied_on": table.schema["applied_on"]})
    return pl.concat([table, copies]).sort("applied_on", maintain_order=True)


def _payments(applications: pl.DataFrame, seed: int) -> pl.DataFrame:
    import polars as pl

    booked = applications.filter(pl.col("outcome") == "approve")
    random = np.random.default_rng([seed, 1])
    month = np.tile(np.arange(1, OUTCOME_MONTHS + 1), booked.height)
    fell = np.repeat(booked["true_month"].to_numpy(), OUTCOME_MONTHS)
    slipped = np.where(random.random(len(month)) < 0.03, 30, 0)
    last = np.select([month >= fell, month == fell - 1, month == fell - 2], [90, 60, 30], slipped)
    table = pl.DataFrame(
        {
            "application": np.repeat(booked["application"].to_numpy(), OUTCOME_MONTHS),
            "month_on_book": month,
            "days_past_due": np.where(fell > 0, last, slipped),
            "observed": month <= np.repeat(booked["observed_months"].to_numpy(), OUTCOME_MONTHS),
        }
    )
    return table.filter("observed").drop("observed")


def _product_text(planted: frozenset[str]) -> str:
    text = (resources.files("loanwright.datasets") / "synthetic.toml").read_text(encoding="utf-8")
    if "leak" not in planted:
        return text
    return text.replace('  "utilisation",\n]', '  "utilisation",\n  "collection_fees",\n]') + _FEES
