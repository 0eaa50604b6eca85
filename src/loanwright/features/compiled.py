"""The compiled evaluator of a program; import it only where numba can run."""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from loanwright.features.program import Matrix, Program

BLOCK: Final = 256
COMPILES: Final = not getattr(numba.config, "DISABLE_JIT", 0)


def evaluate_compiled(program: Program, raw: Matrix) -> Matrix:
    """Run a program in compiled code, in blocks of rows that stay in the cache."""
    result = np.empty((raw.shape[1], len(program.outputs)), dtype=np.float64)
    _run(program.steps, program.constants, program.outputs, raw, result)
    return result


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _finite(value: float) -> float:
    # inf - inf and nan - nan are NaN, so the difference is zero for finite values only.
    return value if value - value == 0.0 else np.nan


@numba.njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _truth(answer: bool, a: float, b: float) -> float:
    if a != a or b != b:
        return np.nan
    return 1.0 if answer else 0.0


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _step(steps, s, r, out, width):  # type: ignore[no-untyped-def]  # noqa: C901
    operation, a, b = steps[s, 0], steps[s, 1], steps[s, 2]
    if operation == 0:
        for i in range(width):
            r[out, i] = _finite(r[a, i] + r[b, i])
    elif operation == 1:
        for i in range(width):
            r[out, i] = _finite(r[a, i] - r[b, i])
    elif operation == 2:
        for i in range(width):
            r[out, i] = _finite(r[a, i] * r[b, i])
    elif operation == 3:
        for i in range(width):
            r[out, i] = _finite(r[a, i] / r[b, i])
    elif operation == 4:
        for i in range(width):
            r[out, i] = _truth(r[a, i] < r[b, i], r[a, i], r[b, i])
    elif operation == 5:
        for i in range(width):
            r[out, i] = _truth(r[a, i] <= r[b, i], r[a, i], r[b, i])
    elif operation == 6:
        for i in range(width):
            r[out, i] = _truth(r[a, i] > r[b, i], r[a, i], r[b, i])
    elif operation == 7:
        for i in range(width):
            r[out, i] = _truth(r[a, i] >= r[b, i], r[a, i], r[b, i])
    elif operation == 8:
        for i in range(width):
            r[out, i] = _truth(r[a, i] == r[b, i], r[a, i], r[b, i])
    elif operation == 9:
        for i in range(width):
            r[out, i] = _truth(r[a, i] != r[b, i], r[a, i], r[b, i])
    else:
        _logic_step(steps, s, r, out, width)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _logic_step(steps, s, r, out, width):  # type: ignore[no-untyped-def]  # noqa: C901
    operation, a, b, c = steps[s, 0], steps[s, 1], steps[s, 2], steps[s, 3]
    if operation == 10:
        for i in range(width):
            r[out, i] = 0.0 if r[a, i] == 0.0 or r[b, i] == 0.0 else r[a, i] * r[b, i]
    elif operation == 11:
        for i in range(width):
            r[out, i] = 1.0 if r[a, i] == 1.0 or r[b, i] == 1.0 else r[a, i] + r[b, i]
    elif operation == 12:
        for i in range(width):
            r[out, i] = 1.0 - r[a, i]
    elif operation == 13:
        for i in range(width):
            if r[a, i] != r[a, i]:
                r[out, i] = np.nan
            else:
                r[out, i] = r[b, i] if r[a, i] == 1.0 else r[c, i]
    elif operation == 14:
        for i in range(width):
            r[out, i] = 1.0 if r[a, i] != r[a, i] else 0.0
    else:
        _aggregate_step(steps, s, r, out, width)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _aggregate_step(steps, s, r, out, width):  # type: ignore[no-untyped-def]
    operation, a, b = steps[s, 0], steps[s, 1], steps[s, 2]
    for i in range(width):
        if r[a, i] != r[a, i]:
            r[out, i] = r[b, i]
        elif r[b, i] != r[b, i]:
            r[out, i] = r[a, i]
        elif operation == 15:
            r[out, i] = _finite(r[a, i] + r[b, i])
        elif operation == 16:
            r[out, i] = r[b, i] if r[b, i] < r[a, i] else r[a, i]
        else:
            r[out, i] = r[b, i] if r[b, i] > r[a, i] else r[a, i]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _run(steps, constants, outputs, raw, result):  # type: ignore[no-untyped-def]
    inputs, count = raw.shape
    first = inputs + constants.shape[0]
    block = min(BLOCK, count)
    registers = np.empty((first + steps.shape[0], block), dtype=np.float64)
    for k in range(constants.shape[0]):
        registers[inputs + k, :] = constants[k]
    for start in range(0, count, BLOCK):
        width = min(BLOCK, count - start)
        for j in range(inputs):
            for i in range(width):
                registers[j, i] = raw[j, start + i]
        for s in range(steps.shape[0]):
            _step(steps, s, registers, first + s, width)
        for k in range(outputs.shape[0]):
            for i in range(width):
                result[start + i, k] = registers[outputs[k], i] + 0.0
