"""Scorecards as tables, and their runtime."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, inf, isfinite
from sys import float_info
from typing import Any, Final, Literal, NamedTuple, Self, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.engine.runtime import Backend, FloatArray, Runtime, as_matrix, chosen_backend
from loanwright.errors import Rejected
from loanwright.features.errors import ValueHasNoBin

BinKind: TypeAlias = Literal["range", "category", "special", "missing"]
SCHEMA: Final = 1
_SHARES_OFF: Final = 1e-6
_BIGGEST_CODE: Final = 1 << 31


class ScorecardInvalid(Rejected):
    """The scorecard cannot be used: {reason} ({where})."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScorecardBin:
    """One row of the card.

    Attributes
    ----------
    kind : {"range", "category", "special", "missing"}
        What its values are.
    lower, upper : float, optional
        Of a range, ``lower < x <= upper``; None is open.
    codes : tuple of int
        Of a category bin, its category codes.
    value : float, optional
        Of a special bin, its value.
    log_odds : float
        What it adds to the raw log-odds of default.
    share : float
        Its share of the development sample.
    """

    kind: BinKind
    lower: float | None = None
    upper: float | None = None
    codes: tuple[int, ...] = ()
    value: float | None = None
    log_odds: float
    share: float

    @property
    def exact(self) -> tuple[float, ...]:
        """Return the values that belong here by being equal to one listed."""
        if self.kind == "category":
            return tuple(map(float, self.codes))
        return (self.value,) if self.kind == "special" and self.value is not None else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScorecardFeature:
    """The bins of one feature.

    Ranges join from minus to plus infinity; special values and categories go before ranges.
    """

    name: str
    bins: tuple[ScorecardBin, ...]

    def __post_init__(self) -> None:
        problem = _problem(self.bins)
        if problem:
            raise ScorecardInvalid(reason=problem, where=self.name)

    @property
    def expected(self) -> float:
        """Return the mean of the bins' log-odds over the development sample."""
        return fsum(one.log_odds * one.share for one in self.bins)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScorecardTable:
    """An additive model as tables: raw log-odds of default = intercept + one number a feature.

    Examples
    --------
    >>> table = ScorecardTable.from_mapping({"schema": 1, "intercept": -1.0, "features": [
    ...     {"name": "delay", "bins": [
    ...         {"kind": "range", "upper": 1.0, "log_odds": -0.5, "share": 0.75},
    ...         {"kind": "range", "lower": 1.0, "log_odds": 0.5, "share": 0.25},
    ...     ]}]})
    >>> table.features[0].expected
    -0.25
    >>> ScorecardTable.from_mapping(table.to_mapping()) == table
    True
    """

    intercept: float
    features: tuple[ScorecardFeature, ...]

    def __post_init__(self) -> None:
        if not self.features:
            raise ScorecardInvalid(reason="it has no features", where="features")

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the table that a ``scorecard.json`` holds.

        Raises
        ------
        ScorecardInvalid
            If a field is missing or of another type, or if the bins overlap or leave a gap.
        """
        if mapping.get("schema") != SCHEMA:
            raise ScorecardInvalid(reason=f"its schema is not {SCHEMA}", where="schema")
        features = _list(mapping, "features", "scorecard")
        return cls(
            intercept=_number(mapping, "intercept", "scorecard"),
            features=tuple(_feature(entry) for entry in features),
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values that `from_mapping` reads."""
        features = [
            {"name": feature.name, "bins": [_plain(one) for one in feature.bins]}
            for feature in self.features
        ]
        return {"schema": SCHEMA, "intercept": self.intercept, "features": features}


def scorecard_runtime(scorecard: ScorecardTable, *, backend: Backend = "auto") -> Runtime:
    """Return a runtime of this scorecard.

    Parameters
    ----------
    scorecard : ScorecardTable
        The card.
    backend : {"auto", "numba", "numpy"}
        Compiled, plain numpy, or compiled where numba can be imported. The bits are the same.

    Returns
    -------
    Runtime
        The contribution of a feature is its bin's log-odds less their mean over the development
        sample (its exact Shapley value); ``base`` is the intercept plus those means. Sums are made
        in the order of the features. A value without a bin raises `ValueHasNoBin`.

    Examples
    --------
    >>> low = ScorecardBin(kind="range", upper=1.0, log_odds=-0.5, share=0.75)
    >>> high = ScorecardBin(kind="range", lower=1.0, log_odds=0.5, share=0.25)
    >>> feature = ScorecardFeature(name="delay", bins=(low, high))
    >>> card = ScorecardTable(intercept=-1.0, features=(feature,))
    >>> log_odds, contributions = scorecard_runtime(card, backend="numpy").explain([[1.0], [2.0]])
    >>> log_odds.tolist(), contributions.tolist()
    ([-1.5, -0.5], [[-0.25], [0.75]])
    """
    module = f"loanwright.engine.scorecard_{chosen_backend(backend)}"
    return ScorecardRuntime(table=scorecard, kernels=importlib.import_module(module))


class CardLayout(NamedTuple):
    """A card in flat arrays.

    Attributes
    ----------
    bounds : (p + 1, 2) int64
        Where each feature's listed values and range ends begin.
    missing : (p,) int64
        Its bin for missing values, -1 for none.
    exact, exact_bin : (e,) float64, int64
        Listed values, ascending per feature, and their bins.
    upper, range_bin : (r,) float64, int64
        Upper ends of the ranges, ascending per feature, the last one infinite, and their bins.
    log_odds, contribution : (b,) float64
        Per bin of the card.
    intercept : float
        Log-odds before any bin.
    """

    bounds: NDArray[np.int64]
    missing: NDArray[np.int64]
    exact: NDArray[np.float64]
    exact_bin: NDArray[np.int64]
    upper: NDArray[np.float64]
    range_bin: NDArray[np.int64]
    log_odds: NDArray[np.float64]
    contribution: NDArray[np.float64]
    intercept: float


class ScorecardRuntime:
    """A scorecard ready to answer."""

    def __init__(self, *, table: ScorecardTable, kernels: Any) -> None:
        self._names = tuple(feature.name for feature in table.features)
        self._layout = lay_out_card(table)
        self._base = table.intercept
        for feature in table.features:
            self._base += feature.expected
        self._assess = kernels.assess_rows

    @property
    def feature_count(self) -> int:
        """Return the number of columns p."""
        return len(self._names)

    @property
    def base(self) -> float:
        """Return the log-odds of default before any feature is known."""
        return self._base

    def log_odds(self, matrix: ArrayLike) -> FloatArray:
        """Return the raw log-odds of default, shape (n,), of an (n, p) matrix."""
        return self.explain(matrix)[0]

    def explain(self, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the raw log-odds (n,) and contributions (n, p) of an (n, p) matrix."""
        rows = as_matrix(matrix, self.feature_count)
        answer, contributions = np.empty(len(rows)), np.empty(rows.shape)
        lost = int(self._assess(self._layout, rows, answer, contributions))
        if lost >= 0:
            row, feature = divmod(lost, self.feature_count)
            value = float(rows[row, feature])
            raise ValueHasNoBin(row=row, feature=self._names[feature], value=value)
        return answer, contributions


def lay_out_card(table: ScorecardTable) -> CardLayout:
    """Return the flat arrays of a card."""
    bounds, missing = [(0, 0)], []
    exact: list[tuple[float, int]] = []
    upper: list[tuple[float, int]] = []
    log_odds: list[float] = []
    contribution: list[float] = []
    for feature in table.features:
        numbered = list(enumerate(feature.bins, start=len(log_odds)))
        exact += sorted((value, number) for number, one in numbered for value in one.exact)
        upper += [
            (inf if one.upper is None else one.upper, number)
            for number, one in numbered
            if one.kind == "range"
        ]
        missing.append(next((number for number, one in numbered if one.kind == "missing"), -1))
        bounds.append((len(exact), len(upper)))
        log_odds += [one.log_odds for one in feature.bins]
        contribution += [one.log_odds - feature.expected for one in feature.bins]
    return CardLayout(
        bounds=np.array(bounds, np.int64),
        missing=np.array(missing, np.int64),
        exact=np.array([value for value, _ in exact], np.float64),
        exact_bin=np.array([number for _, number in exact], np.int64),
        upper=np.array([value for value, _ in upper], np.float64),
        range_bin=np.array([number for _, number in upper], np.int64),
        log_odds=np.array(log_odds, np.float64),
        contribution=np.array(contribution, np.float64),
        intercept=table.intercept,
    )


def _problem(bins: tuple[ScorecardBin, ...]) -> str | None:
    exact = [value for one in bins for value in one.exact]
    numbers = [number for one in bins for number in (one.log_odds, one.share)]
    if not bins or not all(map(isfinite, exact + numbers)):
        return "it needs bins with finite numbers"
    if any(one.kind == "special" and one.value is None for one in bins):
        return "a special bin has no value"
    if len(set(exact)) != len(exact):
        return "a value is in two bins"
    if sum(one.kind == "missing" for one in bins) > 1:
        return "it has two bins for missing values"
    if min(one.share for one in bins) < 0 or abs(fsum(b.share for b in bins) - 1) > _SHARES_OFF:
        return "its shares are not those of a whole"
    return _gap([one for one in bins if one.kind == "range"])


def _gap(ranges: list[ScorecardBin]) -> str | None:
    if not ranges:
        return None
    if ranges[0].lower is not None or ranges[-1].upper is not None:
        return "its ranges do not reach from minus to plus infinity"
    for before, after in pairwise(ranges):
        if before.upper is None or before.upper != after.lower:
            return "its ranges do not join"
    ends = [one.upper for one in ranges[:-1] if one.upper is not None]
    if not all(map(isfinite, ends)) or sorted(set(ends)) != ends:
        return "its ranges do not rise"
    return None


def _feature(entry: Any) -> ScorecardFeature:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise ScorecardInvalid(reason="a feature has no name", where="features")
    name = entry["name"]
    bins = tuple(_bin(one, name) for one in _list(entry, "bins", name))
    return ScorecardFeature(name=name, bins=bins)


def _bin(entry: Any, where: str) -> ScorecardBin:
    if not isinstance(entry, Mapping) or entry.get("kind") not in get_args(BinKind):
        raise ScorecardInvalid(reason="a bin has no known kind", where=where)
    codes = entry.get("codes") or []
    if not isinstance(codes, list) or not all(
        type(code) is int and abs(code) <= _BIGGEST_CODE for code in codes
    ):
        raise ScorecardInvalid(reason="codes are no whole numbers", where=where)
    lower, upper, value = (
        None if entry.get(name) is None else _number(entry, name, where)
        for name in ("lower", "upper", "value")
    )
    return ScorecardBin(
        kind=entry["kind"],
        lower=lower,
        upper=upper,
        codes=tuple(codes),
        value=value,
        log_odds=_number(entry, "log_odds", where),
        share=_number(entry, "share", where),
    )


def _number(entry: Mapping[str, Any], name: str, where: str) -> float:
    number: Any = entry.get(name)
    if type(number) not in (int, float) or not abs(number) <= float_info.max:
        raise ScorecardInvalid(reason=f"{name} is no finite number", where=where)
    return float(number)


def _list(entry: Mapping[str, Any], name: str, where: str) -> list[Any]:
    found = entry.get(name)
    if not isinstance(found, list):
        raise ScorecardInvalid(reason=f"{name} is no list", where=where)
    return found


def _plain(one: ScorecardBin) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "lower": one.lower,
        "upper": one.upper,
        "codes": list(one.codes),
        "value": one.value,
        "log_odds": one.log_odds,
        "share": one.share,
    }
