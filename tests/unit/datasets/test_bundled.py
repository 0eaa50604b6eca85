"""The bundled data are what they say they are."""

import dataclasses
from importlib import resources

import polars as pl
import pytest

from loanwright.datasets import bundled
from loanwright.datasets.bundled import (
    DatasetDamaged,
    DatasetUnknown,
    dataset_info,
    list_datasets,
    load_dataset,
)
from loanwright.features.columns import columns_from_table, labels_from_table
from loanwright.features.product import bundled_product


@pytest.mark.parametrize("name", list_datasets())
def test_rows_and_default_rate_are_as_stated(name):
    table, info = load_dataset(name), dataset_info(name)
    assert table.height == info.rows
    assert round(table["default"].mean(), 4) == info.default_rate
    assert "CC BY 4.0" in info.attribution


@pytest.mark.parametrize("name", list_datasets())
def test_every_value_fits_the_product_of_the_same_name(name):
    product, table = bundled_product(name), load_dataset(name)
    columns = columns_from_table(product, table)
    means = () if product.affordability is None else product.affordability.features
    raw = [f.name for f in product.features.values() if not f.derived and f.name not in means]
    assert list(columns) == raw
    assert set(raw) == set(table.columns) - {"applicant", "default"}
    assert set(labels_from_table(product, table).tolist()) == {0, 1}


@pytest.mark.parametrize("name", list_datasets())
def test_a_file_is_small_enough_for_a_repository(name):
    file = resources.files("loanwright.datasets") / f"{name}.parquet"
    assert len(file.read_bytes()) < 2_000_000


def test_repeated_people_share_one_applicant():
    table = load_dataset("credit-card")
    attributes = [c for c in table.columns if c not in ("applicant", "default")]
    assert table["applicant"].n_unique() == 29_944
    assert table.select(attributes).n_unique() == 29_944
    people = table.group_by(attributes).agg(pl.col("applicant").n_unique())
    assert people["applicant"].max() == 1


def test_undocumented_codes_are_missing():
    table = load_dataset("credit-card")
    assert table["education"].null_count() == 345
    assert table["marital_status"].null_count() == 54
    assert set(table["delay_1"].unique().to_list()) == {-2, -1, *range(9)}


def test_the_german_labels_are_the_corrected_ones():
    table = load_dataset("instalment-loan")
    rates = dict(table.group_by("checking_status").agg(pl.col("default").mean()).iter_rows())
    assert rates["from_200"] < rates["below_200"] < rates["overdrawn"] < rates["no_account"]
    assert int(table["foreign_worker"].sum()) == 37


def test_an_unknown_name_is_told_what_is_known():
    with pytest.raises(DatasetUnknown, match="credit-card, instalment-loan"):
        load_dataset("boats")


def test_a_changed_file_is_not_loaded():
    info = dataclasses.replace(dataset_info("credit-card"), sha256="0" * 64)
    with pytest.raises(DatasetDamaged, match="credit-card"):
        bundled.read_checked(info)
