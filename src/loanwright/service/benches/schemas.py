"""Benches as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from loanwright.binning.given import GivenBinning
from loanwright.models.bench import BenchCard, BenchRows


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """A scorecard on the bench.

    Attributes
    ----------
    draft
        The bins as they are now, as a file that training reads.
    version
        Rises with every change.
    """

    id: str
    model_hash: str
    place: str
    kind: str
    job_id: str
    draft: str = field(repr=False)
    version: int
    opened_by: str
    opened_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What a bench shows: its rows, the bins that are tried, and the card that they make.

    Attributes
    ----------
    same
        Whether the table is the one that the model learned from.
    before
        The card of the bins that are kept, where others are only tried.
    """

    bench: Bench
    rows: BenchRows = field(repr=False)
    given: Mapping[str, GivenBinning] = field(repr=False)
    card: BenchCard = field(repr=False)
    before: BenchCard = field(repr=False)
    same: bool
