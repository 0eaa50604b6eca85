"""The terms of an additive model: what each adds to the log-odds, readable and checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from sys import float_info
from typing import Any, ClassVar, Final, Literal, Self, TypeAlias

from loanwright.errors import Rejected

Transform: TypeAlias = Literal["none", "log"]
TRANSFORMS: Final = ("none", "log")
MOST_CODES: Final = 1 << 16
_NOT_CENTRED: Final = 1e-6


class AdditiveInvalid(Rejected):
    """The additive model cannot be used: {reason} ({where})."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialLogOdds:
    """What a value that is a code, not a quantity, adds to the log-odds of default."""

    value: float
    log_odds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearTerm:
    """A straight line over one feature, or over its logarithm.

    A value x that is neither missing nor special adds ``coefficient * ((t - centre) / scale)``,
    where t is x held between ``low`` and ``high`` and, for the transform "log", ln(1 + that).

    Attributes
    ----------
    feature
        Its name.
    low, high
        Ends beyond which a value counts as the end; ``low`` is 0 or more for "log".
    transform
        "none" or "log".
    centre, scale, coefficient
        Of the line; ``scale`` > 0.
    missing
        What a missing value adds.
    special
        What special values add.
    mean
        Mean of the term over the development sample.
    """

    kind: ClassVar[str] = "linear"
    feature: str
    low: float
    high: float
    transform: Transform = "none"
    centre: float
    scale: float
    coefficient: float
    missing: float
    special: tuple[SpecialLogOdds, ...] = ()
    mean: float

    def __post_init__(self) -> None:
        numbers = (self.low, self.high, self.centre, self.scale, self.coefficient)
        _check_numbers(self.feature, (*numbers, self.missing, self.mean))
        _check_special(self.feature, self.special)
        if self.low > self.high or self.scale <= 0:
            raise AdditiveInvalid(reason="low is above high, or scale not above 0", where=self.name)
        if self.transform not in TRANSFORMS or (self.transform == "log" and self.low < 0):
            raise AdditiveInvalid(reason="its transform does not fit", where=self.name)

    @property
    def name(self) -> str:
        """Return what the term is called."""
        return self.feature

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features it reads."""
        return (self.feature,)


@dataclass(frozen=True, kw_only=True, slots=True)
class StepTerm:
    """A staircase over one numeric feature.

    Bin k holds ``edges[k - 1] <= x < edges[k]``; the first and the last are open.

    Attributes
    ----------
    feature
        Its name.
    edges
        (k,) rising ends.
    log_odds
        (k + 1,) what each bin adds.
    share
        (k + 1,) share of the development sample in each bin; what is not here is missing or
        special.
    missing, special, mean
        As in `LinearTerm`.
    """

    kind: ClassVar[str] = "step"
    feature: str
    edges: tuple[float, ...]
    log_odds: tuple[float, ...]
    share: tuple[float, ...]
    missing: float
    special: tuple[SpecialLogOdds, ...] = ()
    mean: float

    def __post_init__(self) -> None:
        _check_numbers(self.feature, (*self.log_odds, self.missing, self.mean))
        _check_edges(self.feature, self.edges)
        _check_special(self.feature, self.special)
        _check_shares(self.feature, self.share, whole=False)
        if not len(self.log_odds) == len(self.share) == len(self.edges) + 1:
            raise AdditiveInvalid(reason="bins and edges do not match", where=self.name)

    @property
    def name(self) -> str:
        """Return what the term is called."""
        return self.feature

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features it reads."""
        return (self.feature,)


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryTerm:
    """A number for each category code of one feature.

    Attributes
    ----------
    feature
        Its name.
    log_odds
        (c,) what the codes 0 … c - 1 add.
    share
        (c,) their shares of the development sample.
    missing, other
        What a missing value and any other number add.
    mean
        As in `LinearTerm`.
    """

    kind: ClassVar[str] = "category"
    feature: str
    log_odds: tuple[float, ...]
    share: tuple[float, ...]
    missing: float
    other: float
    mean: float

    def __post_init__(self) -> None:
        _check_numbers(self.feature, (*self.log_odds, self.missing, self.other, self.mean))
        _check_shares(self.feature, self.share, whole=False)
        if not 0 < len(self.log_odds) == len(self.share) <= MOST_CODES:
            raise AdditiveInvalid(reason="codes and shares do not match", where=self.name)

    @property
    def name(self) -> str:
        """Return what the term is called."""
        return self.feature

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features it reads."""
        return (self.feature,)


@dataclass(frozen=True, kw_only=True, slots=True)
class PairAxis:
    """How one feature of a pair is cut into cells.

    Attributes
    ----------
    feature
        Its name.
    edges
        Of a numeric feature, as in `StepTerm`; None for categories. Cells: bins, then missing.
    share
        Share of the development sample in each cell. Of categories the cells are the codes,
        then missing, then any other number.
    """

    feature: str
    edges: tuple[float, ...] | None = None
    share: tuple[float, ...]

    def __post_init__(self) -> None:
        _check_shares(self.feature, self.share, whole=True)
        if self.edges is not None:
            _check_edges(self.feature, self.edges)
            if len(self.share) != len(self.edges) + 2:
                raise AdditiveInvalid(reason="bins and edges do not match", where=self.feature)
        elif not 3 <= len(self.share) <= MOST_CODES:
            raise AdditiveInvalid(reason="an axis has no codes", where=self.feature)


@dataclass(frozen=True, kw_only=True, slots=True)
class PairTerm:
    """What two features add together, beyond what each adds alone.

    The table is centred: its mean over either axis, with the other feature held, is 0. Whatever
    one of the two says alone is in that feature's own term.

    Attributes
    ----------
    axes
        The two axes, m and n cells.
    log_odds
        m rows of n numbers.
    mean
        Mean over the development sample, where the features may go together; 0 if they do not.
    """

    kind: ClassVar[str] = "pair"
    axes: tuple[PairAxis, PairAxis]
    log_odds: tuple[tuple[float, ...], ...]
    mean: float

    def __post_init__(self) -> None:
        first, second = self.axes
        rows, columns = len(first.share), len(second.share)
        if len(self.log_odds) != rows or any(len(row) != columns for row in self.log_odds):
            raise AdditiveInvalid(reason="the table does not fit its axes", where=self.name)
        if first.feature == second.feature:
            raise AdditiveInvalid(reason="a feature is paired with itself", where=self.name)
        _check_numbers(self.name, (self.mean, *(one for row in self.log_odds for one in row)))
        _check_centred(self.name, self.log_odds, second.share)
        _check_centred(self.name, tuple(zip(*self.log_odds, strict=True)), first.share)

    @property
    def name(self) -> str:
        """Return what the term is called."""
        return " & ".join(self.features)

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features it reads."""
        return tuple(axis.feature for axis in self.axes)


Term: TypeAlias = LinearTerm | StepTerm | CategoryTerm | PairTerm


def _check_numbers(where: str, numbers: Iterable[float]) -> None:
    if not all(map(isfinite, numbers)):
        raise AdditiveInvalid(reason="a number is not finite", where=where)


def _check_edges(where: str, edges: tuple[float, ...]) -> None:
    _check_numbers(where, edges)
    if list(edges) != sorted(set(edges)):
        raise AdditiveInvalid(reason="its edges do not rise", where=where)


def _check_special(where: str, special: tuple[SpecialLogOdds, ...]) -> None:
    _check_numbers(where, (number for one in special for number in (one.value, one.log_odds)))
    if len({one.value for one in special}) != len(special):
        raise AdditiveInvalid(reason="a special value is there twice", where=where)


def _check_shares(where: str, share: tuple[float, ...], *, whole: bool) -> None:
    _check_numbers(where, share)
    total = fsum(share)
    if min(share, default=0.0) < 0 or total > 1 + _NOT_CENTRED:
        raise AdditiveInvalid(reason="its shares are not those of a whole", where=where)
    if whole and total < 1 - _NOT_CENTRED:
        raise AdditiveInvalid(reason="its shares are not those of a whole", where=where)


def _check_centred(
    where: str, table: tuple[tuple[float, ...], ...], share: tuple[float, ...]
) -> None:
    for row in table:
        mean = fsum(one * part for one, part in zip(row, share, strict=True))
        if abs(mean) > _NOT_CENTRED * (1 + max(map(abs, row))):
            raise AdditiveInvalid(reason="the pair is not centred", where=where)


class Fields:
    """A mapping of a model file, read field by field; what nobody asked for is refused."""

    def __init__(self, entry: Any, where: str) -> None:
        if not isinstance(entry, Mapping):
            raise AdditiveInvalid(reason="it is no object", where=where)
        self._entry, self.where = entry, where
        self._asked: set[str] = set()

    def finish(self) -> Self:
        """Refuse fields that nobody asked for."""
        unknown = sorted(map(str, set(self._entry) - self._asked))
        if unknown:
            raise AdditiveInvalid(reason=f"{unknown[0]} is unknown", where=self.where)
        return self

    def get(self, name: str) -> Any:
        """Return a field as it is, None where it is absent."""
        self._asked.add(name)
        return self._entry.get(name)

    def text(self, name: str) -> str:
        """Return a text."""
        found = self.get(name)
        if not isinstance(found, str) or not found:
            raise AdditiveInvalid(reason=f"{name} is no text", where=self.where)
        return found

    def number(self, name: str) -> float:
        """Return a finite number."""
        return self._finite(self.get(name), name)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a list of finite numbers."""
        return tuple(self._finite(one, name) for one in self.entries(name))

    def rows(self, name: str) -> tuple[tuple[float, ...], ...]:
        """Return a list of lists of finite numbers."""
        rows = self.entries(name)
        if not all(isinstance(row, list) for row in rows):
            raise AdditiveInvalid(reason=f"{name} is no table", where=self.where)
        return tuple(tuple(self._finite(one, name) for one in row) for row in rows)

    def entries(self, name: str) -> Sequence[Any]:
        """Return a list."""
        found = self.get(name)
        if not isinstance(found, list):
            raise AdditiveInvalid(reason=f"{name} is no list", where=self.where)
        return found

    def _finite(self, number: Any, name: str) -> float:
        if type(number) not in (int, float) or not abs(number) <= float_info.max:
            raise AdditiveInvalid(reason=f"{name} is no finite number", where=self.where)
        return float(number)
