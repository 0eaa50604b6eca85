"""Bins as a file that a person may edit: TOML with the counts as comments."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final, TypeAlias

from loanwright.binning.bins import Bin, FeatureBinning
from loanwright.binning.given import GivenBinning
from loanwright.errors import Rejected
from loanwright.features.columns import ColumnSpec

SCHEMA: Final = 1
AUTO: Final = "auto"
Codes: TypeAlias = Mapping[str, Sequence[str]]

_HEAD: Final = """\
# Bins of a scorecard. Edit them, and train again with this file.
#
# edges   of a number: each edge belongs to the bin below it, so [0, 2] makes x <= 0, 0 < x <= 2
#         and x > 2. Take an edge out to join two bins, put one in to cut a bin in two.
# groups  of a category: codes in one list share a bin. Every code is in exactly one list.
# woe     one for each edge or group in that order (one more than edges): "auto" is worked out
#         from the sample and follows the dictionary's direction, a number is taken as it is.
#         Positive is safer.
# special, missing   the same for special values and for values that are missing.
#
# A feature that is left out is binned anew. Comments say what the sample held at writing.
"""


class BinsRefused(Rejected):
    """The bins file cannot be used:{listing}."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        listing = "".join(f"\n- {line}" for line in problems).removesuffix(".")
        super().__init__(problems=problems, listing=listing)


def write_bins(
    binnings: Sequence[FeatureBinning],
    specs: Sequence[ColumnSpec],
    *,
    codes: Codes | None = None,
    given: Mapping[str, GivenBinning] | None = None,
) -> str:
    r"""Return the bins of a scorecard as a file that `read_bins` reads.

    Parameters
    ----------
    binnings
        Fitted bins.
    specs
        What the dictionary says about their columns, in the same order.
    codes
        For category features the names of their codes, in order; where there are none, codes are
        written as numbers.
    given
        What the scorecard was given, so that weights set by hand stay set.

    Examples
    --------
    >>> binning = FeatureBinning(name="delay", bins=(
    ...     Bin(kind="range", upper=1.0, count=60, bad=6, woe=0.7),
    ...     Bin(kind="range", lower=1.0, count=40, bad=20, woe=-0.9), Bin(kind="missing")))
    >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
    >>> print("[" + write_bins([binning], [spec]).partition("\n[")[2])
    [features.delay]
    # ≤ 1                  60 rows   10.0 % default   woe +0.7000
    # > 1                  40 rows   50.0 % default   woe -0.9000
    # missing               0 rows
    edges = [1]
    woe = ["auto", "auto"]
    missing = "auto"
    <BLANKLINE>
    """
    parts = [f"{_HEAD}\nschema = {SCHEMA}\n"]
    for binning, spec in zip(binnings, specs, strict=True):
        known = (given or {}).get(binning.name)
        fixed = known.woe if known else (None,) * len(binning.bins)
        parts.append(_section(binning, spec, fixed, _names(spec, codes)))
    return "\n".join(parts)


def bins_of_card(text: str) -> tuple[tuple[FeatureBinning, ...], dict[str, GivenBinning]]:
    """Return the bins that a ``scorecard.json`` holds, and which weights were set by hand.

    Parameters
    ----------
    text
        Of the file.

    Returns
    -------
    tuple
        One binning a feature, and what `write_bins` takes as ``given``.

    Raises
    ------
    BinningNotUsable
        Where a feature has no counts and weights, as in a card written by hand.
    """
    features = json.loads(text)["features"]
    binnings = tuple(FeatureBinning.from_mapping(feature) for feature in features)
    given = {
        binning.name: GivenBinning(
            binning=binning,
            woe=tuple(one["woe"] if one.get("by_hand") else None for one in feature["bins"]),
        )
        for binning, feature in zip(binnings, features, strict=True)
    }
    return binnings, given


def read_bins(
    text: str, specs: Sequence[ColumnSpec], *, codes: Codes | None = None
) -> dict[str, GivenBinning]:
    r"""Return the bins that a file gives, by feature.

    Parameters
    ----------
    text
        Of the file.
    specs
        What the dictionary says about the columns of the model.
    codes
        As for `write_bins`.

    Raises
    ------
    BinsRefused
        With every mistake: feature, line or bin, and what to do about it.

    Examples
    --------
    >>> spec = ColumnSpec(name="delay", kind="numeric", direction=1, special=(), categories=0)
    >>> given = read_bins('schema = 1\n[features.delay]\nedges = [0, 2]\n', [spec])
    >>> [one.label for one in given["delay"].binning.bins]
    ['≤ 0', '> 0 and ≤ 2', '> 2', 'missing']
    """
    document = _parsed(text)
    problems = _unknown(document, ("schema", "features"), "the file")
    if document.get("schema") != SCHEMA:
        problems.append(f"schema: write schema = {SCHEMA} at the top")
    sections = document.get("features", {})
    if not isinstance(sections, dict):
        raise BinsRefused(("features: write each feature as [features.NAME]",))
    known = {spec.name: spec for spec in specs}
    given: dict[str, GivenBinning] = {}
    for name, section in sections.items():
        if name not in known:
            listed = ", ".join(known)
            problems.append(f"{_place(text, name)}: the model has no such feature; it has {listed}")
            continue
        reader = _Section(text, known[name], section, _names(known[name], codes))
        found = reader.read()
        problems += reader.problems
        if found is not None:
            place = _place(text, name, "woe")
            problems += [f"{place}: {error}" for error in found.contradictions(known[name])]
        if found is not None and not reader.problems:
            given[name] = found
    if problems:
        raise BinsRefused(tuple(problems))
    return given


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BinsRefused((f"it is no TOML: {error}",)) from error


def _names(spec: ColumnSpec, codes: Codes | None) -> tuple[str, ...]:
    return tuple((codes or {}).get(spec.name, ())) if spec.kind == "category" else ()


def _section(
    binning: FeatureBinning,
    spec: ColumnSpec,
    fixed: Sequence[float | None],
    names: Sequence[str],
) -> str:
    total = sum(one.count for one in binning.bins)
    lines = [f"[features.{_key(binning.name)}]"]
    lines += [_comment(one, names) for one in binning.bins] if total else []
    plain = [k for k, one in enumerate(binning.bins) if one.kind in ("range", "category")]
    if spec.kind == "category":
        groups = [_group(binning.bins[k], names) for k in plain]
        lines.append(f"groups = [{', '.join(f'[{group}]' for group in groups)}]")
    else:
        edges = [binning.bins[k].upper for k in plain]
        lines.append(f"edges = [{', '.join(_number(e) for e in edges if e is not None)}]")
    lines.append(f"woe = [{', '.join(_weight(fixed[k]) for k in plain)}]")
    special = [
        f'"{_number(one.value)}" = {_weight(fixed[k])}'
        for k, one in enumerate(binning.bins)
        if one.kind == "special" and one.value is not None
    ]
    lines += [f"special = {{ {', '.join(special)} }}"] if special else []
    lines += [
        f"missing = {_weight(fixed[k])}"
        for k, one in enumerate(binning.bins)
        if one.kind == "missing"
    ]
    return "\n".join(lines) + "\n"


def _comment(one: Bin, names: Sequence[str]) -> str:
    label = one.label
    if one.kind == "category":
        label = _group(one, names)
    line = f"# {label:<16} {one.count:>6,} rows"
    if one.bad_rate is None:
        return line
    return f"{line}  {100 * one.bad_rate:>5.1f} % default   woe {one.woe:+.4f}"


def _group(one: Bin, names: Sequence[str]) -> str:
    return ", ".join(_code(code, names) for code in one.codes)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _code(code: int, names: Sequence[str]) -> str:
    return json.dumps(names[code], ensure_ascii=False) if names else str(code)


def _number(value: float | None) -> str:
    number = float(value or 0.0)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _weight(woe: float | None) -> str:
    return f'"{AUTO}"' if woe is None else repr(woe)


def _unknown(section: Mapping[str, Any], known: Sequence[str], where: str) -> list[str]:
    return [
        f"{where}: there is no key {key}; take it out, or use one of {', '.join(known)}"
        for key in section
        if key not in known
    ]


def _place(text: str, name: str, key: str | None = None) -> str:
    """Return feature, key and line as a reader finds them."""
    called = f"feature {name}" + (f", {key}" if key else "")
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        header = line.strip()
        if header.startswith("["):
            inside = header.startswith((f"[features.{name}]", f'[features."{name}"]'))
            if inside and key is None:
                return f"{called} (line {number})"
        elif inside and key and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return f"{called} (line {number})"
    return called


class _Section:
    """One feature of the file, read; mistakes are gathered in ``problems``."""

    def __init__(self, text: str, spec: ColumnSpec, section: Any, names: Sequence[str]) -> None:
        self.problems: list[str] = []
        self._text, self._spec, self._section, self._names = text, spec, section, names

    def read(self) -> GivenBinning | None:
        if not isinstance(self._section, dict):
            self._refuse(None, f"write it as a section, [features.{self._spec.name}]")
            return None
        shape = "groups" if self._spec.kind == "category" else "edges"
        where = _place(self._text, self._spec.name)
        known = (shape, "woe", "special", "missing")
        self.problems += _unknown(self._section, known, where)
        bins = self._groups() if self._spec.kind == "category" else self._ranges()
        weights = self._weights(len(bins))
        special = self._special()
        bins += [Bin(kind="special", value=value) for value in self._spec.special]
        bins.append(Bin(kind="missing"))
        weights += [special.get(value) for value in self._spec.special]
        weights.append(self._weight("missing", self._section.get("missing", AUTO), "missing"))
        if self.problems:
            return None
        binning = FeatureBinning(name=self._spec.name, bins=tuple(bins))
        return GivenBinning(binning=binning, woe=tuple(weights))

    def _refuse(self, key: str | None, remedy: str) -> None:
        self.problems.append(f"{_place(self._text, self._spec.name, key)}: {remedy}")

    def _list(self, key: str, remedy: str) -> list[Any]:
        found = self._section.get(key)
        if isinstance(found, list):
            return found
        self._refuse(key, remedy)
        return []

    def _ranges(self) -> list[Bin]:
        edges: list[float] = []
        for place, edge in enumerate(self._list("edges", "give the edges as a list, or []"), 1):
            if not _is_number(edge):
                self._refuse("edges", f"edge {place} is no finite number; write one, such as 2.5")
            elif edges and edge <= edges[-1]:
                before = _number(edges[-1])
                remedy = f"edge {place} ({_number(edge)}) is not above the one before it ({before})"
                self._refuse("edges", f"{remedy}; write them in rising order, each once")
            else:
                edges.append(float(edge))
        lowers, uppers = [None, *edges], [*edges, None]
        return [
            Bin(kind="range", lower=lower, upper=upper)
            for lower, upper in zip(lowers, uppers, strict=True)
        ]

    def _groups(self) -> list[Bin]:
        seen: dict[int, int] = {}
        groups = self._list("groups", "give the groups as a list of lists of codes")
        found = []
        for place, group in enumerate(groups, 1):
            if not isinstance(group, list):
                self._refuse("groups", f"group {place} is no list; write its codes in brackets")
                continue
            codes = [code for code in (self._code(one, place) for one in group) if code is not None]
            for code in codes:
                if code in seen:
                    remedy = f"code {self._called(code)} is in groups {seen[code]} and {place}"
                    self._refuse("groups", f"{remedy}; leave it in one")
                seen[code] = place
            found.append(Bin(kind="category", codes=tuple(sorted(set(codes)))))
        lost = [code for code in range(self._spec.categories) if code not in seen]
        if lost and not self.problems:
            listed = ", ".join(map(self._called, lost))
            self._refuse("groups", f"no group has {listed}; add each to one")
        return found

    def _code(self, one: Any, place: int) -> int | None:
        if one in self._names:
            return self._names.index(one)
        whole = isinstance(one, int) and not isinstance(one, bool)
        if whole and not self._names and 0 <= one < self._spec.categories:
            return int(one)
        known = ", ".join(self._names) or f"0 to {self._spec.categories - 1}"
        self._refuse("groups", f"group {place}: there is no code {one!r}; known: {known}")
        return None

    def _called(self, code: int) -> str:
        return self._names[code] if self._names else str(code)

    def _weights(self, bins: int) -> list[float | None]:
        if "woe" not in self._section:
            return [None] * bins
        found = self._list("woe", f'give a list of {bins}, each "{AUTO}" or a number')
        if len(found) != bins:
            self._refuse("woe", f"there are {bins} bins but {len(found)} weights; give {bins}")
        return [self._weight("woe", one, f"bin {place}") for place, one in enumerate(found, 1)]

    def _special(self) -> dict[float, float | None]:
        section, found = self._section.get("special", {}), {}
        if not isinstance(section, dict):
            self._refuse("special", f'write it as {{ "-1" = "{AUTO}" }}')
            return {}
        known = {_number(value): value for value in self._spec.special}
        for key, woe in section.items():
            if key in known:
                found[known[key]] = self._weight("special", woe, f"value {key}")
            else:
                listed = ", ".join(known) or "none"
                self._refuse("special", f"{key} is no special value; the dictionary has {listed}")
        return found

    def _weight(self, key: str, woe: Any, what: str) -> float | None:
        if woe == AUTO or _is_number(woe):
            return None if woe == AUTO else float(woe)
        self._refuse(key, f'the weight of {what} is no number; write one, or "{AUTO}"')
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
