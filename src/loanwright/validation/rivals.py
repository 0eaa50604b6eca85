"""Other models on the same rows: a given champion, and plain ones made on the spot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from loanwright.errors import LoanwrightError
from loanwright.features.columns import ColumnSpec, matrix_from_columns
from loanwright.features.text import Text
from loanwright.models.registry import find_family, make_model
from loanwright.validation.evidence import Answers, Evidence, Floats, answers_of
from loanwright.validation.values import said

LEAST_ROWS: Final = 300
#: Boosted peers see no more rows: below 10,000 LightGBM takes one thread and a second or two.
MOST_ROWS: Final = 9_000
#: Settings that spare a plain peer the search for its number of trees.
QUICK: Final[Mapping[str, Mapping[str, Any]]] = {
    "lightgbm": {"trees": 150, "learning_rate": 0.05, "monotone_method": "basic"}
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """Another model's raw risks for all rows of the evidence.

    Attributes
    ----------
    name, title
        What it is.
    risk
        (n,) higher is riskier.
    free_of_directions
        Whether it is the same family without the directions: it measures their price.
    """

    name: str
    title: Text
    risk: Floats
    free_of_directions: bool = False


def rival_answers(evidence: Evidence) -> Answers | None:
    """Return what the given champion says about all rows, or None without one."""
    rival = evidence.beside.champion
    if rival is None:
        return None
    matrix = matrix_from_columns(evidence.product, rival.segment, evidence.columns)
    return answers_of(rival.model, matrix)


def find_peers(evidence: Evidence) -> tuple[Peer, ...]:
    """Return the champion, and plain peers fitted on the development rows where these are there."""
    peers = []
    other = rival_answers(evidence)
    if other is not None and evidence.beside.champion is not None:
        name = evidence.beside.champion.name
        peers.append(
            Peer(name="champion", title=said(f"champion: {name}", f"чемпион: {name}"),
                 risk=other.log_odds)
        )  # fmt: skip
    rows = evidence.samples.get("development", np.array([], dtype=np.int64))
    bad = int(evidence.bad[rows].sum())
    if min(bad, len(rows) - bad) >= 20 and len(rows) >= LEAST_ROWS:
        peers += [
            peer
            for peer in (
                _fitted(evidence, "scorecard", evidence.specs, free=False),
                _fitted(evidence, "lightgbm", evidence.specs, free=False),
                _fitted(evidence, "lightgbm", _free(evidence.specs), free=True),
            )
            if peer is not None
        ]
    return tuple(peers)


def _free(specs: Sequence[ColumnSpec]) -> tuple[ColumnSpec, ...]:
    return tuple(replace(spec, direction=0) for spec in specs)


_TITLES: Final = {
    ("scorecard", False): said("scorecard, plain", "скоркарта, простая"),
    ("lightgbm", False): said("LightGBM, plain", "LightGBM, простой"),
    ("lightgbm", True): said("LightGBM without directions", "LightGBM без направлений"),
}


def _fitted(
    evidence: Evidence, family: str, specs: Sequence[ColumnSpec], *, free: bool
) -> Peer | None:
    same = family == evidence.model.family == "scorecard"
    if same or (free and not any(spec.direction for spec in evidence.specs)):
        return None
    try:
        find_family(family)
        settings = QUICK.get(family, {})
        model = make_model(family, columns=tuple(specs), seed=evidence.seed, **settings)
        rows = evidence.samples["development"]
        if family in QUICK:
            rows = rows[:: -(-len(rows) // MOST_ROWS)]
        defaulted = evidence.bad[rows].astype(np.int8)
        model.fit(evidence.matrix[rows], defaulted, groups=evidence.people(rows))
    except (ImportError, LoanwrightError):
        # A peer that is not installed, or cannot be fitted here, is a peer fewer.
        return None
    return Peer(
        name=f"{family}_free" if free else family,
        title=_TITLES[family, free],
        risk=np.asarray(model.decision_function(evidence.matrix), dtype=np.float64),
        free_of_directions=free,
    )
