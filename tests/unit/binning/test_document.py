"""Tests of loanwright.binning.document and loanwright.binning.given."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.binning.bins import BinningNotUsable, FeatureBinning
from loanwright.binning.document import BinsRefused, read_bins, write_bins
from loanwright.binning.fit import fit_binnings
from loanwright.binning.given import BinsAgainstDirection, GivenBinning
from loanwright.features.columns import ColumnSpec


def spec(name, **changes):
    plain = {"kind": "numeric", "direction": 0, "special": (), "categories": 0}
    return ColumnSpec(name=name, **{**plain, **changes})


SPECS = (
    spec("delay", direction=1, special=(-2.0, -1.5)),
    spec("purpose", kind="category", categories=3),
)
CODES = {"purpose": ("car", "home", "other")}
FILE = """\
schema = 1

[features.delay]
edges = [0, 2.5]
woe = ["auto", -0.3, "auto"]
special = { "-2" = 0.5 }
missing = "auto"

[features.purpose]
groups = [["car", "home"], ["other"]]
"""


def refusal(text, codes=CODES):
    with pytest.raises(BinsRefused) as caught:
        read_bins(text, SPECS, codes=codes)
    return "\n".join(caught.value.problems)


def test_a_file_becomes_bins_and_weights():
    found = read_bins(FILE, SPECS, codes=CODES)
    delay, purpose = found["delay"], found["purpose"]
    labels = [one.label for one in delay.binning.bins]
    assert labels == ["≤ 0", "> 0 and ≤ 2.5", "> 2.5", "= -2", "= -1.5", "missing"]
    assert delay.woe == (None, -0.3, None, 0.5, None, None)
    assert [one.codes for one in purpose.binning.bins] == [(0, 1), (2,), ()]
    assert purpose.woe == (None, None, None)


def test_codes_without_names_are_numbers():
    text = FILE.replace('["car", "home"], ["other"]', "[0, 1], [2]")
    assert read_bins(text, SPECS)["purpose"] == read_bins(FILE, SPECS, codes=CODES)["purpose"]


@given(st.integers(0, 10**6), st.integers(200, 1500))
@settings(max_examples=40, deadline=None)
def test_what_is_written_reads_back_as_the_same_bins(seed, rows):
    random = np.random.default_rng(seed)
    matrix = np.column_stack(
        [
            random.choice([-2.0, -1.5, 0.0, 1.0, 2.0, np.nan, *random.normal(size=50)], rows),
            random.choice([0.0, 1.0, 2.0, np.nan], rows, p=[0.6, 0.3, 0.0, 0.1]),
        ]
    )
    default = random.random(rows) < 0.3
    binnings = fit_binnings(matrix, default, SPECS)
    text = write_bins(binnings, SPECS, codes=CODES)
    found = read_bins(text, SPECS, codes=CODES)
    again = [
        found[one.name].fit(matrix[:, index], default, spec=one) for index, one in enumerate(SPECS)
    ]
    assert tuple(again) == binnings


def test_a_file_says_what_the_sample_held():
    values = np.repeat([0.0, 1.0], [100, 50])
    default = np.concatenate([np.arange(100) < 10, np.arange(50) < 25])
    free = spec("delay")
    text = write_bins(fit_binnings(values[:, None], default, [free]), [free])
    assert "# ≤ 0                 100 rows   10.0 % default   woe +" in text
    assert "edges = [0]" in text


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("schema = 1", "schema = 2", ["schema", "write schema = 1"]),
        ("schema = 1", "schema = ", ["no TOML", "line 1"]),
        ("schema = 1", "schema = 1\nbins = 3", ["bins", "take it out"]),
        ("[features.delay]", "[features.delays]", ["delays", "line 3", "it has delay, purpose"]),
        ("edges = [0, 2.5]", "edge = [0, 2.5]", ["feature delay", "no key edge", "line 3"]),
        ("edges = [0, 2.5]", "edges = [2.5, 0]", ["delay", "line 4", "edge 2 (0)", "rising"]),
        ("edges = [0, 2.5]", "edges = [0, 0]", ["delay", "edge 2 (0)", "each once"]),
        ("edges = [0, 2.5]", "edges = [0, inf]", ["delay", "edge 2", "no finite number"]),
        ("edges = [0, 2.5]", 'edges = ["a", 1]', ["delay", "edge 1", "no finite number"]),
        ("edges = [0, 2.5]", "edges = 3", ["delay", "as a list"]),
        ("-0.3,", "", ["delay, woe", "line 5", "3 bins but 2 weights"]),
        ("-0.3", '"safe"', ["delay, woe", "bin 2", '"auto"']),
        ("-0.3", "nan", ["delay, woe", "bin 2"]),
        ("-0.3", "true", ["delay, woe", "bin 2"]),
        ('"-2" = 0.5', '"-3" = 0.5', ["delay, special", "line 6", "the dictionary has -2, -1.5"]),
        ('{ "-2" = 0.5 }', "3", ["delay, special", "write it as"]),
        ('missing = "auto"', "missing = []", ["delay, missing", "line 7"]),
        ('["other"]', '["others"]', ["purpose, groups", "line 10", "group 2", "car, home, other"]),
        ('["other"]', '["other", "car"]', ["purpose", "code car is in groups 1 and 2", "one"]),
        (', ["other"]', "", ["purpose", "no group has other", "add each"]),
        ('["other"]', '"other"', ["purpose", "group 2 is no list"]),
        ('["other"]', "[2]", ["purpose", "there is no code 2"]),
        ("groups =", "edges = [1]\ngroups =", ["purpose", "no key edges", "groups, woe"]),
    ],
)
def test_every_mistake_names_its_place_and_its_remedy(before, after, expected):
    assert before in FILE
    found = refusal(FILE.replace(before, after, 1))
    for part in expected:
        assert part in found


def test_all_mistakes_are_named_at_once():
    text = FILE.replace("[0, 2.5]", "[2.5, 0]").replace('["other"]', '["others"]')
    found = refusal(text)
    assert "edge 2" in found
    assert "others" in found


@pytest.mark.parametrize("text", ["features = 3\nschema = 1", "schema = 1\n[features]\ndelay = 3"])
def test_features_that_are_no_sections_are_refused(text):
    assert "[features." in refusal(text)


def test_a_value_without_a_bin_and_a_weight_too_few_are_refused():
    binning = read_bins(FILE, SPECS, codes=CODES)["delay"].binning
    with pytest.raises(BinningNotUsable, match="do not match"):
        GivenBinning(binning=binning, woe=(None,))


def test_special_and_missing_values_have_no_direction():
    given_bins = GivenBinning(
        binning=FeatureBinning(
            name="delay", bins=read_bins(FILE, SPECS, codes=CODES)["delay"].binning.bins
        ),
        woe=(0.5, 0.1, -0.2, -3.0, 3.0, 0.0),
    )
    fitted = given_bins.fit([0.0, 1.0, math.nan], [0, 1, 0], spec=SPECS[0])
    assert fitted.woe.tolist() == [0.5, 0.1, -0.2, -3.0, 3.0, 0.0]
    wrong = GivenBinning(binning=given_bins.binning, woe=(0.5, 0.6, -0.2, 0.0, 0.0, 0.0))
    with pytest.raises(BinsAgainstDirection, match=r"≤ 0 is riskier than > 0 and ≤ 2\.5"):
        wrong.fit([0.0, 1.0, math.nan], [0, 1, 0], spec=SPECS[0])


def fit_delay(woe, bads, *, direction=1):
    """Fit four bins of 100 rows with so many bad ones each; the last may be empty."""
    bins = read_bins("schema = 1\n[features.delay]\nedges = [0, 1, 2]\n", SPECS)["delay"].binning
    values = np.repeat(np.arange(len(bads), dtype=float), 100)
    default = np.concatenate([np.arange(100) < bad for bad in bads])
    given_bins = GivenBinning(binning=bins, woe=(*woe, None, None, None))
    fitted = given_bins.fit(
        values, default, spec=spec("delay", direction=direction, special=(-2.0, -1.5))
    )
    return fitted.woe[:4].tolist(), [one.count for one in fitted.bins[:4]]


AUTO = (None,) * 4


def test_weights_worked_out_against_the_dictionary_are_pooled_and_the_bins_stay():
    plain, counts = fit_delay(AUTO, (10, 30, 20, 50), direction=0)
    pooled, kept = fit_delay(AUTO, (10, 30, 20, 50))
    assert counts == kept == [100] * 4
    assert pooled[0] == plain[0]
    assert pooled[3] == plain[3]
    assert pooled[1] == pooled[2] == pytest.approx((plain[1] + plain[2]) / 2, abs=1e-6)
    assert fit_delay(AUTO, (10, 20, 30, 50))[0] == fit_delay(AUTO, (10, 20, 30, 50), direction=0)[0]
    safer, _ = fit_delay(AUTO, (50, 20, 30, 10), direction=-1)
    assert safer == sorted(safer)
    assert safer[1] == safer[2]


def test_a_bin_without_rows_takes_the_weight_of_its_neighbour():
    # The smoothed weight of no rows is that of the sample, here above its neighbour's.
    pooled, counts = fit_delay(AUTO, (10, 20, 50))
    assert counts[3] == 0
    assert pooled[3] == pytest.approx(pooled[2], abs=1e-5)


def test_weights_worked_out_keep_to_those_set_by_hand():
    pooled, _ = fit_delay((None, 0.2, None, -0.1), (40, 10, 60, 20))
    assert pooled == [0.2, 0.2, -0.1, -0.1]


def test_weights_by_hand_against_the_dictionary_are_refused_in_the_file_over_an_auto_between():
    text = FILE.replace('"auto", -0.3, "auto"', '-0.3, "auto", 0.4')
    found = refusal(text)
    assert "feature delay, woe (line 5)" in found
    assert "≤ 0 is riskier than > 2.5" in found
