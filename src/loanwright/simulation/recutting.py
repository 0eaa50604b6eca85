"""Other cut-offs for what was counted once: no application is read or decided again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.simulation.curve import Curve
from loanwright.simulation.errors import SegmentNotCounted
from loanwright.simulation.result import VersionResult, curves_of, result_of
from loanwright.simulation.running import Counts, Simulator
from loanwright.simulation.solving import Demands
from loanwright.simulation.unknown import Assumptions


@dataclass(frozen=True, kw_only=True)
class Recut:
    """Counts whose first version can be given other cut-offs at once.

    Rules, humility, terms and money do not depend on cut-offs, and so the cells of a simulation
    hold all that another cut-off needs. What is returned is what the simulator would have
    counted under the policy with these cut-offs, number for number.

    Parameters
    ----------
    counts
        As the simulator returned them.
    simulator
        That did.
    against
        What to call what swap sets compare with; None where there is nothing.
    """

    counts: Counts
    simulator: Simulator
    against: str | None = None
    assumed: Mapping[str, Assumptions] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out once what is assumed of those whose outcome nobody knows."""
        cells = self.counts.versions[0].cells
        found = {name: Assumptions.about(one) for name, one in cells.items()}
        object.__setattr__(self, "assumed", found)

    def at(self, cutoffs: Mapping[str, Cutoffs]) -> VersionResult:
        """Return what the policy does with these cut-offs; segments left out keep their own.

        Raises
        ------
        SegmentNotCounted
            For a segment that the policy has no cut-offs for.
        """
        counted = self.counts.versions[0]
        policy = counted.version.policy
        for segment in cutoffs:
            if segment not in policy.cutoffs:
                raise SegmentNotCounted(segment=segment, known=", ".join(policy.cutoffs))
        moved = replace(policy, cutoffs={**policy.cutoffs, **cutoffs})
        return result_of(
            replace(counted, version=replace(counted.version, policy=moved)),
            self.counts,
            Demands(),
            priced=self.simulator.prices is not None,
            against=self.against,
            assumed=self.assumed,
        )

    def curves(self) -> tuple[Curve, ...]:
        """Return every cut-off of every segment."""
        return curves_of(
            self.counts.versions[0],
            self.counts.segments,
            priced=self.simulator.prices is not None,
            assumed=self.assumed,
        )
