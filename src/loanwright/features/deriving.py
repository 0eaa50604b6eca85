"""Derived features that a table suggests: what repeats, and what belongs together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from loanwright.features.columns import columns_from_table
from loanwright.features.feature import Feature, Missing
from loanwright.features.feature_tables import NO_DIRECTION, NOT_AVAILABLE
from loanwright.features.pairing import Operand, candidate_pairs, chosen_pairs, raw_operand
from loanwright.features.product import Product
from loanwright.features.profiling import ColumnProfile, rising_auc
from loanwright.features.program import compile_program, evaluate
from loanwright.features.repeated import (
    Repeated,
    Suggestion,
    find_repeated,
    from_repeated,
    of_amount,
    of_older,
)
from loanwright.features.text import Text

if TYPE_CHECKING:
    import polars as pl

Array = npt.NDArray[np.float64]

MOST_ROWS: Final = 50_000
MOST_OPERANDS: Final = 40
MOST_LIMITS: Final = 2


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """A derived feature of the draft, and the AUC of its rising values (see ``rising_auc``)."""

    suggestion: Suggestion
    rising_auc: float


def suggest_derived(
    product: Product, profiles: Sequence[ColumnProfile], table: pl.DataFrame, default: Array
) -> tuple[Derived, ...]:
    """Return the derived features that a table suggests.

    Parameters
    ----------
    product
        The draft so far, without derived features.
    profiles
        Its columns.
    table, default
        The sample and its label, 1 = bad.

    Returns
    -------
    tuple of Derived
        Extremes, counts, averages and changes of repeated columns; then at most four ratios,
        products or differences that pass a test on rows they were not chosen on.
    """
    chosen = _sampled_rows(len(default))
    table, default = table[chosen], default[chosen]
    study = _Study(product, table)
    inputs = [p for p in profiles if p.kind and not p.left_out]
    values = {p.name: _quantities(p, study.columns[p.name]) for p in inputs}
    groups = find_repeated(inputs, values)
    single = list(_single(inputs, groups, values))
    kept = _telling((one for group in groups for one in from_repeated(group)), study)
    kept += _telling(_comparisons(groups, single, {p.name: p for p in inputs}), study)
    operands = [*single, *_operands(groups, kept, study)]
    pairs = _distinct(candidate_pairs(operands), study)
    known = [study.columns[p.name] for p in inputs] + list(study.values(kept).values())
    best = chosen_pairs(study.values(pairs), known, default)
    by_name = {pair.name: pair for pair in pairs}
    kept += [_explained(by_name[name], chance) for name, chance in best]
    found = study.values(kept)
    return tuple(
        Derived(suggestion=one, rising_auc=_rising(found[one.name], default)) for one in kept
    )


def _sampled_rows(rows: int) -> npt.NDArray[np.int64]:
    if rows <= MOST_ROWS:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))


class _Study:
    """The table, encoded as the draft says, and the formulas evaluated on it."""

    def __init__(self, product: Product, table: pl.DataFrame) -> None:
        self.columns = columns_from_table(product, table)
        self.names = set(product.features)
        self._features = dict(product.features)

    def add(self, suggestions: Iterable[Suggestion]) -> None:
        """Let later formulas name these."""
        self._features |= {one.name: _feature(one) for one in suggestions}

    def values(self, suggestions: Iterable[Suggestion]) -> dict[str, Array]:
        """Return (n,) values of each formula, computed as serving will compute them."""
        wanted = list(suggestions)
        if not wanted:
            return {}
        features: Mapping[str, Feature] = self._features | {s.name: _feature(s) for s in wanted}
        program = compile_program(features, [s.name for s in wanted])
        raw = np.stack([self.columns[name] for name in program.inputs])
        matrix = evaluate(program, np.ascontiguousarray(raw))
        return {one.name: matrix[:, place] for place, one in enumerate(wanted)}


def _feature(suggestion: Suggestion) -> Feature:
    return Feature(
        name=suggestion.name,
        title=suggestion.title,
        help=suggestion.title,
        type="number",
        missing=Missing(allowed=True, title=NOT_AVAILABLE),
        direction=NO_DIRECTION,
        source="questionnaire",
        expression=suggestion.expression,
    )


def _distinct(suggestions: Iterable[Suggestion], study: _Study) -> list[Suggestion]:
    """Return the suggestions under names that nothing else has."""
    kept = []
    for one in suggestions:
        name, count = one.name, 1
        while name in study.names:
            count += 1
            name = f"{one.name}_{count}"
        study.names.add(name)
        kept.append(dataclasses.replace(one, name=name))
    return kept


def _rising(values: Array, default: Array) -> float:
    known = ~np.isnan(values)
    return rising_auc(values[known], default[known])


def _telling(suggestions: Iterable[Suggestion], study: _Study) -> list[Suggestion]:
    """Return the suggestions that differ between rows; later formulas may name them."""
    named = _distinct(suggestions, study)
    study.add(named)
    found = study.values(named)
    return [one for one in named if _tells_apart(found[one.name])]


def _tells_apart(values: Array) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 0 and bool(known.min() < known.max())


def _quantities(profile: ColumnProfile, values: Array) -> Array:
    return np.where(np.isin(values, profile.special), np.nan, values)


def _single(
    inputs: Sequence[ColumnProfile], groups: Sequence[Repeated], values: Mapping[str, Array]
) -> Iterator[Operand]:
    """Yield the quantities that stand alone."""
    taken = {member.name for group in groups for member in group.members}
    taken |= {profile.name for profile in inputs if profile.protected}
    numeric = [p for p in inputs if p.kind in ("number", "integer") and p.name not in taken]
    for profile in numeric[:MOST_OPERANDS]:
        yield raw_operand(profile, values[profile.name])


def _operands(
    groups: Sequence[Repeated], repeated: Sequence[Suggestion], study: _Study
) -> Iterator[Operand]:
    """Yield the averages of ordered amounts and the sums of counters."""
    wanted = {f"{g.stem}_average" for g in groups if g.ordered and not g.counts}
    wanted |= {f"{g.stem}_sum" for g in groups if not g.ordered}
    made = [one for one in repeated if one.name in wanted]
    found = study.values(made)
    for one in made:
        shown = _lowered(one.title)
        yield Operand(name=one.name, expression=one.name, shown=shown, values=found[one.name])


def _lowered(title: Text) -> Text:
    return Text(en=title.en[0].lower() + title.en[1:], ru=title.ru[0].lower() + title.ru[1:])


def _comparisons(
    groups: Sequence[Repeated], single: Sequence[Operand], inputs: Mapping[str, ColumnProfile]
) -> Iterator[Suggestion]:
    """Yield ordered amounts as shares of what stands beside them."""
    amounts = [g for g in groups if g.ordered and not g.counts]
    limits = [one for one in single if one.money and one.zeros == 0]
    for group in amounts:
        for limit in limits[:MOST_LIMITS]:
            yield from of_amount(group, inputs[limit.name])
    for over, under in permutations(amounts, 2):
        if len(over.members) == len(under.members) and _scale(over) <= _scale(under):
            yield of_older(over, under)


def _scale(group: Repeated) -> float:
    return sum(member.maximum for member in group.members)


def _explained(pair: Suggestion, chance: float) -> Suggestion:
    shown = f"{chance:.1g}" if chance >= 1e-12 else "below 1e-12"
    why = (
        "it foretells, on rows it was not chosen on, what the columns one by one do not "
        f"(p = {shown}, corrected for all pairs tried)."
    )
    return dataclasses.replace(pair, why=why)
