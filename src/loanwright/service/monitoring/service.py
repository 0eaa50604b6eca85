"""Figures of booked credit: as of a day, as known on a day, by vintage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from loanwright.decisioning.months import add_months
from loanwright.features.product import Product
from loanwright.metrics.migration import MigrationMatrix, bandwidth, migration_matrix
from loanwright.performance.realised import realised
from loanwright.performance.ripening import turned_out
from loanwright.performance.rolling import STATES, RollRates, roll_rates
from loanwright.performance.vintages import (
    EarlyArrears,
    VintageCurve,
    early_arrears,
    vintage_curves,
)
from loanwright.service.accounts.service import Accounts
from loanwright.service.accounts.watching import Watch, Watched
from loanwright.service.decisions.schemas import DecisionLine
from loanwright.service.decisions.service import Decisions
from loanwright.service.monitoring.errors import DayRefused, ProductUnwatched
from loanwright.service.monitoring.schemas import (
    Asked,
    GradeMoves,
    Stated,
    VintagePerformance,
)

#: Applicants who come again are compared with their decision before, if it is younger than this.
YEARS_BACK = 5


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """Reads what became of booked credit; it changes nothing."""

    accounts: Accounts
    decisions: Decisions
    products: Mapping[str, Product]

    def vintages(
        self, asked: Asked, *, days: int, months: int, interval: str
    ) -> list[VintageCurve]:
        """Return the cumulative bad rate of each vintage by months on book."""
        return [
            curve
            for _, watched in self.watch(asked)
            for curve in vintage_curves(watched.book, days=days, months=months, interval=interval)
        ]

    def roll_rates(self, asked: Asked, *, months: int | None = None) -> RollRates:
        """Return how accounts rolled on between states of arrears, in the last months or ever."""
        counts, left, counted = np.zeros((len(STATES),) * 2), np.zeros(len(STATES)), 0
        since = None if months is None else add_months(self.as_of(asked), -months)
        for _, watched in self.watch(asked):
            found = roll_rates(watched.book, since=since)
            counts += found.matrix.counts
            left += found.matrix.left
            counted += found.months
        matrix = MigrationMatrix(grades=STATES, counts=counts, left=left)
        return RollRates(matrix=matrix, months=counted)

    def early_arrears(self, asked: Asked, *, days: int, months: int) -> list[EarlyArrears]:
        """Return first-payment defaults and early arrears of each vintage."""
        return [
            found
            for _, watched in self.watch(asked)
            for found in early_arrears(watched.book, days=days, months=months)
        ]

    def migration(self, asked: Asked) -> GradeMoves:
        """Return how applicants who came again moved from one decision's grade to the next's."""
        product = self.product(asked.product)
        day = self.as_of(asked)
        grades = [str(one["name"]) for one in product.scale["grades"]]
        since = datetime.combine(day.replace(year=day.year - YEARS_BACK, day=1), time(), UTC)
        before, after, last, left_out = [], [], dict[str, str](), 0
        until = _end_of(day)
        # The newest come first: what was seen before is the later decision.
        for one in self.decisions.read_lines(product.name, since):
            if one.decided_at > until or asked.segment not in (None, one.segment):
                continue
            later = last.get(one.applicant_id)
            last[one.applicant_id] = one.grade
            if later is None:
                continue
            if {one.grade, later} <= set(grades):
                before.append(one.grade)
                after.append(later)
            else:
                left_out += 1
        if not before:
            return GradeMoves(matrix=None, bandwidth=None, left_out=left_out)
        matrix = migration_matrix(before, after, grades=grades)
        moved = bandwidth(matrix) if len(grades) > 1 else None
        return GradeMoves(matrix=matrix, bandwidth=moved, left_out=left_out)

    def performance(self, asked: Asked) -> list[VintagePerformance]:
        """Return how each vintage turned out, as far as its labels are ripe."""
        found = []
        for watch, watched in self.watch(asked):
            lines = self.lines_of(watched)
            known, stated = stated_of(watched, lines)
            labels = turned_out(watched.book, watch.definition(asked.product))
            usable = known & labels.known
            ripe = int((known & labels.ripe).sum())
            happened = None
            if int(usable.sum()) >= 2:
                chosen = usable[known]
                happened = realised(
                    labels.default[usable],
                    stated.probability[chosen],
                    [grade for grade, own in zip(stated.grades, chosen, strict=True) if own],
                )
            found.append(
                VintagePerformance(
                    vintage=watched.vintage,
                    accounts=len(watched.book),
                    ripe=ripe,
                    realised=happened,
                )
            )
        return found

    def watch(self, asked: Asked) -> Iterator[tuple[Watch, Watched]]:
        """Go through the vintages that are asked for, the oldest first."""
        self.product(asked.product)
        watch = Watch(
            accounts=self.accounts, as_of=self.as_of(asked), known_at=self._known_at(asked)
        )
        for vintage in watch.list_vintages(asked.product):
            if (asked.since or vintage) <= vintage <= (asked.until or vintage):
                watched = self._of_segment(watch.of(asked.product, vintage), asked.segment)
                if len(watched.book):
                    yield watch, watched

    def lines_of(self, watched: Watched) -> dict[str, DecisionLine]:
        """Return the decisions that led to the accounts of a vintage."""
        found = self.decisions.list_lines({one for one in watched.decisions if one is not None})
        return {one.id: one for one in found}

    def product(self, name: str) -> Product:
        """Return a product that is offered."""
        if name not in self.products:
            raise ProductUnwatched(product=name, known=", ".join(sorted(self.products)))
        return self.products[name]

    def as_of(self, asked: Asked) -> date:
        """Return the day from which is seen."""
        today = self.accounts.today()
        day = asked.as_of or today
        if day > today + timedelta(days=1):
            raise DayRefused(problem=f"as_of is {day}")
        return day

    def _known_at(self, asked: Asked) -> datetime:
        now = self.accounts.clock.now()
        if asked.known_on is None:
            return now
        if asked.known_on > now.date() + timedelta(days=1):
            raise DayRefused(problem=f"known_on is {asked.known_on}")
        return min(now, _end_of(asked.known_on))

    def _of_segment(self, watched: Watched, segment: str | None) -> Watched:
        if segment is None:
            return watched
        lines = self.lines_of(watched)
        own = [one in lines and lines[one].segment == segment for one in watched.decisions]
        return watched.only(np.array(own, dtype=np.bool_))


def stated_of(watched: Watched, lines: Mapping[str, DecisionLine]) -> tuple[np.ndarray, Stated]:
    """Return which accounts have a decision, and what it stated of these."""
    known = np.array([one in lines for one in watched.decisions], dtype=np.bool_)
    own = [lines[one] for one in watched.decisions if one is not None and one in lines]
    probability = np.array([one.probability_of_default for one in own], dtype=np.float64)
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    return known, Stated(
        log_odds=np.log(inside) - np.log1p(-inside),
        probability=inside,
        grades=tuple(one.grade for one in own),
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59, 999_000), UTC)
