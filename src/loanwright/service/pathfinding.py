"""How the search for paths to approval is furnished."""

from collections.abc import Mapping

from loanwright.explanation.paths import PathLimits
from loanwright.features.product import Product
from loanwright.service.decisions.paths import PathFinder
from loanwright.service.decisions.service import Decisions
from loanwright.service.ground import Ground
from loanwright.service.users.quotas import Quotas


def make_paths(ground: Ground, decisions: Decisions, products: Mapping[str, Product]) -> PathFinder:
    """Return what looks for paths to approval."""
    settings = ground.settings
    return PathFinder(
        decisions=decisions,
        products=products,
        quotas=Quotas(database=ground.database, master=ground.vault.master),
        limits=PathLimits(seconds=settings.path_seconds),
        per_day=settings.paths_per_day,
    )
