"""What schedules do: look at what became of credit, write it down, ask for training."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from loanwright.decisioning.months import add_months
from loanwright.errors import LoanwrightError
from loanwright.features.product import Product
from loanwright.service.alerts.service import Alerts
from loanwright.service.drift_reports.schemas import Days, DriftWish
from loanwright.service.drift_reports.service import DriftReports
from loanwright.service.jobs.schemas import Job, Outcome
from loanwright.service.kit.clock import Clock, iso
from loanwright.service.monitoring.documents import (
    describe_curves,
    describe_early,
    describe_outlooks,
    describe_performance,
    describe_rolls,
)
from loanwright.service.monitoring.outlook import Outlook
from loanwright.service.monitoring.schemas import Asked
from loanwright.service.monitoring.service import Monitoring
from loanwright.service.schedules.errors import RetrainingTableMissing
from loanwright.service.schedules.schemas import Kind
from loanwright.service.schedules.service import CALLER, PREFIX
from loanwright.service.training.schemas import TrainingWish
from loanwright.service.training.service import TrainingRuns
from loanwright.service.users.schemas import Principal

SUFFIXES: Final = ("parquet", "csv")
#: A drift report is about so many months, this one among them.
DRIFT_MONTHS: Final = 12


@dataclass(frozen=True, kw_only=True)
class Deeds:
    """Does what schedules order."""

    clock: Clock
    products: Mapping[str, Product]
    monitoring: Monitoring
    outlook: Outlook
    alerts: Alerts
    training: TrainingRuns
    drift: DriftReports
    tables: Path

    @property
    def handlers(self) -> dict[str, Any]:
        """Return what does each kind of job."""
        return {
            f"{PREFIX}{Kind.MONITORING}": self.watch,
            f"{PREFIX}{Kind.MONITORING_REPORT}": self.report,
            f"{PREFIX}{Kind.DRIFT_REPORT}": self.measure_drift,
            f"{PREFIX}{Kind.RETRAINING}": self.retrain,
        }

    def watch(self, job: Job) -> Outcome:
        """Write down what is expected of every vintage, and look at every rule."""
        product, segment = _wanted(job)
        written = 0
        for name in [product] if product else sorted(self.products):
            written += self._record(name, segment)
        return _done(estimates=written, alerts=self.alerts.look_at_all())

    def _record(self, product: str, segment: str | None) -> int:
        segments = [segment] if segment else [None, *self.products[product].segments]
        return sum(self.outlook.record(product, one) for one in segments)

    def report(self, job: Job) -> Outcome:
        """Write down what became of each product's credit, and what is expected of it."""
        product, segment = _wanted(job)
        found = {}
        for name in [product] if product else sorted(self.products):
            asked = Asked(product=name, segment=segment)
            curves = self.monitoring.vintages(asked, days=90, months=24, interval="jeffreys")
            if not curves:
                continue
            early = self.monitoring.early_arrears(asked, days=30, months=3)
            rolls = self.monitoring.roll_rates(asked, months=12)
            parts = {
                "vintages": describe_curves(curves),
                "early_arrears": describe_early(early),
                "roll_rates": describe_rolls(rolls),
                "performance": describe_performance(self.monitoring.performance(asked)),
                "expected": describe_outlooks(self.outlook.list_outlooks(asked)),
            }
            found[name] = {part: one.model_dump(mode="json") for part, one in parts.items()}
        return _done(made_at=iso(self.clock.now()), products=found)

    def measure_drift(self, job: Job) -> Outcome:
        """Order a drift report of the last months on each segment of a product."""
        product, segment = _wanted(job)
        name, today = str(product), self.clock.now().date()
        days = Days(since=add_months(today.replace(day=1), 1 - DRIFT_MONTHS), until=today)
        caller = Principal(id=CALLER.id, kind="key", permissions=frozenset())
        ordered, refused = {}, {}
        for one in [segment] if segment else self.products[name].segments:
            wish = DriftWish(product=name, segment=one, days=days)
            try:
                ordered[one] = self.drift.accept(CALLER, caller, wish).id
            except LoanwrightError as refusal:
                refused[one] = refusal
        if refused and not ordered:
            raise next(iter(refused.values()))
        told = {one: refusal.code for one, refusal in refused.items()}
        return _done(drift_reports=ordered, refused=told)

    def retrain(self, job: Job) -> Outcome:
        """Order a training run on the table that lies ready for a product."""
        product, _ = _wanted(job)
        name = str(product)
        kind = next((one for one in SUFFIXES if (self.tables / f"{name}.{one}").is_file()), None)
        if kind is None:
            raise RetrainingTableMissing(name=name)
        place = self.training.make_place(kind)
        shutil.copyfile(self.tables / f"{name}.{kind}", place)
        try:
            wish = TrainingWish(product=name, kind=kind)
            ordered = self.training.accept(CALLER, CALLER.id, place, wish)
        except LoanwrightError:
            shutil.rmtree(place.parent, ignore_errors=True)
            raise
        return _done(training_run=ordered.id)


def _wanted(job: Job) -> tuple[str | None, str | None]:
    payload = msgspec.json.decode(job.payload)
    return payload["product"], payload["segment"]


def _done(**told: Any) -> Outcome:
    return Outcome(result=msgspec.json.encode(told).decode())
