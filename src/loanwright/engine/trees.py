"""The runtime of tree ensembles."""

from loanwright.engine.ensemble import TreeEnsemble
from loanwright.engine.runtime import Backend, Runtime


def tree_runtime(ensemble: TreeEnsemble, *, backend: Backend = "auto") -> Runtime:
    """Return a runtime of these trees."""
    raise NotImplementedError
