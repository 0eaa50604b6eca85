"""One applicant's raw answers, checked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Final

from loanwright.features import wording
from loanwright.features.errors import FieldProblem, ProblemCode, RecordRejected
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.text import Text

Value = float | int | str | bool | None
Record = Mapping[str, Value]

__all__ = [
    "FieldProblem",
    "Record",
    "RecordRejected",
    "Value",
    "validate_part",
    "validate_record",
]

MOST_PROBLEMS: Final = 50
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Unacceptable(Exception):
    """What is wrong with one value."""

    def __init__(self, code: ProblemCode, message: Text) -> None:
        super().__init__(code)
        self.code: ProblemCode = code
        self.message = message


def validate_record(
    product: Product,
    segment: str,
    raw: Mapping[str, object],
    *,
    accept_sources: Set[str] | None = None,
) -> dict[str, Value]:
    """Check a raw record and return it clean.

    Parameters
    ----------
    product, segment
        Whose inputs are expected.
    raw
        Field name to value, as parsed from JSON. Absent and null mean missing.
    accept_sources
        Sources that may be sent here, such as ``{"questionnaire"}``. Only features of these
        sources are then accepted, and only they are required. None expects every input.

    Returns
    -------
    dict
        Every expected input in dictionary order: numbers as float, integers as int, categories
        and dates as str, booleans as bool, None where missing; never -0.0. Protected features
        that the product lists in ``fairness_inputs``, and what says what an applicant can
        afford, follow if they were sent; they are not model inputs and are to be kept apart.

    Raises
    ------
    RecordRejected
        With all problems at once. A boolean is not a number; a number is finite, in its range or
        a special value; an integer has no fraction; unknown fields are refused.
    SegmentUnknown
        If the product has no such segment.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> validate_record(card, "new", {"limit": 200000})
    {'limit': 200000.0, 'education': None}
    >>> validate_record(card, "new", {"limit": True, "sex": "male"})
    Traceback (most recent call last):
    loanwright.features.errors.RecordRejected: The record cannot be used:
    - limit: Enter an amount as a number.
    - sex: Remove this field: it is protected and not collected with an application.
    """
    plan = _plan(product, segment, None if accept_sources is None else frozenset(accept_sources))
    problems: list[FieldProblem] = []
    record: dict[str, Value] = {}
    for field in plan.fields:
        value = raw.get(field.name)
        if value is None:
            if field.required:
                problems.append(wording.problem(field.name, "missing", field.missing))
            elif field.kept:
                record[field.name] = None
            continue
        try:
            record[field.name] = field.check(value)
        except _Unacceptable as refusal:
            problems.append(wording.problem(field.name, refusal.code, refusal.message))
    if not plan.names >= raw.keys():
        problems += _unexpected(product, [name for name in raw if name not in plan.names])
    if problems:
        raise RecordRejected(_bounded(problems))
    return record


def validate_part(product: Product, raw: Mapping[str, object]) -> dict[str, Value]:
    """Check some features of a product, whatever segment needs them, and return them clean.

    Parameters
    ----------
    product
        Whose dictionary is asked.
    raw
        Feature name to value; null means that it is not known.

    Returns
    -------
    dict
        What was sent, in the order it was sent, each value as `validate_record` returns it.

    Raises
    ------
    RecordRejected
        With all problems at once. Nothing is required; derived features and those that no
        segment reads are refused.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> validate_part(bundled_product("credit-card"), {"education": "university"})
    {'education': 'university'}
    """
    fields = _every_field(product)
    problems = _unexpected(product, [name for name in raw if name not in fields])
    part: dict[str, Value] = {}
    for name in (name for name in raw if name in fields):
        value = raw[name]
        try:
            part[name] = None if value is None else fields[name].check(value)
        except _Unacceptable as refusal:
            problems.append(wording.problem(name, refusal.code, refusal.message))
    if problems:
        raise RecordRejected(_bounded(problems))
    return part


@lru_cache(maxsize=64)
def _every_field(product: Product) -> Mapping[str, _Field]:
    plans = [_plan(product, segment, None) for segment in product.segments]
    return {field.name: field for plan in plans for field in plan.fields}


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    check: Callable[[object], Value]
    required: bool
    kept: bool
    missing: Text


@dataclass(frozen=True, slots=True)
class _Plan:
    fields: tuple[_Field, ...]
    names: frozenset[str]


@lru_cache(maxsize=128)
def _plan(product: Product, segment: str, sources: frozenset[str] | None) -> _Plan:
    inputs = product.inputs(segment)
    taken = {feature.name for feature in inputs}
    extra = product.extra_inputs(segment)
    fields = [
        _Field(
            name=feature.name,
            check=_checker(feature),
            required=not feature.missing.allowed and feature.name in taken,
            kept=feature.name in taken,
            missing=wording.missing(feature),
        )
        for feature in (*inputs, *extra)
        if sources is None or feature.source in sources
    ]
    return _Plan(tuple(fields), frozenset(field.name for field in fields))


def _unexpected(product: Product, names: list[str]) -> list[FieldProblem]:
    problems = []
    for name in names[: MOST_PROBLEMS + 1]:
        feature = product.features.get(name)
        if feature is None:
            problems.append(wording.problem(name, "unknown_field", wording.unknown_field()))
        else:
            text = wording.not_accepted(feature)
            problems.append(wording.problem(name, "not_accepted_here", text))
    return problems


def _bounded(problems: list[FieldProblem]) -> tuple[FieldProblem, ...]:
    """Keep the answer to a hostile record small."""
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    rest = wording.too_many(len(problems) - MOST_PROBLEMS)
    return (*problems[:MOST_PROBLEMS], wording.problem("…", "unknown_field", rest))


def _checker(feature: Feature) -> Callable[[object], Value]:
    if feature.type == "category":
        return partial(_check_category, feature, frozenset(feature.codes))
    if feature.type == "boolean":
        return partial(_check_boolean, feature)
    if feature.type == "date":
        return partial(_check_date, feature)
    low, high = _ends(feature)
    specials = frozenset(feature.special_values)
    return partial(_check_number, feature, low, high, specials)


def _ends(feature: Feature) -> tuple[float, float]:
    low = -math.inf if feature.minimum is None else feature.minimum
    high = math.inf if feature.maximum is None else feature.maximum
    return low, high


def _check_number(
    feature: Feature, low: float, high: float, specials: frozenset[float], value: object
) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unacceptable("wrong_type", wording.wrong_type(feature))
    if isinstance(value, float) and not math.isfinite(value):
        raise _Unacceptable("not_finite", wording.not_finite())
    if not low <= value <= high and value not in specials:
        raise _Unacceptable("out_of_range", wording.out_of_range(feature))
    if feature.type != "integer":
        return float(value) + 0.0
    if value != int(value):
        raise _Unacceptable("wrong_type", wording.wrong_type(feature))
    return int(value)


def _check_category(feature: Feature, codes: frozenset[str], value: object) -> str:
    if not isinstance(value, str):
        raise _Unacceptable("wrong_type", wording.wrong_type(feature))
    if value not in codes:
        raise _Unacceptable("unknown_category", wording.unknown_category(feature))
    return value


def _check_boolean(feature: Feature, value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unacceptable("wrong_type", wording.wrong_type(feature))
    return value


def _check_date(feature: Feature, value: object) -> str:
    days = date_to_days(value) if isinstance(value, str) else None
    if days is None:
        raise _Unacceptable("wrong_type", wording.wrong_type(feature))
    low, high = _ends(feature)
    if not low <= days <= high:
        raise _Unacceptable("out_of_range", wording.out_of_range(feature))
    return str(value)


def date_to_days(text: str) -> float | None:
    """Return YYYY-MM-DD as days since 1970-01-01, or None if it is not a date.

    Examples
    --------
    >>> date_to_days("1970-01-31"), date_to_days("1970-02-30"), date_to_days("31.01.1970")
    (30.0, None, None)
    """
    if not _DAY.fullmatch(text):
        return None
    try:
        return float((date.fromisoformat(text) - wording.EPOCH).days)
    except ValueError:
        return None
