"""Training runs: accepted with their table, trained by whoever is free, ended as candidates."""

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from loanwright.batch.opening import open_file
from loanwright.features.product import Product
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.jobs.beat import Beat
from loanwright.service.jobs.schemas import Job, Order, Outcome
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.registry.service import Registry
from loanwright.service.training.errors import (
    TrainingLabelMissing,
    TrainingProductUnknown,
    TrainingRunNotFound,
    TrainingTableGone,
    TrainingUnfinished,
)
from loanwright.service.training.runner import Trainer, Workplace
from loanwright.service.training.schemas import TrainingPayload, TrainingWish
from loanwright.service.users.schemas import Principal

KIND: Final = "training"
STEPS: Final = 100
PRODUCT: Final = "product.toml"
BINS: Final = "bins.toml"
SHOWN: Final = 12


@dataclass(frozen=True, kw_only=True)
class Bins:
    """Bins that a person has edited, as a file, and the product of their scorecard."""

    text: str = field(repr=False)
    product: Product = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class TrainingRuns:
    """What was asked to be trained."""

    database: Database
    new_id: Ids
    audit: Audit
    jobs: Jobs
    registry: Registry
    products: Mapping[str, Product]
    trainer: Trainer
    directory: Path
    models_dir: Path
    limit: int
    stopping: threading.Event = field(default_factory=threading.Event)

    def make_place(self, kind: str) -> Path:
        """Make a directory for a table that is to come, and return where it goes."""
        self.directory.mkdir(parents=True, exist_ok=True)
        place = self.directory / self.new_id("trn")
        place.mkdir(mode=0o700)
        return place / f"table.{kind}"

    def accept(
        self,
        actor: Actor,
        caller_id: str,
        table: Path,
        wish: TrainingWish,
        *,
        bins: Bins | None = None,
    ) -> Job:
        """Accept a table that lies whole on disk; bins edited by a person come with their product.

        A candidate with edited bins is trained for the product file that its scorecard has.
        """
        if bins is None and wish.product not in self.products:
            known = ", ".join(self.products)
            raise TrainingProductUnknown(product=wish.product, known=known)
        product = self.products[wish.product] if bins is None else bins.product
        self._check_label(table, product)
        place = table.parent
        (place / PRODUCT).write_text(product.text, encoding="utf-8")
        if bins is not None:
            (place / BINS).write_text(bins.text, encoding="utf-8")
        payload = msgspec.json.encode(TrainingPayload(place=place.name, wish=wish)).decode()
        job = self.jobs.order(
            Order(
                kind=KIND,
                caller_id=caller_id,
                key=place.name,
                body_hash=place.name,
                payload=payload,
                steps=STEPS,
            )
        )
        change = Change(action="training.ordered", subject=job.id, after={"product": wish.product})
        with self.database.write() as connection:
            self.audit.record(connection, actor, [change])
        return job

    def _check_label(self, table: Path, product: Product) -> None:
        label = product.sample.default
        columns = open_file(table).columns
        if label not in columns:
            raise TrainingLabelMissing(label=label, columns=", ".join(columns[:SHOWN]))

    def get(self, principal: Principal, run_id: str) -> Job:
        """Return one training run; a key sees its own."""
        job = self.jobs.get(run_id)
        strange = principal.kind == "key" and job.caller_id != principal.id
        if job.kind != KIND or strange:
            raise TrainingRunNotFound(run_id=run_id)
        return job

    def list_runs(self, principal: Principal, *, most: int) -> list[Job]:
        """Return the latest training runs, the latest first."""
        own = principal.id if principal.kind == "key" else None
        return self.jobs.list_of_kind(KIND, caller_id=own, most=most)

    def train(self, job: Job) -> Outcome:
        """Train on the table of a job, and register what came of it as candidates."""
        payload = msgspec.json.decode(job.payload, type=TrainingPayload)
        place = self.directory / payload.place
        work = Workplace(
            product=place / PRODUCT,
            table=place / f"table.{payload.wish.kind}",
            models=place / "models",
        )
        if not work.table.is_file():
            raise TrainingTableGone
        with Beat(partial(self._note, job), told={"share": 0.0}) as beat:
            own = ["--bins", str(place / BINS)] if (place / BINS).is_file() else []
            packages = self.trainer.train(
                work,
                [*payload.wish.options(), *own],
                tell=lambda share: beat.tell(share=share),
                stopped=lambda: beat.lost or self.stopping.is_set(),
            )
        if beat.lost:
            raise TrainingUnfinished
        hashes = [self._register(path, by=job.caller_id) for path in packages]
        # The table is personal, and nobody needs it any more.
        shutil.rmtree(place, ignore_errors=True)
        told = msgspec.json.encode({"kind": KIND, "models": hashes})
        return Outcome(result=told.decode())

    def _register(self, path: Path, *, by: str) -> str:
        """Bring a package to where models are kept, and register it."""
        kept = self.models_dir / path.name
        if not kept.exists():
            self.models_dir.mkdir(parents=True, exist_ok=True)
            shutil.move(path, kept)
        return self.registry.register(kept, by=by, note="trained over the API").hash

    def _note(self, job: Job, told: dict[str, Any]) -> tuple[bool, bool]:
        kept = self.jobs.renew(job, steps_done=int(told["share"] * (STEPS - 1)))
        return False, not kept
