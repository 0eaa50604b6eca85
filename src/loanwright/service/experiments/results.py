"""What an experiment shows, and whether it must stop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from loanwright.decisioning.months import add_months
from loanwright.decisioning.performance import PerformanceDefinition, definition_on
from loanwright.experiments.conclusion import Calendar, Conclusion, conclude
from loanwright.experiments.evidence import Counts
from loanwright.experiments.guardrail import Guardrail, Look, Watched
from loanwright.service.accounts.service import Accounts
from loanwright.service.experiments import repository
from loanwright.service.experiments.schemas import Assignment, Design, Experiment, Measure
from loanwright.service.experiments.turned_out import Booked, count_arrears, rows_of
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database

#: Days pass slowly: arrears are counted anew this often, approvals whenever somebody looks.
BETWEEN_ARREARS: Final = timedelta(minutes=5)
NOTHING: Final = Counts(hits=0, misses=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmResult:
    """What can be said of an arm beside the first one."""

    arm: str
    conclusion: Conclusion
    looks: Sequence[Look]


@dataclass(kw_only=True)
class Results:
    """Reads what became of those whom experiments decided."""

    database: Database
    clock: Clock
    accounts: Accounts
    counted: dict[str, tuple[datetime, Mapping[str, Counts]]] = field(default_factory=dict)

    def compare(self, experiment: Experiment) -> list[ArmResult]:
        """Return what can be said of every arm but the first."""
        design, decided = experiment.design, self._decided(experiment)
        booked = self._booked(decided, design)
        calendar, definition = self._calendar(experiment), self._definition(experiment)
        arms = {
            name: list(rows_of(design.measure, made, booked, definition))
            for name, made in _by_arm(design, decided).items()
        }
        watched = self._watched(experiment)
        return [
            ArmResult(
                arm=arm.name,
                conclusion=conclude(
                    arms[design.champion.name],
                    arms[arm.name],
                    design.sizes_of(arm),
                    calendar,
                    error=design.error,
                ),
                looks=_looks(design, arm.name, watched),
            )
            for arm in design.others
        ]

    def danger(self, experiment: Experiment) -> str | None:
        """Return which guardrail is broken, in words, or None."""
        watched = self._watched(experiment)
        for arm in experiment.design.others:
            for look in _looks(experiment.design, arm.name, watched):
                if look.broken:
                    return _said(look, arm.name)
        return None

    def _watched(self, experiment: Experiment) -> dict[Watched, Mapping[str, Counts]]:
        asked = {one.watched for one in experiment.design.guardrails}
        found: dict[Watched, Mapping[str, Counts]] = {}
        if Watched.APPROVAL_RATE in asked:
            with self.database.read() as connection:
                found[Watched.APPROVAL_RATE] = repository.count_approvals(connection, experiment.id)
        if Watched.EARLY_ARREARS in asked:
            found[Watched.EARLY_ARREARS] = self._arrears(experiment)
        return found

    def _arrears(self, experiment: Experiment) -> Mapping[str, Counts]:
        now, known = self.clock.now(), self.counted.get(experiment.id)
        if known is not None and now - known[0] < BETWEEN_ARREARS:
            return known[1]
        design, decided = experiment.design, self._decided(experiment)
        booked = self._accounts_of(decided)
        counts = {
            name: count_arrears(made, booked, design.early.definition, now.date())
            for name, made in _by_arm(design, decided).items()
        }
        self.counted[experiment.id] = now, counts
        return counts

    def _decided(self, experiment: Experiment) -> list[Assignment]:
        with self.database.read() as connection:
            return repository.list_first(connection, experiment.id)

    def _booked(self, decided: Sequence[Assignment], design: Design) -> dict[str, Booked]:
        return {} if design.measure is Measure.APPROVAL_RATE else self._accounts_of(decided)

    def _accounts_of(self, decided: Sequence[Assignment]) -> dict[str, Booked]:
        with self.database.read() as connection:
            found = self.accounts.list_of(connection, [one.applicant_id for one in decided])
        return {
            account.decision_id: Booked(account=account, payments=payments)
            for account, payments in found
            if account.decision_id is not None
        }

    def _definition(self, experiment: Experiment) -> PerformanceDefinition:
        day = (experiment.started_at or self.clock.now()).date()
        return definition_on(self.accounts.definitions(experiment.product), day)

    def _calendar(self, experiment: Experiment) -> Calendar:
        today = self.clock.now().date()
        began_on = (experiment.started_at or self.clock.now()).date()
        ends = add_months(today, self._definition(experiment).months)
        waits = experiment.design.measure is not Measure.APPROVAL_RATE
        return Calendar(
            began_on=began_on, today=today, ripening=(ends - today).days if waits else 0
        )


def _by_arm(design: Design, decided: Sequence[Assignment]) -> dict[str, list[Assignment]]:
    arms: dict[str, list[Assignment]] = {one.name: [] for one in design.arms}
    for one in decided:
        arms[one.arm].append(one)
    return arms


def _looks(design: Design, arm: str, watched: Mapping[Watched, Mapping[str, Counts]]) -> list[Look]:
    first = design.champion.name
    return [
        rail_of(design, one).look(
            watched[one.watched].get(first, NOTHING), watched[one.watched].get(arm, NOTHING)
        )
        for one in design.guardrails
    ]


def rail_of(design: Design, rail: Guardrail) -> Guardrail:
    """Return a guardrail with the error of one arm: what is stated holds for all together."""
    return Guardrail(
        watched=rail.watched,
        lowest=rail.lowest,
        highest=rail.highest,
        error=rail.error / len(design.others),
    )


def _said(look: Look, arm: str) -> str:
    rail, seen = look.guardrail, look.difference or 0.0
    return (
        f"guardrail: {rail.watched} of {arm} differs by {seen:+.4f}, "
        f"outside {rail.lowest:+.4f} to {rail.highest:+.4f}"
    )
