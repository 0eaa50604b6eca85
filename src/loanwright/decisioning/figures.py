"""Derived figures of a policy: by expression, or by a decision table."""

from dataclasses import dataclass
from typing import Literal

from loanwright.decisioning.evaluating import Answer, Values
from loanwright.decisioning.formula import Formula
from loanwright.decisioning.nodes import Name

Hit = Literal["first", "unique"]
TableKind = Literal["number", "boolean", "category"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure that is computed from facts and earlier figures.

    Parameters
    ----------
    name
        By which later figures, tables and rules read it.
    formula
        Gives a number, or true or false.
    """

    name: str
    formula: Formula

    def of(self, values: Values) -> Answer:
        """Return the figure; None when it is missing."""
        return self.formula.of(values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a decision table: the value when the formula holds."""

    when: Formula
    value: float | bool | str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A decision table that gives a figure.

    Parameters
    ----------
    name
        By which later tables and rules read the figure.
    hit
        ``first``: the first row that holds gives the value. ``unique``: exactly one row may
        hold; where several do, the figure is missing.
    kind
        What it gives: ``number``, ``boolean`` or ``category``.
    rows
        At least one.

    Examples
    --------
    >>> from loanwright.decisioning.language import OPEN, parse
    >>> def row(text, value):
    ...     return Row(when=Formula(text=text, node=parse(text, OPEN)), value=value)
    >>> rows = (row("income >= 50000", 3000), row("true", 1000))
    >>> highest = Table(name="highest", hit="first", kind="number", rows=rows)
    >>> [highest.of(Values(facts)) for facts in ({"income": 60000}, {"income": 1}, {})]
    [3000, 1000, None]
    """

    name: str
    hit: Hit
    kind: TableKind
    rows: tuple[Row, ...]

    def of(self, values: Values) -> Answer:
        """Return the value of the row that holds; None when none does or missing facts hide it."""
        return self._first(values) if self.hit == "first" else self._unique(values)

    @property
    def reads_as(self) -> Name:
        """Return what other expressions must know about the figure."""
        coded = self.kind == "category"
        codes = dict.fromkeys(f"{row.value}" for row in self.rows) if coded else ()
        return Name(kind=self.kind, codes=tuple(codes))

    def _first(self, values: Values) -> Answer:
        for row in self.rows:
            holds = row.when.run(values)
            if holds is None:
                return None
            if holds:
                return row.value
        return None

    def _unique(self, values: Values) -> Answer:
        answers = [row.when.run(values) for row in self.rows]
        if None in answers or sum(map(bool, answers)) != 1:
            return None
        return self.rows[[bool(answer) for answer in answers].index(True)].value
