"""Questions about everybody, and what is believed of the answers.

The prover reckons exactly, `decide` in floating point. So whatever the prover finds is decided
once more by the real evaluator before it is told, and what it cannot settle in its time is told
as not proved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loanwright.decisioning.policy import Rule
from loanwright.features.text import Text
from loanwright.rulebook.cases import Case
from loanwright.rulebook.report import Finding
from loanwright.rulebook.wording import sentence
from loanwright.rulebook.world import Sought, World, readable_places

#: Tells whether an applicant really shows what was found.
Shows = Callable[[Case], bool]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What came of the checks: what was found, and what holds for everybody."""

    findings: list[Finding] = field(default_factory=list)
    proved: list[Text] = field(default_factory=list)


class Search:
    """Asks the world, believes only what is shown, and writes down what came of it."""

    def __init__(self, world: World, checked: Checked) -> None:
        self.world = world
        self.policy = world.policy
        self.checked = checked
        self.places = readable_places(world.policy)

    def seek(self, question: Text, place: str, *conditions: Any) -> Sought:
        """Look for somebody; what cannot be settled is written down as a doubt."""
        sought = self.world.seek(*conditions)
        if not sought.settled:
            self.doubt(question, place)
        return sought

    def show(self, code: str, place: str, case: Case | None, shows: Shows, **facts: object) -> None:
        """Write down a finding, with somebody who shows it if the evaluator agrees."""
        text = sentence(code, **facts)
        if case is not None and not shows(case):
            self.doubt(text, place)
            return
        self.tell(code, place, {} if case is None else case.to_mapping(), **facts)

    def tell(self, code: str, place: str, example: Mapping[str, Any], **facts: object) -> None:
        """Write down a finding; after a point, its code says which of its sentences is meant."""
        text, kind = sentence(code, **facts), code.partition(".")[0]
        finding = Finding(code=kind, place=place, text=text, example=example)
        self.checked.findings.append(finding)

    def doubt(self, question: Text, place: str) -> None:
        """Write down that something is not proved."""
        text = Text(
            en=sentence("not_proved", question=question.en.rstrip(".")).en,
            ru=sentence("not_proved", question=question.ru.rstrip(".")).ru,
        )
        self.checked.findings.append(Finding(code="not_proved", place=place, text=text))

    def prove(self, code: str, **facts: object) -> None:
        """Write down what holds for everybody."""
        self.checked.proved.append(sentence(code, **facts))

    def figure(self, name: str) -> None:
        """Look for somebody who has a figure."""
        text, place = sentence("figure_never_known", name=name), self.places[name]
        if self.seek(text, place, self.world.known(name)).nobody:
            anybody = self.world.seek().case
            self.show(
                "figure_never_known",
                place,
                anybody,
                lambda case: case.decided(self.policy).figures[name] is None,
                name=name,
            )

    def result(self, case: Case, rule: Rule) -> str | None:
        """Return what a rule really says of somebody; None where it says nothing."""
        results = case.decided(self.policy).rule_results
        return next((one.result for one in results if one.code == rule.code), None)
