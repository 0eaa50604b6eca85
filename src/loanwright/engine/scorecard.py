"""The runtime of scorecards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from loanwright.engine.runtime import Backend, Runtime
from loanwright.errors import Rejected

BinKind: TypeAlias = Literal["range", "category", "special", "missing"]


class ScorecardInvalid(Rejected):
    """The scorecard cannot be used: {reason} ({where})."""


class ValueHasNoBin(Rejected):
    """Row {row}: feature {feature} has no bin for the value {value}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScorecardBin:
    """One row of the printed card; ``log_odds`` is its contribution to the raw log-odds."""

    kind: BinKind
    lower: float | None = None
    upper: float | None = None
    codes: tuple[int, ...] = ()
    value: float | None = None
    log_odds: float
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ScorecardFeature:
    """The bins of one feature."""

    name: str
    bins: tuple[ScorecardBin, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScorecardTable:
    """An additive model as tables."""

    intercept: float
    features: tuple[ScorecardFeature, ...]

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "ScorecardTable":
        """Return the table written in a ``scorecard.json``."""
        raise NotImplementedError

    def to_mapping(self) -> dict[str, Any]:
        """Return what ``scorecard.json`` holds."""
        raise NotImplementedError


def scorecard_runtime(scorecard: ScorecardTable, *, backend: Backend = "auto") -> Runtime:
    """Return a runtime of this scorecard."""
    raise NotImplementedError
