"""Where a search looks: the settings of each family that are worth varying, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from types import MappingProxyType
from typing import Any, Final, Protocol


class Trial(Protocol):
    """What a space asks for settings: an Optuna trial."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool) -> float:
        """Return a number of the range."""
        ...

    def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> int:
        """Return a whole number of the range."""
        ...

    def suggest_categorical(self, name: str, choices: list[Any]) -> Any:
        """Return one of the choices."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Numbers from ``low`` to ``high``, both included.

    Attributes
    ----------
    log
        Whether equal ratios, not equal distances, are equally likely.
    whole
        Whether only whole numbers are tried.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def suggest(self, trial: Trial, name: str) -> float | int:
        """Ask a trial for a number."""
        if self.whole:
            return trial.suggest_int(name, int(self.low), int(self.high), log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, as an experiment file writes them."""
        return {"low": self.low, "high": self.high, "log": self.log, "whole": self.whole}


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of a few values."""

    options: tuple[Any, ...]

    def suggest(self, trial: Trial, name: str) -> Any:
        """Ask a trial for one of the values."""
        return trial.suggest_categorical(name, list(self.options))

    def to_mapping(self) -> list[Any]:
        """Return plain values, as an experiment file writes them."""
        return list(self.options)


Dimension = Span | Choice
Space = Mapping[str, Dimension]


def _ratio(low: float, high: float) -> Span:
    return Span(low=low, high=high, log=True)


def _whole(low: int, high: int, *, by_ratio: bool = False) -> Span:
    return Span(low=low, high=high, log=by_ratio, whole=True)


_SHARE: Final = Span(low=0.2, high=1.0)

#: What is varied unless an experiment file says otherwise. Families with an early-stopped number
#: of trees keep it: it is found anew for every setting.
SPACES: Final[Mapping[str, Space]] = MappingProxyType(
    {
        "scorecard": {
            "max_bins": _whole(4, 12),
            "min_share": _ratio(0.01, 0.08),
            "gain": Span(low=0.0, high=4.0),
            "free_gain": Span(low=0.0, high=10.0),
            "penalty": _ratio(0.1, 100.0),
        },
        "logistic": {
            "penalty": _ratio(0.1, 300.0),
            "tail": Span(low=0.0, high=0.05),
            "log_skewness": Choice(options=(None, 0.5, 1.0, 2.0)),
        },
        "additive": {
            "learning_rate": _ratio(0.01, 0.08),
            "leaves": _whole(2, 4),
            "pairs": _whole(0, 20),
            "smoothing": _whole(0, 200),
            "least_leaf_rows": _whole(4, 60, by_ratio=True),
        },
        "lightgbm": {
            "learning_rate": _ratio(0.015, 0.1),
            "leaves": _whole(3, 63, by_ratio=True),
            "least_leaf_rows": _whole(5, 200, by_ratio=True),
            "column_share": _SHARE,
            "row_share": Span(low=0.5, high=1.0),
            "penalty": _ratio(0.1, 100.0),
        },
        "xgboost": {
            "learning_rate": _ratio(0.015, 0.1),
            "depth": _whole(2, 7),
            "least_leaf_weight": _ratio(0.5, 50.0),
            "column_share": _SHARE,
            "row_share": Span(low=0.5, high=1.0),
            "penalty": _ratio(0.1, 100.0),
        },
        "catboost": {
            "learning_rate": _ratio(0.02, 0.15),
            "depth": _whole(3, 8),
            "column_share": _SHARE,
            "row_share": Span(low=0.5, high=1.0),
            "penalty": _ratio(1.0, 50.0),
            "noise": Span(low=0.0, high=4.0),
        },
        "forest": {
            "leaves": _whole(16, 512, by_ratio=True),
            "least_leaf_rows": _whole(3, 100, by_ratio=True),
            "column_share": Span(low=0.1, high=0.8),
            "row_share": Span(low=0.3, high=0.9),
        },
        "neural": {
            "width": Choice(options=(8, 16, 32)),
            "layers": _whole(1, 3),
            "dropout": Span(low=0.0, high=0.4),
            "learning_rate": _ratio(0.0005, 0.01),
            "decay": _ratio(0.0001, 0.1),
        },
    }
)


def suggest(trial: Trial, space: Space) -> dict[str, Any]:
    """Ask a trial for a value of every dimension."""
    return {name: dimension.suggest(trial, name) for name, dimension in space.items()}


def read_dimension(value: Any) -> Dimension | str:
    """Return a dimension as an experiment file writes it, or what is wrong with it.

    Examples
    --------
    >>> read_dimension({"low": 0.01, "high": 0.1, "log": True})
    Span(low=0.01, high=0.1, log=True, whole=False)
    >>> read_dimension([7, 15])
    Choice(options=(7, 15))
    >>> read_dimension("wide")
    'must be a list of values, or a table such as { low = 0.01, high = 0.1, log = true }'
    """
    if isinstance(value, list) and value:
        plain = all(one is None or isinstance(one, bool | int | float | str) for one in value)
        return Choice(options=tuple(value)) if plain else "must list numbers, texts or booleans"
    if not isinstance(value, Mapping):
        return "must be a list of values, or a table such as { low = 0.01, high = 0.1, log = true }"
    unknown = sorted(value.keys() - {"low", "high", "log", "whole"})
    if unknown:
        return f"has an unknown key {unknown[0]}; known keys: low, high, log, whole"
    return _span(value)


def _span(value: Mapping[str, Any]) -> Span | str:
    ends = [value.get(name) for name in ("low", "high")]
    numbers = [one for one in ends if isinstance(one, int | float) and not isinstance(one, bool)]
    flags = [value.get(name, False) for name in ("log", "whole")]
    if len(numbers) != 2:
        return "needs low and high, both numbers"
    if not all(isinstance(flag, bool) for flag in flags):
        return "has log or whole, which must be true or false"
    low, high = numbers
    if not low < high:
        return "needs low below high"
    if flags[0] and not (low > 0 and log(high / low) > 0):
        return "has log = true, so low must be above 0"
    whole = flags[1] or ("whole" not in value and all(isinstance(one, int) for one in numbers))
    return Span(low=low, high=high, log=flags[0], whole=whole)
