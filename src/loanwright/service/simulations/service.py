"""Simulations: accepted, run by whoever is free over the recorded decisions, and kept."""

import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec

from loanwright.decisioning.money import minor_units
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.service.accounts.outcomes import Outcomes
from loanwright.service.accounts.service import Accounts
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.decisions.service import Decisions
from loanwright.service.jobs.beat import Beat
from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.policies.service import Policies
from loanwright.service.registry.packages import Package
from loanwright.service.registry.service import Registry
from loanwright.service.simulations.errors import (
    SimulationNotFound,
    SimulationProductUnknown,
    SimulationSegmentUnknown,
    SimulationUnfinished,
)
from loanwright.service.simulations.history import History
from loanwright.service.simulations.schemas import HISTORY, LIVE, PolicyWish, SimulationWish
from loanwright.service.users.schemas import Principal
from loanwright.simulation.applications import Version
from loanwright.simulation.asked_columns import CreditColumns
from loanwright.simulation.result import Simulation, summarise
from loanwright.simulation.running import Counts, Simulator

KIND: Final = "simulation"
STEPS: Final = 100
SHORT: Final = 12


@dataclass(frozen=True, kw_only=True)
class Simulations:
    """What was asked to be simulated."""

    database: Database
    new_id: Ids
    audit: Audit
    jobs: Jobs
    registry: Registry
    policies: Policies
    decisions: Decisions
    accounts: Accounts
    products: Mapping[str, Product]
    threads: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def accept(self, actor: Actor, caller_id: str, wish: SimulationWish) -> Job:
        """Accept a simulation; what is wrong with the wish is said before anything is computed."""
        self.prepare(wish)
        payload = msgspec.json.encode(wish)
        job = self.jobs.order(
            Order(
                kind=KIND,
                caller_id=caller_id,
                key=self.new_id("sim"),
                body_hash=hashlib.sha256(payload).hexdigest(),
                payload=payload.decode(),
                steps=STEPS,
            )
        )
        change = Change(
            action="simulation.ordered", subject=job.id, after={"product": wish.product}
        )
        with self.database.write() as connection:
            self.audit.record(connection, actor, [change])
        return job

    def get(self, principal: Principal, simulation_id: str) -> Job:
        """Return one simulation; a key sees its own."""
        job = self.jobs.get(simulation_id)
        strange = principal.kind == "key" and job.caller_id != principal.id
        if job.kind != KIND or strange:
            raise SimulationNotFound(simulation_id=simulation_id)
        return job

    def list_simulations(self, principal: Principal, *, most: int) -> list[Job]:
        """Return the latest simulations, the latest first."""
        own = principal.id if principal.kind == "key" else None
        return self.jobs.list_of_kind(KIND, caller_id=own, most=most)

    def simulate(self, job: Job) -> Outcome:
        """Simulate what a job asks for."""
        wish = msgspec.json.decode(job.payload, type=SimulationWish)
        with Beat(partial(self._note, job), told={"share": 0.0}) as beat:
            found = self.run(
                wish,
                advance=lambda _rows, share: beat.tell(share=share),
                stopped=lambda: beat.lost or self.stopping.is_set(),
            )
        if beat.lost or self.stopping.is_set():
            raise SimulationUnfinished
        told = {"kind": KIND, "product": wish.product, **found.to_mapping()}
        return Outcome(result=msgspec.json.encode(told).decode())

    def run(
        self,
        wish: SimulationWish,
        *,
        advance: Callable[[int, float], None] = lambda _rows, _share: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Simulation:
        """Simulate over the recorded decisions, now."""
        counts, simulator = self.count(wish, advance=advance, stopped=stopped)
        against = HISTORY if simulator.against is None else simulator.against.name
        return summarise(counts, simulator, demands=wish.demands, against=against)

    def count(
        self,
        wish: SimulationWish,
        *,
        advance: Callable[[int, float], None] = lambda _rows, _share: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[Counts, Simulator]:
        """Count what a wish asks for over the recorded decisions, before any figure is made."""
        simulator, history = self.prepare(wish)
        threads = self.threads or len(os.sched_getaffinity(0))
        counts = simulator.count(history, threads=threads, advance=advance, stopped=stopped)
        return counts, simulator

    def prepare(self, wish: SimulationWish) -> tuple[Simulator, History]:
        """Find everything that a wish names."""
        product = self._product(wish)
        packages = {one.segment: one for one in self._packages(product, wish.models)}
        versions = [self._version(product, one, packages) for one in wish.policies]
        against = None if wish.against is None else self._version(product, wish.against, packages)
        tried = [*versions, *([against] if against else [])]
        prices = wish.prices
        credit = CreditColumns(minor=minor_units(product.currency))
        if prices is not None:
            credit = CreditColumns(
                amount=prices.amount,
                annual_rate=prices.annual_rate,
                term=prices.term,
                minor=minor_units(product.currency),
            )
        simulator = Simulator(
            versions=versions,
            against=against,
            by=wish.by,
            prices=None if prices is None else prices.prices,
            currency=product.currency,
            product=product,
        )
        return simulator, History(
            decisions=self.decisions,
            outcomes=Outcomes(accounts=self.accounts, as_of=self.accounts.today()),
            product=product,
            segment=wish.segment,
            dictionaries=_dictionaries(product, tried),
            by=wish.by,
            credit=credit,
            total=self.decisions.count(),
        )

    def _product(self, wish: SimulationWish) -> Product:
        product = self.products.get(wish.product)
        if product is None:
            known = ", ".join(self.products)
            raise SimulationProductUnknown(product=wish.product, known=known)
        if wish.segment is not None and wish.segment not in product.segments:
            known = ", ".join(product.segments)
            raise SimulationSegmentUnknown(product=product.name, segment=wish.segment, known=known)
        return product

    def _packages(self, product: Product, models: Sequence[str]) -> list[ModelPackage]:
        if LIVE in models:
            live = self.registry.live()
            hashes = [one.hash for (name, _), one in live.items() if name == product.name]
        else:
            hashes = [self.registry.find(one).hash for one in models]
        return [opened(self.registry.open(self.registry.get(one))) for one in hashes]

    def _version(
        self, product: Product, wish: PolicyWish, packages: Mapping[str, ModelPackage]
    ) -> Version:
        policy = self._policy(product, wish)
        name = wish.name or f"{policy.name} ({policy.hash[:SHORT]})"
        return Version(name=name, policy=policy, packages=packages, product=product)

    def _policy(self, product: Product, wish: PolicyWish) -> Policy:
        if wish.document is not None:
            return Policy.from_mapping(wish.document)
        if wish.hash in (None, LIVE):
            return self.policies.live(product.name).policy
        return self.policies.get(product.name, str(wish.hash)).policy

    def _note(self, job: Job, told: dict[str, Any]) -> tuple[bool, bool]:
        kept = self.jobs.renew(job, steps_done=int(told["share"] * (STEPS - 1)))
        return False, not kept


def _dictionaries(product: Product, tried: Sequence[Version]) -> dict[str, list[Product]]:
    """Return by segment every dictionary that a version reads, each once."""
    found: dict[str, list[Product]] = {}
    for segment in product.segments:
        read = {one.dictionary(segment).hash: one.dictionary(segment) for one in tried}
        found[segment] = list(read.values())
    return found


def opened(package: Package) -> ModelPackage:
    """Return the package as the library knows it."""
    return package if isinstance(package, ModelPackage) else ModelPackage.load(package.path)
