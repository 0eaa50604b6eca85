"""From a policy document to its parts; every refusal names the key and the remedy."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.decisioning.document import PolicyRejected, Section
from loanwright.decisioning.example_reading import read_examples
from loanwright.decisioning.figures import Figure, Hit, Row, Table, TableKind
from loanwright.decisioning.humility import Humility
from loanwright.decisioning.readable import Names, Readable
from loanwright.decisioning.rule_reading import read_rules
from loanwright.decisioning.terms import Terms

FIRST_KEYS: Final = ("name", "cutoffs", "rules")
SECOND_KEYS: Final = (
    "schema",
    "name",
    "product",
    "cutoffs",
    "figures",
    "tables",
    "rules",
    "terms",
    "humility",
    "examples",
)
ASKED: Final = ("out_of_range", "unseen_categories", "unseen_segments")


def read_policy(document: Mapping[str, Any], names: Names | None) -> dict[str, Any]:
    """Return the parts of a policy by the names of its attributes.

    Parameters
    ----------
    document
        Plain data of schema 1 (without the key ``schema``) or 2.
    names
        The facts that the policy may read; None lets the use tell their kind.

    Raises
    ------
    PolicyRejected
        With the ``key`` that is not acceptable and the ``problem`` with it.

    Examples
    --------
    >>> cutoffs = {"new": {"approve_from": 600, "refer_from": 560}}
    >>> list(read_policy({"name": "demo", "cutoffs": cutoffs}, None))
    ['name', 'cutoffs', 'rules']
    """
    if not isinstance(document, Mapping) or "schema" not in document:
        return _read_first(Section(document, "", known=FIRST_KEYS), names)
    section = Section(document, "", known=SECOND_KEYS)
    if type(document["schema"]) is not int or document["schema"] != 2:
        raise section.refuse("schema", f"2 is needed, not {document['schema']!r}")
    return _read_second(section, names)


def _read_first(section: Section, names: Names | None) -> dict[str, Any]:
    cutoffs = _read_cutoffs(section.section("cutoffs", known=None))
    rules = read_rules(section, Readable(names, expressions=False), cutoffs)
    return {"name": section.text("name"), "cutoffs": cutoffs, "rules": rules}


def _read_second(section: Section, names: Names | None) -> dict[str, Any]:
    cutoffs = _read_cutoffs(section.section("cutoffs", known=None))
    readable = Readable(names, segments=tuple(cutoffs))
    # In this order: tables may read figures, and rules may read both.
    figures = tuple(
        _read_figure(content, path, readable) for path, content in _all(section, "figures")
    )
    tables = tuple(
        _read_table(content, path, readable) for path, content in _all(section, "tables")
    )
    rules = read_rules(section, readable, cutoffs)
    return {
        "schema": 2,
        "name": section.text("name"),
        "product": section.text("product") if section.has("product") else None,
        "cutoffs": cutoffs,
        "figures": figures,
        "tables": tables,
        "rules": rules,
        "terms": _read_terms(section),
        "humility": _read_humility(section),
        "examples": read_examples(section, names, rules),
    }


def _all(section: Section, name: str) -> list[tuple[str, object]]:
    return section.items(name) if section.has(name) else []


def _read_cutoffs(section: Section) -> dict[str, Cutoffs]:
    if not section.content:
        raise PolicyRejected(key=section.path, problem="at least one segment is needed")
    known = ("approve_from", "refer_from")
    cutoffs = {}
    for segment in section.content:
        points = section.section(segment, known=known)
        approve_from, refer_from = (points.integer(name) for name in known)
        if refer_from > approve_from:
            raise points.refuse("refer_from", f"must not be above approve_from ({approve_from})")
        cutoffs[segment] = Cutoffs(approve_from=approve_from, refer_from=refer_from)
    return cutoffs


def _read_figure(content: object, path: str, readable: Readable) -> Figure:
    section = Section(content, path, known=("name", "expression"))
    name = readable.new_name(section)
    formula = readable.formula(section, "expression", ("number", "bands", "boolean"))
    readable.add(name, formula.name)
    return Figure(name=name, formula=formula)


def _read_table(content: object, path: str, readable: Readable) -> Table:
    section = Section(content, path, known=("name", "hit", "kind", "rows"))
    name = readable.new_name(section)
    hit: Hit = section.choice("hit", get_args(Hit))
    kind: TableKind = section.choice("kind", get_args(TableKind))
    rows = tuple(_read_row(row, place, kind, readable) for place, row in section.items("rows"))
    if not rows:
        raise section.refuse("rows", "at least one row is needed")
    table = Table(name=name, hit=hit, kind=kind, rows=rows)
    readable.add(name, table.reads_as)
    return table


def _read_row(content: object, path: str, kind: TableKind, readable: Readable) -> Row:
    section = Section(content, path, known=("when", "value"))
    when = readable.formula(section, "when", ("boolean",))
    if kind == "number":
        return Row(when=when, value=section.number("value"))
    value = section.value("value")
    if not isinstance(value, bool if kind == "boolean" else str):
        raise section.refuse("value", f"a {kind} is needed, not {value!r}")
    return Row(when=when, value=value)


def _read_terms(section: Section) -> dict[str, Terms]:
    if not section.has("terms"):
        return {}
    grades = section.section("terms", known=None)
    return {grade: _read_grade(grades, grade) for grade in grades.content}


def _read_grade(grades: Section, grade: str) -> Terms:
    section = grades.section(grade, known=("highest_amount", "annual_rate_bp"))
    highest, rate = section.integer("highest_amount"), section.integer("annual_rate_bp")
    if highest < 1:
        raise section.refuse("highest_amount", f"1 or more is needed, not {highest}")
    if rate < 0:
        raise section.refuse("annual_rate_bp", f"0 or more is needed, not {rate}")
    return Terms(highest_amount=highest, annual_rate_bp=rate)


def _read_humility(section: Section) -> Humility | None:
    if not section.has("humility"):
        return None
    asked = section.section("humility", known=(*ASKED, "most_missing"))
    most = asked.number("most_missing") if asked.has("most_missing") else None
    if most is not None and not 0 <= most <= 1:
        raise asked.refuse("most_missing", f"a share from 0 to 1 is needed, not {most}")
    truths = {name: asked.boolean(name) for name in ASKED if asked.has(name)}
    return Humility(most_missing=most, **truths)
