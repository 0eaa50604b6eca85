"""From plain data to a policy's examples."""

from typing import Any, Final

from loanwright.decisioning.document import Section
from loanwright.decisioning.examples import Example, Expectation
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.readable import Names
from loanwright.decisioning.reservation import (
    OUT_OF_RANGE,
    TOO_MANY_MISSING,
    UNSEEN_CATEGORY,
    UNSEEN_SEGMENT,
    Reservation,
)
from loanwright.decisioning.rule import Rule

KEYS: Final = (
    "name",
    "segment",
    "facts",
    "score",
    "probability_of_default",
    "grade",
    "reservations",
    "expect",
)
SAID: Final = (OUT_OF_RANGE, TOO_MANY_MISSING, UNSEEN_CATEGORY, UNSEEN_SEGMENT)
EXPECTED: Final = ("outcome", "rules", "reasons", "highest_amount", "annual_rate_bp")


def read_examples(
    section: Section, names: Names | None, rules: tuple[Rule, ...]
) -> tuple[Example, ...]:
    """Return the examples of a policy.

    Raises
    ------
    PolicyRejected
        With the ``key`` that is not acceptable and the ``problem`` with it.
    """
    listed = section.items("examples") if section.has("examples") else []
    codes = tuple(rule.code for rule in rules)
    return tuple(_read_example(content, path, names, codes) for path, content in listed)


def _read_example(
    content: object, path: str, names: Names | None, codes: tuple[str, ...]
) -> Example:
    section = Section(content, path, known=KEYS)
    probability = _optional(section, "probability_of_default", section.number)
    if probability is not None and not 0 <= probability <= 1:
        raise section.refuse("probability_of_default", f"0 to 1 is needed, not {probability}")
    return Example(
        name=section.text("name"),
        segment=section.text("segment"),
        facts=_read_facts(section, names),
        score=_optional(section, "score", section.integer),
        probability_of_default=probability,
        grade=_optional(section, "grade", section.text),
        reservations=_read_reservations(section),
        expect=_read_expectation(section.section("expect", known=EXPECTED), codes),
    )


def _read_facts(section: Section, names: Names | None) -> dict[str, object]:
    facts = section.section("facts", known=None) if section.has("facts") else None
    for name, value in facts.content.items() if facts else ():
        if names is not None and name not in names:
            raise facts.refuse(name, "there is no such fact; remove it")  # type: ignore[union-attr]
        if not isinstance(value, str | bool | int | float):
            raise facts.refuse(name, "a number, a text, true or false is needed")  # type: ignore[union-attr]
    return dict(facts.content) if facts else {}


def _read_reservations(section: Section) -> tuple[Reservation, ...]:
    listed = section.items("reservations") if section.has("reservations") else []
    return tuple(_read_reservation(content, path) for path, content in listed)


def _read_reservation(content: object, path: str) -> Reservation:
    section = Section(content, path, known=("code", "feature"))
    return Reservation(
        code=section.choice("code", SAID),
        feature=_optional(section, "feature", section.text),
    )


def _read_expectation(section: Section, codes: tuple[str, ...]) -> Expectation:
    return Expectation(
        outcome=Outcome(section.choice("outcome", tuple(Outcome))),
        rules=_read_codes(section, "rules", codes),
        reasons=_read_codes(section, "reasons", None),
        highest_amount=_optional(section, "highest_amount", section.integer),
        annual_rate_bp=_optional(section, "annual_rate_bp", section.integer),
    )


def _read_codes(
    section: Section, name: str, known: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    if not section.has(name):
        return None
    stated = tuple(f"{code}" for _, code in section.items(name))
    strangers = [code for code in stated if known is not None and code not in known]
    if strangers:
        raise section.refuse(name, f"there is no rule {strangers[0]!r}")
    return stated


def _optional(section: Section, name: str, read: Any) -> Any:
    return read(name) if section.has(name) else None
