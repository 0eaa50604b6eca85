"""A model, its calibration and its scale in one ONNX graph."""

from functools import singledispatch

import numpy as np
from onnx import ModelProto, TensorProto

from loanwright.calibration.curve import Calibration
from loanwright.engine.additive import AdditiveTable
from loanwright.engine.ensemble import TreeEnsemble
from loanwright.engine.neural import NeuralTable
from loanwright.engine.scorecard import ScorecardTable
from loanwright.exporting.model import Blend, Model
from loanwright.exporting.onnx_additive import add_additive, add_scorecard
from loanwright.exporting.onnx_graph import Graph
from loanwright.exporting.onnx_neural import add_neural
from loanwright.exporting.onnx_trees import add_trees
from loanwright.packaging.assessor import Assessor
from loanwright.scaling import SATURATION, Scale


def onnx_model(model: Model, assessor: Assessor, *, raw: bool, facts: dict[str, str]) -> ModelProto:
    """Return the ONNX model.

    Parameters
    ----------
    model
        What it computes.
    assessor
        Whose calibration and scale it carries.
    raw
        Whether to leave those out: its only output is then ``log_odds``, as the model gave it.
    facts
        For its metadata.

    Returns
    -------
    onnx.ModelProto
        Input ``features``, (n, p) float64 in the order of the package's features. Outputs, each
        (n,): ``log_odds``, raw, and unless ``raw`` is wanted ``probability_of_default``
        (calibrated, float64) and ``score`` (int64).
    """
    graph = Graph(len(assessor.features))
    log_odds = add_model(model, graph)
    outputs = {"log_odds": (log_odds, int(TensorProto.DOUBLE))}
    if not raw:
        calibrated = _add_calibration(graph, log_odds, assessor.calibration)
        probability = _add_logistic(graph, calibrated)
        score = _add_score(graph, calibrated, assessor.scale)
        outputs["probability_of_default"] = (probability, int(TensorProto.DOUBLE))
        outputs["score"] = (score, int(TensorProto.INT64))
    return graph.model(outputs, facts)


@singledispatch
def add_model(model: object, _graph: Graph) -> str:
    """Add the raw log-odds (n,) of a model."""
    raise TypeError(type(model).__name__)


@add_model.register
def _(model: TreeEnsemble, graph: Graph) -> str:
    return add_trees(graph, model)


@add_model.register
def _(model: ScorecardTable, graph: Graph) -> str:
    return add_scorecard(graph, model)


@add_model.register
def _(model: AdditiveTable, graph: Graph) -> str:
    return add_additive(graph, model)


@add_model.register
def _(model: NeuralTable, graph: Graph) -> str:
    return add_neural(graph, model)


@add_model.register
def _(model: Blend, graph: Graph) -> str:
    total = graph.zeros()
    for weight, part in model.parts:
        weighed = graph.node("Mul", add_model(part, graph), graph.constant(weight))
        total = graph.node("Add", total, weighed)
    return total


def _add_calibration(graph: Graph, log_odds: str, curve: Calibration) -> str:
    x, y = np.array(curve.knots_x), np.array(curve.knots_y)
    slopes = np.diff(y) / np.diff(x)
    segment = graph.count(log_odds, x[1:-1], "GreaterOrEqual")
    run = graph.node("Sub", log_odds, graph.look_up(x[:-1], segment))
    rise = graph.node("Mul", run, graph.look_up(slopes, segment))
    mapped = graph.node("Add", graph.look_up(y[:-1], segment), rise)
    ceilings = np.append(y[1:-1], np.inf)
    return graph.node("Min", mapped, graph.look_up(ceilings, segment))


def _add_logistic(graph: Graph, log_odds: str) -> str:
    opposite = graph.node("Neg", log_odds)
    bounded = graph.node("Max", opposite, graph.constant(-SATURATION))
    bounded = graph.node("Min", bounded, graph.constant(SATURATION))
    one = graph.constant(1.0)
    return graph.node("Div", one, graph.node("Add", one, graph.node("Exp", bounded)))


def _add_score(graph: Graph, log_odds: str, scale: Scale) -> str:
    points = graph.node("Mul", log_odds, graph.constant(scale.factor))
    score = graph.node("Sub", graph.constant(scale.offset), points)
    return graph.whole(graph.node("Round", score))
