"""Shadows: told of decisions when they are made, assessed by workers, compared when asked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.performance import definition_on
from loanwright.errors import LoanwrightError
from loanwright.experiments.beside import Pair, compare
from loanwright.service.accounts.service import Accounts
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.experiments.turned_out import DEFAULTED, Booked
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.together import Together
from loanwright.service.messaging.outbox import Outbox
from loanwright.service.policies.service import Policies
from loanwright.service.privacy.vault import Vault
from loanwright.service.registry.schemas import Check, CheckResult, Model
from loanwright.service.registry.service import Registry
from loanwright.service.reviews.holding import Queue
from loanwright.service.shadows import repository
from loanwright.service.shadows.assessing import failed, look
from loanwright.service.shadows.schemas import Comparison, Opinion, Seen, Tally

TOPIC: Final = "shadows"
#: A message names a decision, and nothing else.
PREFIX: Final = "dec_"
HELD_IN_MEMORY: Final = timedelta(hours=1)
MOST_COMPARED: Final = 100_000
#: Share of failed assessments from which on a challenger cannot be promoted.
MOST_FAILED: Final = 0.01


@dataclass(kw_only=True)
class Shadows:
    """What challengers think of what was decided."""

    database: Database
    clock: Clock
    vault: Vault
    outbox: Outbox
    registry: Registry
    policies: Policies
    decisions: Decisions
    accounts: Accounts
    queue: Queue | None = None
    together: Together[str, bool] = field(init=False)

    def __post_init__(self) -> None:
        """Let what several threads are told of be assessed at once."""
        self.together = Together[str, bool](self._assess_all)

    def announce(self, connection: Connection, decision_ids: Iterable[str]) -> None:
        """Tell workers, in the transaction that decides, what challengers are to look at."""
        self.outbox.put(connection, TOPIC, decision_ids)

    def remind(self) -> int:
        """Announce anew what a process that is gone may have held; harmless when repeated."""
        return self.outbox.repeat(TOPIC, self.clock.now() - HELD_IN_MEMORY)

    def assess(self, decision_id: str) -> bool:
        """Let every challenger assess a decision, once; what fails is kept as a failure."""
        return self.together(decision_id)

    def list_opinions(self, decision_id: str) -> list[Opinion]:
        """Return what every challenger thought of a decision, without what is sealed."""
        with self.database.read() as connection:
            rows = repository.list_of_decision(connection, decision_id)
        return [
            Opinion(
                model_hash=row.model_hash,
                outcome=row.outcome,
                probability_of_default=row.probability_of_default,
                score=row.score,
                grade=row.grade,
            )
            for row in rows
            if row.failure is None
        ]

    def list_tallies(self) -> list[Tally]:
        """Return how much each model has assessed."""
        with self.database.read() as connection:
            return repository.tally(connection)

    def inspect(self, model: Model) -> list[Check]:
        """Say how a model did in the shadow."""
        with self.database.read() as connection:
            found = [one for one in repository.tally(connection) if one.model_hash == model.hash]
        if not found:
            said = "It has assessed nothing in the shadow."
            return [Check(name="shadow", result=CheckResult.NOT_DONE, said=said)]
        result = _result(found[0])
        said = f"{found[0].assessed} assessed, {found[0].failed} failed."
        return [Check(name="shadow", result=result, said=said)]

    def compare(self, model_hash: str, *, most: int = MOST_COMPARED) -> Comparison:
        """Return a model beside what decided, on what it assessed last."""
        model = self.registry.get(model_hash)
        with self.database.read() as connection:
            rows = repository.list_last(connection, model_hash, most)
        failures = Counter(row.failure for row in rows if row.failure is not None)
        there = [row for row in rows if row.failure is None]
        labels = self._labels(model, there)
        return Comparison(
            model_hash=model_hash,
            product=model.product,
            segment=model.segment,
            failures=dict(sorted(failures.items())),
            beside=compare([_pair(row, labels.get(row.decision_id)) for row in there]),
        )

    def _assess_all(self, ids: Sequence[str]) -> list[bool]:
        wanted = sorted(set(ids))
        with self.database.read() as connection:
            done = repository.list_done(connection, wanted)
        # Of a person who was erased there is nothing to assess.
        decided = sorted(self.decisions.list_opened(wanted), key=_kind)
        for (_, segment, model_hash, _), group in groupby(decided, key=_kind):
            alike = list(group)
            # A product without models of its own is decided by those of its base.
            product = self.registry.get(model_hash).product
            for model in self.registry.challengers().get((product, segment), ()):
                self._assess_by(model, [one for one in alike if _is_new(one, model, done)])
        return [True] * len(ids)

    def _assess_by(self, model: Model, decided: list[DecisionRecord]) -> None:
        if not decided:
            return
        policy = self.policies.get(decided[0].product, decided[0].policy_hash).policy
        try:
            package = self.registry.open(model)
        except LoanwrightError as fault:
            seen = [failed(fault)] * len(decided)
        else:
            seen = look(package, policy, decided)
        people = {one.applicant_id for one in decided}
        with self.database.write() as connection:
            keys = self.vault.open(connection, people)
            rows = [
                self._row(model, one, found, keys[one.applicant_id])
                for one, found in zip(decided, seen, strict=True)
                if one.applicant_id in keys
            ]
            if repository.append(connection, rows) and self.queue is not None:
                self.queue.hear(connection, _probabilities(rows))

    def _row(self, model: Model, one: DecisionRecord, seen: Seen, key: Any) -> dict[str, Any]:
        place = f"shadow_assessments.detail:{one.id}:{model.hash}"
        return {
            "decision_id": one.id,
            "model_hash": model.hash,
            "applicant_id": one.applicant_id,
            "policy_hash": one.policy_hash,
            "decided_by": one.model_hash,
            "decided_outcome": one.outcome,
            "decided_probability": one.probability_of_default,
            "outcome": seen.outcome,
            "probability_of_default": seen.probability_of_default,
            "score": seen.score,
            "grade": seen.grade,
            "detail": None if seen.detail is None else key.seal(seen.detail, place=place),
            "failure": seen.failure,
            "assessed_at": self.clock.now(),
        }

    def _labels(self, model: Model, rows: Sequence[Row[Any]]) -> dict[str, int]:
        """Return how accounts turned out whose window is over, by decision: 1 is bad."""
        today = self.clock.now().date()
        definition = definition_on(self.accounts.definitions(model.product), today)
        with self.database.read() as connection:
            found = self.accounts.list_of(connection, [row.applicant_id for row in rows])
        labels = {}
        for account, payments in found:
            booked = Booked(account=account, payments=payments)
            if account.decision_id is None or not booked.lent:
                continue
            standing = booked.at_the_end(definition)
            label = DEFAULTED[standing.performance]
            if standing.window_ends_on <= today and label is not None:
                labels[account.decision_id] = int(label)
        return labels


def _probabilities(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    said = {row["decision_id"]: row["probability_of_default"] for row in rows}
    return {one: [value] for one, value in said.items() if value is not None}


def _kind(one: DecisionRecord) -> tuple[str, str, str, str]:
    return one.product, one.segment, one.model_hash, one.policy_hash


def _result(tally: Tally) -> CheckResult:
    """Return what failures mean: some ask for attention, many are a reason to refuse."""
    if tally.failed > tally.assessed * MOST_FAILED:
        return CheckResult.FAILED
    return CheckResult.ATTENTION if tally.failed else CheckResult.PASSED


def _is_new(one: DecisionRecord, model: Model, done: set[tuple[str, str]]) -> bool:
    """Tell whether a model has not assessed a decision, nor made it."""
    return one.model_hash != model.hash and (one.id, model.hash) not in done


def _pair(row: Row[Any], default: int | None) -> Pair:
    return Pair(
        decided=Outcome(row.decided_outcome),
        would=Outcome(row.outcome),
        probability=row.decided_probability,
        other_probability=row.probability_of_default,
        default=default,
    )
