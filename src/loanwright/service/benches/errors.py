"""What stands against a bench."""

from loanwright.errors import Conflict, NotFound, Rejected


class BenchNotFound(NotFound):
    """There is no bench {bench_id}."""


class BenchNotReady(Conflict):
    """The rows of the bench {bench_id} are not counted yet."""


class BenchChanged(Conflict):
    """Somebody else has changed the bins of the bench {bench_id}; look at them first."""


class BenchNeedsScorecard(Rejected):
    """The model {model_hash} is a {family}; only a scorecard has bins."""


class BenchTableRefused(Rejected):
    """The table cannot be counted: {why}."""


class NoBundledTable(Rejected):
    """The product {product} comes without a table; send the one that the model learned from."""
