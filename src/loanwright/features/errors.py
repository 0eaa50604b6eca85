"""What can be wrong with a product, a record or a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from loanwright.errors import NotFound, Rejected
from loanwright.features.text import Text

ProblemCode = Literal[
    "unknown_field",
    "missing",
    "wrong_type",
    "out_of_range",
    "unknown_category",
    "not_finite",
    "not_accepted_here",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldProblem:
    """One thing that is wrong with one field, and what to do about it.

    The message never repeats the value that was sent: it may be personal or huge.
    """

    feature: str
    code: ProblemCode
    message: Text


def _listing(lines: tuple[str, ...]) -> str:
    return "".join(f"\n- {line}" for line in lines).removesuffix(".")


class ProductUnknown(NotFound):
    """There is no bundled product {product}. Known products: {known}."""


class SegmentUnknown(NotFound):
    """Product {product} has no segment {segment}. Known segments: {known}."""


class FeatureUnknown(NotFound):
    """Product {product} has no feature {feature}."""


class ProductRefused(Rejected):
    """The product file cannot be used:{listing}."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems=problems, listing=_listing(problems))


class RecordRejected(Rejected):
    """The record cannot be used:{listing}."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        lines = tuple(f"{p.feature}: {p.message.en}" for p in problems)
        super().__init__(problems=problems, listing=_listing(lines))


class ColumnsRefused(Rejected):
    """The table cannot be used:{listing}."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(problems=problems, listing=_listing(problems))


class TableNotDraftable(Rejected):
    """No product file can be drafted from this table: {why}."""


class ValueHasNoBin(Rejected):
    """Row {row}: feature {feature} has no bin for the value {value}."""
