import numpy as np

from loanwright.datasets.bundled import load_dataset
from loanwright.features.columns import columns_from_table, matrix, matrix_from_columns
from loanwright.features.product import bundled_product
from loanwright.features.records import validate_record
from loanwright.packaging.choosing import choose_rows, records_of

LOAN = bundled_product("instalment-loan")
CARD = bundled_product("credit-card")


def test_every_category_special_value_extreme_and_missing_value_is_covered():
    columns = columns_from_table(CARD, load_dataset("credit-card"))
    features = CARD.inputs("existing")
    risk = -columns["limit"]
    rows = choose_rows(columns, features, risk, count=200)
    assert len(rows) == len(set(rows)) == 200
    for feature in features:
        column = columns[feature.name]
        seen = column[rows]
        present = column[~np.isnan(column)]
        assert {present.min(), present.max()} <= set(seen)
        assert np.isnan(seen).any() == np.isnan(column).any()
        kinds = {*feature.special_values, *range(len(feature.codes))}
        assert kinds & set(present) == kinds & set(seen)
    assert rows == choose_rows(columns, features, risk, count=200)


def test_the_rest_is_spread_over_the_risk():
    risk = np.random.default_rng(1).normal(size=1000)
    rows = choose_rows({}, (), risk, count=5)
    ranks = np.sort(np.argsort(np.argsort(risk))[rows])
    assert ranks.tolist() == [0, 250, 500, 749, 999]


def test_a_small_sample_gives_all_its_rows():
    assert choose_rows({}, (), np.zeros(3), count=200) == [0, 1, 2]


def test_there_is_never_more_than_was_asked_for():
    columns = columns_from_table(LOAN, load_dataset("instalment-loan"))
    rows = choose_rows(columns, LOAN.inputs("existing"), columns["amount"], count=7)
    assert len(rows) == 7


def test_records_are_valid_and_give_the_matrix_of_their_rows():
    for product, name in ((CARD, "credit-card"), (LOAN, "instalment-loan")):
        columns = columns_from_table(product, load_dataset(name))
        rows = list(range(0, 900, 37))
        for segment in product.segments:
            records = records_of(product, segment, columns, rows)
            assert [validate_record(product, segment, record) for record in records] == records
            expected = matrix_from_columns(product, segment, columns)[rows]
            np.testing.assert_array_equal(matrix(product, segment, records), expected)


def test_an_input_that_the_sample_lacks_is_missing():
    columns = columns_from_table(CARD, load_dataset("credit-card"))
    del columns["education"]
    assert records_of(CARD, "new", columns, [0])[0]["education"] is None
