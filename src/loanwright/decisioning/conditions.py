"""Comparisons of one fact with one value; an absent fact gives no answer instead of a guess."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final

from loanwright.errors import Rejected

NUMBER: Final = "number"
TEXT: Final = "text"
BOOLEAN: Final = "boolean"
KINDS: Final = (NUMBER, TEXT, BOOLEAN)

ORDERINGS: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "lt": lambda fact, value: fact < value,  # type: ignore[operator]
    "le": lambda fact, value: fact <= value,  # type: ignore[operator]
    "gt": lambda fact, value: fact > value,  # type: ignore[operator]
    "ge": lambda fact, value: fact >= value,  # type: ignore[operator]
}
MEMBERSHIPS: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "in": lambda fact, value: fact in value,  # type: ignore[operator]
    "not_in": lambda fact, value: fact not in value,  # type: ignore[operator]
}
EQUALITIES: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "eq": lambda fact, value: fact == value,
    "ne": lambda fact, value: fact != value,
}
COMPARISONS: Final = {**EQUALITIES, **ORDERINGS, **MEMBERSHIPS}
OPERATORS: Final = (*COMPARISONS, "missing")


class ConditionRefused(Rejected):
    """The condition {feature} {operator} {value} is not acceptable: {problem}."""


def kind_of(value: object) -> str | None:
    """Return the kind of a fact that can be compared, or None when there is nothing to compare.

    Numbers that are not finite are as good as missing.

    Examples
    --------
    >>> kind_of(3), kind_of("rent"), kind_of(True), kind_of(float("nan")), kind_of(None)
    ('number', 'text', 'boolean', None, None)
    """
    if isinstance(value, str):
        return TEXT
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)) and -inf < value < inf:
        return NUMBER
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One comparison of a fact of the application.

    Parameters
    ----------
    feature
        Name of the fact.
    operator
        ``eq ne lt le gt ge in not_in missing``.
    value
        A number, text or boolean; for ``in`` and ``not_in`` a tuple of one kind; for
        ``missing`` a boolean (``False`` asks for a fact that is there).

    Raises
    ------
    ConditionRefused
        When the operator is unknown or the value is of a kind that it cannot compare.

    Examples
    --------
    >>> adult = Condition(feature="age", operator="ge", value=18)
    >>> adult.holds({"age": 18}), adult.holds({"age": 17.5}), adult.holds({})
    (True, False, None)
    """

    feature: str
    operator: str
    value: object
    kind: str = field(init=False, repr=False, compare=False)
    _compare: Callable[[object, object], bool] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a value that the operator can never compare."""
        if self.operator not in OPERATORS:
            raise self._refused(f"operator must be one of {', '.join(OPERATORS)}")
        object.__setattr__(self, "kind", self._kind())
        object.__setattr__(self, "_compare", COMPARISONS.get(self.operator))

    def holds(self, facts: Mapping[str, object]) -> bool | None:
        """Return whether the fact compares so; None when it is absent or of another kind."""
        fact = facts.get(self.feature)
        kind = kind_of(fact)
        if self._compare is None:
            return _is_missing(fact) is self.value
        if kind != self.kind:
            return None
        return self._compare(fact, self.value)

    def _kind(self) -> str:
        if self.operator in MEMBERSHIPS:
            return self._member_kind()
        kind = kind_of(self.value)
        if kind is None:
            raise self._refused("value must be a finite number, a text or a boolean")
        if self.operator == "missing" and kind != BOOLEAN:
            raise self._refused("value must be true or false")
        if self.operator in ORDERINGS and kind != NUMBER:
            raise self._refused("only numbers have an order")
        return kind

    def _member_kind(self) -> str:
        members = self.value
        if not isinstance(members, tuple) or not members:
            raise self._refused("value must be a list of at least one member")
        kinds = {kind_of(member) for member in members}
        kind = kinds.pop()
        if kinds or kind is None:
            raise self._refused("members must all be numbers, all texts or all booleans")
        return kind

    def _refused(self, problem: str) -> ConditionRefused:
        return ConditionRefused(
            feature=self.feature,
            operator=self.operator,
            value=repr(self.value),
            problem=problem,
        )


def _is_missing(fact: object) -> bool:
    if fact is None:
        return True
    return isinstance(fact, float) and not -inf < fact < inf
