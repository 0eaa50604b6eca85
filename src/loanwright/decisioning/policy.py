"""The lender's rule book as data: cutoffs, figures, tables, rules, terms, and its own examples."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from loanwright.decisioning.conditions import Condition
from loanwright.decisioning.cutoffs import Cutoffs, CutoffsRefused
from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.evaluating import numbers_in
from loanwright.decisioning.examples import Example, Expectation
from loanwright.decisioning.figures import Figure, Row, Table
from loanwright.decisioning.formula import Formula
from loanwright.decisioning.humility import Humility
from loanwright.decisioning.nodes import Name, Node, names_of
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy_reading import read_policy
from loanwright.decisioning.policy_writing import policy_mapping
from loanwright.decisioning.readable import ASSESSED
from loanwright.decisioning.rule import Rule
from loanwright.decisioning.terms import Terms
from loanwright.errors import Rejected

__all__ = [
    "Condition",
    "Cutoffs",
    "CutoffsRefused",
    "Example",
    "Expectation",
    "Figure",
    "Formula",
    "Humility",
    "Policy",
    "PolicyRejected",
    "Row",
    "Rule",
    "SegmentHasNoCutoffs",
    "Table",
    "Terms",
    "policy_from_json",
    "policy_from_toml",
]


class SegmentHasNoCutoffs(Rejected):
    """The policy {policy} has no cutoffs for the segment {segment}; it knows {known}."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A named rule book.

    Parameters
    ----------
    name
        What people call it.
    cutoffs
        Cutoffs by segment.
    rules
        Rules in the order in which their reasons are given; codes are unique.
    schema
        1: cutoffs and rules of conditions; 2: everything.
    product
        The product it is for, if it says so.
    figures
        Figures by expression, each of facts, the assessment and earlier figures.
    tables
        Figures by decision table, after the others.
    terms
        Limit and price by grade.
    humility
        When a person is asked instead of trusting the model.
    examples
        Applications that it must decide as stated.

    Examples
    --------
    >>> policy = Policy.from_mapping(
    ...     {
    ...         "schema": 2,
    ...         "name": "demo",
    ...         "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}},
    ...         "rules": [
    ...             {
    ...                 "code": "rule.min_age",
    ...                 "outcome": "decline",
    ...                 "when": "age < 18",
    ...                 "text": {"en": "Too young.", "ru": "Слишком молоды."},
    ...             }
    ...         ],
    ...     }
    ... )
    >>> policy.cutoffs_of("new").approve_from, policy.rules[0].fires({"age": 17})
    (600, True)
    >>> Policy.from_mapping(policy.to_mapping()).hash == policy.hash
    True
    >>> sorted(policy.names())
    ['age']
    """

    name: str
    cutoffs: Mapping[str, Cutoffs]
    rules: tuple[Rule, ...] = ()
    schema: int = 1
    product: str | None = None
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    terms: Mapping[str, Terms] = field(default_factory=dict)
    humility: Humility | None = None
    examples: tuple[Example, ...] = ()

    @staticmethod
    def from_mapping(
        document: Mapping[str, Any], *, names: Mapping[str, Name] | None = None
    ) -> "Policy":
        """Read a policy from plain data, refusing whatever is not understood.

        Parameters
        ----------
        document
            Schema 1: ``name``, ``cutoffs`` by segment, and optionally ``rules``. Schema 2:
            ``schema = 2`` and all the rest.
        names
            Where known: the facts that the policy may read. Then an unknown fact, an unknown
            code and a comparison with another kind are refused too; what is accepted answers
            the same with and without.

        Raises
        ------
        PolicyRejected
            With the ``key`` that is not acceptable and the ``problem`` with it.
        """
        return Policy(**read_policy(document, names))

    def to_mapping(self) -> dict[str, Any]:
        """Return the policy as plain data that JSON and TOML can hold."""
        return policy_mapping(self)

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256, in hex, of the policy as canonical JSON (sorted keys, UTF-8)."""
        canonical = json.dumps(
            self.to_mapping(),
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def cutoffs_of(self, segment: str) -> Cutoffs:
        """Return the cutoffs of a segment.

        Raises
        ------
        SegmentHasNoCutoffs
            When the policy does not name the segment.
        """
        cutoffs = self.cutoffs.get(segment)
        if cutoffs is None:
            known = ", ".join(sorted(self.cutoffs))
            raise SegmentHasNoCutoffs(policy=self.name, segment=segment, known=known)
        return cutoffs

    def cutoff_outcome(self, segment: str, score: int) -> Outcome | None:
        """Return what the score alone gives; None in a segment that is left to a person.

        Raises
        ------
        SegmentHasNoCutoffs
            When the policy neither names the segment nor refers such applicants.
        """
        referred = self.humility is not None and self.humility.unseen_segments
        if referred and segment not in self.cutoffs:
            return None
        return self.cutoffs_of(segment).outcome(score)

    def rule(self, code: str) -> Rule | None:
        """Return the rule of this code, or None."""
        return next((rule for rule in self.rules if rule.code == code), None)

    def rules_of(self, segment: str) -> tuple[Rule, ...]:
        """Return the rules that concern a segment, in their order."""
        if segment not in self._rules_of:
            concerned = tuple(rule for rule in self.rules if rule.concerns(segment))
            self._rules_of[segment] = concerned
        return self._rules_of[segment]

    def names(self) -> frozenset[str]:
        """Return the facts of the application that it reads: not the assessment, not figures."""
        return self._names

    @cached_property
    def computed(self) -> tuple[Figure | Table, ...]:
        """Return figures and tables in the order in which they are computed."""
        return (*self.figures, *self.tables)

    @cached_property
    def _rules_of(self) -> dict[str, tuple[Rule, ...]]:
        return {}

    @cached_property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Return key and name of every fact that its expressions read as a number."""
        written = [rule.when.node for rule in self.rules if isinstance(rule.when, Formula)]
        own = {each.name for each in self.computed}
        read = numbers_in([*written, *self._computed_nodes()])
        return tuple((key, name) for key, name in read if name not in own)

    @cached_property
    def _names(self) -> frozenset[str]:
        nodes = [*(rule.node for rule in self.rules), *self._computed_nodes()]
        own = {each.name for each in self.computed}.union(ASSESSED if self.schema > 1 else ())
        return frozenset().union(*map(names_of, nodes)) - own

    def _computed_nodes(self) -> list[Node]:
        rows = [row for table in self.tables for row in table.rows]
        return [figure.formula.node for figure in self.figures] + [row.when.node for row in rows]


def policy_from_toml(text: str, *, names: Mapping[str, Name] | None = None) -> Policy:
    r"""Read a policy from the text of a TOML file.

    Raises
    ------
    PolicyRejected
        When the text is no TOML, or as for `Policy.from_mapping`.

    Examples
    --------
    >>> text = 'name = "demo"\n[cutoffs.new]\napprove_from = 600\nrefer_from = 560'
    >>> policy_from_toml(text).cutoffs_of("new").refer_from
    560
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyRejected(key="(document)", problem=f"is no TOML: {error}") from error
    return Policy.from_mapping(document, names=names)


def policy_from_json(text: str, *, names: Mapping[str, Name] | None = None) -> Policy:
    """Read a policy from the text of a JSON file.

    Raises
    ------
    PolicyRejected
        When the text is no JSON, or as for `Policy.from_mapping`.

    Examples
    --------
    >>> text = '{"name": "demo", "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}}}'
    >>> policy_from_json(text).cutoffs_of("new").refer_from
    560
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PolicyRejected(key="(document)", problem=f"is no JSON: {error}") from error
    return Policy.from_mapping(document, names=names)
