"""A table of invented applications, some with known outcomes, and who would be approved."""

import numpy as np
import polars as pl
from tests.unit.batch.made import SMALL

from loanwright.decisioning.policy import Policy

SEGMENT = "new"
OUTCOMES = ("approve", "refer", "decline")


def table(rows: int = 600, seed: int = 3) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    known = random.random(rows) < 0.6
    bad = random.random(rows) < 0.25
    return pl.DataFrame(
        {
            "income": random.uniform(0, 4000, rows).round(2),
            "housing": random.choice(["rent", "own"], rows),
            "owner": random.choice(["yes", "no"], rows),
            "since": ["2020-05-01"] * rows,
            "rent": random.uniform(0, 900, rows).round(2),
            "age": random.integers(16, 70, rows),
            "region": random.choice(["north", "south"], rows),
            "bad": [str(int(b)) if k else "" for b, k in zip(bad, known, strict=True)],
            "then": random.choice(OUTCOMES, rows),
            "sum": random.integers(100, 5000, rows),
        }
    )


def policy(approve_from: int = 520, name: str = "tried", **changes) -> Policy:
    points = {"approve_from": approve_from, "refer_from": min(500, approve_from)}
    segments = dict.fromkeys(SMALL.segments, points)
    return Policy.from_mapping({**SMALL.policy, "name": name, "cutoffs": segments, **changes})
