"""Lenders are directories: read strictly, composed of a base product, each rule with an example."""

import shutil
import tomllib

import pytest

from loanwright.features.product import bundled_product, bundled_products, parse_product
from loanwright.features.text import Text
from loanwright.lending.composing import Naming, compose
from loanwright.lending.errors import BaseNotRenamable, LenderRefused, LendersMissing
from loanwright.lending.reading import bundled_lenders, read_lender, read_lenders
from loanwright.rulebook.examining import examine

BASES = {name: bundled_product(name) for name in bundled_products()}
LOAN = BASES["instalment-loan"]
NAMES = sorted(file.parent.name for file in bundled_lenders().glob("*/lender.toml"))
NAMING = Naming(
    name="north-loan", lender="north", title=Text(en='A "loan"', ru="Кредит"), jurisdictions=("EU",)
)


@pytest.fixture
def copied(tmp_path):
    """Return a lender's directory that may be spoiled."""
    return shutil.copytree(bundled_lenders() / "northbank", tmp_path / "northbank")


def spoil(directory, before, after, name="lender.toml"):
    file = directory / name
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def problems_of(directory):
    with pytest.raises(LenderRefused) as caught:
        read_lender(directory, BASES)
    return "\n".join(caught.value.facts["problems"])


def test_five_lenders_ship_each_with_its_own_prices_and_policy():
    lenders = read_lenders(bundled_lenders(), BASES)
    assert len(lenders) == 5
    lent = [lender.products[0] for lender in lenders]
    assert len({one.policy.hash for one in lent}) == 5
    assert len({str(one.product.accounts.offers) for one in lent}) == 5
    assert [one.product.lender for one in lent if one.own_model] == ["cityline"]


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_of_a_demo_lender_has_an_example_and_every_example_holds(name):
    for lent in read_lender(bundled_lenders() / name, BASES).products:
        report = examine(lent.policy, lent.product)
        assert [one.text.en for one in report.findings] == []
        assert [one.problems for one in report.examples if one.problems] == []
        shown = {code for one in lent.policy.examples for code in one.expect.rules}
        assert shown == {rule.code for rule in lent.policy.rules}


@pytest.mark.parametrize("name", NAMES)
def test_a_lenders_product_is_that_of_its_base_but_for_what_the_lender_says(name):
    for lent in read_lender(bundled_lenders() / name, BASES).products:
        before, after = tomllib.loads(LOAN.text), tomllib.loads(lent.product.text)
        own = tomllib.loads((bundled_lenders() / name / "loan.toml").read_text())
        assert lent.product.name == f"{name}-loan"
        assert (lent.product.lender, lent.base) == (name, "instalment-loan")
        for table in before.keys() - own.keys() - {"product"}:
            assert after[table] == before[table]
        assert after["product"]["currency"] == before["product"]["currency"]


def test_a_product_is_renamed_whatever_its_title_holds():
    product = parse_product(compose(LOAN, NAMING))
    assert (product.name, product.title.en) == ("north-loan", 'A "loan"')
    assert product.jurisdictions == ("EU",)
    assert list(product.features) == list(LOAN.features)


def test_a_table_of_the_lender_stands_in_for_that_of_the_base_and_leaves_its_neighbours():
    product = parse_product(compose(LOAN, NAMING, '[accounts]\nrepayment = "bullet"\n'))
    assert product.accounts.repayment == "bullet"
    assert product.accounts.behaviour == LOAN.accounts.behaviour


def test_a_base_whose_tables_cannot_be_told_apart_is_refused():
    odd = LOAN.text.replace("[scale]\n", "[scale]\nodd = '''\n[policy]\n'''\n", 1)
    spoiled = type("Odd", (), {"name": "odd", "text": odd})
    with pytest.raises(BaseNotRenamable):
        compose(spoiled, NAMING, "[policy]\nname = 'other'\n")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('name = "northbank"', 'name = "southbank"', "must be that of its directory"),
        ('["EU"]', '["MARS"]', "MARS is none of US, EU, RU"),
        ('base = "instalment-loan"', 'base = "mortgage"', "is 'mortgage'; write one of"),
        ('"loan-policy.toml"', '"other.toml"', "other.toml cannot be read"),
        ('"loan-policy.toml"', '"../../x.toml"', "inside the lender's directory"),
        ("lowest = 1000", "lowest = 0", "must be at least 1"),
        ("[12, 18,", "[18, 12,", "must rise"),
        ("[products.range]", "colour = 'red'\n[products.range]", "colour: is not a key"),
        ("[lender]", "[lender", "lender.toml cannot be read"),
    ],
)
def test_what_is_wrong_with_a_directory_is_named(copied, before, after, said):
    spoil(copied, before, after)
    assert said in problems_of(copied)


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("loan.toml", "[accounts.offers]", "[accounts.gifts]", "accounts.gifts: is not a key"),
        ("loan.toml", "A = 690", "Z = 690", "is not a grade of the scale"),
        ("loan-policy.toml", "[cutoffs.existing]", "[cutoffs.other]", "the segment existing"),
        ("loan-policy.toml", "age < 18", "mood < 18", "mood"),
        ("loan-policy.toml", "age < 18", "age <", "policy"),
    ],
)
def test_what_is_wrong_with_its_files_is_named(copied, name, before, after, said):
    spoil(copied, before, after, name)
    assert said in problems_of(copied)


def test_a_question_of_its_own_needs_a_model_of_its_own(copied):
    with (copied / "loan.toml").open("a") as file:
        file.write(
            '\n[features.mood]\ntitle = { en = "Mood", ru = "Настроение" }\n'
            'help = { en = "Today.", ru = "Сегодня." }\ntype = "integer"\n'
            'source = "questionnaire"\nminimum = 0\nmaximum = 9\n'
        )
    assert "own_model = true" in problems_of(copied)


def test_a_model_of_its_own_must_be_a_package(copied):
    spoil(copied, 'policy = "loan-policy.toml"', 'policy = "loan-policy.toml"\nmodel = "loan"')
    assert "must be the directory of a model package" in problems_of(copied)
    (copied / "loan").mkdir()
    (copied / "loan" / "manifest.json").write_text("{}")
    (lent,) = read_lender(copied, BASES).products
    assert (lent.model, lent.own_model) == (copied / "loan", True)


def test_a_directory_that_is_not_there_is_said(tmp_path):
    with pytest.raises(LendersMissing):
        read_lenders(tmp_path / "nowhere", BASES)
    assert read_lenders(tmp_path, BASES) == ()
