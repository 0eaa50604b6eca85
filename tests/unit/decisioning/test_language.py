"""One row of facts gives the bits that the evaluators over columns give."""

import math
import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.features.test_expressions import RAW, expressions, feature

from loanwright.decisioning.language import (
    OPEN,
    ExpressionRefused,
    Name,
    evaluator,
    names_of,
    parse,
    write,
)
from loanwright.features.program import compile_program, evaluate_plainly

NAMES = {
    **{name: Name(kind="number") for name in "xyz"},
    "flag": Name(kind="boolean"),
    "home": Name(kind="category", codes=("rent", "own", "free")),
}
NUMBERS = st.floats(allow_nan=True, allow_infinity=False, width=64)


def conditions():
    number = st.sampled_from(["x", "y", "2.5", "x / y", "sum(x, z)", "-z"])
    compared = st.builds(
        "{} {} {}".format, number, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), number
    )
    coded = st.sampled_from(
        ['home == "own"', 'home != "own"', 'home in ("rent", "free")', 'home not in ("rent",)']
    )
    ranged = st.builds("{} <= {} < {}".format, number, number, number)
    listed = st.builds("{} in (1, 2.5, {})".format, number, number)
    plain = st.sampled_from(["flag", "not flag", "missing(home)", "missing(x + y)", "true"])
    leaf = st.one_of(compared, coded, ranged, listed, plain)
    joined = st.builds("({} {} {})".format, leaf, st.sampled_from(["and", "or"]), leaf)
    inner = st.one_of(leaf, joined)
    return st.one_of(
        inner,
        st.builds("not ({})".format, inner),
        st.builds("if({}, {}, {})".format, inner, inner, inner),
        st.builds("({} {} {})".format, joined, st.sampled_from(["and", "or"]), joined),
    )


PART = expressions(1)
CONDITION = conditions()
numeric = st.one_of(
    expressions(2),
    st.builds("bands({}, -1, 0, 7.5)".format, PART),
    st.builds("abs({})".format, PART),
    st.builds("count({}, {})".format, CONDITION, CONDITION),
    st.builds("sum(count({}, {}), {})".format, CONDITION, CONDITION, PART),
    st.builds("if({}, {}, {})".format, CONDITION, PART, PART),
    st.builds("if({}, {})".format, CONDITION, PART),
)
rows = st.fixed_dictionaries(
    {
        "x": NUMBERS,
        "y": NUMBERS,
        "z": NUMBERS,
        "flag": st.sampled_from([None, True, False]),
        "home": st.sampled_from([None, "rent", "own", "free"]),
    }
)


def of_columns(expression, row):
    features = {**RAW, "out": feature("out", expression=expression)}
    program = compile_program(features, ["out"])
    codes = {None: math.nan, "rent": 0.0, "own": 1.0, "free": 2.0}
    encoded = {
        **{name: row[name] for name in "xyz"},
        "flag": math.nan if row["flag"] is None else float(row["flag"]),
        "home": codes[row["home"]],
    }
    raw = np.array([[encoded[name]] for name in program.inputs], dtype=float)
    return float(evaluate_plainly(program, raw.reshape(len(program.inputs), 1))[0, 0])


def bits(answer):
    return "missing" if answer is None or answer != answer else struct.pack(">d", float(answer))


@settings(max_examples=150, deadline=None)
@given(numeric, rows)
@example("x * -1", {"x": 0.0, "y": 0.0, "z": 0.0, "flag": None, "home": None})
@example("min(x, y)", {"x": 0.0, "y": -0.0, "z": 0.0, "flag": None, "home": None})
def test_numbers_of_one_row_have_the_bits_of_the_columns(expression, row):
    answer = evaluator(parse(expression, NAMES))(row)
    assert answer is None or type(answer) in (float, bool)
    assert bits(answer) == bits(of_columns(expression, row))


@settings(max_examples=150, deadline=None)
@given(CONDITION, rows)
def test_conditions_of_one_row_answer_as_the_columns_do(expression, row):
    answer = evaluator(parse(expression, NAMES))(row)
    assert answer is None or isinstance(answer, bool)
    assert bits(answer) == bits(of_columns(expression, row))


@settings(max_examples=150, deadline=None)
@given(st.one_of(CONDITION, numeric), rows)
def test_an_expression_answers_alike_with_and_without_the_dictionary(expression, row):
    known, unknown = parse(expression, NAMES), parse(expression, OPEN)
    assert names_of(known) == names_of(unknown)
    assert bits(evaluator(known)(row)) == bits(evaluator(unknown)(row))


@settings(max_examples=200, deadline=None)
@given(st.one_of(CONDITION, numeric))
@example("not (x < 1 and not flag)")
@example("x - (y - z) - -1 / (x * y)")
@example("0 - 5 + -x")
@example("sum(count(x < 1, flag), y) + sum(x, y, count(flag, flag))")
@example("mean(x) + mean(x, y) / count(not missing(x), flag)")
@example("bands(bands(x, 1, 2), 1) * clip(x, y, abs(z))")
def test_the_canonical_text_gives_the_same_tree_and_is_its_own_canonical_text(expression):
    tree = parse(expression, NAMES)
    text = write(tree)
    assert parse(text, NAMES) == tree
    assert write(parse(text, NAMES)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("( income )*0.50>=payments", "income * 0.5 >= payments"),
        ("18<=age<65", "18 <= age and age < 65"),
        ("not(home=='rent')", 'home != "rent"'),
        ("home in ['rent']", 'home == "rent"'),
        ("term in (6,12)", "term == 6 or term == 12"),
        ("if (flag, x/(0.1+y))", "if(flag, x / (0.1 + y))"),
    ],
)
def test_the_canonical_text_is_what_people_would_write(text, canonical):
    assert write(parse(text, OPEN)) == canonical


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ("age >= 18", {"age": 18}, True),
        ("age >= 18", {"age": None}, None),
        ("age >= 18", {"age": "old"}, None),
        ("age >= 18", {"age": math.inf}, None),
        ("age >= 18", {"age": 10**400}, None),
        ("since < 0", {"since": "1969-12-31"}, True),
        ("since < 0", {"since": "1969-02-31"}, None),
        ('home == "own"', {"home": 3}, None),
        ("missing(home)", {"home": "own"}, False),
        ("missing(age)", {}, True),
        ("flag", {"flag": True}, True),
    ],
)
def test_what_is_not_there_or_of_another_kind_is_missing(text, facts, answer):
    assert evaluator(parse(text, OPEN))(facts) is answer


def test_an_unknown_name_is_refused_with_the_nearest_known_one():
    with pytest.raises(ExpressionRefused, match="did you mean income"):
        parse("incme > 3", {"income": Name(kind="number")})


def test_the_tallest_tree_that_is_accepted_can_be_read_by_everything():
    wide = "sum(" + ", ".join(["x"] * 149) + ")"
    tree = parse(wide, NAMES)
    assert evaluator(tree)({"x": 1}) == 149.0
    assert write(tree) == wide
    assert names_of(tree) == {"x"}
    listed = parse("home in (" + ", ".join(f'"c{n}"' for n in range(140)) + ")", OPEN)
    assert evaluator(listed)({"home": "c139"}) is True
    assert parse(write(listed), OPEN) == listed
