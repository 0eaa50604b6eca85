"""The checked tree of an expression, and what the names in it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["number", "boolean", "category", "bands", "any"]


class ExpressionRefused(ValueError):
    """An expression that cannot be used; the text says why and what to write instead."""


class NameUnknown(ExpressionRefused):
    """An expression that reads something nobody knows."""

    def __init__(self, name: str, nearest: str | None = None) -> None:
        hint = f"; did you mean {nearest}?" if nearest else ""
        super().__init__(f"names {name}, which is not known here{hint}")
        self.name = name


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """What an expression must know about a value that it reads.

    Attributes
    ----------
    kind
        "number", "boolean", "category", or "any" when only the use can tell.
    codes
        Permitted codes of a category in the order of their positions; empty = any code.
    quantum
        The step between two values of a number, such as 1.0 for whole numbers; None = any value.
    """

    kind: Kind
    codes: tuple[str, ...] = ()
    quantum: float | None = None


class _Open(Mapping[str, Name]):
    """Every name, each of a kind that only its use tells."""

    _any: Final = Name(kind="any")

    def __getitem__(self, name: str) -> Name:
        return self._any

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


#: Where the dictionary is not at hand: published policies were checked against it before.
OPEN: Final[Mapping[str, Name]] = _Open()


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One checked step of an expression.

    Attributes
    ----------
    operation
        "constant", "feature", or the name of an operation of the evaluators.
    kind
        What the step gives: a number, a boolean, a category, bands, or "any" of them for a bare
        name whose dictionary is not at hand.
    arguments
        The steps it needs.
    value
        The constant; the position of ``code``, or -1.0 where positions are not known.
    name
        The feature.
    bands
        Number of bands when ``kind`` is "bands".
    code
        The code that a constant stands for when a category is compared with it.
    """

    operation: str
    kind: Kind
    arguments: tuple[Node, ...] = ()
    value: float = 0.0
    name: str = ""
    bands: int = 0
    code: str = ""


def names_of(node: Node) -> frozenset[str]:
    """Return the names that ``node`` reads directly.

    Examples
    --------
    >>> x = Node(operation="feature", kind="number", name="x")
    >>> sorted(names_of(Node(operation="not", kind="boolean", arguments=(x,))))
    ['x']
    """
    own = {node.name} if node.operation == "feature" else set()
    return frozenset(own.union(*(names_of(argument) for argument in node.arguments)))


def membership(node: Node) -> tuple[str, tuple[str, ...]] | None:
    """Return the category and the codes when ``node`` asks whether it is one of them.

    Examples
    --------
    >>> home = Node(operation="feature", kind="category", name="home")
    >>> rent = Node(operation="constant", kind="number", value=0.0, code="rent")
    >>> membership(Node(operation="equal", kind="boolean", arguments=(home, rent)))
    ('home', ('rent',))
    """
    if node.operation == "equal" and node.arguments[0].kind == "category":
        category, code = node.arguments
        return category.name, (code.code,)
    if node.operation != "or":
        return None
    left, right = (membership(argument) for argument in node.arguments)
    if left is None or right is None or left[0] != right[0] or len(right[1]) != 1:
        return None
    return left[0], (*left[1], *right[1])
