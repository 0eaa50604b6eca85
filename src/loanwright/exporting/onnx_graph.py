"""ONNX nodes, written one after the other, all numbers in double precision."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

INPUT = "features"
OPSET = 21
TREES_OPSET = 5
"""The first version of ai.onnx.ml whose trees take and give double precision."""
TREES_DOMAIN = "ai.onnx.ml"
IR_VERSION = 10


class Graph:
    """A graph under construction; every method returns the name of what it added.

    Parameters
    ----------
    width
        Number of columns of the matrix ``features``, (n, width) float64.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._nodes: list[NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._tensors: list[TensorProto] = []
        self._columns: dict[int, str] = {}

    def constant(self, value: Any, kind: Any = np.float64) -> str:
        """Add a number or an array that does not depend on the input."""
        array: NDArray[Any] = np.asarray(value, dtype=kind)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = f"c{len(self._constants)}"
            self._tensors.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def node(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operation."""
        name = f"n{len(self._nodes)}"
        made = helper.make_node(operator, list(inputs), [name], domain=domain, **attributes)
        self._nodes.append(made)
        return name

    def column(self, feature: int) -> str:
        """Add one column of the matrix, (n,)."""
        if feature not in self._columns:
            place = self.constant(feature, np.int64)
            self._columns[feature] = self.node("Gather", INPUT, place, axis=1)
        return self._columns[feature]

    def zeros(self) -> str:
        """Add a zero for each row, (n,)."""
        gone = self.node("Cast", self.node("IsNaN", self.column(0)), to=TensorProto.DOUBLE)
        return self.node("Mul", gone, self.constant(0.0))

    def pick(self, condition: str, then: str, otherwise: str) -> str:
        """Add a choice, row by row."""
        return self.node("Where", condition, then, otherwise)

    def count(self, values: str, edges: Any, operator: str) -> str:
        """Add how many edges (e,) each value (n,) compares true with, (n,) int64."""
        # Runtimes refuse to compare with an empty array; with NaN nothing compares true.
        edges = edges if len(edges) else [np.nan]
        last = self.constant([-1], np.int64)
        column = self.node("Unsqueeze", values, last)
        compared = self.node(operator, column, self.constant(edges))
        ones = self.node("Cast", compared, to=TensorProto.INT64)
        return self.node("ReduceSum", ones, last, keepdims=0)

    def look_up(self, table: Any, places: str) -> str:
        """Add the numbers of a table (k,) at int64 places (n,)."""
        return self.node("Gather", self.constant(table), places, axis=0)

    def whole(self, values: str) -> str:
        """Add the whole part of each value as int64."""
        return self.node("Cast", values, to=TensorProto.INT64)

    def model(self, outputs: dict[str, tuple[str, int]], facts: dict[str, str]) -> ModelProto:
        """Return the finished model.

        Parameters
        ----------
        outputs
            By public name: the inner name and the type of the numbers, each (n,).
        facts
            What the file says about itself.
        """
        for public, (inner, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [inner], [public]))
        graph = helper.make_graph(
            self._nodes,
            "loanwright",
            [helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, ["rows", self.width])],
            [
                helper.make_tensor_value_info(public, kind, ["rows"])
                for public, (_, kind) in outputs.items()
            ],
            self._tensors,
        )
        versions = (("", OPSET), (TREES_DOMAIN, TREES_OPSET))
        opsets = [helper.make_opsetid(domain, version) for domain, version in versions]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="loanwright"
        )
        helper.set_model_props(model, facts)
        return model
