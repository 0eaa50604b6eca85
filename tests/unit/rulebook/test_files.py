import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.decisioning.policy import Policy
from loanwright.features.product import bundled_product, bundled_products
from loanwright.rulebook.files import (
    PolicyFileUnreadable,
    read_policy_file,
    write_policy_file,
    write_toml,
)

PLAIN = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
TREES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8), TREES, max_size=4
    )
)
def test_whatever_is_written_as_toml_reads_back_the_same(document):
    assert tomllib.loads(write_toml(document)) == document


@pytest.mark.parametrize("product", bundled_products())
@pytest.mark.parametrize("name", ["policy.toml", "policy.json"])
def test_a_policy_comes_back_from_its_file(product, name, tmp_path):
    policy = Policy.from_mapping(bundled_product(product).policy)
    write_policy_file(policy, tmp_path / name)

    assert read_policy_file(tmp_path / name).hash == policy.hash


@pytest.mark.parametrize("name", ["policy.toml", "policy.json"])
def test_a_file_with_a_byte_order_mark_is_read(name, tmp_path):
    policy = Policy.from_mapping(bundled_product("credit-card").policy)
    path = tmp_path / name
    write_policy_file(policy, path)
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")

    assert read_policy_file(path).hash == policy.hash


@pytest.mark.parametrize("content", [b"\xff", b"[", b"x = 1\nx = 2"])
def test_what_is_no_toml_is_refused(content, tmp_path):
    path = tmp_path / "policy.toml"
    path.write_bytes(content)
    with pytest.raises(PolicyFileUnreadable):
        read_policy_file(path)


@pytest.mark.parametrize("content", ["[]", "{", "[" * 100_000, json.dumps("text")])
def test_what_is_no_json_is_refused(content, tmp_path):
    path = tmp_path / "policy.json"
    path.write_text(content)
    with pytest.raises(PolicyFileUnreadable):
        read_policy_file(path)
