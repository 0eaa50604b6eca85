import hashlib

from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.audit.merkle import climb, leaf, path, root

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def by_the_standard(leaves):
    """RFC 6962, section 2.1, as it stands there; leaves are hashed already."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = by_the_standard(leaves[:split]), by_the_standard(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@given(LEAVES)
def test_the_root_is_that_of_the_standard(leaves):
    assert root(leaves) == by_the_standard(leaves)


@given(LEAVES, st.data())
def test_every_leaf_has_a_path_to_the_root_and_no_other_leaf_has_it(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    steps = path(leaves, index)
    assert climb(leaves[index], index, len(leaves), steps) == root(leaves)
    assert climb(b"x" * 32, index, len(leaves), steps) != root(leaves)
    assert climb(leaves[index], index, len(leaves), [*steps, b"x" * 32]) is None
    if steps:
        assert climb(leaves[index], index, len(leaves), steps[:-1]) is None
    assert climb(leaves[index], len(leaves), len(leaves), steps) is None


def test_a_leaf_holds_the_place_of_its_entry():
    content = b"\x00" + (7).to_bytes(8, "big") + bytes.fromhex("ab" * 32)
    assert leaf(7, "ab" * 32) == hashlib.sha256(content).digest()
    assert leaf(7, "ab" * 32) != leaf(8, "ab" * 32)
