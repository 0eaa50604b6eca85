"""What is expected of vintages before outcomes are there, written down, and compared later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
import numpy as np
from sqlalchemy import Row

from loanwright.decisioning.months import add_months
from loanwright.metrics.estimate import Estimate
from loanwright.performance.correction import Matured, correct
from loanwright.performance.expected import Expected, expect
from loanwright.performance.realised import Realised, realised
from loanwright.performance.ripening import Labels, turned_out
from loanwright.performance.trust import Doubt, Early, Evidence, development_range, doubts
from loanwright.performance.vintages import early_known
from loanwright.service.accounts.watching import Watch, Watched
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.monitoring import repository
from loanwright.service.monitoring.schemas import Asked, FirstSaid, Stated, VintageOutlook
from loanwright.service.monitoring.service import Monitoring, stated_of

#: Early arrears: so many days within so many months on book.
EARLY_DAYS: Final = 30
EARLY_MONTHS: Final = 3
#: From so many matured accounts on, the range of their probabilities is what was compared.
LEAST_COMPARED: Final = 200
ALL: Final = "all"


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """One vintage, with what was stated of it and how it turned out."""

    vintage: str
    watched: Watched
    stated: Stated
    known: np.ndarray
    labels: Labels
    ripe_on: date

    @property
    def matured(self) -> Matured:
        """Return labels and log-odds of the accounts that were good or bad."""
        usable = self.known & self.labels.known
        return Matured(
            default=self.labels.default[usable], log_odds=self.stated.log_odds[usable[self.known]]
        )

    @property
    def early(self) -> Early:
        """Return early arrears as far as they are known."""
        late, ripe = early_known(self.watched.book, EARLY_DAYS, EARLY_MONTHS)
        usable = self.known & ripe
        return Early(late=late[usable], log_odds=self.stated.log_odds[usable[self.known]])

    def happened(self) -> Realised | None:
        """Return how it turned out."""
        usable = self.known & self.labels.known
        chosen = usable[self.known]
        if int(chosen.sum()) < 2:
            return None
        grades = [one for one, own in zip(self.stated.grades, chosen, strict=True) if own]
        probability = self.stated.probability[chosen]
        return realised(self.labels.default[usable], probability, grades, replicates=50)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What is expected of booked credit."""

    database: Database
    clock: Clock
    new_id: Ids
    monitoring: Monitoring

    def list_outlooks(self, asked: Asked) -> list[VintageOutlook]:
        """Return what was expected of each vintage, and what happened as far as it is known.

        Vintages before those asked for are read as well: they correct what is expected.
        """
        day = self.monitoring.as_of(asked)
        every = Asked(**{**_fields(asked), "since": None})
        cohorts = [_cohort(watch, watched, self.monitoring, asked.product)
                   for watch, watched in self.monitoring.watch(every)]  # fmt: skip
        cohorts = [one for one in cohorts if len(one.stated.probability) >= 2]
        with self.database.read() as connection:
            said = repository.list_first_estimates(connection, asked.product, asked.segment or ALL)
        return [
            _outlook(one, cohorts, day, said.get(one.vintage))
            for one in cohorts
            if (asked.since or one.vintage) <= one.vintage
        ]

    def record(self, product: str, segment: str | None = None) -> int:
        """Write down what is expected today of vintages without outcomes; return how many."""
        today = self.monitoring.accounts.today()
        rows = [
            {
                "id": self.new_id("vex"),
                "product": product,
                "segment": segment or ALL,
                "vintage": one.vintage,
                "as_of": today,
                "rows": one.expected.rows,
                "estimate": write_estimate(one.expected, one.doubts),
                "made_at": self.clock.now(),
            }
            for one in self.list_outlooks(Asked(product=product, segment=segment))
            if one.happened is None
        ]
        with self.database.write() as connection:
            return repository.insert_estimates(connection, rows)


def _fields(asked: Asked) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in Asked.__dataclass_fields__}


def _cohort(watch: Watch, watched: Watched, monitoring: Monitoring, product: str) -> Cohort:
    definition = watch.definition(product)
    known, stated = stated_of(watched, monitoring.lines_of(watched))
    return Cohort(
        vintage=watched.vintage,
        watched=watched,
        stated=stated,
        known=known,
        labels=turned_out(watched.book, definition),
        ripe_on=add_months(_first_day(watched.vintage), definition.months + 1),
    )


def _outlook(
    one: Cohort, cohorts: Sequence[Cohort], day: date, said: Row[Any] | None
) -> VintageOutlook:
    ripe = bool(one.labels.ripe.all())
    # What has matured since would make it look better than it was.
    by = min(day, add_months(_first_day(one.vintage), EARLY_MONTHS + 1)) if ripe else day
    before = [
        other
        for other in cohorts
        if other.vintage < one.vintage and other.ripe_on <= by and len(other.matured.default)
    ]
    matured = [other.matured for other in before]
    expected = expect(one.stated.log_odds, correct(matured))
    evidence = Evidence(
        matured=matured,
        early_before=_joined([other.early for other in before]),
        early=one.early,
        development=_compared(matured),
    )
    return VintageOutlook(
        vintage=one.vintage,
        accounts=len(one.watched.book),
        expected=expected,
        doubts=doubts(one.stated.log_odds, expected.bad, evidence),
        learnt_from=len(matured),
        first_said=None if said is None else read_estimate(said),
        happened=one.happened() if ripe else None,
    )


def _joined(held: Sequence[Early]) -> Early | None:
    if not held:
        return None
    return Early(
        late=np.concatenate([one.late for one in held]),
        log_odds=np.concatenate([one.log_odds for one in held]),
    )


def _compared(matured: Sequence[Matured]) -> tuple[float, float] | None:
    if sum(len(one.default) for one in matured) < LEAST_COMPARED:
        return None
    return development_range(np.concatenate([one.log_odds for one in matured]))


def _first_day(vintage: str) -> date:
    return date.fromisoformat(f"{vintage}-01")


def write_estimate(expected: Expected, found: Sequence[Doubt]) -> str:
    """Return what is expected as it is kept."""
    content = {
        "rate": expected.rate.to_mapping(digits=9),
        "auc": None if expected.auc is None else expected.auc.to_mapping(digits=9),
        "doubts": [str(one) for one in found],
    }
    return msgspec.json.encode(content).decode()


def read_estimate(row: Row[Any]) -> FirstSaid:
    """Return what was expected as it was kept."""
    content = msgspec.json.decode(row.estimate)
    return FirstSaid(
        as_of=row.as_of,
        rows=row.rows,
        rate=Estimate(**content["rate"]),
        auc=None if content["auc"] is None else Estimate(**content["auc"]),
        doubts=tuple(Doubt(one) for one in content["doubts"]),
    )
