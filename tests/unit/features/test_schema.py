"""The JSON Schema says what validate_record does."""

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.features.product import bundled_product, bundled_products
from loanwright.features.records import RecordRejected, validate_record
from loanwright.features.schema import json_schema

SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200_000),
    st.sampled_from([0.5, 20.0, 40.5, -0.0]),
    st.sampled_from(["own", "rent", "castle", "male", "2020-01-01"]),
)
FIELDS = ["income", "housing", "owner", "since", "rent", "age", "sex", "delay", "castle"]
GOOD = {"income": 2500, "owner": True, "since": "2020-02-29", "age": 40, "delay": 0}


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), SCALAR, max_size=3), st.booleans())
def test_schema_and_validation_agree(small, changes, existing):
    segment = "existing" if existing else "new"
    own = {feature.name for feature in small.inputs(segment)}
    record = {**{k: v for k, v in GOOD.items() if k in own}, **changes}
    schema = jsonschema_rs.Draft202012Validator(json_schema(small, segment), validate_formats=True)
    try:
        validate_record(small, segment, record)
        accepted = True
    except RecordRejected:
        accepted = False
    assert schema.is_valid(record) == accepted, record


@pytest.mark.parametrize("name", bundled_products())
@pytest.mark.parametrize("segment", ["new", "existing"])
def test_the_schema_of_a_bundled_product_is_valid_json_schema(name, segment):
    product = bundled_product(name)
    schema = json_schema(product, segment)
    jsonschema_rs.meta.validate(schema)
    assert list(schema["properties"]) == [
        f.name for f in (*product.inputs(segment), *product.extra_inputs(segment))
    ]


def test_sources_narrow_the_schema(small):
    schema = json_schema(small, "existing", accept_sources={"behaviour"})
    assert list(schema["properties"]) == ["delay"]
    assert schema["required"] == ["delay"]


def test_titles_and_codes_are_told_in_the_language_asked_for(small):
    schema = json_schema(small, "new", language="ru")
    housing = schema["properties"]["housing"]
    assert housing["title"] == "Жильё"
    assert "rent: Аренда" in housing["description"]
