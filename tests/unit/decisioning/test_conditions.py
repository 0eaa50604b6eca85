import math

import pytest

from loanwright.decisioning.conditions import Condition, ConditionRefused


def condition(operator, value):
    return Condition(feature="fact", operator=operator, value=value)


@pytest.mark.parametrize(
    ("operator", "value", "fact", "holds"),
    [
        ("eq", 3, 3.0, True),
        ("eq", "rent", "own", False),
        ("ne", "rent", "own", True),
        ("lt", 18, 18, False),
        ("le", 18, 18, True),
        ("gt", 18, 18, False),
        ("ge", 18, 18, True),
        ("in", ("a", "b"), "b", True),
        ("not_in", ("a", "b"), "b", False),
        ("eq", True, True, True),
        ("missing", True, 5, False),
        ("missing", False, 5, True),
    ],
)
def test_a_known_fact_is_compared(operator, value, fact, holds):
    assert condition(operator, value).holds({"fact": fact}) is holds


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "le", "gt", "ge"])
@pytest.mark.parametrize("facts", [{}, {"fact": None}, {"fact": math.nan}, {"fact": math.inf}])
def test_a_missing_or_infinite_fact_gives_no_answer(operator, facts):
    assert condition(operator, 1).holds(facts) is None


@pytest.mark.parametrize("fact", ["1", True, [1], object()])
def test_a_fact_of_another_kind_gives_no_answer(fact):
    assert condition("eq", 1).holds({"fact": fact}) is None
    assert condition("lt", 1).holds({"fact": fact}) is None
    assert condition("not_in", (1, 2)).holds({"fact": fact}) is None


@pytest.mark.parametrize("facts", [{}, {"fact": None}, {"fact": math.nan}, {"fact": -math.inf}])
def test_missing_is_itself_a_question_with_an_answer(facts):
    assert condition("missing", True).holds(facts) is True
    assert condition("missing", False).holds(facts) is False


def test_an_integer_too_large_for_a_float_is_compared_exactly():
    assert condition("gt", 10).holds({"fact": 10**400}) is True


@pytest.mark.parametrize(
    ("operator", "value", "problem"),
    [
        ("between", 1, "operator"),
        ("lt", "18", "order"),
        ("lt", True, "order"),
        ("ge", math.nan, "finite"),
        ("eq", None, "finite"),
        ("eq", (1,), "finite"),
        ("in", (), "list"),
        ("in", "ab", "list"),
        ("in", ("a", 1), "members"),
        ("in", (None,), "members"),
        ("missing", 1, "true or false"),
    ],
)
def test_a_value_that_can_never_be_compared_is_refused(operator, value, problem):
    with pytest.raises(ConditionRefused, match=problem):
        condition(operator, value)
