"""An expression of a policy: the text that people read and the closure that answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loanwright.decisioning.evaluating import Answer, Values, closure, finisher
from loanwright.decisioning.nodes import Name, Node
from loanwright.decisioning.steps import Closure


@dataclass(frozen=True, kw_only=True, slots=True)
class Formula:
    """A checked expression with its text as it was written.

    Parameters
    ----------
    text
        As the policy states it.
    node
        The checked tree; two formulas are equal when their texts are.

    Examples
    --------
    >>> from loanwright.decisioning.language import OPEN, parse
    >>> young = Formula(text="age < 21", node=parse("age < 21", OPEN))
    >>> young.answer({"age": 20}), young.answer({})
    (True, None)
    """

    text: str
    node: Node = field(compare=False, repr=False)
    run: Closure = field(init=False, compare=False, repr=False)
    _finish: Callable[[Any], Answer] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Compile the tree."""
        object.__setattr__(self, "run", closure(self.node))
        object.__setattr__(self, "_finish", finisher(self.node))

    def answer(self, facts: Mapping[str, object]) -> Answer:
        """Return what the expression gives for these facts; None when it is missing."""
        return self.of(Values(facts))

    def of(self, values: Values) -> Answer:
        """Return the same for facts that other expressions read too."""
        return self._finish(self.run(values))

    @property
    def name(self) -> Name:
        """Return what other expressions must know about the result."""
        kind = self.node.kind
        return Name(kind="number" if kind == "bands" else kind)
