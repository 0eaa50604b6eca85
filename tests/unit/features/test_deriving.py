"""Derived features that a table suggests."""

import numpy as np
import polars as pl
import pytest

from loanwright.features.columns import columns_from_table, matrix_from_columns
from loanwright.features.draft import draft_product
from loanwright.features.pairing import chosen_pairs
from loanwright.features.product import parse_product
from loanwright.features.profiling import ColumnProfile, rising_auc
from loanwright.features.repeated import find_repeated, from_repeated

ROWS = 4_000


def likely(log_odds):
    return 1 / (1 + np.exp(-log_odds))


@pytest.fixture(scope="module")
def table():
    """Return a card: six months of delays, bills and payments; a limit; two counters."""
    draw = np.random.default_rng(11)
    limit = np.round(draw.lognormal(10, 0.6, ROWS))
    use = np.clip(draw.beta(2, 3, ROWS)[:, None] + draw.normal(0, 0.1, (ROWS, 6)), 0.01, 1.2)
    bills = np.round(use * limit[:, None])
    payments = np.round(bills * draw.beta(2, 5, (ROWS, 6)))
    trouble = draw.normal(size=ROWS)
    delays = np.clip(np.round(trouble[:, None] + draw.normal(0, 1, (ROWS, 6))), -2, 8)
    late = draw.poisson(np.exp(0.5 * trouble)[:, None] * [0.6, 0.3])
    unknown = draw.random(ROWS) < 0.02
    late[unknown] = 98
    income, debt = draw.lognormal(8, 0.7, ROWS), draw.lognormal(8, 0.7, ROWS)
    risk = 2 * np.tanh(debt / income - 1) + 0.4 * delays.max(axis=1).clip(0) - 1.5
    bad = (draw.random(ROWS) < likely(risk)).astype(int)
    columns = {"LIMIT": limit, "Income": np.round(income), "Debt": np.round(debt)}
    for name, values in (("PAY_", delays), ("BILL", bills), ("PAID", payments)):
        columns |= {f"{name}{month + 1}": values[:, month] for month in range(6)}
    columns |= {"TimesLate30-59Days": late[:, 0], "TimesLate60-89Days": late[:, 1]}
    return pl.DataFrame(columns | {"Age": draw.integers(18, 80, ROWS), "BAD": bad})


@pytest.fixture(scope="module")
def text(table):
    return draft_product(table, "BAD", name="card")[0]


@pytest.fixture(scope="module")
def product(text):
    return parse_product(text)


def expression(product, name):
    return product.feature(name).expression


def test_repeated_columns_give_extremes_counts_averages_and_changes(product):
    assert expression(product, "pay_highest").startswith("max(if(pay_1 >= 0, pay_1), ")
    assert expression(product, "bill_average") == "mean(bill1, bill2, bill3, bill4, bill5, bill6)"
    assert expression(product, "bill_change") == "bill1 - bill6"
    assert expression(product, "paid_lowest") == "min(paid1, paid2, paid3, paid4, paid5, paid6)"
    above = "count(pay_1 > 0, pay_2 > 0, pay_3 > 0, pay_4 > 0, pay_5 > 0, pay_6 > 0)"
    assert expression(product, "pay_above_zero") == above
    assert "count(pay_1 == -2, " in expression(product, "pay_times_minus_2")


def test_amounts_are_compared_with_the_amount_beside_them(product):
    assert expression(product, "bill_to_limit") == "bill1 / limit"
    assert expression(product, "bill_highest_to_limit") == "bill_highest / limit"
    assert expression(product, "paid_to_bill_before").startswith("mean(paid1 / bill2, ")


def test_counters_with_numbers_in_their_names_are_summed_without_their_codes(table, product):
    summed = expression(product, "time_late_day_sum")
    assert summed.count("if(times_late") == 2
    columns = columns_from_table(product, table)
    names = product.segment("new").features
    values = matrix_from_columns(product, "new", columns)[:, names.index("time_late_day_sum")]
    assert np.isnan(values).mean() == pytest.approx(0.02, abs=0.01)
    assert np.nanmax(values) < 40


def test_a_pair_that_tells_more_than_its_parts_is_suggested(product):
    derived = [f.expression for f in product.model_features("new") if f.derived]
    assert any({"debt", "income"} <= set(text.replace("/", " ").split()) for text in derived)


def test_protected_columns_are_in_no_formula(product):
    assert not any("age" in f.depends_on for f in product.features.values() if f.derived)


def test_every_suggestion_has_texts_in_both_languages_and_a_comment_why(text, product):
    derived = [feature for feature in product.features.values() if feature.derived]
    assert len(derived) > 20
    for feature in derived:
        before = text.split(f"[features.{feature.name}]")[0].splitlines()[-1]
        assert before.startswith("# REVIEW: ")
        assert feature.title.en != feature.title.ru
        assert "перевести" not in feature.title.ru + feature.reasons.adverse.ru


def test_a_draft_stays_readable(text):
    assert max(map(len, text.splitlines())) < 420
    assert text.splitlines().count("[segments.new]") == 1


def test_numbered_columns_that_measure_different_things_are_no_group():
    draw = np.random.default_rng(0)
    names = [f"x{number}" for number in range(1, 7)]
    columns = [ColumnProfile(column=n, name=n, kind="number", maximum=9.0) for n in names]
    values = {name: draw.normal(size=500) for name in names}
    assert find_repeated(columns, values) == ()
    one = draw.normal(size=500)
    same = {name: one + 0.3 * draw.normal(size=500) for name in names}
    assert [len(group.members) for group in find_repeated(columns, same)] == [6]


def test_columns_in_any_order_are_put_in_the_order_of_their_numbers():
    names = ["pay_10", "pay_2", "pay_1"]
    columns = [ColumnProfile(column=n, name=n, kind="integer", maximum=9.0) for n in names]
    (group,) = find_repeated(columns, dict.fromkeys(names, np.arange(50.0)))
    assert [member.name for member in group.members] == ["pay_1", "pay_2", "pay_10"]
    change = next(one for one in from_repeated(group) if one.name == "pay_change")
    assert change.expression == "pay_1 - pay_10"


def test_among_pairs_that_say_nothing_hardly_any_is_chosen():
    found = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        base = [draw.normal(size=2_000) for _ in range(4)]
        default = (draw.random(2_000) < likely(base[0] - 1)).astype(float)
        pairs = {f"{i}{j}": base[i] * base[j] for i in range(4) for j in range(i)}
        found += bool(chosen_pairs(pairs, base, default))
    assert found <= 6  # at 5 % each, more than six of forty happen once in a hundred times


def test_an_interaction_is_chosen_before_all_others():
    draw = np.random.default_rng(5)
    base = [draw.normal(size=4_000) for _ in range(4)]
    default = (draw.random(4_000) < likely(base[1] * base[2] - 1)).astype(float)
    pairs = {f"{i}{j}": base[i] * base[j] for i in range(4) for j in range(i)}
    assert chosen_pairs(pairs, base, default)[0][0] == "21"


def test_a_direction_needs_rates_that_do_not_turn_back():
    draw = np.random.default_rng(2)
    values = draw.uniform(-1, 1, 20_000)
    rising = (draw.random(20_000) < 0.2 + 0.1 * values).astype(float)
    bent = (draw.random(20_000) < 0.1 + 0.2 * np.abs(values - 0.4)).astype(float)
    assert rising_auc(values, rising) > 0.55
    assert rising_auc(values, bent) == 0.5


def test_a_protected_column_feeds_the_model_only_where_that_is_stated(table, product):
    text, _ = draft_product(table, "BAD", name="card", allow_protected=["Age"])
    allowed = parse_product(text)
    assert "age" in allowed.segment("new").features
    assert [use.feature for use in allowed.protected_allowed] == ["age"]
    assert "age" not in product.segment("new").features
