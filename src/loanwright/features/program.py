"""Expressions compiled to one flat list of steps, run alike for one row and for a million.

The steps are data; two evaluators run them: compiled code (numba) and plain numpy where numba
cannot run. Each step is one IEEE operation on float64, so both give the same bits, in any number
of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from loanwright.features.expressions import Node, parse_expression
from loanwright.features.feature import Feature

Matrix = npt.NDArray[np.float64]
Evaluator = Callable[["Program", Matrix], Matrix]

# The position of a name is its number in the compiled evaluator.
OPERATIONS: Final = (
    "add", "subtract", "multiply", "divide",
    "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
    "and", "or", "not", "if", "missing", "sum", "least", "most",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """A list of steps over registers: raw inputs first, then constants, then results.

    Attributes
    ----------
    inputs
        Raw features, in the order of the first registers.
    constants
        (k,) values of the registers that follow them.
    steps
        (m, 4) int64: operation, and up to three registers it reads; step i writes register
        ``len(inputs) + k + i``.
    outputs
        (p,) int64: the register of each output.
    """

    inputs: tuple[str, ...]
    constants: Matrix = field(repr=False)
    steps: npt.NDArray[np.int64] = field(repr=False)
    outputs: npt.NDArray[np.int64]

    @property
    def registers(self) -> int:
        """Return the number of registers."""
        return len(self.inputs) + len(self.constants) + len(self.steps)


def compile_program(features: Mapping[str, Feature], outputs: Sequence[str]) -> Program:
    """Compile the features called ``outputs`` and all they need.

    Parameters
    ----------
    features
        The dictionary.
    outputs
        Names of raw or derived features, in the order of the result's columns.

    Returns
    -------
    Program
        The steps; a part that several features share is computed once.
    """
    return _Compiler(features, outputs).program()


class _Compiler:
    def __init__(self, features: Mapping[str, Feature], outputs: Sequence[str]) -> None:
        self._features = features
        self._outputs = tuple(outputs)
        self._trees: dict[str, Node] = {}
        self._constants: dict[float, int] = {}
        self._inputs: dict[str, int] = {}
        for name in outputs:
            self._collect(name)
        self._first_step = len(self._inputs) + len(self._constants)
        self._steps: dict[tuple[int, ...], int] = {}
        self._computed: dict[str, int] = {}

    def program(self) -> Program:
        outputs = [self._feature(name) for name in self._outputs]
        return Program(
            inputs=tuple(self._inputs),
            constants=np.array(list(self._constants), dtype=np.float64),
            steps=np.array(list(self._steps), dtype=np.int64).reshape(-1, 4),
            outputs=np.array(outputs, dtype=np.int64),
        )

    def _collect(self, name: str) -> None:
        feature = self._features[name]
        if feature.expression is None:
            self._inputs.setdefault(name, len(self._inputs))
        elif name not in self._trees:
            self._trees[name] = parse_expression(feature.expression, self._features)
            self._collect_node(self._trees[name])

    def _collect_node(self, node: Node) -> None:
        if node.operation == "constant":
            self._constants.setdefault(node.value + 0.0, len(self._constants))
        elif node.operation == "feature":
            self._collect(node.name)
        for argument in node.arguments:
            self._collect_node(argument)

    def _feature(self, name: str) -> int:
        if name in self._inputs:
            return self._inputs[name]
        if name not in self._computed:
            self._computed[name] = self._emit(self._trees[name])
        return self._computed[name]

    def _emit(self, node: Node) -> int:
        if node.operation == "constant":
            return len(self._inputs) + self._constants[node.value + 0.0]
        if node.operation == "feature":
            return self._feature(node.name)
        read = [self._emit(argument) for argument in node.arguments]
        step = (OPERATIONS.index(node.operation), *read, *[read[-1]] * (3 - len(read)))
        position = self._steps.setdefault(step, len(self._steps))
        return self._first_step + position


def evaluate(program: Program, raw: Matrix) -> Matrix:
    """Run a program.

    Parameters
    ----------
    program
        The compiled steps.
    raw
        (r, n) float64, C-contiguous: one row per input of the program, NaN = missing.

    Returns
    -------
    ndarray
        (n, p) float64, C-contiguous; NaN = missing, never infinite, never -0.0.
    """
    return _evaluator()(program, raw)


@cache
def _evaluator() -> Evaluator:
    """Return the compiled evaluator where numba can run, else the plain one."""
    try:
        from loanwright.features.compiled import COMPILES, evaluate_compiled
    except ImportError:
        return evaluate_plainly
    return evaluate_compiled if COMPILES else evaluate_plainly


def evaluate_plainly(program: Program, raw: Matrix) -> Matrix:
    """Run a program with numpy alone; same bits as the compiled evaluator."""
    count = raw.shape[1]
    registers: list[Matrix] = list(raw)
    registers += [np.full(count, value) for value in program.constants]
    with np.errstate(all="ignore"):
        for operation, first, second, third in program.steps:
            run = PLAIN[OPERATIONS[operation]]
            registers.append(run(registers[first], registers[second], registers[third]))
        result = np.empty((count, len(program.outputs)), dtype=np.float64)
        for column, register in enumerate(program.outputs):
            result[:, column] = registers[register] + 0.0
    return result


def _finite(values: Matrix) -> Matrix:
    return np.where(np.isfinite(values), values, np.nan)


def _known(answer: npt.NDArray[np.bool_], a: Matrix, b: Matrix) -> Matrix:
    return np.where(np.isnan(a) | np.isnan(b), np.nan, answer.astype(np.float64))


def _either(a: Matrix, b: Matrix, both: Matrix) -> Matrix:
    return np.where(np.isnan(a), b, np.where(np.isnan(b), a, both))


PLAIN: Final[Mapping[str, Callable[[Matrix, Matrix, Matrix], Matrix]]] = {
    "add": lambda a, b, _: _finite(a + b),
    "subtract": lambda a, b, _: _finite(a - b),
    "multiply": lambda a, b, _: _finite(a * b),
    "divide": lambda a, b, _: _finite(a / b),
    "less": lambda a, b, _: _known(a < b, a, b),
    "less_equal": lambda a, b, _: _known(a <= b, a, b),
    "greater": lambda a, b, _: _known(a > b, a, b),
    "greater_equal": lambda a, b, _: _known(a >= b, a, b),
    "equal": lambda a, b, _: _known(a == b, a, b),
    "not_equal": lambda a, b, _: _known(a != b, a, b),
    "and": lambda a, b, _: np.where((a == 0) | (b == 0), 0.0, a * b),
    "or": lambda a, b, _: np.where((a == 1) | (b == 1), 1.0, a + b),
    "not": lambda a, _, __: 1.0 - a,
    "if": lambda c, a, b: np.where(np.isnan(c), np.nan, np.where(c == 1, a, b)),
    "missing": lambda a, _, __: np.isnan(a).astype(np.float64),
    "sum": lambda a, b, _: _either(a, b, _finite(a + b)),
    "least": lambda a, b, _: _either(a, b, np.where(b < a, b, a)),
    "most": lambda a, b, _: _either(a, b, np.where(b > a, b, a)),
}
