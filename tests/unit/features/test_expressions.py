"""The language of derived features."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.features.expressions import ExpressionRefused, parse_expression
from loanwright.features.feature import Category, Direction, Feature, Missing
from loanwright.features.program import compile_program, evaluate, evaluate_plainly
from loanwright.features.text import Text

T = Text(en="t", ru="т")
NAN = math.nan


def feature(name, kind="number", expression=None, codes=()):
    return Feature(
        name=name,
        title=T,
        help=T,
        type=kind,
        missing=Missing(allowed=True, title=T),
        direction=Direction(sign="none", why=T),
        source="questionnaire",
        categories=tuple(Category(code=c, title=T) for c in codes),
        expression=expression,
    )


RAW = {
    **{name: feature(name) for name in "xyz"},
    "flag": feature("flag", "boolean"),
    "home": feature("home", "category", codes=("rent", "own", "free")),
}


def result(expression, *, evaluator=evaluate, **values):
    features = {**RAW, "out": feature("out", expression=expression)}
    program = compile_program(features, ["out"])
    raw = np.array([[values[name]] for name in program.inputs], dtype=float)
    return float(evaluator(program, raw.reshape(len(program.inputs), -1))[0, 0])


def same(a, b):
    return (a != a and b != b) or a == b


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("x + y * 2 - 1", {"x": 3, "y": 4}, 10),
        ("-(x) + -2", {"x": 3}, -5),
        ("x / y", {"x": 3, "y": 0}, NAN),
        ("0 / x", {"x": 0}, NAN),
        ("x * y", {"x": 1e200, "y": 1e200}, NAN),
        ("1 / (x * y)", {"x": 1e200, "y": 1e200}, NAN),
        ("x + y", {"x": NAN, "y": 1}, NAN),
        ("x < y", {"x": 1, "y": 2}, 1),
        ("x != y", {"x": 1, "y": NAN}, NAN),
        ("x < 1 and y < 1", {"x": 5, "y": NAN}, 0),
        ("x < 1 and y < 1", {"x": 0, "y": NAN}, NAN),
        ("x < 1 or y < 1", {"x": 0, "y": NAN}, 1),
        ("x < 1 or y < 1", {"x": 5, "y": NAN}, NAN),
        ("not x < 1", {"x": NAN}, NAN),
        ("not x < 1", {"x": 5}, 1),
        ("if(x > 0, y, z)", {"x": 1, "y": 2, "z": 3}, 2),
        ("if (x > 0, y, z)", {"x": 0, "y": 2, "z": 3}, 3),
        ("if(x > 0, y, z)", {"x": NAN, "y": 2, "z": 3}, NAN),
        ("if(x > 0, y)", {"x": 0, "y": 2}, NAN),
        ("sum(x, y, z)", {"x": 1, "y": NAN, "z": 3}, 4),
        ("mean(x, y, z)", {"x": 1, "y": NAN, "z": 3}, 2),
        ("min(x, y, z)", {"x": NAN, "y": 5, "z": 3}, 3),
        ("max(x, y, z)", {"x": 1, "y": 5, "z": NAN}, 5),
        ("mean(x, y)", {"x": NAN, "y": NAN}, NAN),
        ("count(x > 1, y > 1, z > 1)", {"x": 2, "y": NAN, "z": 0}, 1),
        ("count(x > 1, y > 1)", {"x": NAN, "y": NAN}, NAN),
        ("clip(x, 0, 9)", {"x": -2}, 0),
        ("clip(x, 0, 9)", {"x": 12}, 9),
        ("clip(x, 0, 9)", {"x": NAN}, NAN),
        ("abs(x - y)", {"x": 1, "y": 4}, 3),
        ("if(missing(x), 7, x)", {"x": NAN}, 7),
        ("bands(x, 25, 35)", {"x": 24.9}, 0),
        ("bands(x, 25, 35)", {"x": 25}, 1),
        ("bands(x, 25, 35)", {"x": 35}, 2),
        ("bands(x, 25, 35)", {"x": NAN}, NAN),
        ('if(home == "own", 1, 0)', {"home": 1}, 1),
        ('if(home != "own", 1, 0)', {"home": NAN}, NAN),
        ('if(home in ("rent", "free"), 1, 0)', {"home": 2}, 1),
        ('if(home not in ("rent", "free"), 1, 0)', {"home": 2}, 0),
        ("if(flag, x, 0)", {"flag": 1, "x": 4}, 4),
        ("0 * x", {"x": -1}, 0),
        ("if(1 <= x < y, 1, 0)", {"x": 1, "y": 2}, 1),
        ("if(1 <= x < y, 1, 0)", {"x": 2, "y": 2}, 0),
        ("if(x in (1, 3), 1, 0)", {"x": 3}, 1),
        ("if(x not in (1, 3), 1, 0)", {"x": NAN}, NAN),
        ("if(true, x, 0)", {"x": 3}, 3),
    ],
)
@pytest.mark.parametrize("evaluator", [evaluate, evaluate_plainly])
def test_the_stated_rules_hold_in_both_evaluators(expression, values, expected, evaluator):
    assert same(result(expression, evaluator=evaluator, **values), expected)


def test_a_result_is_never_negative_zero():
    assert math.copysign(1, result("0 * x", x=-1)) == 1


@pytest.mark.parametrize(
    ("expression", "remedy"),
    [
        ("__import__('os').system('x')", "no function"),
        ("().__class__", "not part of the language"),
        ("[x for x in y]", "not part of the language"),
        ("lambda: 1", "not part of the language"),
        ("x if flag else y", "not part of the language"),
        ("x ** 2", "only + - * /"),
        ("x // y", "only + - * /"),
        ("~x", "only - and not"),
        ("x < y != z", "only a range"),
        ("x is y", "use == and !="),
        ("x in y", "write x in (1, 2)"),
        ("unknown + 1", "not a feature"),
        ('home == "castle"', "its codes are rent, own, free"),
        ("home == home", "its codes are"),
        ("home > 'own'", "no order"),
        ("home + 1", "not a number"),
        ("flag + 1", "not a number"),
        ("x and y", "not true or false"),
        ("if(x, 1, 2)", "not true or false"),
        ("if(flag, 1, x > 2)", "two numbers or two conditions"),
        ("'rent'", "must be compared"),
        ("clip(x, 1)", "clip takes 3"),
        ("bands(x, 3, 2)", "rising"),
        ("bands(x, y)", "rising"),
        ("sum()", "separated by commas"),
        ("sum(*x)", "separated by commas"),
        ("max(x, key=y)", "separated by commas"),
        ("1e400", "not a number"),
        ("1j", "not a number"),
        ("None", "not a number"),
        ("x +", "cannot be read"),
        ("x\x00", "cannot be read"),
        ("(" * 300 + "x" + ")" * 300, "cannot be read"),
        ("-" * 200 + "x", "nested deeper"),
        ("x" * 5000, "longer than"),
        ("sum(" + "x," * 300 + "x)", "more than 150 steps"),
        (" and ".join(["x<1"] * 300), "more than 150 steps"),
        ("x in (" + "1," * 300 + ")", "more than 150 steps"),
    ],
)
def test_everything_else_is_refused_with_a_remedy(expression, remedy):
    with pytest.raises(ExpressionRefused) as refusal:
        parse_expression(expression, RAW)
    assert remedy in str(refusal.value)


NUMBERS = st.floats(allow_nan=True, allow_infinity=False, width=64)


def expressions(depth=3):
    leaf = st.sampled_from(["x", "y", "z", "0", "1", "2.5", "-3"])
    if depth == 0:
        return leaf
    inner = expressions(depth - 1)
    condition = st.builds("({} {} {})".format, inner, st.sampled_from(["<", ">=", "=="]), inner)
    logic = st.builds("({} {} {})".format, condition, st.sampled_from(["and", "or"]), condition)
    return st.one_of(
        leaf,
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("if({}, {}, {})".format, logic, inner, inner),
        st.builds(
            "{}({}, {})".format, st.sampled_from(["sum", "mean", "min", "max"]), inner, inner
        ),
        st.builds("count({}, not {})".format, logic, condition),
        st.builds("clip({}, -1, 1)".format, inner),
    )


@settings(max_examples=60, deadline=None)
@given(expressions(), st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=600))
def test_one_row_and_a_batch_and_both_evaluators_give_the_same_bits(expression, rows):
    features = {**RAW, "out": feature("out", expression=f"x * 0 + {expression}")}
    program = compile_program(features, ["out"])
    table = dict(zip("xyz", np.array(rows, dtype=float).T, strict=True))
    raw = np.stack([table[name] for name in program.inputs])
    batch = evaluate(program, raw)
    assert not np.isinf(batch).any()
    assert batch.tobytes() == evaluate_plainly(program, raw).tobytes()
    for row in {0, len(rows) // 2, len(rows) - 1}:
        alone = evaluate(program, np.ascontiguousarray(raw[:, row : row + 1]))
        assert alone.tobytes() == batch[row : row + 1].tobytes()


def test_shared_parts_are_computed_once():
    features = {
        **RAW,
        "a": feature("a", expression="x / y"),
        "b": feature("b", expression="x / y + 1"),
    }
    assert len(compile_program(features, ["a", "b"]).steps) == 2
