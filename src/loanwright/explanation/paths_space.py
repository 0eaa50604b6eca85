"""What an applicant can change: features, the values within reach, and what each costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.explanation.reference import KnownInput
from loanwright.features.columns import encode
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import Record

Floats = NDArray[np.float64]
Picks = NDArray[np.int64]

#: What changing a feature costs at all, beside how far it moves.
CHANGING: Final = 0.1
#: More values than these are not looked at: the step is widened to a multiple of itself.
MOST_VALUES: Final = 500
#: Steps where the product file states none and the feature is no integer.
DEFAULT_STEPS: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Move:
    """The values that one feature can take, the present one first.

    Attributes
    ----------
    feature
        What is changed.
    values
        (k,) encoded, ``values[0]`` as it is now.
    costs
        (k,) what each costs; 0 for the present one, rising.
    """

    feature: Feature
    values: Floats
    costs: Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Space:
    """Everything that an applicant can change.

    Attributes
    ----------
    moves
        One for each feature that can be changed.
    columns
        Raw feature name to its present encoded value, for every input of the segment.
    """

    moves: tuple[Move, ...]
    columns: Mapping[str, float]

    @property
    def size(self) -> int:
        """Return the number of combinations, the present one included."""
        size = 1
        for move in self.moves:
            size *= len(move.values)
        return size

    def raw(self, picks: Picks) -> dict[str, Floats]:
        """Return the raw columns of (n, m) picks: for each move the place of its value."""
        columns = {name: np.full(len(picks), value) for name, value in self.columns.items()}
        for place, move in enumerate(self.moves):
            columns[move.feature.name] = move.values[picks[:, place]]
        return columns

    def costs(self, picks: Picks) -> Floats:
        """Return the cost of (n, m) picks; summed in the order of the moves."""
        total = np.zeros(len(picks))
        for place, move in enumerate(self.moves):
            total += move.costs[picks[:, place]]
        return total

    def every_pick(self, places: Sequence[int] | None = None) -> Picks:
        """Return all combinations of some moves, the others left as they are."""
        chosen = range(len(self.moves)) if places is None else places
        sizes = [len(self.moves[place].values) for place in chosen] or [1]
        picks = np.zeros((int(np.prod(sizes)), len(self.moves)), dtype=np.int64)
        if len(chosen):
            picks[:, list(chosen)] = np.indices(sizes).reshape(len(sizes), -1).T
        return picks


def space_of(
    product: Product, segment: str, record: Record, known: Mapping[str, KnownInput]
) -> Space:
    """Return what the applicant of a record can change.

    Parameters
    ----------
    product, segment, record
        The dictionary, and the record as it was decided.
    known
        What the development sample held of model inputs, by name; a plausible range where the
        product file states none.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> space = space_of(card, "new", {"limit": 30000.0, "education": None}, {})
    >>> [move.feature.name for move in space.moves], space.moves[0].values[:3].tolist()
    (['limit'], [30000.0, 20000.0, 40000.0])
    """
    inputs = product.inputs(segment)
    moves = (_move(feature, record, known.get(feature.name)) for feature in inputs)
    return Space(
        moves=tuple(move for move in moves if move is not None and len(move.values) > 1),
        columns={one.name: encode(one, record.get(one.name)) for one in inputs},
    )


def changeable(product: Product, segment: str) -> tuple[str, ...]:
    """Return the features that an applicant of a segment can change at all.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> changeable(bundled_product("credit-card"), "new")
    ('limit',)
    """
    return tuple(one.name for one in product.inputs(segment) if _is_changeable(one))


def _is_changeable(feature: Feature) -> bool:
    fixed = feature.actionable.kind == "fixed" or feature.protected
    return not fixed and feature.source == "questionnaire"


def _move(feature: Feature, record: Record, known: KnownInput | None) -> Move | None:
    value = record.get(feature.name)
    if not _is_changeable(feature) or value is None:
        return None
    present = encode(feature, value)
    if feature.type in ("category", "boolean"):
        others = _codes(feature, present, known)
        costs = np.full(len(others), feature.actionable.cost * (CHANGING + 1.0))
    elif feature.numeric and present not in feature.special_values:
        low, high = _plausible(feature, known)
        others = _grid(feature, present, low, high)
        share = np.abs(others - present) / max(high - low, 1e-12)
        costs = feature.actionable.cost * (CHANGING + share)
    else:
        return None
    order = np.argsort(costs, kind="stable")
    return Move(
        feature=feature,
        values=np.concatenate([[present], others[order]]),
        costs=np.concatenate([[0.0], costs[order]]),
    )


def _codes(feature: Feature, present: float, known: KnownInput | None) -> Floats:
    action = feature.actionable
    count = len(feature.codes) or 2
    wanted = [feature.codes.index(code) for code in action.codes] or list(range(count))
    others = np.array([float(code) for code in sorted(wanted)], dtype=np.float64)
    if known is not None and known.codes:
        others = others[np.isin(others, known.codes)]
    return _onward(others, present, action.kind)


def _onward(values: Floats, present: float, kind: str) -> Floats:
    if kind == "up":
        return values[values > present]
    return values[values < present] if kind == "down" else values[values != present]


def _plausible(feature: Feature, known: KnownInput | None) -> tuple[float, float]:
    action = feature.actionable
    low, high = feature.minimum or 0.0, feature.maximum or 0.0
    if known is not None and known.lowest is not None and known.highest is not None:
        low, high = max(low, known.lowest), min(high, known.highest)
    stated = (action.minimum, action.maximum)
    return (
        low if stated[0] is None else max(stated[0], feature.minimum or stated[0]),
        high if stated[1] is None else min(stated[1], feature.maximum or stated[1]),
    )


def _grid(feature: Feature, present: float, low: float, high: float) -> Floats:
    step = feature.actionable.step or (1.0 if feature.type == "integer" else 0.0)
    step = step or (high - low) / DEFAULT_STEPS or 1.0
    if feature.type == "integer":
        step = max(1.0, round(step))
    step *= max(1.0, np.ceil((high - low) / step / MOST_VALUES))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    values = np.round(np.arange(first, last + 1) * step, 9) + 0.0
    return _onward(values, present, feature.actionable.kind)
