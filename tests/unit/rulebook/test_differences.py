"""Every difference between two policies in a sentence, in both languages."""

import copy

import pytest
from tests.unit.rulebook.policies import CLEAN, DEFECTS, SOUND, TEXT, changed, rule, ruled

from loanwright.decisioning.policy import Policy, PolicyRejected
from loanwright.rulebook.differences import diff

BEFORE = Policy.from_mapping(CLEAN)


def edited(edit):
    document = copy.deepcopy(CLEAN)
    edit(document)
    return document


def set_in(*path):
    """Return what writes a value at a path of the document."""

    def edit(document):
        *inner, last, value = path
        for name in inner:
            document = document[name]
        document[last] = value

    return edit


EXAMPLE = {
    "name": "an adult",
    "segment": "new",
    "facts": {"age": 40},
    "expect": {"outcome": "refer"},
}


@pytest.mark.parametrize(
    ("document", "kind", "place", "said"),
    [
        (
            edited(set_in("cutoffs", "new", "approve_from", 565)),
            "changed",
            "cutoffs.new.approve_from",
            "new: approve from 565 instead of 560.",
        ),
        (
            changed(cutoffs={"new": CLEAN["cutoffs"]["new"]}),
            "removed",
            "cutoffs.existing",
            "existing is not decided.",
        ),
        (
            edited(set_in("name", "other")),
            "changed",
            "name",
            "It is called other instead of clean.",
        ),
        (
            ruled(rule("age > 70")),
            "added",
            "rules.rule.planted",
            "rule.planted: refer when age > 70, for every segment.",
        ),
        (changed(rules=CLEAN["rules"][:1]), "removed", "rules.rule.steep", "rule.steep: is gone."),
        (
            edited(set_in("rules", 0, "when", "age < 21")),
            "changed",
            "rules.rule.young",
            "rule.young: when age < 21 (before: age < 20).",
        ),
        (
            edited(set_in("rules", 0, "outcome", "refer")),
            "changed",
            "rules.rule.young",
            "rule.young: refer instead of decline.",
        ),
        (
            edited(set_in("rules", 0, "segments", ["new"])),
            "changed",
            "rules.rule.young",
            "rule.young: for new.",
        ),
        (
            edited(set_in("rules", 0, "text", {**TEXT, "en": "Too young."})),
            "changed",
            "rules.rule.young",
            "rule.young: the applicant reads “Too young.”.",
        ),
        (
            changed(rules=CLEAN["rules"][::-1]),
            "changed",
            "rules",
            "Reasons are given in another order: rule.steep, rule.young.",
        ),
        (
            edited(set_in("figures", 0, "expression", "amount / 12")),
            "changed",
            "figures.monthly_principal",
            "monthly_principal: amount / 12 instead of amount / duration_months.",
        ),
        (
            edited(set_in("tables", 0, "rows", 1, "value", 6_000)),
            "changed",
            "tables.highest_amount.rows[1]",
            "highest_amount 2: age < 25 → 6000 instead of age < 25 → 5000.",
        ),
        (
            edited(lambda document: document["tables"][0]["rows"].pop(1)),
            "changed",
            "tables.highest_amount.rows[1]",
            "highest_amount 2: true → 10000 instead of age < 25 → 5000.",
        ),
        (
            edited(set_in("terms", "A", "annual_rate_bp", 850)),
            "changed",
            "terms.A",
            "A: ≤ 20000, 8.50 % instead of ≤ 20000, 9.00 %.",
        ),
        (
            changed(terms={grade: CLEAN["terms"][grade] for grade in "ABCDEF"}),
            "removed",
            "terms.G",
            "G is gone: ≤ 20000, 15.00 %.",
        ),
        (
            edited(set_in("humility", "most_missing", 0.5)),
            "changed",
            "humility.most_missing",
            "humility.most_missing: 0.5 instead of 0.3.",
        ),
        (
            changed(examples=[*CLEAN["examples"], EXAMPLE]),
            "added",
            "examples.an adult",
            "“an adult” is new: new: age = 40 → refer.",
        ),
    ],
)
def test_each_difference_is_a_sentence(document, kind, place, said):
    found = diff(BEFORE, Policy.from_mapping(document))
    first = found[0]

    assert (first.kind, first.place) == (kind, place)
    assert first.text.en == said
    assert first.text.ru != first.text.en


def test_the_same_policy_has_no_difference():
    assert diff(BEFORE, Policy.from_mapping(copy.deepcopy(CLEAN))) == ()


def test_what_only_is_written_differently_is_no_difference():
    document = edited(set_in("rules", 0, "when", "( age<20 )"))
    assert diff(BEFORE, Policy.from_mapping(document)) == ()


def test_whatever_differs_from_the_clean_policy_is_told():
    """A silent change of a policy would be the worst of findings."""
    others = [document for document, *_ in DEFECTS.values()] + list(SOUND.values())
    for document in others:
        try:
            policy = Policy.from_mapping(document)
        except PolicyRejected:
            continue
        same = policy.to_mapping() == BEFORE.to_mapping()
        assert bool(diff(BEFORE, policy)) is not same


def test_a_first_policy_is_told_as_a_whole():
    found = diff(None, BEFORE)

    assert {one.kind for one in found} == {"added"}
    assert {"cutoffs.new", "rules.rule.young", "terms.A"} <= {one.place for one in found}
