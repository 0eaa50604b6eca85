"""Vectors of eight or four numbers as values inside compiled kernels.

Every operation is one IEEE operation per lane, never contracted or reordered, so a row gets the
same bits in whichever lane and layout it is computed, on any processor; LLVM splits a vector where
the processor's are narrower. Vectors live in flat arrays between uses.
"""

import operator
from typing import Any, ClassVar

from llvmlite import ir
from numba import types
from numba.core.typing import signature as typing_signature
from numba.core.typing.templates import ConcreteTemplate, infer_global
from numba.extending import intrinsic, lower_builtin, models, register_model

DOUBLE = ir.DoubleType()
BYTES_OF_A_WORD = 64


class Lanes(types.Type):
    """The compiled type of a vector of float64."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.vector = ir.VectorType(DOUBLE, width)
        super().__init__(name=f"Lanes({width})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, lanes: Lanes) -> None:
        super().__init__(manager, lanes, lanes.vector)


EIGHT = Lanes(8)
FOUR = Lanes(4)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, to: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), to.as_pointer())


def _loader(lanes: Lanes) -> Any:
    def load(typing_context: Any, array: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = _pointer(
                context, builder, signature.args[0], arguments[0], arguments[1], lanes.vector
            )
            return builder.load(place, align=8)

        return lanes(array, types.intp), generate

    return intrinsic(load)


def _splitter(lanes: Lanes) -> Any:
    def broadcast(typing_context: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _splat(builder, arguments[0], lanes.width)

        return lanes(types.float64), generate

    return intrinsic(broadcast)


def _splat(builder: Any, number: Any, width: int) -> Any:
    vector = ir.VectorType(number.type, width)
    zero = ir.Constant(ir.IntType(32), 0)
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, zero)
    order = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
    return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), order)


load8 = _loader(EIGHT)
load4 = _loader(FOUR)
broadcast8 = _splitter(EIGHT)
broadcast4 = _splitter(FOUR)


@intrinsic
def store(typing_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Write a vector to consecutive elements of a flat array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type, _, lanes_type = signature.args
        place = _pointer(
            context, builder, array_type, arguments[0], arguments[1], lanes_type.vector
        )
        builder.store(arguments[2], place, align=8)
        return context.get_dummy_value()

    return types.none(array, types.intp, lanes), generate


def _arithmetic(operation: Any, instruction: str) -> None:
    class Signatures(ConcreteTemplate):
        cases: ClassVar = [typing_signature(lanes, lanes, lanes) for lanes in (FOUR, EIGHT)]

    infer_global(operation)(Signatures)
    for lanes in (FOUR, EIGHT):

        @lower_builtin(operation, lanes, lanes)
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, instruction)(*arguments)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")


@intrinsic
def choose8(typing_context: Any, bits: Any, yes: Any, no: Any) -> Any:
    """Return, per lane, ``yes`` where the lane's bit is set, else ``no``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte = builder.trunc(arguments[0], ir.IntType(8))
        mask = builder.bitcast(byte, ir.VectorType(ir.IntType(1), 8))
        return builder.select(mask, arguments[1], arguments[2])

    return EIGHT(types.uint64, EIGHT, EIGHT), generate


@intrinsic
def choose4(typing_context: Any, condition: Any, yes: Any, no: Any) -> Any:
    """Return ``yes`` where the one condition holds, else ``no``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(arguments[0], arguments[1], arguments[2])

    return FOUR(types.boolean, FOUR, FOUR), generate


@intrinsic
def fold4(typing_context: Any, lanes: Any) -> Any:
    """Return (lane 0 + lane 2) + (lane 1 + lane 3)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        index = ir.IntType(32)
        lane = [builder.extract_element(arguments[0], ir.Constant(index, k)) for k in range(4)]
        return builder.fadd(builder.fadd(lane[0], lane[2]), builder.fadd(lane[1], lane[3]))

    return types.float64(FOUR), generate


@intrinsic
def at_most(typing_context: Any, values: Any, index: Any, limit: Any) -> Any:
    """Return 64 bits: which of 64 consecutive bytes are at most the limit."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), BYTES_OF_A_WORD)
        place = _pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector)
        limits = _splat(builder, arguments[2], BYTES_OF_A_WORD)
        passed = builder.icmp_unsigned("<=", builder.load(place, align=1), limits)
        return builder.bitcast(passed, ir.IntType(64))

    return types.uint64(values, types.intp, types.uint8), generate


@intrinsic
def set_bytes(typing_context: Any, bits: Any, values: Any, index: Any, number: Any) -> Any:
    """Write the number to those of 64 consecutive bytes whose bit is set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        vector = ir.VectorType(ir.IntType(8), BYTES_OF_A_WORD)
        place = _pointer(context, builder, signature.args[1], arguments[1], arguments[2], vector)
        mask = builder.bitcast(arguments[0], ir.VectorType(ir.IntType(1), BYTES_OF_A_WORD))
        old = builder.load(place, align=1)
        new = _splat(builder, arguments[3], BYTES_OF_A_WORD)
        builder.store(builder.select(mask, new, old), place, align=1)
        return context.get_dummy_value()

    return types.none(types.uint64, values, types.intp, types.uint8), generate
