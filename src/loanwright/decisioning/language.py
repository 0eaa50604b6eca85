"""The language of derived features and policies: small, closed, typed, and total.

An expression is written with names, numbers, category codes in quotes and

=========================================  ====================================================
``+ - * /``                                numbers; ``x / 0`` and any overflow are missing
``< <= > >= == !=``                        two numbers, or a category and a code in quotes
``18 <= x < 65``                           a range: both comparisons hold
``category in ("a", "b")``                 whether a category is one of several codes
``x in (6, 12, 24)``                       whether a number is one of several
``and or not``                             booleans, in three-valued logic
``true false``                             the two truths
``if(condition, a, b)``                    a or b; missing if the condition is missing
``if(condition, a)``                       a, or missing
``sum mean min max`` ``(x, y, ...)``       of the values that are there; missing if none is
``count(c, d, ...)``                       how many conditions hold, of those that are known
``clip(x, low, high)`` ``abs(x)``          missing if x is missing
``missing(x)``                             true or false, never missing
``bands(x, 25, 35, 50)``                   0 below 25, 1 below 35, 2 below 50, else 3
=========================================  ====================================================

Operators and comparisons of a missing value are missing; ``false and missing`` is false and
``true or missing`` is true. Every step is one IEEE operation, so one row and a million rows give
the same bits. Python's own grammar is used to read the text; nothing is ever evaluated by Python.
"""

from loanwright.decisioning.evaluating import Answer, Evaluator, evaluator
from loanwright.decisioning.grammar import DEEPEST, FUNCTION_NAMES, LONGEST, parse
from loanwright.decisioning.nodes import (
    OPEN,
    ExpressionRefused,
    Kind,
    Name,
    NameUnknown,
    Node,
    membership,
    names_of,
)
from loanwright.decisioning.writing import write

__all__ = [
    "DEEPEST",
    "FUNCTION_NAMES",
    "LONGEST",
    "OPEN",
    "Answer",
    "Evaluator",
    "ExpressionRefused",
    "Kind",
    "Name",
    "NameUnknown",
    "Node",
    "evaluator",
    "membership",
    "names_of",
    "parse",
    "write",
]
