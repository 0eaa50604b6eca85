"""Which model decides a lender's product: its own, or that of the product it was made of."""

from types import SimpleNamespace

from loanwright.features.product import bundled_product, bundled_products
from loanwright.lending.reading import bundled_lenders, read_lender
from loanwright.service.origination.intake import Live

BASES = {name: bundled_product(name) for name in bundled_products()}
BASE, OWN = SimpleNamespace(hash="base"), SimpleNamespace(hash="own")


def live(**models):
    keys = {"base": ("instalment-loan", "new"), "own": ("cityline-loan", "new")}
    return Live(models={keys[name]: model for name, model in models.items()}, policies={})


def product_of(name):
    (lent,) = read_lender(bundled_lenders() / name, BASES).products
    return lent.product


def test_the_champion_of_the_base_decides_where_a_lender_has_none():
    assert live(base=BASE, own=OWN).find_model(product_of("northbank"), "new") is BASE
    assert live(base=BASE).find_model(product_of("cityline"), "new") is BASE


def test_a_champion_of_its_own_goes_before_that_of_the_base():
    assert live(base=BASE, own=OWN).find_model(product_of("cityline"), "new") is OWN


def test_a_product_of_the_installation_has_its_own_champion_or_none():
    assert live(own=OWN).find_model(BASES["instalment-loan"], "new") is None
    assert live(base=BASE).find_model(BASES["credit-card"], "new") is None
