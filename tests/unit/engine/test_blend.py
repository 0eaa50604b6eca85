import json

import numpy as np
import pytest
from tests.unit.engine.boosters import Sample, train

from loanwright.engine.blend import (
    BlendInvalid,
    BlendMember,
    BlendRuntime,
    BlendTable,
    parse_blend,
    write_blend,
)
from loanwright.engine.lightgbm_text import ModelTextInvalid
from loanwright.engine.load import ModelFamilyUnknown, load_runtime

SAMPLE = Sample(seed=1)
TEXTS = [train(Sample(seed=seed)).model_to_string() for seed in (1, 2)]
MEMBERS = (
    BlendMember(family="lightgbm", weight=0.7, text=TEXTS[0]),
    BlendMember(family="lightgbm", weight=0.3, text=TEXTS[1]),
)
TEXT = write_blend(BlendTable(members=MEMBERS))


def runtime_of(text, backend="auto"):
    return load_runtime("blend", {"blend.json": text.encode()}, backend)


def alone(text, backend="auto"):
    return load_runtime("lightgbm", {"model.txt": text.encode()}, backend)


def changed(change):
    mapping = json.loads(TEXT)
    change(mapping)
    return json.dumps(mapping)


def test_a_blend_says_the_weighted_sum_of_what_its_members_say():
    parts = [alone(text) for text in TEXTS]
    log_odds, contributions = runtime_of(TEXT).explain(SAMPLE.matrix)
    said = [part.explain(SAMPLE.matrix) for part in parts]
    np.testing.assert_array_equal(log_odds, 0.7 * said[0][0] + 0.3 * said[1][0])
    np.testing.assert_array_equal(contributions, 0.7 * said[0][1] + 0.3 * said[1][1])
    assert runtime_of(TEXT).base == 0.7 * parts[0].base + 0.3 * parts[1].base


def test_contributions_and_base_sum_to_the_log_odds():
    runtime = runtime_of(TEXT)
    log_odds, contributions = runtime.explain(SAMPLE.matrix)
    np.testing.assert_allclose(contributions.sum(1) + runtime.base, log_odds, atol=1e-12)
    np.testing.assert_array_equal(runtime.log_odds(SAMPLE.matrix), log_odds)


def test_a_row_has_the_same_bits_alone_in_a_batch_and_from_either_backend():
    whole = runtime_of(TEXT, "numba").explain(SAMPLE.matrix)
    plain = runtime_of(TEXT, "numpy").explain(SAMPLE.matrix)
    rows = [runtime_of(TEXT).explain(row[None]) for row in SAMPLE.matrix[:50]]
    for place in (0, 1):
        assert whole[place].tobytes() == plain[place].tobytes()
        assert np.concatenate([row[place] for row in rows]).tobytes() == whole[place][:50].tobytes()


def test_a_blend_comes_back_from_its_text_exactly():
    assert parse_blend(TEXT).members == MEMBERS
    awkward = BlendMember(family="lightgbm", weight=0.1 + 0.2, text="snow\n\u2028 «»")
    assert parse_blend(write_blend(BlendTable(members=(awkward,)))).members == (awkward,)


def test_a_blend_of_blends_is_refused():
    with pytest.raises(BlendInvalid, match="may not hold a blend"):
        runtime_of(changed(lambda mapping: mapping["members"][1].update(family="blend")))


def test_a_member_of_an_unknown_family_is_refused():
    with pytest.raises(ModelFamilyUnknown, match="oracle"):
        runtime_of(changed(lambda mapping: mapping["members"][1].update(family="oracle")))


def test_a_damaged_member_is_refused():
    with pytest.raises(ModelTextInvalid):
        runtime_of(changed(lambda mapping: mapping["members"][1].update(text="tree")))


@pytest.mark.parametrize("weight", [0.0, -0.5, 1, "0.5", None, True, float("inf"), float("nan")])
def test_a_weight_that_is_no_positive_number_is_refused(weight):
    with pytest.raises(BlendInvalid):
        runtime_of(changed(lambda mapping: mapping["members"][0].update(weight=weight)))


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", "1", "null", "[" * 100_000, '{"schema": 1, "members": []}'),
        changed(lambda mapping: mapping.update(schema=2)),
        changed(lambda mapping: mapping.update(members={})),
        changed(lambda mapping: mapping.update(extra=1)),
        changed(lambda mapping: mapping["members"].append(1)),
        changed(lambda mapping: mapping["members"][0].pop("text")),
        changed(lambda mapping: mapping["members"][0].update(text=1)),
    ],
)
def test_what_is_no_blend_is_refused(text):
    with pytest.raises(BlendInvalid):
        runtime_of(text)


def test_members_of_different_widths_are_refused():
    class Narrow:
        feature_count = 1
        base = 0.0

    with pytest.raises(BlendInvalid, match="different matrices"):
        BlendRuntime(parts=((0.5, alone(TEXTS[0])), (0.5, Narrow())))
