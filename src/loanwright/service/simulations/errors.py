"""Why a simulation is not begun, or not found."""

from loanwright.errors import NotFound, Rejected, Unavailable


class SimulationNotFound(NotFound):
    """There is no simulation {simulation_id}."""


class SimulationProductUnknown(Rejected):
    """There is no product {product}; known: {known}."""


class SimulationSegmentUnknown(Rejected):
    """The product {product} has no segment {segment}; it has {known}."""


class SimulationUnfinished(Unavailable):
    """The simulation was interrupted and begins again."""
