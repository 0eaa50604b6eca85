"""What lies on the desk where cut-offs are moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.service.policies.schemas import PolicyVersion
from loanwright.simulation.curve import Curve
from loanwright.simulation.recutting import Recut
from loanwright.simulation.result import VersionResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """The recorded decisions of a product, counted so that any cut-off is told at once.

    Attributes
    ----------
    live
        The policy whose cut-offs are moved; swap sets compare with it.
    counted_at
        When they were counted; later decisions are not among them.
    today
        What the live cut-offs do.
    curves
        Every cut-off of every segment, by segment.
    """

    live: PolicyVersion
    counted_at: datetime
    recut: Recut = field(repr=False)
    today: VersionResult = field(repr=False)
    curves: Mapping[str, Curve] = field(repr=False)

    def at(self, cutoffs: Mapping[str, Cutoffs]) -> VersionResult:
        """Return what the live policy would do with other cut-offs."""
        return self.recut.at(cutoffs)
