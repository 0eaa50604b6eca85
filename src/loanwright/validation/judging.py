"""From a measured number to a judged figure, or to one that says what is missing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from loanwright.errors import LoanwrightError
from loanwright.features.text import Text
from loanwright.metrics.estimate import Estimate
from loanwright.validation.values import Column, Figure, Kind, Result, dotted, said

Found = Estimate | float | int | str | Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What a figure is called, what it is held against, and which function makes it.

    Examples
    --------
    >>> demand = Demand(
    ...     name="rows", title=said("Rows"), threshold=said("3 or more"), by=len, kind="count"
    ... )
    >>> demand.judge(5, ok=True).result, demand.judge(2, ok=False).result
    ('ok', 'attention')
    >>> demand.absent("a sample", "выборка").remark.en
    'Needs a sample.'
    """

    name: str
    title: Text
    threshold: Text
    by: Callable[..., Any]
    kind: Kind = "number"

    def judge(
        self, found: Found, *, ok: bool, breach: bool = False, remark: Text | None = None
    ) -> Figure:
        """Return the figure; one that is not ok asks for attention, or is a breach."""
        bad: Result = "breach" if breach else "attention"
        return Figure(
            name=self.name,
            title=self.title,
            value=found.value if isinstance(found, Estimate) else found,
            lower=found.lower if isinstance(found, Estimate) else None,
            upper=found.upper if isinstance(found, Estimate) else None,
            kind="words" if isinstance(found, str | Text) else self.kind,
            threshold=self.threshold,
            result="ok" if ok else bad,
            made_by=dotted(self.by),
            remark=remark,
        )

    def absent(self, en: str, ru: str) -> Figure:
        """Return the figure without a number, saying what it needs."""
        return self._missing(said(f"Needs {en}.", f"Нужно: {ru}."))

    def attempt(self, make: Callable[[], Figure]) -> Figure:
        """Return what ``make`` makes; where the numbers do not allow it, say why not."""
        try:
            return make()
        except LoanwrightError as problem:
            return self._missing(said(f"Not computed: {problem}", f"Не вычислено: {problem}"))

    def hold(
        self, make: Callable[[], Estimate], *, ok: Callable[[Estimate], bool], breach: bool = False
    ) -> Figure:
        """Return the judged estimate that ``make`` makes; where it cannot, say why not."""

        def made() -> Figure:
            found = make()
            return self.judge(found, ok=ok(found), breach=breach)

        return self.attempt(made)

    def _missing(self, remark: Text) -> Figure:
        return Figure(
            name=self.name,
            title=self.title,
            kind=self.kind,
            threshold=self.threshold,
            result="not_available",
            made_by=dotted(self.by),
            remark=remark,
        )


def named(names: Iterable[str]) -> str:
    """Return names in words, or a dash where there are none.

    Examples
    --------
    >>> named(["a", "b"]), named([])
    ('a, b', '—')
    """
    return ", ".join(names) or "—"


def p_words(p: float) -> str:
    """Return a p-value as people write it.

    Examples
    --------
    >>> p_words(0.01234), p_words(1e-9)
    ('p = 0.0123', 'p < 0.0001')
    """
    return f"p = {p:.4f}" if p >= 1e-4 else "p < 0.0001"


def headings(*columns: tuple[str, str, Kind]) -> tuple[Column, ...]:
    """Return the columns of a table from English title, Russian title and kind."""
    return tuple(Column(title=said(en, ru), kind=kind) for en, ru, kind in columns)
