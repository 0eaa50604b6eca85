"""The life of a bench: opened on a table, counted, its bins changed, a candidate made of them."""

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from loanwright.binning.document import bins_of_card, read_bins, write_bins
from loanwright.binning.given import GivenBinning
from loanwright.datasets.bundled import dataset_info, list_datasets, read_checked
from loanwright.features.columns import ColumnSpec, column_specs
from loanwright.models.bench import BenchRows, weigh_card
from loanwright.scaling import Scale
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.benches import repository
from loanwright.service.benches.counting import count_rows
from loanwright.service.benches.errors import (
    BenchChanged,
    BenchNeedsScorecard,
    BenchNotFound,
    BenchNotReady,
    NoBundledTable,
)
from loanwright.service.benches.schemas import Bench, Counted
from loanwright.service.jobs.beat import Beat
from loanwright.service.jobs.schemas import Job, Order, Outcome, State
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.registry.packages import Package
from loanwright.service.registry.service import Registry
from loanwright.service.training.schemas import TrainingWish
from loanwright.service.training.service import Bins, TrainingRuns

KIND: Final = "bench"
ROWS: Final = "rows.npz"
CARD: Final = "scorecard.json"
MOST: Final = 50
HELD: Final = 4


@dataclass(frozen=True, kw_only=True)
class Benches:
    """The scorecards whose bins are being changed."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    jobs: Jobs
    registry: Registry
    training: TrainingRuns
    seconds: float
    keep: timedelta
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def directory(self) -> Path:
        """Return where the tables of benches lie, beside those of training runs."""
        return self.training.directory

    def open(self, actor: Actor, model_hash: str, table: Path) -> Bench:
        """Lay a scorecard on a bench, to be counted on a table that lies whole on disk."""
        package = self._scorecard(model_hash)
        bench_id, place = self.new_id("bnc"), table.parent.name
        job = self.jobs.order(
            Order(
                kind=KIND,
                caller_id=actor.id,
                key=place,
                body_hash=place,
                payload=json.dumps({"bench": bench_id}),
            )
        )
        binnings, given = bins_of_card((package.path / CARD).read_text(encoding="utf-8"))
        bench = Bench(
            id=bench_id,
            model_hash=model_hash,
            place=place,
            kind=table.suffix.removeprefix("."),
            job_id=job.id,
            draft=write_bins(binnings, _specs(package), codes=_codes(package), given=given),
            version=1,
            opened_by=actor.id,
            opened_at=self.clock.now(),
        )
        change = Change(action="bench.opened", subject=bench_id, after={"model": model_hash})
        with self.database.write() as connection:
            repository.insert_bench(connection, asdict(bench))
            self.audit.record(connection, actor, [change])
        return bench

    def open_bundled(self, actor: Actor, model_hash: str) -> Bench:
        """Lay a scorecard on a bench with the table that comes with its product."""
        product = self._scorecard(model_hash).product.name
        if product not in list_datasets():
            raise NoBundledTable(product=product)
        table = self.training.make_place("parquet")
        table.write_bytes(read_checked(dataset_info(product)))
        return self.open(actor, model_hash, table)

    def has_bundled(self, product: str) -> bool:
        """Tell whether a product comes with a table of its own."""
        return product in list_datasets()

    def get(self, bench_id: str) -> Bench:
        """Return one bench."""
        with self.database.read() as connection:
            found = repository.find_bench(connection, bench_id)
        if found is None:
            raise BenchNotFound(bench_id=bench_id)
        return found

    def list_benches(self) -> list[tuple[Bench, Job]]:
        """Return the benches and how far they are counted, the newest first."""
        with self.database.read() as connection:
            found = repository.list_benches(connection, MOST)
            known = self.jobs.list_by_id(connection, [one.job_id for one in found])
        return [(one, known[one.job_id]) for one in found if one.job_id in known]

    def count(self, job: Job) -> Outcome:
        """Count the rows of a bench, in a process of its own."""
        bench = self.get(str(json.loads(job.payload)["bench"]))
        package, place = self._scorecard(bench.model_hash), self.directory / bench.place
        with Beat(partial(self._note, job), told={}) as beat:
            told = count_rows(
                package.path,
                place / f"table.{bench.kind}",
                place / ROWS,
                seconds=self.seconds,
                stopped=lambda: beat.lost or self.stopping.is_set(),
            )
        return Outcome(result=json.dumps({"kind": KIND, **told}))

    def weigh(self, bench: Bench, tried: Mapping[str, GivenBinning] | None = None) -> Counted:
        """Return the card that the bins of a bench make, and the one with other bins tried."""
        job = self.jobs.get(bench.job_id)
        if job.state is not State.DONE or job.result is None:
            raise BenchNotReady(bench_id=bench.id)
        package = self._scorecard(bench.model_hash)
        rows = _read_rows(self.directory / bench.place / ROWS)
        kept = self.read_draft(bench)
        given = {**kept, **(tried or {})}
        scale = _points_scale(package)
        before = weigh_card(rows, kept, scale=scale)
        return Counted(
            bench=bench,
            rows=rows,
            given=given,
            card=weigh_card(rows, given, scale=scale) if tried else before,
            before=before,
            same=bool(json.loads(job.result)["same"]),
        )

    def read_draft(self, bench: Bench) -> dict[str, GivenBinning]:
        """Return the bins of a bench as they are kept."""
        package = self._scorecard(bench.model_hash)
        return read_bins(bench.draft, _specs(package), codes=_codes(package))

    def change(self, bench: Bench, tried: Mapping[str, GivenBinning]) -> Bench:
        """Keep other bins of some features."""
        given = {**self.read_draft(bench), **tried}
        counted = self.weigh(bench, tried)
        package = self._scorecard(bench.model_hash)
        draft = write_bins(
            counted.card.binnings, _specs(package), codes=_codes(package), given=given
        )
        with self.database.write() as connection:
            if not repository.change_draft(connection, bench, draft):
                raise BenchChanged(bench_id=bench.id)
        return self.get(bench.id)

    def save(self, actor: Actor, bench: Bench) -> Job:
        """Order a candidate that is trained with the bins of a bench, on its table."""
        package = self._scorecard(bench.model_hash)
        table = self.training.make_place(bench.kind)
        shutil.copyfile(self.directory / bench.place / f"table.{bench.kind}", table)
        wish = TrainingWish(
            product=package.product.name,
            kind=bench.kind,
            families=("scorecard",),
            segments=(package.segment,),
            trials=0,
            seed=int(package.manifest.get("seed", 0)),
        )
        bins = Bins(text=bench.draft, product=package.product)
        return self.training.accept(actor, actor.id, table, wish, bins=bins)

    def close(self, actor: Actor, bench: Bench) -> None:
        """Put a bench away, with its table."""
        change = Change(action="bench.closed", subject=bench.id)
        with self.database.write() as connection:
            repository.delete_bench(connection, bench.id)
            self.audit.record(connection, actor, [change])
        shutil.rmtree(self.directory / bench.place, ignore_errors=True)

    def forget(self) -> int:
        """Put old benches away; harmless when repeated."""
        with self.database.read() as connection:
            old = repository.list_before(connection, self.clock.now() - self.keep, MOST)
        for one in old:
            self.close(Actor(id="system:benches"), one)
        return len(old)

    def package_of(self, bench: Bench) -> Package:
        """Return the scorecard that lies on a bench."""
        return self._scorecard(bench.model_hash)

    def _scorecard(self, model_hash: str) -> Package:
        package = self.registry.open(self.registry.get(model_hash))
        if package.family != "scorecard":
            raise BenchNeedsScorecard(model_hash=model_hash, family=package.family)
        return package

    def _note(self, job: Job, _told: dict[str, Any]) -> tuple[bool, bool]:
        return False, not self.jobs.renew(job, steps_done=0)


@lru_cache(maxsize=HELD)
def _read_rows(path: Path) -> BenchRows:
    # Rows are written once: the directory of a bench is its own.
    return BenchRows.from_bytes(path.read_bytes())


def _specs(package: Package) -> tuple[ColumnSpec, ...]:
    return column_specs(package.product, package.segment)


def _codes(package: Package) -> dict[str, tuple[str, ...]]:
    features = package.product.model_features(package.segment)
    return {feature.name: feature.codes for feature in features}


def _points_scale(package: Package) -> dict[str, float]:
    """Return the scale on which training prints the points of a card."""
    scale = Scale.from_mapping(package.product.scale)
    names = ("pdo", "anchor_score", "anchor_odds")
    return {name: float(getattr(scale, name)) for name in names}
