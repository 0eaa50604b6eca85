"""What people type into the pages of this area is read as they mean it."""

import pytest

from loanwright.decisioning.policy import Policy
from loanwright.features.product import bundled_product
from loanwright.rulebook.files import write_toml
from loanwright.service.business.cohorts import Cohort, Cohorts
from loanwright.service.web.planning.asking import basis_points, number_of
from loanwright.service.web.planning.cohorts_routes import as_csv
from loanwright.service.web.planning.cutoffs_asked import read_cutoffs
from loanwright.service.web.planning.experiments_view import FormWrong, read_design
from loanwright.service.web.planning.places import read_text

CARD = bundled_product("credit-card")
POLICY = Policy.from_mapping(CARD.policy)
TEXT = write_toml(POLICY.to_mapping())
PLAN = {
    "share": "30", "measure": "approval_rate", "base": "50", "effect": "−10",
    "lowest": "-20", "highest": "30", "arrears": "5",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meant"),
    [("60", 60.0), ("7,5", 7.5), ("1 200", 1200.0), ("60%", 60.0), ("", None), ("1e300", None)],
)
def test_numbers_are_read_as_people_write_them(text, meant):
    assert number_of(text) == meant


def test_a_percentage_stays_within_bounds():
    assert [basis_points(one, 8) for one in ("7.5", "-3", "400", "many")] == [750, 0, 10_000, 8]


def test_a_cutoff_takes_the_other_one_along():
    moved = read_cutoffs({"approve.new": "525", "refer.existing": "900"}, POLICY)

    assert (moved["new"].approve_from, moved["new"].refer_from) == (525, 525)
    assert (moved["existing"].approve_from, moved["existing"].refer_from) == (545, 545)
    assert read_cutoffs({}, POLICY) == dict(POLICY.cutoffs)
    assert read_cutoffs({"approve.new": "much"}, POLICY) == dict(POLICY.cutoffs)


def test_a_policy_that_can_be_read_is_read():
    assert read_text(TEXT, CARD).policy == POLICY


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('outcome = "refer"', 'outcome = "perhaps"'),
        ("approve_from = 545", "approve_from = 1.5"),
        ('operator = "gt"', 'operator = "near"'),
        ("schema = 2", "schema = 9"),
        ("approve_from = 545", "approve_from ="),
    ],
)
def test_a_mistake_is_told_with_its_line(was, now):
    text = TEXT if was in TEXT else TEXT.replace("schema = 1", "schema = 2")
    place = text[: text.index(was)].count("\n") + 1 if was in text else None
    mistake = read_text(text.replace(was, now, 1), CARD).mistake

    if place is not None:
        assert mistake is not None
        assert abs(mistake.line - place) <= 1


def test_a_protected_feature_in_a_rule_is_told_with_its_line():
    text = TEXT.replace('feature = "limit"', 'feature = "age"', 1)
    mistake = read_text(text, CARD).mistake

    assert "age" in mistake.text
    assert text.splitlines()[mistake.line - 1].startswith(("when", "[[rules]]"))


def test_an_experiment_is_read_and_a_wrong_number_named():
    design = read_design(PLAN)

    assert [one.share for one in design.arms] == [7_000, 3_000]
    assert design.plan.effect == -0.1
    for name in ("share", "base", "effect", "lowest", "highest", "arrears"):
        with pytest.raises(FormWrong, match=name):
            read_design({**PLAN, name: "many"})


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", " =1"])
def test_a_spreadsheet_finds_no_formula(name):
    found = Cohorts(
        product="credit-card",
        columns=("grade",),
        items=(Cohort(names=(name,), applications=30, approved=10),),
        hidden=0,
        hidden_applications=0,
    )
    line = as_csv(found).splitlines()[-1]

    assert line.lstrip('"').startswith("'")
