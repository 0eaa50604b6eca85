"""Every applicant that there can be, as one formula: what is sought in it is found or ruled out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from loanwright.decisioning.figures import Table
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy, Rule
from loanwright.decisioning.terms import ANNUAL_RATE_BP, HIGHEST_AMOUNT
from loanwright.features.product import Product
from loanwright.rulebook.cases import Case
from loanwright.rulebook.domains import Domain, domains_of, scores_of
from loanwright.rulebook.encoding import Encoder, Term
from loanwright.scaling import Scale

#: Longest time for one question, in milliseconds.
PATIENCE: Final = 2_000
DIGITS: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """What came of a search: somebody, proof that there is nobody, or neither in time."""

    case: Case | None = None
    nobody: bool = False

    @property
    def settled(self) -> bool:
        """Tell whether it is known."""
        return self.nobody or self.case is not None


class World:
    """Everybody whom a policy may have to decide for a product.

    Parameters
    ----------
    policy, product
        The policy must name only what the product has.
    seconds
        How long all searches together may take.
    tick
        The clock, in seconds.
    """

    def __init__(
        self,
        policy: Policy,
        product: Product,
        *,
        seconds: float,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        import z3

        self.policy, self.product = policy, product
        self.z3 = z3
        self._context = z3.Context()
        self._tick, self._until = tick, tick() + seconds
        self.encoder = Encoder(z3, self._context)
        self.segments = tuple(name for name in product.segments if _decides(policy, name))
        self.grades = tuple(one.name for one in Scale.from_mapping(product.scale).grades)
        self.scores = scores_of(product)
        self._solver = z3.Solver(ctx=self._context)
        self._read = sorted(policy.names())
        self._assess()
        self._learn()
        self._compute()

    def seek(self, *conditions: Any) -> Sought:
        """Look for somebody who meets all conditions."""
        left = self._until - self._tick()
        if left <= 0:
            return Sought()
        self._solver.set("timeout", max(1, min(PATIENCE, int(left * 1000))))
        self._solver.push()
        self._solver.add(*conditions)
        answer = self._solver.check()
        found = Sought(nobody=answer == self.z3.unsat)
        if answer == self.z3.sat:
            found = Sought(case=self._case(self._solver.model()))
        self._solver.pop()
        return found

    def within(self, *segments: str) -> Any:
        """Return when somebody is of one of these segments."""
        places = [self._segment == self.segments.index(one) for one in segments]
        return self.either(places)

    def concerned(self, rule: Rule) -> Any:
        """Return when a rule speaks about somebody."""
        return self.within(*[one for one in self.segments if rule.concerns(one)])

    def fires(self, rule: Rule) -> Any:
        """Return when a rule holds."""
        return self.encoder.holds(rule.node)

    def passes(self, rule: Rule) -> Any:
        """Return when a rule is known not to hold."""
        return self.encoder.fails(rule.node)

    def either(self, conditions: list[Any]) -> Any:
        """Return when one of several conditions holds at least."""
        return self.z3.Or(*conditions, self.encoder.false)

    def all_of(self, conditions: list[Any]) -> Any:
        """Return when all conditions hold."""
        return self.z3.And(*conditions, self.encoder.true)

    def opposite(self, condition: Any) -> Any:
        """Return when a condition does not hold."""
        return self.z3.Not(condition)

    def known(self, figure: str) -> Any:
        """Return when a figure is there."""
        return self.encoder.terms[figure].known

    def learned(self, names: Iterable[str]) -> Any:
        """Return when each of these facts is there."""
        return self.all_of([self.encoder.terms[name].known for name in names])

    def graded(self, grade: str) -> Any:
        """Return when the model gives this grade."""
        return self._grade == self.grades.index(grade)

    def scored(self, segment: str, outcome: Outcome) -> Any:
        """Return when the score of somebody in a segment gives this outcome."""
        cutoffs = self.policy.cutoffs.get(segment)
        if cutoffs is None:
            return self.encoder.true if outcome is Outcome.REFER else self.encoder.false
        above, among = self._score >= cutoffs.approve_from, self._score >= cutoffs.refer_from
        return {
            Outcome.APPROVE: above,
            Outcome.REFER: self.z3.And(among, self.z3.Not(above)),
            Outcome.DECLINE: self.z3.Not(among),
        }[outcome]

    def score_gives(self, outcome: Outcome) -> Any:
        """Return when the score of somebody, in whichever segment, gives this outcome."""
        cases = [self.z3.And(self.within(one), self.scored(one, outcome)) for one in self.segments]
        return self.either(cases)

    def declined(self, *, without: Rule | None = None) -> Any:
        """Return when somebody is declined, one rule set aside."""
        rules = [
            self.z3.And(self.concerned(rule), self.fires(rule))
            for rule in self.policy.rules
            if rule is not without and rule.outcome is Outcome.DECLINE
        ]
        return self.either([self.score_gives(Outcome.DECLINE), *rules])

    def approved(self) -> Any:
        """Return when somebody is approved."""
        silent = [
            self.z3.Or(self.z3.Not(self.concerned(rule)), self.passes(rule))
            for rule in self.policy.rules
        ]
        return self.all_of([self.score_gives(Outcome.APPROVE), *silent, self.terms_found()])

    def terms_found(self) -> Any:
        """Return when there is something to lend, if the policy states what."""
        if not self.policy.terms:
            return self.encoder.true
        graded = self.either([self.graded(one) for one in self.policy.terms if one in self.grades])
        conditions = [graded]
        for name in (HIGHEST_AMOUNT, ANNUAL_RATE_BP):
            term = self.encoder.terms.get(name)
            if term is not None:
                least = 1.0 if name == HIGHEST_AMOUNT else 0.0
                enough = self.encoder.real(term) >= self.encoder.number(least)
                numeric = term.kind == "number"
                conditions += [term.known, enough] if numeric else [self.encoder.false]
        return self.all_of(conditions)

    def _assess(self) -> None:
        z3, encoder = self.z3, self.encoder
        self._score = z3.Int("score", self._context)
        probability = z3.Real("probability_of_default", self._context)
        lowest, highest = self.scores
        self._solver.add(self._score >= lowest, self._score <= highest)
        self._grade = z3.Int("grade", self._context)
        self._segment = z3.Int("segment", self._context)
        self._solver.add(probability >= 0, probability <= 1)
        self._solver.add(self._segment >= 0, self._segment < len(self.segments))
        self._solver.add(self._grade == self._graded_by_score())
        always = encoder.true
        encoder.terms |= {
            "score": Term(kind="number", value=self._score, known=always),
            "probability_of_default": Term(kind="number", value=probability, known=always),
            "grade": Term(kind="category", value=self._grade, known=always, codes=self.grades),
            "segment": Term(
                kind="category", value=self._segment, known=always, codes=self.segments
            ),
        }

    def _graded_by_score(self) -> Any:
        floors = [one.score_from for one in Scale.from_mapping(self.product.scale).grades]
        found = self.z3.IntVal(len(floors) - 1, self._context)
        for place in range(len(floors) - 2, -1, -1):
            found = self.z3.If(self._score >= floors[place], place, found)
        return found

    def _learn(self) -> None:
        """Let every fact that the policy reads be what it can be in each segment."""
        domains = {segment: domains_of(self.product, segment) for segment in self.segments}
        for name in self._read:
            of = {segment: domains[segment][name] for segment in self.segments}
            somewhere = [segment for segment, domain in of.items() if domain.known]
            first: Domain = of[(somewhere or list(of))[0]]
            term, within = self.encoder.fact(name, first)
            self._solver.add(within)
            if somewhere and len(somewhere) < len(of):
                known = self.z3.And(term.known, self.within(*somewhere))
                self.encoder.terms[name] = Term(
                    kind=term.kind, value=term.value, known=known, codes=term.codes
                )

    def _compute(self) -> None:
        for figure in self.policy.figures:
            self.encoder.terms[figure.name] = self.encoder.term(figure.formula.node)
        for table in self.policy.tables:
            self.encoder.terms[table.name] = self._table(table)

    def _table(self, table: Table) -> Term:
        z3, encoder = self.z3, self.encoder
        codes = table.reads_as.codes
        values = [self._value(row.value, codes) for row in table.rows]
        holds = [encoder.holds(row.when.node) for row in table.rows]
        fails = [encoder.fails(row.when.node) for row in table.rows]
        value, known = values[-1], encoder.false
        for row in range(len(values) - 1, -1, -1):
            value = z3.If(holds[row], values[row], value)
            known = z3.Or(holds[row], z3.And(fails[row], known))
        if table.hit == "unique":
            settled = [z3.Or(one, other) for one, other in zip(holds, fails, strict=True)]
            known = z3.And(*settled, z3.PbEq([(one, 1) for one in holds], 1))
        return Term(kind=table.kind, value=value, known=known, codes=codes)

    def _value(self, value: object, codes: tuple[str, ...]) -> Any:
        if isinstance(value, bool):
            return self.encoder.true if value else self.encoder.false
        if isinstance(value, str):
            return self.z3.IntVal(codes.index(value), self._context)
        return self.encoder.number(float(value))  # type: ignore[arg-type]

    def _case(self, model: Any) -> Case:
        segment = self.segments[_whole(model, self._segment)]
        return Case(
            segment=segment,
            score=_whole(model, self._score),
            probability_of_default=float(self._plain(model, "probability_of_default")),
            grade=self.grades[_whole(model, self._grade)],
            facts={name: self._plain(model, name) for name in self._read},
            inputs=self.product.segment(segment).features,
        )

    def _plain(self, model: Any, name: str) -> Any:
        term = self.encoder.terms[name]
        if not self.z3.is_true(model.eval(term.known, model_completion=True)):
            return None
        value = model.eval(term.value, model_completion=True)
        if term.kind == "boolean":
            return self.z3.is_true(value)
        if term.kind == "category":
            return term.codes[value.as_long()] if term.codes else None
        if self.z3.is_int_value(value):
            return value.as_long()
        exact = value if self.z3.is_rational_value(value) else value.approx(DIGITS)
        return float(Fraction(exact.numerator_as_long(), exact.denominator_as_long()))


def _whole(model: Any, unknown: Any) -> int:
    return int(model.eval(unknown, model_completion=True).as_long())


def _decides(policy: Policy, segment: str) -> bool:
    referred = policy.humility is not None and policy.humility.unseen_segments
    return segment in policy.cutoffs or referred


def readable_places(policy: Policy) -> Mapping[str, str]:
    """Return where each figure, table and rule stands in the document, by name.

    Examples
    --------
    >>> cutoffs = {"new": {"approve_from": 600, "refer_from": 560}}
    >>> readable_places(Policy.from_mapping({"name": "demo", "cutoffs": cutoffs}))
    {}
    """
    return {
        **{one.name: f"figures[{place}]" for place, one in enumerate(policy.figures)},
        **{one.name: f"tables[{place}]" for place, one in enumerate(policy.tables)},
        **{one.code: f"rules[{place}]" for place, one in enumerate(policy.rules)},
    }
