"""Drift reports: ordered, made by whoever is free, and kept."""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec

from loanwright.drift.profile import Chunk, Profile, Reference
from loanwright.drift.report import Subject, drift_report, titles_of
from loanwright.drift.watching import Threshold, Watch
from loanwright.drift.words import DEVELOPMENT
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.decisions.service import Decisions
from loanwright.service.drift_reports.errors import (
    ChampionWithoutProfile,
    DriftProductUnknown,
    DriftReportNotFound,
    DriftReportNotReady,
    DriftReportUnfinished,
    DriftSegmentUnknown,
    NoDecisionsThen,
    TooManyChunks,
)
from loanwright.service.drift_reports.files import DriftFiles
from loanwright.service.drift_reports.history import Log
from loanwright.service.drift_reports.schemas import MOST_CHUNKS, DriftWish, chunks_of
from loanwright.service.jobs.beat import Beat
from loanwright.service.jobs.schemas import Job, Order, Outcome, State
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.policies.service import Policies
from loanwright.service.registry.packages import Package
from loanwright.service.registry.service import Registry
from loanwright.service.users.schemas import Principal

KIND: Final = "drift"
STEPS: Final = 100
#: The latest reports among which the last one of a segment is looked for.
LATEST: Final = 30
SHORT: Final = 12

Advance = Any
Report = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class DriftReports:
    """What was asked to be compared."""

    database: Database
    new_id: Ids
    audit: Audit
    jobs: Jobs
    registry: Registry
    policies: Policies
    decisions: Decisions
    products: Mapping[str, Product]
    files: DriftFiles
    stopping: threading.Event = field(default_factory=threading.Event)

    def accept(self, actor: Actor, principal: Principal, wish: DriftWish) -> Job:
        """Accept a report; what is wrong with the wish is said before anything is counted."""
        self._check(wish, principal)
        payload = msgspec.json.encode(wish)
        job = self.jobs.order(
            Order(
                kind=KIND,
                caller_id=principal.id,
                key=self.new_id("drf"),
                body_hash=hashlib.sha256(payload).hexdigest(),
                payload=payload.decode(),
                steps=STEPS,
            )
        )
        after = {"product": wish.product, "segment": wish.segment}
        change = Change(action="drift_report.ordered", subject=job.id, after=after)
        with self.database.write() as connection:
            self.audit.record(connection, actor, [change])
        return job

    def get(self, principal: Principal, report_id: str) -> Job:
        """Return one report; a key sees its own."""
        job = self.jobs.get(report_id)
        strange = principal.kind == "key" and job.caller_id != principal.id
        if job.kind != KIND or strange:
            raise DriftReportNotFound(report_id=report_id)
        return job

    def get_report(self, principal: Principal, report_id: str) -> Report:
        """Return the document of a report that is done."""
        job = self.get(principal, report_id)
        if job.state != State.DONE or job.result is None:
            raise DriftReportNotReady(report_id=report_id, state=str(job.state))
        return dict(msgspec.json.decode(job.result))

    def list_reports(self, principal: Principal, *, most: int) -> list[Job]:
        """Return the latest reports, the latest first."""
        own = principal.id if principal.kind == "key" else None
        return self.jobs.list_of_kind(KIND, caller_id=own, most=most)

    def figures(
        self, product: str, segment: str, figure: str, feature: str | None
    ) -> list[tuple[str, float]]:
        """Return a measure over the chunks of the last report on a segment, the oldest first.

        ``figure`` is a method, ``alerts``, ``probability_of_default`` or ``approval_rate``;
        without a feature a method is that of the score.
        """
        report = self._last(product, segment)
        found: list[tuple[str, float]] = []
        for chunk in () if report is None else report["chunks"]:
            value = _figure(chunk, figure, feature)
            if value is not None:
                found.append((str(chunk["name"]), float(value)))
        return found

    def _last(self, product: str, segment: str) -> Report | None:
        for job in self.jobs.list_of_kind(KIND, caller_id=None, most=LATEST):
            if job.state != State.DONE:
                continue
            result = self.jobs.get(job.id).result
            report = None if result is None else msgspec.json.decode(result)
            about = {} if report is None else report["subject"]
            if report and (about["product"], about["segment"]) == (product, segment):
                return dict(report)
        return None

    def compare(self, job: Job) -> Outcome:
        """Make the report that a job asks for."""
        wish = msgspec.json.decode(job.payload, type=DriftWish)
        with Beat(partial(self._note, job), told={"share": 0.0}) as beat:
            report = self.run(
                wish,
                advance=lambda share: beat.tell(share=share),
                stopped=lambda: beat.lost or self.stopping.is_set(),
            )
        if beat.lost or self.stopping.is_set():
            raise DriftReportUnfinished
        for one in () if wish.files is None else (wish.files.chunk, wish.files.reference):
            if one is not None:
                self.files.remove(one)
        return Outcome(result=msgspec.json.encode(report).decode())

    def run(
        self,
        wish: DriftWish,
        *,
        advance: Advance = lambda _share: None,
        stopped: Any = lambda: False,
    ) -> Report:
        """Make a report, now."""
        if wish.files is not None:
            return self._of_files(wish, advance)
        package, days = self._champion(wish), wish.days
        if days is None:
            raise NoDecisionsThen(product=wish.product, segment=wish.segment, sample="the chunks")
        log = Log(
            decisions=self.decisions,
            product=str(wish.product),
            package=package,
            advance=advance,
            stopped=stopped,
        )
        reference = self._reference(wish, package, log)
        grids = {name: one.grid for name, one in reference.profile.tallies.items()}
        profiles = log.profiles(days, wish.by, grids)
        chunks = [
            Chunk(name=name, profile=profiles[name])
            for name in chunks_of(days, wish.by)
            if name in profiles and profiles[name].rows
        ]
        if not chunks:
            raise NoDecisionsThen(product=wish.product, segment=wish.segment, sample="the chunks")
        watch = self._watch(wish, package, reference)
        subject = Subject(
            product=wish.product,
            segment=package.segment,
            model=package.hash,
            titles=titles_of(package.product),
            notes=_left_out(log.left_out),
        )
        return drift_report(watch, [watch.compare(one) for one in chunks], subject)

    def _reference(self, wish: DriftWish, package: ModelPackage, log: Log) -> Reference:
        known, days = package.profile, wish.reference
        if days is None:
            if known is None:
                raise ChampionWithoutProfile(model=package.hash[:SHORT])
            return Reference(name=DEVELOPMENT, profile=known)
        tallies = {} if known is None else known.tallies
        grids = {name: one.grid for name, one in tallies.items()} or log.grids(days)
        profile: Profile | None = log.profiles(days, "all", grids).get("all")
        if profile is None or not profile.rows:
            sample = "the reference"
            raise NoDecisionsThen(product=wish.product, segment=wish.segment, sample=sample)
        return Reference(name=f"{days.since} … {days.until}", profile=profile)

    def _watch(self, wish: DriftWish, package: ModelPackage, reference: Reference) -> Watch:
        cutoffs = self.policies.live(str(wish.product)).policy.cutoffs.get(package.segment)
        return Watch(
            reference=reference,
            threshold=_threshold(wish),
            model=(package.assessor.calibration, package.assessor.scale),
            approve_from=None if cutoffs is None else cutoffs.approve_from,
        )

    def _of_files(self, wish: DriftWish, advance: Advance) -> Report:
        # Serving machines have no polars; whoever makes such reports has.
        from loanwright.drifting.files import Comparing

        files = wish.files
        if files is None:
            raise NoDecisionsThen(product=wish.product, segment=wish.segment, sample="the files")
        champion = wish.product is not None and wish.segment is not None
        comparing = Comparing(
            product=None if wish.product is None else self.products[wish.product],
            segment=wish.segment,
            package=self._champion(wish) if champion else None,
            policy=self.policies.live(str(wish.product)).policy if champion else None,
            threshold=_threshold(wish),
        )
        reference = None if files.reference is None else self.files.find(files.reference)
        names = (DEVELOPMENT if reference is None else "reference", "chunk")
        return comparing.compare(
            reference,
            self.files.find(files.chunk),
            names=names,
            advance=lambda _what, share: advance(share),
        )

    def _champion(self, wish: DriftWish) -> ModelPackage:
        return _opened(self.registry.champion(str(wish.product), str(wish.segment)))

    def _check(self, wish: DriftWish, principal: Principal) -> None:
        _threshold(wish)
        self._check_product(wish)
        if wish.files is not None:
            owner = principal.id
            for one in (wish.files.chunk, wish.files.reference):
                if one is not None:
                    self.files.find(one, owner)
            return
        package = self._champion(wish)
        if wish.reference is None and package.profile is None:
            raise ChampionWithoutProfile(model=package.hash[:SHORT])
        count = 0 if wish.days is None else len(chunks_of(wish.days, wish.by))
        if count > MOST_CHUNKS:
            raise TooManyChunks(count=count, most=MOST_CHUNKS)

    def _check_product(self, wish: DriftWish) -> None:
        if wish.product is None:
            return
        product = self.products.get(wish.product)
        if product is None:
            raise DriftProductUnknown(product=wish.product, known=", ".join(self.products))
        if wish.segment is not None and wish.segment not in product.segments:
            known = ", ".join(product.segments)
            raise DriftSegmentUnknown(product=product.name, segment=wish.segment, known=known)

    def _note(self, job: Job, told: dict[str, Any]) -> tuple[bool, bool]:
        done = int(min(max(told["share"], 0.0), 1.0) * (STEPS - 1))
        return False, not self.jobs.renew(job, steps_done=done)


def _threshold(wish: DriftWish) -> Threshold:
    return Threshold(methods=wish.methods, significance=wish.significance)


def _left_out(count: int) -> list[dict[str, str]]:
    if not count:
        return []
    return [
        {
            "en": f"{count} decisions are left out: their persons were erased, or the model "
            "cannot read them.",
            "ru": f"Решений не учтено: {count} — лица стёрты, или модель не может прочесть заявку.",
        }
    ]


def _figure(chunk: Report, figure: str, feature: str | None) -> float | None:
    if figure in ("alerts", "probability_of_default", "approval_rate"):
        return chunk[figure]
    found = [*([chunk["score"]] if chunk["score"] else []), *chunk["features"]]
    wanted = feature or "score"
    one = next((each for each in found if each["feature"] == wanted), None)
    measure = None if one is None else one["measures"].get(figure)
    return None if measure is None else measure["value"]


def _opened(package: Package) -> ModelPackage:
    return package if isinstance(package, ModelPackage) else ModelPackage.load(package.path)
