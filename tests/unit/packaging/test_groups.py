import numpy as np
import pytest

from loanwright.features.product import bundled_product
from loanwright.packaging.groups import protected_groups

CARD = bundled_product("credit-card")


def groups_of(name, column, default, probability):
    found = protected_groups(CARD, {name: np.array(column)}, default, probability)
    assert [each["feature"] for each in found] == [name]
    return {group["title"]["en"]: group for group in found[0]["groups"]}


def test_categories_are_measured_each_by_itself():
    sex = [0.0] * 100 + [1.0] * 50 + [np.nan] * 10
    default = np.array([1, 0, 0, 0] * 25 + [1] * 25 + [0] * 25 + [0] * 10)
    probability = np.full(160, 0.25)
    groups = groups_of("sex", sex, default, probability)
    titles = [category.title.en for category in CARD.features["sex"].categories]
    assert list(groups) == [*titles, "not stated"]
    assert [group["rows"] for group in groups.values()] == [100, 50, 10]
    assert groups[titles[0]]["default_rate"]["value"] == pytest.approx(0.25)
    assert groups[titles[0]]["auc"]["value"] == 0.5
    assert groups["not stated"]["auc"] is None


def test_numbers_are_cut_at_their_quartiles():
    age = np.arange(20.0, 60.0)
    groups = groups_of("age", age, np.zeros(40), np.full(40, 0.1))
    assert list(groups) == ["20–29", "30–39", "40–49", "50–59"]


def test_a_number_with_few_values_makes_fewer_groups():
    groups = groups_of("age", [30.0] * 30 + [40.0] * 2, np.zeros(32), np.full(32, 0.1))
    assert [group["rows"] for group in groups.values()] == [30, 2]


def test_features_that_are_absent_or_free_are_left_out():
    columns = {"limit": np.zeros(5)}
    assert protected_groups(CARD, columns, np.zeros(5), np.full(5, 0.1)) == []
