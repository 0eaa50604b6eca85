"""Twelve things that go wrong in credit data, each planted on purpose."""

from collections.abc import Collection
from typing import Final

import numpy as np

from loanwright.datasets.synthetic_people import Columns, Flags, Floats
from loanwright.errors import NotFound

#: What can be planted.
DEFECTS: Final = (
    "leak",
    "sign_flip",
    "drift",
    "biased_group",
    "miscalibrated_grade",
    "duplicate_people",
    "future_feature",
    "shuffled_target",
    "collapsed_category",
    "unit_change",
    "label_delay",
    "override_abuse",
)

#: Defects of the later months begin after this share of all months.
LATE_FROM: Final = 0.75
#: The officer who approves whom the score declines, and shares of declines that are overridden.
ABUSER: Final = "officer-7"
ABUSED: Final = 0.5
ABUSED_ELSEWHERE: Final = 0.08


class DefectUnknown(NotFound):
    """There is no defect {defect}. Known defects: {known}."""


def check_defects(defects: Collection[str]) -> frozenset[str]:
    """Return the defects, or raise `DefectUnknown`."""
    for defect in sorted(set(defects) - set(DEFECTS)):
        raise DefectUnknown(defect=defect, known=", ".join(DEFECTS))
    return frozenset(defects)


def late(people: Columns) -> Flags:
    """Return which rows fall into the later months."""
    month = people["month"]
    return np.asarray(month >= LATE_FROM * (int(month.max()) + 1), dtype=np.bool_)


def change_world(people: Columns, defects: Collection[str], random: np.random.Generator) -> Columns:
    """Return the applicants of a world that has changed: drift."""
    if "drift" not in defects:
        return people
    rows = late(people)
    worse = dict(people)
    worse["income"] = np.where(rows, np.round(people["income"] * 0.75), people["income"])
    worse["debt"] = np.where(rows, np.round(people["debt"] * 1.1), people["debt"])
    more = random.poisson(1.2, len(rows))
    worse["inquiries"] = np.where(
        rows, np.minimum(people["inquiries"] + more, 20), people["inquiries"]
    )
    used = np.minimum(people["utilisation"] + 0.2, 1.5).round(3)
    worse["utilisation"] = np.where(rows, used, people["utilisation"])
    return worse


def change_risk(log_odds: Floats, people: Columns, defects: Collection[str]) -> Floats:
    """Return true log-odds that a model of earlier months cannot know: one band, much worse."""
    if "miscalibrated_grade" not in defects:
        return log_odds
    seen = log_odds - log_odds.mean()
    low, high = np.quantile(seen, (0.35, 0.65))
    band = (seen > low) & (seen < high) & late(people)
    return np.where(band, log_odds + 1.3, log_odds)


def spoil_columns(
    people: Columns, default: Flags, defects: Collection[str], random: np.random.Generator
) -> Columns:
    """Return the columns as a broken feed records them; the truth stays as it is."""
    spoiled, rows, count = dict(people), late(people), len(default)
    if "leak" in defects:
        fees = np.where(default, random.gamma(6.0, 20.0, count), random.gamma(0.6, 20.0, count))
        spoiled["collection_fees"] = np.round(fees)
    if "biased_group" in defects:
        of_b = people["group"] == "b"
        invented = random.poisson(2.5, count)
        recorded = np.minimum(people["delays"] + invented, 12)
        spoiled["delays"] = np.where(of_b, recorded, people["delays"])
    if "future_feature" in defects:
        spoiled["report_after"] = random.integers(60, 300, count)
        happened = people["delays"] + np.where(default, random.poisson(0.8, count), 0)
        spoiled["delays"] = np.minimum(happened, 12)
    if "collapsed_category" in defects:
        spoiled["employment"] = np.where(rows, "permanent", people["employment"])
    if "unit_change" in defects:
        spoiled["income"] = np.where(rows, people["income"] * 12, people["income"])
    return spoiled


def spoil_labels(default: Flags, defects: Collection[str], random: np.random.Generator) -> Flags:
    """Return labels in an order that has nothing to do with the rows, where that is wanted."""
    return random.permutation(default) if "shuffled_target" in defects else default
