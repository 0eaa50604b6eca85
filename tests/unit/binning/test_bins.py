"""Tests of loanwright.binning.bins."""

import json
import math

import numpy as np
import pytest

from loanwright.binning.bins import Bin, BinningNotUsable, FeatureBinning
from loanwright.features.errors import ValueHasNoBin

NUMERIC = FeatureBinning(
    name="delay",
    bins=(
        Bin(kind="range", upper=0.0, count=60, bad=6, woe=0.7),
        Bin(kind="range", lower=0.0, upper=2.5, count=20, bad=8, woe=-0.4),
        Bin(kind="range", lower=2.5, count=10, bad=7, woe=-1.5),
        Bin(kind="special", value=-2.0, count=6, bad=1, woe=0.3),
        Bin(kind="missing", count=4, bad=1, woe=0.1),
    ),
)
CATEGORIES = FeatureBinning(
    name="purpose",
    bins=(
        Bin(kind="category", codes=(0, 3), woe=0.5),
        Bin(kind="category", codes=(1,), woe=-0.5),
        Bin(kind="missing"),
    ),
)


def test_upper_ends_belong_to_their_range_and_lower_ends_do_not():
    values = [-1e300, 0.0, np.nextafter(0.0, 1), 2.5, np.nextafter(2.5, 3), 1e300]
    assert NUMERIC.assign(values).tolist() == [0, 0, 1, 1, 2, 2]


def test_special_and_missing_values_have_bins_of_their_own():
    assert NUMERIC.assign([-2.0, math.nan, -1.9]).tolist() == [3, 4, 0]


def test_infinite_values_belong_to_the_outermost_ranges():
    assert NUMERIC.assign([-math.inf, math.inf]).tolist() == [0, 2]


def test_values_become_the_weights_of_their_bins():
    assert NUMERIC.transform([1.0, 9.0, math.nan]).tolist() == [-0.4, -1.5, 0.1]
    assert CATEGORIES.transform([3.0, 1.0, math.nan]).tolist() == [0.5, -0.5, 0.0]


def test_a_category_that_no_bin_knows_is_refused():
    with pytest.raises(
        ValueHasNoBin, match=r"Row 1: feature purpose has no bin for the value 2\.0"
    ):
        CATEGORIES.assign([0.0, 2.0])


def test_a_missing_value_without_a_bin_is_refused():
    binning = FeatureBinning(name="x", bins=(Bin(kind="range"),))
    with pytest.raises(ValueHasNoBin):
        binning.assign([math.nan])


@pytest.mark.parametrize("binning", [NUMERIC, CATEGORIES])
def test_a_binning_survives_json(binning):
    again = FeatureBinning.from_mapping(json.loads(json.dumps(binning.to_mapping())))
    assert again == binning


def test_a_weight_may_be_edited_by_hand():
    mapping = NUMERIC.to_mapping()
    mapping["bins"][1]["woe"] = -0.9
    assert FeatureBinning.from_mapping(mapping).transform([1.0]).tolist() == [-0.9]


def test_shares_are_those_of_the_counts():
    assert NUMERIC.share.tolist() == [0.6, 0.2, 0.1, 0.06, 0.04]


def test_labels_say_what_is_inside():
    assert [b.label for b in NUMERIC.bins] == ["≤ 0", "> 0 and ≤ 2.5", "> 2.5", "= -2", "missing"]
    assert [b.label for b in CATEGORIES.bins] == ["codes 0, 3", "codes 1", "missing"]


@pytest.mark.parametrize(
    "bins",
    [
        (),
        (Bin(kind="range", upper=1.0),),
        (Bin(kind="range", upper=1.0), Bin(kind="range", lower=2.0)),
        (
            Bin(kind="range", upper=2.0),
            Bin(kind="range", lower=2.0, upper=1.0),
            Bin(kind="range", lower=1.0),
        ),
        (Bin(kind="range", upper=math.nan), Bin(kind="range", lower=math.nan)),
        (Bin(kind="range"), Bin(kind="category", codes=(1,))),
        (Bin(kind="category", codes=(1,)), Bin(kind="category", codes=(1, 2))),
        (Bin(kind="range"), Bin(kind="special")),
        (Bin(kind="range"), Bin(kind="special", value=1.0), Bin(kind="special", value=1.0)),
        (Bin(kind="range"), Bin(kind="missing"), Bin(kind="missing")),
        (Bin(kind="range", woe=math.inf),),
    ],
)
def test_bins_that_overlap_or_leave_gaps_are_refused(bins):
    with pytest.raises(BinningNotUsable):
        FeatureBinning(name="x", bins=bins)


def test_a_malformed_mapping_is_refused():
    with pytest.raises(BinningNotUsable, match="malformed"):
        FeatureBinning.from_mapping({"name": "x", "bins": [{"kind": "range"}]})
