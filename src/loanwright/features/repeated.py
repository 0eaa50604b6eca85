"""Columns that say the same thing several times, and what several answers say together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from loanwright.features.profiling import ColumnProfile
from loanwright.features.text import Text

Array = npt.NDArray[np.float64]

LEAST_IN_ROW: Final = 3
LEAST_ALIKE: Final = 0.1
TOO_ALIKE: Final = 0.9
COMMON_WORDS: Final = 3
LARGEST_COUNT: Final = 100.0
MOST_CODES: Final = 4
_NUMBERED: Final = re.compile(r"^(.*?[a-z])_?(\d+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A derived feature that the table suggests.

    Attributes
    ----------
    name
        The feature name it will have.
    expression
        Its formula, in the language of derived features.
    title
        What people call it.
    why
        What in the table suggests it: one sentence for the reader of the draft.
    whole
        Whether its values are whole numbers.
    """

    name: str
    expression: str
    title: Text
    why: str
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """Columns that repeat one measurement.

    Attributes
    ----------
    stem
        What their names share.
    members
        The columns; of numbered ones the lowest number first.
    ordered
        Whether they follow each other, as months do.
    """

    stem: str
    members: tuple[ColumnProfile, ...]
    ordered: bool

    @property
    def counts(self) -> bool:
        """Return whether all members are small whole numbers."""
        return all(m.kind == "integer" and m.maximum <= LARGEST_COUNT for m in self.members)


def find_repeated(
    profiles: Sequence[ColumnProfile], values: Mapping[str, Array]
) -> tuple[Repeated, ...]:
    """Return the groups of columns that repeat one measurement.

    Parameters
    ----------
    profiles
        The columns that may feed a model.
    values
        Feature name to (n,) plain values; NaN where missing or a code.

    Returns
    -------
    tuple of Repeated
        Columns with one name and running numbers, at least three in a row that go together; and
        counters whose names share their words or begin with the same three.

    Examples
    --------
    >>> names = ["pay_1", "pay_2", "pay_3", "age"]
    >>> columns = [
    ...     ColumnProfile(column=name, name=name, kind="integer", maximum=9) for name in names
    ... ]
    >>> base = np.arange(50.0)
    >>> [group.stem for group in find_repeated(columns, dict.fromkeys(names, base))]
    ['pay']
    """
    numeric = [p for p in profiles if p.kind in ("number", "integer") and p.name in values]
    ordered = [
        Repeated(stem=stem, members=run, ordered=True)
        for stem, members in _numbered(numeric).items()
        for run in _runs(members, values)
    ]
    taken = {member.name for group in ordered for member in group.members}
    rest = [p for p in numeric if p.name not in taken and p.kind == "integer"]
    return (*ordered, *_counters(rest, values))


def _numbered(profiles: Iterable[ColumnProfile]) -> dict[str, list[ColumnProfile]]:
    found: defaultdict[str, list[tuple[int, ColumnProfile]]] = defaultdict(list)
    for profile in profiles:
        match = _NUMBERED.match(profile.name)
        if match:
            found[match[1]].append((int(match[2]), profile))
    return {
        stem: [profile for _, profile in sorted(members, key=lambda one: one[0])]
        for stem, members in found.items()
    }


def _runs(
    members: list[ColumnProfile], values: Mapping[str, Array]
) -> Iterator[tuple[ColumnProfile, ...]]:
    """Yield stretches of numbered columns that measure the same: names like x1 … x23 may not."""
    run: list[ColumnProfile] = []
    likeness: list[float] = []
    for profile in members:
        if run:
            alike = _alike(run[-1], profile, values)
            if alike < max(LEAST_ALIKE, 0.5 * (sum(likeness) / len(likeness) if likeness else 0)):
                if len(run) >= LEAST_IN_ROW:
                    yield tuple(run)
                run, likeness = [], []
            else:
                likeness.append(alike)
        run.append(profile)
    if len(run) >= LEAST_IN_ROW:
        yield tuple(run)


def _alike(first: ColumnProfile, second: ColumnProfile, values: Mapping[str, Array]) -> float:
    """Return the rank correlation of two columns of one kind and scale, else -1."""
    scales = sorted([max(first.maximum, 1.0), max(second.maximum, 1.0)])
    if first.kind != second.kind or scales[1] > 30 * scales[0]:
        return -1.0
    a, b = values[first.name], values[second.name]
    both = ~(np.isnan(a) | np.isnan(b))
    if both.sum() < 20:
        return -1.0
    first_ranks, second_ranks = _ranks(a[both]), _ranks(b[both])
    if first_ranks.std() == 0 or second_ranks.std() == 0:
        return -1.0
    return float(np.corrcoef(first_ranks, second_ranks)[0, 1])


def _ranks(values: Array) -> Array:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: Array = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return middle


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name without digits and plural endings."""
    bare = (re.sub(r"\d+", "", word) for word in name.split("_"))
    return tuple(word.rstrip("s") for word in bare if word)


def _counters(profiles: Sequence[ColumnProfile], values: Mapping[str, Array]) -> Iterator[Repeated]:
    """Yield groups of counters with digits in their names, such as days late by 30, 60 and 90."""
    left = [p for p in profiles if p.maximum <= LARGEST_COUNT and re.search(r"\d", p.name)]
    while left:
        first, *others = left
        same = [p for p in others if _one_family(first, p, values)]
        if same:
            members = (first, *same)
            yield Repeated(stem=_common_stem(members), members=members, ordered=False)
        left = [p for p in others if p not in same]


def _one_family(first: ColumnProfile, second: ColumnProfile, values: Mapping[str, Array]) -> bool:
    a, b = _words(first.name), _words(second.name)
    shared = a == b or (len(a) > COMMON_WORDS and a[:COMMON_WORDS] == b[:COMMON_WORDS])
    return shared and LEAST_ALIKE / 2 < _alike(first, second, values) < TOO_ALIKE


def _common_stem(members: Sequence[ColumnProfile]) -> str:
    words = [_words(member.name) for member in members]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return "_".join(shared)


def plain(profile: ColumnProfile) -> str:
    """Return an expression of the column's quantity: missing where it holds a code.

    Examples
    --------
    >>> late = ColumnProfile(column="l", name="l", kind="integer", maximum=9, special=(96.0,))
    >>> plain(late)
    'if(l <= 9, l)'
    """
    tests = []
    if any(code < profile.minimum for code in profile.special):
        tests.append(f"{profile.name} >= {profile.minimum:.15g}")
    if any(code > profile.maximum for code in profile.special):
        tests.append(f"{profile.name} <= {profile.maximum:.15g}")
    return f"if({' and '.join(tests)}, {profile.name})" if tests else profile.name


def from_repeated(group: Repeated) -> Iterator[Suggestion]:
    """Yield what the members of a group say together."""
    shown = _shown(group)
    joined = ", ".join(plain(member) for member in group.members)
    positive = ", ".join(_positive(member) for member in group.members)
    whole = all(member.kind == "integer" for member in group.members)
    why = f"{shown} repeat one measurement"
    if not group.ordered:
        title = Text(en=f"Sum of {shown}", ru=f"Сумма {shown}")
        yield _made(group, "sum", f"sum({joined})", title, f"{why} by kind.", whole=whole)
    if group.ordered or len(group.members) >= LEAST_IN_ROW:
        title = Text(en=f"Highest of {shown}", ru=f"Наибольшее из {shown}")
        yield _made(group, "highest", f"max({joined})", title, f"{why}.", whole=whole)
        title = Text(en=f"How many of {shown} are above zero", ru=f"Сколько из {shown} выше нуля")
        yield _made(group, "above_zero", f"count({positive})", title, f"{why}.", whole=True)
    if group.ordered:
        yield from _from_ordered(group, shown, joined)


def _from_ordered(group: Repeated, shown: str, joined: str) -> Iterator[Suggestion]:
    why = f"{shown} follow each other."
    first, last = group.members[0], group.members[-1]
    yield _made(
        group,
        "average",
        f"mean({joined})",
        Text(en=f"Average of {shown}", ru=f"Среднее по {shown}"),
        why,
    )
    yield _made(
        group,
        "change",
        f"{plain(first)} - {plain(last)}",
        Text(en=f"{first.column} less {last.column}", ru=f"{first.column} минус {last.column}"),
        f"{shown} follow each other; REVIEW that {first.column} is the latest.",
        whole=first.kind == "integer" and last.kind == "integer",
    )
    yield from _code_counts(group, shown)
    if group.counts:
        count = len(group.members)
        text = str(count)
        for position in range(count - 1, -1, -1):
            text = f"if({_positive(group.members[position])}, {position}, {text})"
        title = Text(
            en=f"Steps back to the latest of {shown} above zero",
            ru=f"Сколько шагов назад {shown} последний раз были выше нуля",
        )
        why = f"{shown} follow each other; {count} where all are zero."
        yield _made(group, "since", text, title, why, whole=True)
    else:
        title = Text(en=f"Lowest of {shown}", ru=f"Наименьшее из {shown}")
        yield _made(group, "lowest", f"min({joined})", title, why)


def _code_counts(group: Repeated, shown: str) -> Iterator[Suggestion]:
    """Yield how often each code stands, and zero where it is no code."""
    codes = {code for member in group.members for code in member.special}
    zero = {0.0} if group.counts else set()
    for code in sorted(codes | zero)[:MOST_CODES]:
        tests = ", ".join(f"{member.name} == {code:.15g}" for member in group.members)
        shown_code = f"{code:.15g}"
        title = Text(
            en=f"How many of {shown} are {shown_code}", ru=f"Сколько из {shown} равны {shown_code}"
        )
        suffix = f"times_{shown_code}".replace("-", "minus_").replace(".", "_")
        why = f"{shown} hold this value."
        yield _made(group, suffix, f"count({tests})", title, why, whole=True)


def _made(
    group: Repeated, suffix: str, expression: str, title: Text, why: str, *, whole: bool = False
) -> Suggestion:
    return Suggestion(
        name=f"{group.stem}_{suffix}", expression=expression, title=title, why=why, whole=whole
    )


def _positive(profile: ColumnProfile) -> str:
    above = [code for code in profile.special if code > profile.maximum]
    upper = f" and {profile.name} <= {profile.maximum:.15g}" if above else ""
    return f"{profile.name} > 0{upper}"


def _shown(group: Repeated) -> str:
    columns = [member.column for member in group.members]
    if group.ordered:
        return f"{columns[0]} … {columns[-1]}"
    return f"{', '.join(columns[:-1])} and {columns[-1]}"


def of_amount(group: Repeated, amount: ColumnProfile) -> Iterator[Suggestion]:
    """Yield an ordered group of amounts as shares of one amount, such as bills of a limit.

    Parameters
    ----------
    group
        Ordered amounts.
    amount
        A column of amounts above zero that is no member.
    """
    stem, under = group.stem, plain(amount)
    first = group.members[0]
    why = f"amounts of {_shown(group)} compared with {amount.column}."
    parts = (
        ("", plain(first), Text(en=first.column, ru=first.column)),
        ("_average", f"{stem}_average", Text(en=f"Average {stem}", ru=f"Среднее {stem}")),
        ("_highest", f"{stem}_highest", Text(en=f"Highest {stem}", ru=f"Наибольшее {stem}")),
        ("_change", f"{stem}_change", Text(en=f"Change of {stem}", ru=f"Изменение {stem}")),
    )
    for suffix, over, shown in parts:
        yield Suggestion(
            name=f"{stem}{suffix}_to_{amount.name}",
            expression=f"{over} / {under}",
            title=Text(
                en=f"{shown.en} as a share of {amount.column}",
                ru=f"{shown.ru} как доля {amount.column}",
            ),
            why=why,
        )


def of_older(over: Repeated, under: Repeated) -> Suggestion:
    """Return the average share of one group in another one step older: payments in bills."""
    pairs = pairwise(zip(over.members, under.members, strict=True))
    shares = ", ".join(f"{plain(new[0])} / {plain(old[1])}" for new, old in pairs)
    return Suggestion(
        name=f"{over.stem}_to_{under.stem}_before",
        expression=f"mean({shares})",
        title=Text(
            en=f"Average share of {over.stem} in {under.stem} one step before",
            ru=f"Средняя доля {over.stem} в {under.stem} шагом раньше",
        ),
        why=f"{_shown(over)} and {_shown(under)} follow each other step by step.",
    )
