"""Policies with one planted defect each, and policies that nothing is wrong with."""

import copy
from typing import Any

TEXT = {"en": "Because.", "ru": "Потому что."}
CUTOFFS = {
    "new": {"approve_from": 560, "refer_from": 530},
    "existing": {"approve_from": 550, "refer_from": 520},
}
CLEAN: dict[str, Any] = {
    "schema": 2,
    "name": "clean",
    "product": "instalment-loan",
    "cutoffs": CUTOFFS,
    "figures": [{"name": "monthly_principal", "expression": "amount / duration_months"}],
    "tables": [
        {
            "name": "highest_amount",
            "hit": "first",
            "kind": "number",
            "rows": [
                {"when": 'grade in ("A", "B")', "value": 20_000},
                {"when": "age < 25", "value": 5_000},
                {"when": "true", "value": 10_000},
            ],
        }
    ],
    "rules": [
        {"code": "rule.young", "outcome": "decline", "when": "age < 20", "text": TEXT},
        {
            "code": "rule.steep",
            "outcome": "refer",
            "when": "monthly_principal > 1000 and score < 600",
            "text": TEXT,
        },
    ],
    "terms": {
        grade: {"highest_amount": 20_000, "annual_rate_bp": 900 + 100 * place}
        for place, grade in enumerate("ABCDEFG")
    },
    "humility": {"out_of_range": True, "most_missing": 0.3},
}
ADULT = {"age": 40, "amount": 3_000, "duration_months": 12}


def example(outcome: str, *fired: str, segment: str = "new", **stated: Any) -> Any:
    """Return an example of an adult, with facts of their own; a score may be among them."""
    score = {"score": stated.pop("score")} if "score" in stated else {}
    return {
        "name": f"{outcome} {' '.join(fired)}",
        "segment": segment,
        "facts": {**ADULT, **stated},
        "expect": {"outcome": outcome, "rules": list(fired)},
        **score,
    }


EXAMPLES = [
    example("approve"),
    example("decline", "rule.young", age=19),
    example("refer", "rule.steep", amount=20_000, score=575),
]

CLEAN["examples"] = EXAMPLES


def examples_of(document: dict[str, Any], *more: Any) -> list[Any]:
    """Return the examples of the rules that a document still has, and some more."""
    codes = {one["code"] for one in document["rules"] or ()}
    return [*(one for one in EXAMPLES if codes.issuperset(one["expect"]["rules"])), *more]


def changed(**parts: Any) -> dict[str, Any]:
    """Return the clean policy with other parts; None leaves a part out."""
    document = {**copy.deepcopy(CLEAN), **parts}
    if document["schema"] == 2 and "examples" not in parts:
        document["examples"] = examples_of(document)
    return {name: part for name, part in document.items() if part is not None}


def rule(when: Any, outcome: str = "refer", code: str = "rule.planted", **more: Any) -> Any:
    """Return a rule."""
    return {"code": code, "outcome": outcome, "when": when, "text": TEXT, **more}


def table(*rows: tuple[str, Any], hit: str = "first", kind: str = "number") -> Any:
    """Return a table called planted."""
    listed = [{"when": when, "value": value} for when, value in rows]
    return {"name": "planted", "hit": hit, "kind": kind, "rows": listed}


def ruled(*rules: Any, shown: Any = ()) -> dict[str, Any]:
    """Return the clean policy with more rules, and with examples that show them."""
    return changed(rules=[*CLEAN["rules"], *rules], examples=[*EXAMPLES, *shown])


def exampled(*examples: Any) -> dict[str, Any]:
    """Return the clean policy with more examples."""
    return changed(examples=[*EXAMPLES, *examples])


def tabled(planted: Any, **parts: Any) -> dict[str, Any]:
    """Return the clean policy with one more table."""
    return changed(tables=[*CLEAN["tables"], planted], **parts)


def figured(expression: str, name: str = "planted") -> dict[str, Any]:
    """Return the clean policy with one more figure."""
    return changed(figures=[*CLEAN["figures"], {"name": name, "expression": expression}])


DEFECTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "nobody is thirty": (
        tabled(table(("age < 30", 1), ("age > 30", 2))),
        "table_gap",
        "tables[1]",
    ),
    "a kind of housing is forgotten": (
        tabled(table(('housing == "own"', 1), ('housing == "rent"', 2))),
        "table_gap",
        "tables[1]",
    ),
    "ten scores are forgotten": (
        tabled(table(("score >= 600", 1), ("score < 590", 2))),
        "table_gap",
        "tables[1]",
    ),
    "a gap between two figures": (
        tabled(table(("monthly_principal < 100", 1), ("monthly_principal > 100.5", 2))),
        "table_gap",
        "tables[1]",
    ),
    "two rows meet at thirty": (
        tabled(table(("age <= 30", 1), ("age >= 30", 2), hit="unique")),
        "table_overlap",
        "tables[1]",
    ),
    "a grade and its scores overlap": (
        tabled(table(('grade == "A"', 1), ("score >= 560", 2), ("score < 560", 3), hit="unique")),
        "table_overlap",
        "tables[1]",
    ),
    "a narrower row comes later": (
        tabled(table(("age < 40", 1), ("age < 30", 2), ("true", 3))),
        "row_always_beaten",
        "tables[1].rows[1]",
    ),
    "a row after everybody": (
        tabled(table(("true", 1), ("age < 30", 2))),
        "row_always_beaten",
        "tables[1].rows[1]",
    ),
    "two rows together leave nothing": (
        tabled(table(("age < 40", 1), ("age >= 35", 2), ("age == 38", 3))),
        "row_always_beaten",
        "tables[1].rows[2]",
    ),
    "a row of people older than anybody": (
        tabled(table(("age > 200", 1), ("true", 2))),
        "row_never_holds",
        "tables[1].rows[0]",
    ),
    "a row that contradicts itself": (
        tabled(table(("age < 20 and age > 30", 1), ("true", 2))),
        "row_never_holds",
        "tables[1].rows[0]",
    ),
    "a rule below the range of the dictionary": (
        ruled(rule("age < 10")),
        "rule_never_fires",
        "rules[2]",
    ),
    "a grade that has no such scores": (
        ruled(rule('grade == "A" and score < 500')),
        "rule_never_fires",
        "rules[2]",
    ),
    "a rule against the table that it reads": (
        tabled(
            table(("age < 30", "low"), ("true", "high"), kind="category"),
            rules=[*CLEAN["rules"], rule('planted == "low" and age > 50')],
        ),
        "rule_never_fires",
        "rules[2]",
    ),
    "a band that there is not": (
        ruled(rule("bands(age, 25, 35) == 5")),
        "rule_never_fires",
        "rules[2]",
    ),
    "a whole number between two whole numbers": (
        ruled(rule("30 < age < 31")),
        "rule_never_fires",
        "rules[2]",
    ),
    "a rule of the first schema that never fires": (
        {
            "name": "first",
            "cutoffs": CUTOFFS,
            "rules": [rule([{"feature": "age", "operator": "lt", "value": 10}])],
        },
        "rule_never_fires",
        "rules[0]",
    ),
    "a rule for everybody": (
        ruled(rule("amount >= 100")),
        "rule_always_fires",
        "rules[2]",
    ),
    "a rule for everybody in one segment": (
        ruled(rule('segment == "new" or amount > 20000')),
        "rule_always_fires",
        "rules[2]",
    ),
    "a fact that new applicants do not have": (
        ruled(
            rule('credit_history == "past_delay"'),
            shown=[
                example("refer", "rule.planted", segment="existing", credit_history="past_delay")
            ],
        ),
        "rule_never_known",
        "rules[2]",
    ),
    "a rule that fires or lacks its fact": (
        ruled(rule("income >= 0"), shown=[example("refer", "rule.planted", income=1_000)]),
        "rule_never_passes",
        "rules[2]",
    ),
    "referred, though declined by a rule": (
        ruled(rule("age < 19"), shown=[example("decline", "rule.young", "rule.planted", age=18)]),
        "rule_always_beaten",
        "rules[2]",
    ),
    "referred, though declined by the score": (
        ruled(rule("score < 500"), shown=[example("decline", "rule.planted", score=400)]),
        "rule_always_beaten",
        "rules[2]",
    ),
    "two rules that leave nobody": (
        ruled(rule("amount < 5000", code="rule.small"), rule("amount >= 5000", code="rule.large")),
        "nobody_approved",
        "rules",
    ),
    "a grade without terms": (
        changed(terms={grade: terms for grade, terms in CLEAN["terms"].items() if grade != "C"}),
        "grade_without_terms",
        "terms",
    ),
    "terms of a grade that is none": (
        changed(
            terms={**CLEAN["terms"], "Z": {"highest_amount": 1, "annual_rate_bp": 1}},
        ),
        "unknown_grade",
        "terms.Z",
    ),
    "nothing to lend": (
        changed(tables=[{**table(("true", 0)), "name": "highest_amount"}]),
        "terms_never_found",
        "terms",
    ),
    "a segment is forgotten": (
        changed(cutoffs={"new": CUTOFFS["new"]}),
        "segment_without_cutoffs",
        "cutoffs",
    ),
    "a segment that there is not": (
        changed(cutoffs={**CUTOFFS, "boat": {"approve_from": 1, "refer_from": 1}}),
        "unknown_segment",
        "cutoffs.boat",
    ),
    "a figure divided by nothing": (
        figured("amount / (age - age)"),
        "figure_never_known",
        "figures[1]",
    ),
    "a cut-off above every score": (
        changed(cutoffs={**CUTOFFS, "new": {"approve_from": 99_999, "refer_from": 530}}),
        "nobody_approved",
        "cutoffs.new",
    ),
    "a row that divides by nothing": (
        tabled(
            table(("ratio < 1000", 1), ("ratio >= 1000", 2)),
            figures=[
                *CLEAN["figures"],
                {"name": "ratio", "expression": "amount / (duration_months - 12)"},
            ],
        ),
        "table_gap",
        "tables[1]",
    ),
    "a unique row that divides by nothing": (
        tabled(
            table(
                ("amount / (duration_months - 12) < 1000", 1),
                ("amount / (duration_months - 12) >= 1000", 2),
                hit="unique",
            )
        ),
        "table_gap",
        "tables[1]",
    ),
    "no examples": (changed(examples=None), "no_examples", "examples"),
    "a rule that no example fires": (
        ruled(rule("age > 70")),
        "rule_without_example",
        "rules[2]",
    ),
    "two examples of one name": (
        exampled({**example("decline", "rule.young", age=18), "name": EXAMPLES[1]["name"]}),
        "example_name_twice",
        "examples",
    ),
    "an age in words": (
        exampled(example("refer", age="seventeen")),
        "example_fact_wrong",
        "examples[3].facts.age",
    ),
    "a number for a truth": (
        exampled(example("approve", "rule.young", repaying_elsewhere=1)),
        "example_fact_wrong",
        "examples[3].facts.repaying_elsewhere",
    ),
    "a protected feature": (ruled(rule('sex == "female"')), "rejected", "rules[2].when"),
    "a feature that there is not": (
        ruled(rule("shoe_size > 45")),
        "rejected",
        "rules[2].when",
    ),
    "a code that there is not": (
        ruled(rule('housing == "boat"')),
        "rejected",
        "rules[2].when",
    ),
    "a comparison of two kinds": (
        ruled(rule("housing > 3")),
        "rejected",
        "rules[2].when",
    ),
    "a cut-off above the other": (
        changed(cutoffs={**CUTOFFS, "new": {"approve_from": 500, "refer_from": 530}}),
        "rejected",
        "cutoffs.new.refer_from",
    ),
}

SOUND: dict[str, dict[str, Any]] = {
    "the clean one": CLEAN,
    "cut-offs alone": changed(
        figures=None, tables=None, rules=None, terms=None, humility=None, product=None
    ),
    "the first schema": {
        "name": "first",
        "cutoffs": CUTOFFS,
        "rules": [
            rule([{"feature": "age", "operator": "lt", "value": 18}], "decline"),
            rule(
                [{"feature": "credit_history", "operator": "eq", "value": "past_delay"}],
                code="rule.delay",
                segments=["existing"],
            ),
        ],
    },
    "a divisor that is asked for before": tabled(
        table(
            ("duration_months == 12", 0),
            ("amount / (duration_months - 12) < 1000", 1),
            ("true", 2),
        )
    ),
    "every kind of housing": tabled(
        table(('housing == "own"', 1), ('housing != "own"', 2), hit="unique")
    ),
    "a table that is complete by its last row": tabled(
        table(("score >= 600 and age > 30", 1), ("score >= 600", 2), ("true", 3))
    ),
    "a unique table over whole numbers": tabled(
        table(("age <= 30", 1), ("30 < age < 41", 2), ("age > 40", 3), hit="unique")
    ),
    "a figure that may be missing, asked for with care": changed(
        figures=[*CLEAN["figures"], {"name": "burden", "expression": "debt_payments / income"}],
        rules=[*CLEAN["rules"], rule("missing(burden) or burden > 0.5")],
        examples=[*EXAMPLES, example("refer", "rule.planted", income=1_000, debt_payments=900)],
    ),
    "a rule about one segment": ruled(
        rule('credit_history == "past_delay"', segments=["existing"]),
        shown=[example("refer", "rule.planted", segment="existing", credit_history="past_delay")],
    ),
    "a segment that is left to people": changed(
        cutoffs={"new": CUTOFFS["new"]}, humility={"unseen_segments": True}
    ),
    "terms only where somebody can have them": changed(
        terms={grade: CLEAN["terms"][grade] for grade in "ABCDE"}
    ),
    "arithmetic of everything": changed(
        figures=[
            {"name": "level", "expression": "mean(age, clip(duration_months, 6, 60))"},
            {
                "name": "count_of",
                "expression": "count(age > 30, amount > 1000, repaying_elsewhere)",
            },
            {"name": "band", "expression": "bands(level, 20, 40)"},
        ],
        rules=[
            rule("count_of >= 2 and band == 1 or if(repaying_elsewhere, max(age, 30), 20) > 60")
        ],
        examples=[example("refer", "rule.planted", age=65, repaying_elsewhere=True)],
    ),
    "equal cut-offs refer nobody": changed(
        cutoffs={
            "new": {"approve_from": 560, "refer_from": 560},
            "existing": {"approve_from": 560, "refer_from": 560},
        }
    ),
}
