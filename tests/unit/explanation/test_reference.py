import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.reservation import Reservation
from loanwright.explanation.reference import (
    KnownSample,
    SampleKnowledgeRefused,
    known_inputs,
    score_bands,
)
from loanwright.features.columns import ColumnSpec

SPECS = (
    ColumnSpec(name="delay", kind="numeric", direction=1, special=(-2.0, -1.0), categories=0),
    ColumnSpec(name="housing", kind="category", direction=0, special=(), categories=3),
)
MATRIX = np.array([[-1.0, 0.0], [3.0, 2.0], [1.0, 0.0], [np.nan, 2.0]])
KNOWN = KnownSample(
    rows=4,
    inputs=known_inputs(SPECS, MATRIX),
    bands=score_bands(np.array([500, 500, 520, 540]), np.array([[0.1, 0.2]] * 4)),
)


def codes(*vector):
    return [(one.code, one.feature) for one in KNOWN.reservations(vector)]


def test_a_row_of_the_sample_is_never_strange():
    for row in MATRIX[:3]:
        assert KNOWN.reservations(row) == ()
    assert KNOWN.strange_rows(MATRIX).tolist() == [False, False, False, True]


def test_each_kind_of_strangeness_has_its_name():
    assert codes(3.5, 0.0) == [("humility.out_of_range", "delay")]
    assert codes(0.5, 0.0) == [("humility.out_of_range", "delay")]
    assert codes(-2.0, 0.0) == [("humility.out_of_range", "delay")]
    assert codes(1.0, 1.0) == [("humility.unseen_category", "housing")]
    assert codes(math.nan, math.nan) == [
        ("humility.too_many_missing", "delay"),
        ("humility.too_many_missing", "housing"),
    ]


@given(st.lists(st.tuples(*[st.sampled_from([-2, -1, 0, 1, 2, 3, 4, math.nan])] * 2), min_size=1))
def test_a_glance_at_all_rows_agrees_with_a_look_at_each(rows):
    matrix = np.array(rows, dtype=np.float64)
    each = [KNOWN.reservations(row) != () for row in matrix]
    assert KNOWN.strange_rows(matrix).tolist() == each


@given(
    st.lists(st.integers(400, 460), max_size=400),
    st.integers(380, 480),
    st.randoms(use_true_random=False),
)
def test_the_reference_is_the_mean_of_the_nearest_tenth_whatever_the_order(scores, cutoff, random):
    rows = [(score, score / 7, -score / 3) for score in scores]
    known = _of(rows)
    random.shuffle(rows)
    assert _of(rows).reference_for(cutoff) == known.reference_for(cutoff)
    above = [band for band in known.bands if band.score_from >= cutoff]
    found = known.reference_for(cutoff)
    assert (found is None) == (not above)
    if found is not None:
        chosen = [score for score in sorted(scores) if score >= above[0].score_from]
        taken = next(
            taken
            for taken in np.cumsum([band.rows for band in above]).tolist()
            if taken >= 0.1 * len(scores) or taken == len(chosen)
        )
        mean = sum(chosen[:taken]) / taken
        assert np.allclose(found, [mean / 7, -mean / 3])


def _of(rows):
    scores = np.array([row[0] for row in rows], dtype=np.int64)
    contributions = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 2)
    return KnownSample(rows=4, inputs=KNOWN.inputs, bands=score_bands(scores, contributions))


@given(st.lists(st.integers(400, 460), max_size=500))
def test_bands_hold_every_row_once_and_describe_nobody_alone(scores):
    bands = score_bands(np.array(scores, dtype=np.int64), np.zeros((len(scores), 1)))
    assert sum(band.rows for band in bands) == len(scores)
    assert all(band.rows >= 20 for band in bands) or len(bands) <= 1
    ends = [end for band in bands for end in (band.score_from, band.score_to)]
    assert ends == sorted(ends)
    assert len(set(ends[::2])) == len(bands)


def test_it_is_read_as_it_was_written():
    written = json.loads(json.dumps(KNOWN.to_mapping()))
    read = KnownSample.from_mapping(written, ("delay", "housing"))
    assert (read.rows, read.inputs, read.bands) == (KNOWN.rows, KNOWN.inputs, KNOWN.bands)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: m.update(schema=2),
        lambda m: m.update(rows=0),
        lambda m: m.update(rows=True),
        lambda m: m.pop("bands"),
        lambda m: m["inputs"].reverse(),
        lambda m: m["inputs"].pop(),
        lambda m: m["inputs"][0].update(lowest="low"),
        lambda m: m["inputs"][0].update(lowest=9.0),
        lambda m: m["inputs"][0].update(highest=None),
        lambda m: m["inputs"][0].update(missing=1.5),
        lambda m: m["bands"][0]["contributions"].pop(),
        lambda m: m["bands"][0]["contributions"].__setitem__(0, "nan"),
        lambda m: m["bands"][0].update(score_from=541),
        lambda m: m["bands"][0].update(rows=0),
        lambda m: m.update(bands=[m["bands"][0]] * 2),
    ],
)
def test_what_is_wrong_is_refused(spoil):
    mapping = json.loads(json.dumps(KNOWN.to_mapping()))
    spoil(mapping)
    with pytest.raises(SampleKnowledgeRefused):
        KnownSample.from_mapping(mapping, ("delay", "housing"))


def test_a_reservation_names_feature_and_code():
    assert Reservation(code="humility.unseen_segment").feature is None
