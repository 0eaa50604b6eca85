"""A network over tokens in ONNX, in double precision."""

import numpy as np

from loanwright.engine.neural import NeuralTable
from loanwright.engine.neural_tokens import TokenColumn
from loanwright.engine.neural_weights import NORM_EPSILON, Weights
from loanwright.exporting.onnx_graph import Graph


def add_neural(graph: Graph, table: NeuralTable) -> str:
    """Add the raw log-odds (n,) of a network."""
    count, width = len(table.columns), table.embeddings.shape[1]
    x = _tokens(graph, table)
    for layer in range(len(table.weights.norm)):
        x = _layer(graph, table, layer, x)
    flat = graph.node("Reshape", x, graph.constant([-1, count * width], np.int64))
    weights = table.weights
    hidden = graph.node("Relu", _linear(graph, flat, weights.head, weights.head_shift))
    said = _linear(graph, hidden, weights.answer[:-1, None], weights.answer[-1:])
    return graph.node("Squeeze", said, graph.constant([1], np.int64))


def _tokens(graph: Graph, table: NeuralTable) -> str:
    middle = graph.constant([1], np.int64)
    tokens, first = [], 0
    for place, column in enumerate(table.columns):
        before, after, share = _places(graph, column, graph.column(place), first)
        low = graph.look_up(table.embeddings, before)
        way = graph.node("Sub", graph.look_up(table.embeddings, after), low)
        gone = graph.node("Mul", graph.node("Unsqueeze", share, middle), way)
        tokens.append(graph.node("Unsqueeze", graph.node("Add", low, gone), middle))
        first += column.rows
    return tokens[0] if len(tokens) == 1 else graph.node("Concat", *tokens, axis=1)


def _places(graph: Graph, column: TokenColumn, value: str, first: int) -> tuple[str, str, str]:
    missing = graph.node("IsNaN", value)
    last = graph.constant(first + column.rows - 1, np.int64)
    if column.codes:
        place = graph.pick(missing, last, _code(graph, column, value, first))
        return place, place, graph.zeros()
    known, zero = graph.pick(missing, graph.constant(0.0), value), graph.constant(0.0)
    knots = np.array(column.knots)
    place = graph.count(known, knots[1:-1], "GreaterOrEqual")
    bounded = graph.node("Max", known, graph.constant(knots[0]))
    bounded = graph.node("Min", bounded, graph.constant(knots[-1]))
    run = graph.node("Sub", bounded, graph.look_up(knots[:-1], place))
    share = graph.node("Div", run, graph.look_up(np.diff(knots), place))
    before = graph.node("Add", place, graph.constant(first, np.int64))
    after = graph.node("Add", place, graph.constant(first + 1, np.int64))
    exact = [graph.node("Equal", known, graph.constant(one)) for one in column.special]
    for number, mask in enumerate([*exact, missing], start=first + len(knots)):
        row = graph.constant(number, np.int64)
        before, after = graph.pick(mask, row, before), graph.pick(mask, row, after)
        share = graph.pick(mask, zero, share)
    return before, after, share


def _code(graph: Graph, column: TokenColumn, value: str, first: int) -> str:
    low = graph.node("GreaterOrEqual", value, graph.constant(0.0))
    high = graph.node("Less", value, graph.constant(float(column.codes)))
    exact = graph.node("Equal", value, graph.node("Floor", value))
    known = graph.node("And", graph.node("And", low, high), exact)
    code = graph.whole(graph.pick(known, value, graph.constant(float(column.codes))))
    return graph.node("Add", code, graph.constant(first, np.int64))


def _layer(graph: Graph, table: NeuralTable, layer: int, x: str) -> str:
    weights = _layer_weights(table.weights, layer)
    normal = _normal(graph, x, weights.norm)
    mixed = _linear(graph, normal, weights.mixing, weights.mixing_shift)
    attended = _attention(graph, mixed, table)
    x = graph.node("Add", x, _linear(graph, attended, weights.out, weights.out_shift))
    normal = _normal(graph, x, weights.norm_inner)
    inner = graph.node("Relu", _linear(graph, normal, weights.inner, weights.inner_shift))
    return graph.node("Add", x, _linear(graph, inner, weights.outer, weights.outer_shift))


def _layer_weights(weights: Weights, layer: int) -> Weights:
    whole = ("head", "head_shift", "answer")
    return Weights(
        **{
            name: array if name in whole else array[layer]
            for name, array in weights._asdict().items()
        }
    )


def _attention(graph: Graph, mixed: str, table: NeuralTable) -> str:
    count, width = len(table.columns), table.embeddings.shape[1]
    size = width // table.heads
    shape = graph.constant([-1, count, 3, table.heads, size], np.int64)
    parts = graph.node("Transpose", graph.node("Reshape", mixed, shape), perm=[2, 0, 3, 1, 4])
    query, key, value = (
        graph.node("Gather", parts, graph.constant(part, np.int64), axis=0) for part in range(3)
    )
    # An array and not a number: onnxruntime keeps numbers beside a product in single precision.
    query = graph.node("Div", query, graph.constant(np.full(size, np.sqrt(float(size)))))
    likeness = graph.node("MatMul", query, graph.node("Transpose", key, perm=[0, 1, 3, 2]))
    attended = graph.node("MatMul", graph.node("Softmax", likeness, axis=-1), value)
    joined = graph.node("Transpose", attended, perm=[0, 2, 1, 3])
    return graph.node("Reshape", joined, graph.constant([-1, count, width], np.int64))


def _linear(graph: Graph, x: str, matrix: object, shift: object) -> str:
    return graph.node("Add", graph.node("MatMul", x, graph.constant(matrix)), graph.constant(shift))


def _normal(graph: Graph, x: str, norm: object) -> str:
    last = graph.constant([-1], np.int64)
    centred = graph.node("Sub", x, graph.node("ReduceMean", x, last, keepdims=1))
    square = graph.node("ReduceMean", graph.node("Mul", centred, centred), last, keepdims=1)
    spread = graph.node("Sqrt", graph.node("Add", square, graph.constant(NORM_EPSILON)))
    scale, shift = np.asarray(norm)
    scaled = graph.node("Mul", graph.node("Div", centred, spread), graph.constant(scale))
    return graph.node("Add", scaled, graph.constant(shift))
