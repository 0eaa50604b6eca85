"""What became of those whom an experiment decided, as rows that know when they are ripe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from loanwright.decisioning.months import add_months
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.performance import (
    Performance,
    PerformanceDefinition,
    Standing,
    performance,
)
from loanwright.decisioning.schedule import schedule
from loanwright.experiments.conclusion import Row
from loanwright.experiments.evidence import Counts
from loanwright.service.accounts.schemas import Account, RecordedPayment, Status
from loanwright.service.accounts.service import history_of
from loanwright.service.experiments.schemas import Assignment, Measure

DEFAULTED = {Performance.GOOD: 0.0, Performance.BAD: 1.0, Performance.INDETERMINATE: None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """An account with its payments."""

    account: Account
    payments: Sequence[RecordedPayment]

    @property
    def lent(self) -> bool:
        """Tell whether the money was lent."""
        return self.account.status is not Status.CANCELLED

    def at_the_end(self, definition: PerformanceDefinition) -> Standing:
        """Return how it turned out at the end of the window, whatever is known of it now."""
        ends = add_months(self.account.disbursed_on, definition.months)
        return performance(history_of(self.account, self.payments), ends, definition)

    def profit(self, definition: PerformanceDefinition) -> float:
        """Return what was earned by the end of the window, in minor units.

        It is what came in, and what is owed still where the account is not bad, less what was
        lent: of a good account the interest, of a bad one all that was not paid back, lost.
        """
        standing = self.at_the_end(definition)
        ends = standing.window_ends_on
        within = [one.payment for one in self.payments if one.payment.due_on <= ends]
        came_in = sum(one.paid for one in within if one.paid_on is None or one.paid_on <= ends)
        lost = standing.performance is Performance.BAD
        return float(came_in + (0 if lost else self._owed(ends)) - self.account.amount)

    def _owed(self, day: date) -> int:
        """Return what is owed at the end of a day: as the schedule says, or the last statement."""
        ended = self.account.ended_on
        if ended is not None and ended <= day:
            return 0
        stated = [one.payment for one in self.payments if one.payment.due_on <= day]
        if stated and stated[-1].balance is not None:
            return max(0, stated[-1].balance - stated[-1].paid)
        due = [one for one in schedule(self.account.credit) if one.due_on <= day]
        return due[-1].balance if due else self.account.amount


def rows_of(
    measure: Measure,
    decided: Sequence[Assignment],
    booked: Mapping[str, Booked],
    definition: PerformanceDefinition,
) -> Iterator[Row]:
    """Go through the rows of an arm, in the order of its decisions."""
    for one in decided:
        account = booked.get(one.decision_id)
        lent = account if account is not None and account.lent else None
        if measure is Measure.APPROVAL_RATE:
            approved = one.outcome == Outcome.APPROVE
            yield Row(ripe_on=one.decided_at.date(), value=float(approved))
        elif measure is Measure.PROFIT:
            yield _profit(one, lent, definition)
        elif lent is not None:
            standing = lent.at_the_end(definition)
            yield Row(ripe_on=standing.window_ends_on, value=DEFAULTED[standing.performance])


def _profit(one: Assignment, lent: Booked | None, definition: PerformanceDefinition) -> Row:
    if lent is None:
        # As long as the others wait: until then an approval may still become an account.
        decided_on = one.decided_at.date()
        return Row(ripe_on=add_months(decided_on, definition.months), value=0.0)
    ends = add_months(lent.account.disbursed_on, definition.months)
    return Row(ripe_on=ends, value=lent.profit(definition))


def count_arrears(
    decided: Sequence[Assignment],
    booked: Mapping[str, Booked],
    definition: PerformanceDefinition,
    today: date,
) -> Counts:
    """Return how many accounts were in arrears early; those whose window is open do not count.

    Neither the good nor the bad of them: arrears are known sooner than their absence, so that
    counting them at once would make every young arm look bad.
    """
    rows = list(rows_of(Measure.DEFAULT_RATE, decided, booked, definition))
    known = [one.value for one in rows if one.ripe_on <= today and one.value is not None]
    hits = sum(value == 1 for value in known)
    return Counts(hits=hits, misses=len(known) - hits)
