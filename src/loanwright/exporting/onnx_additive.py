"""Scorecards and additive models in ONNX: bins are counted, numbers are looked up."""

import numpy as np

from loanwright.engine.additive import AdditiveTable
from loanwright.engine.additive_terms import (
    CategoryTerm,
    LinearTerm,
    PairAxis,
    PairTerm,
    SpecialLogOdds,
    StepTerm,
    Term,
)
from loanwright.engine.scorecard import ScorecardFeature, ScorecardTable
from loanwright.exporting.onnx_graph import Graph

NO_BIN = float("nan")


def add_scorecard(graph: Graph, table: ScorecardTable) -> str:
    """Add the raw log-odds (n,) of a card; a value without a bin makes NaN."""
    total = graph.constant(table.intercept)
    for place, feature in enumerate(table.features):
        total = graph.node("Add", total, _bin_log_odds(graph, place, feature))
    return total


def _bin_log_odds(graph: Graph, place: int, feature: ScorecardFeature) -> str:
    value = graph.column(place)
    ranges = [one for one in feature.bins if one.kind == "range"]
    if ranges:
        edges = [one.upper for one in ranges if one.upper is not None]
        answer = graph.look_up(
            [one.log_odds for one in ranges], graph.count(value, edges, "Greater")
        )
    else:
        answer = graph.node("Add", graph.zeros(), graph.constant(NO_BIN))
    for one in feature.bins:
        for exact in one.exact:
            equal = graph.node("Equal", value, graph.constant(exact))
            answer = graph.pick(equal, graph.constant(one.log_odds), answer)
    missing = [one.log_odds for one in feature.bins if one.kind == "missing"]
    gone = graph.node("IsNaN", value)
    return graph.pick(gone, graph.constant(missing[0] if missing else NO_BIN), answer)


def add_additive(graph: Graph, table: AdditiveTable) -> str:
    """Add the raw log-odds (n,) of an additive model."""
    places = {name: place for place, name in enumerate(table.features)}
    total = graph.node("Add", graph.zeros(), graph.constant(table.intercept))
    for term in table.terms:
        total = graph.node("Add", total, _term(graph, term, places))
    return total


def _term(graph: Graph, term: Term, places: dict[str, int]) -> str:
    if isinstance(term, PairTerm):
        return _pair(graph, term, places)
    value = graph.column(places[term.feature])
    if isinstance(term, CategoryTerm):
        cells = [*term.log_odds, term.missing, term.other]
        return graph.look_up(cells, _code(graph, value, len(term.log_odds)))
    if isinstance(term, StepTerm):
        answer = graph.look_up(term.log_odds, graph.count(value, term.edges, "GreaterOrEqual"))
    else:
        answer = _line(graph, value, term)
    return _exceptions(graph, value, answer, (term.special, term.missing))


def _exceptions(
    graph: Graph, value: str, answer: str, exceptions: tuple[tuple[SpecialLogOdds, ...], float]
) -> str:
    special, missing = exceptions
    for one in special:
        equal = graph.node("Equal", value, graph.constant(one.value))
        answer = graph.pick(equal, graph.constant(one.log_odds), answer)
    return graph.pick(graph.node("IsNaN", value), graph.constant(missing), answer)


def _line(graph: Graph, value: str, term: LinearTerm) -> str:
    held = graph.node("Max", value, graph.constant(term.low))
    held = graph.node("Min", held, graph.constant(term.high))
    if term.transform == "log":
        held = graph.node("Log", graph.node("Add", held, graph.constant(1.0)))
    centred = graph.node("Sub", held, graph.constant(term.centre))
    scaled = graph.node("Div", centred, graph.constant(term.scale))
    return graph.node("Mul", scaled, graph.constant(term.coefficient))


def _pair(graph: Graph, term: PairTerm, places: dict[str, int]) -> str:
    first, second = (_cell(graph, axis, graph.column(places[axis.feature])) for axis in term.axes)
    width = graph.constant(len(term.axes[1].share), np.int64)
    cell = graph.node("Add", graph.node("Mul", first, width), second)
    return graph.look_up([number for row in term.log_odds for number in row], cell)


def _cell(graph: Graph, axis: PairAxis, value: str) -> str:
    if axis.edges is None:
        return _code(graph, value, len(axis.share) - 2)
    place = graph.count(value, axis.edges, "GreaterOrEqual")
    missing = graph.constant(len(axis.edges) + 1, np.int64)
    return graph.pick(graph.node("IsNaN", value), missing, place)


def _code(graph: Graph, value: str, codes: int) -> str:
    """Add the place of a category: its code, then missing, then any other number."""
    low = graph.node("GreaterOrEqual", value, graph.constant(0.0))
    high = graph.node("Less", value, graph.constant(float(codes)))
    exact = graph.node("Equal", value, graph.node("Floor", value))
    known = graph.node("And", graph.node("And", low, high), exact)
    other = graph.pick(
        graph.node("IsNaN", value), graph.constant(float(codes)), graph.constant(codes + 1.0)
    )
    return graph.whole(graph.pick(known, value, other))
