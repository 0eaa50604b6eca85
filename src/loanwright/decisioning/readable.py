"""What the expressions of one policy may read."""

from collections import ChainMap
from collections.abc import Mapping
from typing import Final

from loanwright.decisioning.document import Section
from loanwright.decisioning.formula import Formula
from loanwright.decisioning.grammar import FUNCTION_NAMES, TRUTHS, parse
from loanwright.decisioning.nodes import OPEN, ExpressionRefused, Kind, Name, names_of

#: What every expression may read beside the facts of the application.
SCORE: Final = "score"
PROBABILITY: Final = "probability_of_default"
GRADE: Final = "grade"
SEGMENT: Final = "segment"
ASSESSED: Final = (SCORE, PROBABILITY, GRADE, SEGMENT)

Names = Mapping[str, Name]


class Readable:
    """Facts of the application, the assessment, and the figures that were read before.

    Parameters
    ----------
    names
        The facts that the policy may read; None lets the use tell their kind.
    segments
        Codes of the segments.
    expressions
        False for a document that knows neither expressions nor what the model says.
    """

    def __init__(
        self, names: Names | None, segments: tuple[str, ...] = (), *, expressions: bool = True
    ) -> None:
        self.expressions = expressions
        self._facts = OPEN if names is None else dict(names)
        grade = self._facts.get(GRADE)
        coded = grade if grade and grade.kind == "category" else Name(kind="category")
        assessed: dict[str, Name] = {
            SCORE: Name(kind="number", quantum=1.0),
            PROBABILITY: Name(kind="number"),
            GRADE: coded,
            SEGMENT: Name(kind="category", codes=segments),
        }
        self._read: set[str] = set()
        self._own = assessed if expressions else {}
        self._all: Names = ChainMap(self._own, self._facts)  # type: ignore[arg-type]

    def find(self, name: str) -> Name | None:
        """Return what is known of a name."""
        return self._all.get(name)

    def formula(self, section: Section, key: str, kinds: tuple[Kind, ...]) -> Formula:
        """Return the expression at a key, which must give one of these kinds."""
        text = section.text(key)
        try:
            node = parse(text, self._all)
        except ExpressionRefused as refusal:
            raise section.refuse(key, f"{text!r} {refusal}") from None
        if node.kind not in (*kinds, "any"):
            raise section.refuse(key, f"{text!r} is a {node.kind}, not a {' or '.join(kinds)}")
        self._read |= names_of(node)
        return Formula(text=text, node=node)

    def new_name(self, section: Section) -> str:
        """Return the name of a new figure, which nothing else may have."""
        name = section.text("name")
        if not name.isidentifier() or name in FUNCTION_NAMES or name in TRUTHS:
            raise section.refuse("name", f"{name!r} is no name such as payment_share")
        if name in self._own or (self._facts is not OPEN and name in self._facts):
            raise section.refuse("name", f"there is already a fact or a figure {name!r}; rename")
        if name in self._read:
            raise section.refuse("name", f"{name!r} was read before it is computed; move it up")
        return name

    def add(self, name: str, what: Name) -> None:
        """Let later expressions read a figure."""
        self._own[name] = what
