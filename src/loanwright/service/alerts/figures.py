"""Where the figures come from that rules watch: a closed list, read chunk by chunk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Protocol

from loanwright.decisioning.months import add_months, vintage
from loanwright.decisioning.outcome import Outcome
from loanwright.service.alerts.errors import FigureUnknown
from loanwright.service.alerts.rules import Figure, Rule
from loanwright.service.alerts.schemas import Reading
from loanwright.service.decisions.service import Decisions
from loanwright.service.jobs.schemas import State
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.clock import Clock
from loanwright.service.monitoring.outlook import Outlook
from loanwright.service.monitoring.schemas import Asked
from loanwright.service.monitoring.service import Monitoring

#: Chunks that are read again at each look: older ones have been read already.
MONTHS_BACK: Final = 6
DAYS_BACK: Final = 14
#: Fewer decisions on a day say nothing of the approval rate.
LEAST_DECISIONS: Final = 20


class DriftReadings(Protocol):
    """Tells how far features and the score of a product have drifted."""

    def read_drift(
        self, product: str, segment: str | None, feature: str | None
    ) -> Sequence[tuple[str, float]]:
        """Return chunk and value, the oldest first; of the score where no feature is named."""
        ...


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Reads the value of a figure in its last chunks."""

    clock: Clock
    decisions: Decisions
    monitoring: Monitoring
    outlook: Outlook
    jobs: Jobs
    overdue: Callable[[], int]
    drift: DriftReadings | None = None

    def read(self, rule: Rule) -> list[Reading]:
        """Return the last readings of what a rule watches, the oldest first."""
        readers: Mapping[Figure, Callable[[Rule], list[Reading]]] = {
            Figure.APPROVAL_RATE: self._approvals,
            Figure.DECISIONS: self._decisions,
            Figure.BAD_RATE: self._bad_rates,
            Figure.EXPECTED_BAD_RATE: self._expected,
            Figure.CALIBRATION_GAP: self._gaps,
            Figure.EARLY_ARREARS: self._early,
            Figure.FEATURE_DRIFT: self._drift,
            Figure.SCORE_DRIFT: self._drift,
            Figure.FAILED_JOBS: self._failed_jobs,
            Figure.QUEUE_AGE: self._queue_age,
            Figure.OVERDUE_REVIEWS: self._overdue,
        }
        return readers[rule.figure](rule)

    def _outcomes(self, rule: Rule) -> dict[str, list[str]]:
        """Return the outcomes of the last whole days."""
        today = self.clock.now().date()
        since = datetime.combine(today - timedelta(days=DAYS_BACK), time(), UTC)
        days: dict[str, list[str]] = {
            f"{today - timedelta(days=back)}": [] for back in range(DAYS_BACK, 0, -1)
        }
        for one in self.decisions.read_lines(str(rule.product), since):
            day = f"{one.decided_at.astimezone(UTC).date()}"
            if rule.segment in (None, one.segment) and day in days:
                days[day].append(one.outcome)
        return days

    def _approvals(self, rule: Rule) -> list[Reading]:
        return [
            Reading(chunk=day, value=held.count(str(Outcome.APPROVE)) / len(held))
            for day, held in self._outcomes(rule).items()
            if len(held) >= LEAST_DECISIONS
        ]

    def _decisions(self, rule: Rule) -> list[Reading]:
        return [
            Reading(chunk=day, value=float(len(held))) for day, held in self._outcomes(rule).items()
        ]

    def _asked(self, rule: Rule, *, months: int) -> Asked:
        first = add_months(self.clock.now().date(), -months)
        return Asked(product=str(rule.product), segment=rule.segment, since=vintage(first))

    def _bad_rates(self, rule: Rule) -> list[Reading]:
        """Return the bad rates of the last vintages whose labels are all ripe."""
        found = self.monitoring.performance(self._asked(rule, months=24 + MONTHS_BACK))
        ripe = [one for one in found if one.realised is not None and one.ripe == one.accounts]
        return [
            Reading(chunk=one.vintage, value=one.realised.rate.value)
            for one in ripe[-MONTHS_BACK:]
            if one.realised is not None
        ]

    def _expected(self, rule: Rule) -> list[Reading]:
        """Return the expected bad rates of the last vintages, where they can be trusted."""
        found = self.outlook.list_outlooks(self._asked(rule, months=MONTHS_BACK))
        return [
            Reading(chunk=one.vintage, value=one.expected.rate.value)
            for one in found
            if not one.doubts
        ]

    def _gaps(self, rule: Rule) -> list[Reading]:
        """Return what was observed less what was stated, of the last ripe vintages."""
        found = self.monitoring.performance(self._asked(rule, months=24 + MONTHS_BACK))
        ripe = [one for one in found if one.realised is not None and one.ripe == one.accounts]
        return [
            Reading(chunk=one.vintage, value=one.realised.rate.value - one.realised.stated)
            for one in ripe[-MONTHS_BACK:]
            if one.realised is not None
        ]

    def _early(self, rule: Rule) -> list[Reading]:
        asked = self._asked(rule, months=MONTHS_BACK + 4)
        found = self.monitoring.early_arrears(asked, days=30, months=3)
        return [
            Reading(chunk=one.vintage, value=one.early.value)
            for one in found
            if one.early is not None and one.early_rows == one.accounts
        ]

    def _drift(self, rule: Rule) -> list[Reading]:
        if self.drift is None:
            raise FigureUnknown(figure=str(rule.figure))
        found = self.drift.read_drift(str(rule.product), rule.segment, rule.feature)
        return [Reading(chunk=chunk, value=value) for chunk, value in found]

    def _failed_jobs(self, _rule: Rule) -> list[Reading]:
        return self._now(self.jobs.count_by_state().get(str(State.FAILED), 0))

    def _queue_age(self, _rule: Rule) -> list[Reading]:
        return self._now(self.jobs.outbox.waiting()[1] or 0.0)

    def _overdue(self, _rule: Rule) -> list[Reading]:
        return self._now(self.overdue())

    def _now(self, value: Any) -> list[Reading]:
        """Return a figure of this moment; its chunk is the hour."""
        return [Reading(chunk=f"{self.clock.now():%Y-%m-%dT%H}", value=float(value))]
