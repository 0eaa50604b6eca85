"""One rule of a policy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from loanwright.decisioning.conditions import BOOLEAN, Condition
from loanwright.decisioning.evaluating import Values
from loanwright.decisioning.formula import Formula
from loanwright.decisioning.nodes import Kind, Node
from loanwright.decisioning.outcome import Outcome

Test = Callable[[Values], bool | None]

_OPERATIONS = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule: when it holds, the outcome is at least this severe.

    Parameters
    ----------
    code
        Its name in reasons and results.
    outcome
        ``refer`` or ``decline``.
    when
        A formula that is true or false, or conditions, at least one, that must all hold.
    text
        What to tell the applicant, by language (``en``, ``ru``).
    segments
        The segments it speaks about; empty means all.
    """

    code: str
    outcome: Outcome
    when: tuple[Condition, ...] | Formula
    text: Mapping[str, str]
    segments: tuple[str, ...] = ()
    holds: Test = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Choose how the rule is asked."""
        when = self.when
        test = _truth_of(when) if isinstance(when, Formula) else _all_of(when)
        object.__setattr__(self, "holds", test)

    def concerns(self, segment: str) -> bool:
        """Return whether the rule speaks about this segment."""
        return not self.segments or segment in self.segments

    def fires(self, facts: Mapping[str, object]) -> bool | None:
        """Return whether the rule holds; None when missing facts leave it open."""
        return self.holds(Values(facts))

    @property
    def node(self) -> Node:
        """Return what the rule asks as one checked tree, whichever way it was written."""
        if isinstance(self.when, Formula):
            return self.when.node
        return _join("and", [node_of(condition) for condition in self.when])


def node_of(condition: Condition) -> Node:
    """Return a condition as a checked tree.

    Examples
    --------
    >>> from loanwright.decisioning.language import write
    >>> write(node_of(Condition(feature="home", operator="not_in", value=("rent", "own"))))
    'home not in ("rent", "own")'
    """
    if condition.operator == "missing":
        missing = _step("missing", Node(operation="feature", kind="any", name=condition.feature))
        return missing if condition.value else _step("not", missing)
    if condition.operator in _OPERATIONS:
        return _compare(_OPERATIONS[condition.operator], condition, condition.value)
    members = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    test = _join("or", [_equal(condition, member) for member in members])
    return _step("not", test) if condition.operator in ("ne", "not_in") else test


def _truth_of(formula: Formula) -> Test:
    # A comparison already gives a truth; a bare fact may be any value.
    if formula.node.operation not in ("feature", "if"):
        return formula.run
    run = formula.run
    return lambda values: None if (value := run(values)) is None else bool(value)


def _all_of(conditions: tuple[Condition, ...]) -> Test:
    def test(values: Values) -> bool | None:
        known = True
        for condition in conditions:
            holds = condition.holds(values.facts)
            if holds is False:
                return False
            if holds is None:
                known = False
        return True if known else None

    return test


def _equal(condition: Condition, member: object) -> Node:
    if condition.kind != BOOLEAN:
        return _compare("equal", condition, member)
    fact = Node(operation="feature", kind="boolean", name=condition.feature)
    return fact if member else _step("not", fact)


def _compare(operation: str, condition: Condition, value: object) -> Node:
    coded = isinstance(value, str)
    kind: Kind = "category" if coded else "number"
    fact = Node(operation="feature", kind=kind, name=condition.feature)
    if coded:
        stated = Node(operation="constant", kind="number", value=-1.0, code=f"{value}")
    else:
        stated = Node(operation="constant", kind="number", value=float(value))  # type: ignore[arg-type]
    return _step(operation, fact, stated)


def _step(operation: str, *arguments: Node) -> Node:
    return Node(operation=operation, kind="boolean", arguments=arguments)


def _join(operation: str, nodes: list[Node]) -> Node:
    joined = nodes[0]
    for node in nodes[1:]:
        joined = _step(operation, joined, node)
    return joined
