"""What was found out about a policy: findings, examples, and what was proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from loanwright.features.text import Text

#: What each finding means, by its code.
FINDINGS: Final[Mapping[str, str]] = {
    "rejected": "The document is no policy for this product: a key, a name, a kind or a code in it "
    "is not acceptable.",
    "segment_without_cutoffs": "The product has a segment for which the policy has no cut-offs.",
    "unknown_segment": "There are cut-offs for a segment that the product does not have.",
    "figure_never_known": "A figure is missing for every applicant.",
    "no_examples": "A policy of schema 2 carries no examples.",
    "rule_without_example": "A rule can fire, and no example fires it.",
    "example_name_twice": "Two examples have one name.",
    "example_fact_wrong": "A fact of an example is of another kind than in the dictionary.",
    "table_gap": "Nothing is missing, and a table gives nothing.",
    "table_overlap": "Two rows of a table, of which one at most may hold, hold at once.",
    "row_never_holds": "The condition of a row can never be true.",
    "row_always_beaten": "Wherever a row holds, an earlier one holds or lacks a fact.",
    "rule_never_fires": "The condition of a rule can never be true.",
    "rule_never_known": "In a segment a rule always lacks a fact, so that everybody is referred.",
    "rule_always_fires": "A rule fires for everybody in a segment.",
    "rule_never_passes": "In a segment a rule fires or lacks a fact for everybody.",
    "rule_always_beaten": "Whoever a rule refers is declined anyway.",
    "nobody_approved": "In a segment nobody can be approved, whatever the score.",
    "grade_without_terms": "A grade that can be approved or referred has no limit and price.",
    "unknown_grade": "There are terms for a grade that the scale of the product does not have.",
    "terms_never_found": "The policy has terms, and there is nobody to whom anything can be lent.",
    "not_proved": "The prover did not settle a question in its time; it may be fine, or not.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that is wrong with a policy.

    Attributes
    ----------
    code
        What kind of thing it is, stable; one of `FINDINGS`.
    place
        Where in the document, such as ``rules[2]``.
    text
        What is wrong, in a sentence.
    example
        An input that shows it, verified by deciding it; empty where none is needed.
    """

    code: str
    place: str
    text: Text
    example: Mapping[str, Any] = field(default_factory=dict)

    def to_mapping(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "code": self.code,
            "place": self.place,
            "text": self.text.to_mapping(),
            "example": dict(self.example),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleResult:
    """What came of one example of a policy.

    Attributes
    ----------
    name
        The name of the example.
    problems
        What was expected and what came instead; empty where it passed.
    """

    name: str
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether everything came as expected."""
        return not self.problems

    def to_mapping(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {"name": self.name, "passed": self.passed, "problems": list(self.problems)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was found out about a policy for a product.

    Examples
    --------
    >>> Report(product_hash="0" * 64).passed
    True
    """

    product_hash: str
    findings: tuple[Finding, ...] = ()
    examples: tuple[ExampleResult, ...] = ()
    proved: tuple[Text, ...] = ()

    @property
    def passed(self) -> bool:
        """Tell whether nothing was found and every example passed."""
        return not self.findings and all(one.passed for one in self.examples)

    @property
    def summary(self) -> str:
        """Return what was found in one line."""
        failed = sum(not one.passed for one in self.examples)
        found = f"{len(self.findings)} found" if self.findings else "nothing found"
        tried = f"{failed} of {len(self.examples)} examples failed, " if self.examples else ""
        return f"{found}, {tried}{len(self.proved)} statements proved"

    @property
    def first(self) -> Text:
        """Return the first thing that is wrong; empty texts where nothing is."""
        failed = [f"{one.name}: {one.problems[0]}" for one in self.examples if not one.passed]
        wrong = [one.text for one in self.findings] or [Text(en=one, ru=one) for one in failed]
        return wrong[0] if wrong else Text(en="", ru="")

    def to_mapping(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {
            "passed": self.passed,
            "product_hash": self.product_hash,
            "findings": [one.to_mapping() for one in self.findings],
            "examples": [one.to_mapping() for one in self.examples],
            "proved": [one.to_mapping() for one in self.proved],
        }
