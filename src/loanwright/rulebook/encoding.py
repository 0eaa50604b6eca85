"""Expressions as formulas of the prover: every value with whether it is known.

The encoding follows `loanwright.decisioning.evaluating` step by step, in exact arithmetic instead
of floating point; what the prover finds is therefore decided once more before it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from loanwright.decisioning.evaluating import read_date
from loanwright.decisioning.nodes import Kind, Node
from loanwright.rulebook.domains import Domain


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A value as the prover sees it.

    Attributes
    ----------
    kind
        ``number``, ``boolean`` or ``category`` (the position of a code).
    value
        What it is, wherever it is known.
    known
        Whether it is there.
    codes
        Of a category.
    """

    kind: Kind
    value: Any
    known: Any
    codes: tuple[str, ...] = ()


class Encoder:
    """Turns checked expressions into formulas over named terms.

    Parameters
    ----------
    prover
        The module ``z3``; it is loaded only where something is to be proved.
    context
        The prover's memory: each thread has its own.
    """

    def __init__(self, prover: Any, context: Any) -> None:
        self.z3 = prover
        self.context = context
        self.terms: dict[str, Term] = {}
        self.true = prover.BoolVal(True, context)
        self.false = prover.BoolVal(False, context)

    def number(self, value: float) -> Any:
        """Return a number, exactly."""
        top, bottom = float(value).as_integer_ratio()
        return self.z3.RatVal(top, bottom, self.context)

    def term(self, node: Node) -> Term:
        """Return what an expression gives."""
        if node.operation == "constant":
            return self._constant(node)
        if node.operation == "feature":
            return self.terms[node.name]
        if node.operation == "equal" and node.arguments[1].code:
            return self._is_code(node)
        build = _BUILD[node.operation]
        return build(self, *(self.term(argument) for argument in node.arguments))

    def holds(self, node: Node) -> Any:
        """Return when a condition is known and true."""
        term = self.term(node)
        return self.z3.And(term.known, self.truth(term))

    def fails(self, node: Node) -> Any:
        """Return when a condition is known and false."""
        term = self.term(node)
        return self.z3.And(term.known, self.z3.Not(self.truth(term)))

    def fact(self, name: str, domain: Domain) -> tuple[Term, Any]:
        """Return a fact, and what is always true of it."""
        if not domain.known:
            known = self.false
        elif domain.missing:
            known = self.z3.Bool(f"{name} is known", self.context)
        else:
            known = self.true
        value, within = self._unknown(name, domain)
        term = Term(kind=domain.kind, value=value, known=known, codes=domain.codes)
        self.terms[name] = term
        return term, within

    def truth(self, term: Term) -> Any:
        """Return a term as a truth."""
        return term.value if term.kind == "boolean" else term.value != 0

    def real(self, term: Term) -> Any:
        """Return a term as a number."""
        if term.kind == "boolean":
            return self.z3.If(term.value, self.number(1.0), self.number(0.0))
        return self.z3.ToReal(term.value) if self.z3.is_int(term.value) else term.value

    def _unknown(self, name: str, domain: Domain) -> tuple[Any, Any]:
        if domain.kind == "boolean":
            return self.z3.Bool(name, self.context), self.true
        if domain.kind == "category":
            position = self.z3.Int(name, self.context)
            return position, self.z3.And(position >= 0, position < max(1, len(domain.codes)))
        make = self.z3.Int if domain.whole else self.z3.Real
        number = make(name, self.context)
        return number, self._within(number, domain)

    def _within(self, number: Any, domain: Domain) -> Any:
        real = self.z3.ToReal(number) if domain.whole else number
        limits = [self.true]
        if domain.minimum is not None:
            limits.append(real >= self.number(domain.minimum))
        if domain.maximum is not None:
            limits.append(real <= self.number(domain.maximum))
        specials = [real == self.number(special) for special in domain.special]
        return self.z3.Or(self.z3.And(*limits), *specials)

    def _constant(self, node: Node) -> Term:
        if node.kind == "boolean":
            return Term(
                kind="boolean", value=self.true if node.value else self.false, known=self.true
            )
        return Term(kind="number", value=self.number(node.value), known=self.true)

    def _is_code(self, node: Node) -> Term:
        of, code = self.terms[node.arguments[0].name], node.arguments[1].code
        if of.kind == "number":
            days = read_date(code)
            same = self.false if days is None else self.real(of) == self.number(days)
        else:
            same = of.value == of.codes.index(code) if code in of.codes else self.false
        return Term(kind="boolean", value=same, known=of.known)


def _arithmetic(compute: Callable[[Any, Any], Any]) -> Callable[[Encoder, Term, Term], Term]:
    def build(encoder: Encoder, first: Term, second: Term) -> Term:
        value = compute(encoder.real(first), encoder.real(second))
        known = encoder.z3.And(first.known, second.known)
        return Term(kind="number", value=value, known=known)

    return build


def _divide(encoder: Encoder, first: Term, second: Term) -> Term:
    above, below = encoder.real(first), encoder.real(second)
    known = encoder.z3.And(first.known, second.known, below != 0)
    return Term(kind="number", value=above / below, known=known)


def _comparison(compare: Callable[[Any, Any], Any]) -> Callable[[Encoder, Term, Term], Term]:
    def build(encoder: Encoder, first: Term, second: Term) -> Term:
        value = compare(encoder.real(first), encoder.real(second))
        known = encoder.z3.And(first.known, second.known)
        return Term(kind="boolean", value=value, known=known)

    return build


def _and(encoder: Encoder, first: Term, second: Term) -> Term:
    z3, a, b = encoder.z3, encoder.truth(first), encoder.truth(second)
    true = z3.And(first.known, a, second.known, b)
    false = z3.Or(z3.And(first.known, z3.Not(a)), z3.And(second.known, z3.Not(b)))
    return Term(kind="boolean", value=true, known=z3.Or(true, false))


def _or(encoder: Encoder, first: Term, second: Term) -> Term:
    z3, a, b = encoder.z3, encoder.truth(first), encoder.truth(second)
    true = z3.Or(z3.And(first.known, a), z3.And(second.known, b))
    false = z3.And(first.known, z3.Not(a), second.known, z3.Not(b))
    return Term(kind="boolean", value=true, known=z3.Or(true, false))


def _not(encoder: Encoder, operand: Term) -> Term:
    value = encoder.z3.Not(encoder.truth(operand))
    return Term(kind="boolean", value=value, known=operand.known)


def _missing(encoder: Encoder, operand: Term) -> Term:
    return Term(kind="boolean", value=encoder.z3.Not(operand.known), known=encoder.true)


def _if(encoder: Encoder, condition: Term, first: Term, second: Term) -> Term:
    z3, test = encoder.z3, encoder.truth(condition)
    known = z3.And(condition.known, z3.If(test, first.known, second.known))
    if first.kind == second.kind == "boolean":
        return Term(kind="boolean", value=z3.If(test, first.value, second.value), known=known)
    value = z3.If(test, encoder.real(first), encoder.real(second))
    return Term(kind="number", value=value, known=known)


def _joined(join: Callable[[Any, Any, Any], Any]) -> Callable[[Encoder, Term, Term], Term]:
    """Return what joins those of two numbers that are there."""

    def build(encoder: Encoder, first: Term, second: Term) -> Term:
        z3, a, b = encoder.z3, encoder.real(first), encoder.real(second)
        either = z3.If(first.known, a, b)
        value = z3.If(z3.And(first.known, second.known), join(z3, a, b), either)
        return Term(kind="number", value=value, known=z3.Or(first.known, second.known))

    return build


_BUILD: Final[Mapping[str, Callable[..., Term]]] = {
    "add": _arithmetic(lambda a, b: a + b),
    "subtract": _arithmetic(lambda a, b: a - b),
    "multiply": _arithmetic(lambda a, b: a * b),
    "divide": _divide,
    "less": _comparison(lambda a, b: a < b),
    "less_equal": _comparison(lambda a, b: a <= b),
    "greater": _comparison(lambda a, b: a > b),
    "greater_equal": _comparison(lambda a, b: a >= b),
    "equal": _comparison(lambda a, b: a == b),
    "not_equal": _comparison(lambda a, b: a != b),
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
    "missing": _missing,
    "sum": _joined(lambda _z3, a, b: a + b),
    "least": _joined(lambda z3, a, b: z3.If(b < a, b, a)),
    "most": _joined(lambda z3, a, b: z3.If(b > a, b, a)),
}
