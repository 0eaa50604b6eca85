"""Vectors of eight or four numbers as values inside compiled kernels.

Every operation is one IEEE operation per lane, never contracted or reordered, so a row gets the
same bits in whichever lane and layout it is computed, on any processor; LLVM splits a vector where
the processor's are narrower. Between uses vectors live in flat arrays, reached by their addresses:
that costs neither checks nor reference counts, which in the innermost loops would cost more than
the arithmetic. An address does not keep its array alive: the caller must.
"""

import operator
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir  # type: ignore[import-untyped]
from numba import extending
from numba.core import typing as numba_typing
from numba.core.typing import templates

# Numba's own annotations describe decorated functions before decoration.
types: Any = numba.types
intrinsic: Any = extending.intrinsic
_signature: Any = numba_typing.signature  # type: ignore[attr-defined]
_models: Any = extending.models
_lower_builtin: Any = extending.lower_builtin
_templates: Any = templates
BYTES_OF_A_WORD = 64


class _Lanes(types.Type):
    """The compiled type of a vector of float64."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.vector = ir.VectorType(ir.DoubleType(), width)
        super().__init__(name=f"Lanes({width})")


@extending.register_model(_Lanes)
class _LanesModel(_models.PrimitiveModel):
    def __init__(self, manager: Any, lanes: Any) -> None:
        super().__init__(manager, lanes, lanes.vector)


EIGHT = _Lanes(8)
FOUR = _Lanes(4)


def _emitted(emit: Callable[..., Any]) -> Callable[..., Any]:
    """Return numba's generator of what ``emit(builder, *arguments)`` writes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        written = emit(builder, *arguments)
        return context.get_dummy_value() if signature.return_type == types.none else written

    return generate


def _arithmetic(operation: Any, instruction: str) -> None:
    class Signatures(_templates.ConcreteTemplate):
        cases = [_signature(lanes, lanes, lanes) for lanes in (FOUR, EIGHT)]  # noqa: RUF012

    _templates.infer_global(operation)(Signatures)
    for lanes in (FOUR, EIGHT):
        generate = _emitted(lambda builder, *pair: getattr(builder, instruction)(*pair))
        _lower_builtin(operation, lanes, lanes)(generate)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")


@intrinsic
def address(_: Any, array: Any) -> Any:
    """Return the address of a contiguous array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate


@intrinsic
def peek(_: Any, place: Any, index: Any) -> Any:
    """Return one element behind an address."""

    def emit(builder: Any, place: Any, index: Any) -> Any:
        return builder.load(builder.gep(place, [index]))

    return place.dtype(place, index), _emitted(emit)


@intrinsic
def poke(_: Any, place: Any, index: Any, value: Any) -> Any:  # noqa: ARG001
    """Write one element, of its own type, behind an address."""

    def emit(builder: Any, place: Any, index: Any, value: Any) -> Any:
        return builder.store(value, builder.gep(place, [index]))

    return types.none(place, index, place.dtype), _emitted(emit)


@intrinsic
def load8(_: Any, place: Any, index: Any) -> Any:
    """Return eight consecutive elements behind an address."""
    return EIGHT(place, index), _emitted(_loading(EIGHT.vector))


@intrinsic
def load4(_: Any, place: Any, index: Any) -> Any:
    """Return four consecutive elements behind an address."""
    return FOUR(place, index), _emitted(_loading(FOUR.vector))


@intrinsic
def store(_: Any, place: Any, index: Any, lanes: Any) -> Any:
    """Write a vector to consecutive elements behind an address."""

    def emit(builder: Any, place: Any, index: Any, vector: Any) -> Any:
        return builder.store(vector, _spot(builder, place, index, lanes.vector), align=8)

    return types.none(place, index, lanes), _emitted(emit)


@intrinsic
def broadcast8(_: Any, number: Any) -> Any:  # noqa: ARG001
    """Return a vector of eight times the number."""
    return EIGHT(types.float64), _emitted(lambda builder, number: _splat(builder, number, 8))


@intrinsic
def broadcast4(_: Any, number: Any) -> Any:  # noqa: ARG001
    """Return a vector of four times the number."""
    return FOUR(types.float64), _emitted(lambda builder, number: _splat(builder, number, 4))


@intrinsic
def choose8(_: Any, bits: Any, yes: Any, no: Any) -> Any:
    """Return, per lane, ``yes`` where the lane's bit is set, else ``no``."""

    def emit(builder: Any, bits: Any, yes: Any, no: Any) -> Any:
        byte = builder.trunc(bits, ir.IntType(8))
        return builder.select(builder.bitcast(byte, ir.VectorType(ir.IntType(1), 8)), yes, no)

    return EIGHT(bits, yes, no), _emitted(emit)


@intrinsic
def fold4(_: Any, lanes: Any) -> Any:
    """Return (lane 0 + lane 2) + (lane 1 + lane 3)."""

    def emit(builder: Any, vector: Any) -> Any:
        halves = [_shuffled(builder, vector, order) for order in ([0, 1], [2, 3])]
        pair = builder.fadd(*halves)
        index = ir.IntType(32)
        return builder.fadd(*(builder.extract_element(pair, ir.Constant(index, k)) for k in (0, 1)))

    return types.float64(lanes), _emitted(emit)


@intrinsic
def at_most(_: Any, place: Any, index: Any, limit: Any) -> Any:  # noqa: ARG001
    """Return 64 bits: which of 64 consecutive bytes behind an address are at most the limit."""

    def emit(builder: Any, place: Any, index: Any, limit: Any) -> Any:
        vector = _loading(ir.VectorType(ir.IntType(8), BYTES_OF_A_WORD))(builder, place, index)
        limits = _splat(builder, limit, BYTES_OF_A_WORD)
        passed = builder.icmp_unsigned("<=", vector, limits)
        return builder.bitcast(passed, ir.IntType(64))

    return types.uint64(place, index, types.uint8), _emitted(emit)


@intrinsic
def set_bytes(_: Any, bits: Any, place: Any, index: Any, number: Any) -> Any:  # noqa: ARG001
    """Write the number to those of 64 consecutive bytes whose bit is set."""

    def emit(builder: Any, bits: Any, place: Any, index: Any, number: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), BYTES_OF_A_WORD)
        spot = _spot(builder, place, index, vector)
        mask = builder.bitcast(bits, ir.VectorType(ir.IntType(1), BYTES_OF_A_WORD))
        new = _splat(builder, number, BYTES_OF_A_WORD)
        chosen = builder.select(mask, new, builder.load(spot, align=1))
        return builder.store(chosen, spot, align=1)

    return types.none(bits, place, index, types.uint8), _emitted(emit)


def _spot(builder: Any, place: Any, index: Any, vector: Any) -> Any:
    return builder.bitcast(builder.gep(place, [index]), vector.as_pointer())


def _loading(vector: Any) -> Callable[..., Any]:
    def emit(builder: Any, place: Any, index: Any) -> Any:
        return builder.load(_spot(builder, place, index, vector), align=1)

    return emit


def _splat(builder: Any, number: Any, width: int) -> Any:
    vector = ir.VectorType(number.type, width)
    first = ir.Constant(ir.IntType(32), 0)
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, first)
    return _shuffled(builder, one, [0] * width)


def _shuffled(builder: Any, vector: Any, order: list[int]) -> Any:
    indices = ir.Constant(ir.VectorType(ir.IntType(32), len(order)), order)
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), indices)
