"""Cut-offs moved by hand: the recorded decisions are counted once, every answer comes at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.service.audit.schemas import Actor
from loanwright.service.cutoffs.schemas import Counted
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.prepared import Advance, Prepared, Underway
from loanwright.service.policies.drafts import PolicyDrafts
from loanwright.service.policies.schemas import Draft
from loanwright.service.policies.service import Policies
from loanwright.service.simulations.schemas import LIVE, PolicyWish, PriceWish, SimulationWish
from loanwright.service.simulations.service import Simulations
from loanwright.simulation.recutting import Recut

#: What the live policy is called where another one is compared with it.
AS_IT_IS: Final = "live"
MOVED: Final = "moved"
GROUPED_BY: Final = ("segment", "grade")


@dataclass(frozen=True, kw_only=True)
class CutoffDesk:
    """Where cut-offs are moved, and drafts made of them."""

    simulations: Simulations
    policies: Policies
    drafts: PolicyDrafts
    clock: Clock
    prepared: Prepared[Counted] = field(default_factory=lambda: Prepared[Counted]())

    def open(
        self, product: str, *, prices: PriceWish | None = None, wait: float = 1.5
    ) -> Counted | Underway:
        """Return the counted decisions of a product, or how far counting them is.

        They are kept for a quarter of an hour; `refresh` counts them anew.
        """
        wish = self.wish(product, prices=prices)
        # What cannot be simulated is said before anything is counted.
        self.simulations.prepare(wish)
        return self.prepared.ask(
            self._key(product, prices), lambda advance: self._count(wish, advance), wait=wait
        )

    def refresh(self, product: str, *, prices: PriceWish | None = None) -> None:
        """Count the decisions of a product anew when they are asked for again."""
        self.prepared.forget(self._key(product, prices))

    def make_draft(
        self,
        actor: Actor,
        product: str,
        cutoffs: Mapping[str, Cutoffs],
        *,
        name: str = "",
        note: str = "",
    ) -> Draft:
        """Write the live policy with other cut-offs down as a draft."""
        document = self.policies.live(product).policy.to_mapping()
        moved = {
            segment: {"approve_from": one.approve_from, "refer_from": one.refer_from}
            for segment, one in cutoffs.items()
        }
        document = {**document, "cutoffs": {**document["cutoffs"], **moved}}
        if name.strip():
            document["name"] = name.strip()
        return self.drafts.write(actor, product, document, note=note)

    def wish(self, product: str, *, prices: PriceWish | None = None) -> SimulationWish:
        """Return the simulation that the desk runs: the live policy against itself."""
        return SimulationWish(
            product=product,
            policies=(PolicyWish(name=MOVED, hash=LIVE),),
            against=PolicyWish(name=AS_IT_IS, hash=LIVE),
            by=GROUPED_BY,
            prices=prices,
        )

    def close(self) -> None:
        """Count nothing more."""
        self.prepared.close()

    def _key(self, product: str, prices: PriceWish | None) -> tuple[object, ...]:
        return product, self.policies.live(product).hash, prices

    def _count(self, wish: SimulationWish, advance: Advance) -> Counted:
        live = self.policies.live(wish.product)
        now = self.clock.now()
        counts, simulator = self.simulations.count(wish, advance=lambda _, share: advance(share))
        recut = Recut(counts=counts, simulator=simulator, against=AS_IT_IS)
        return Counted(
            live=live,
            counted_at=now,
            recut=recut,
            today=recut.at({}),
            curves={one.segment: one for one in recut.curves()},
        )
