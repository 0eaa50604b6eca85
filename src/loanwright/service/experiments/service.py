"""Experiments: proposed, approved by a second person, running, stopped, concluded."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from loanwright.errors import LoanwrightError, NotFound, Rejected
from loanwright.experiments.conclusion import Found
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.experiments import repository
from loanwright.service.experiments.designing import Designs
from loanwright.service.experiments.errors import (
    AnotherIsRunning,
    ApproverProposed,
    DecisionNotInExperiment,
    ExperimentExists,
    ExperimentNotFound,
    ExperimentStateRefused,
    TooEarly,
)
from loanwright.service.experiments.judging import judge
from loanwright.service.experiments.results import ArmResult, Results
from loanwright.service.experiments.schemas import (
    Assignment,
    Design,
    Experiment,
    Running,
    State,
)
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.recent import Recent
from loanwright.service.registry.schemas import Check, CheckResult, Model

WATCH: Final = Actor(id="system:experiments")
SALT_BYTES: Final = 16
ACTIONS: Final[Mapping[State, str]] = {
    State.APPROVED: "experiment.approved",
    State.RUNNING: "experiment.running",
    State.STOPPED: "experiment.stopped",
    State.CONCLUDED: "experiment.concluded",
}


@dataclass(kw_only=True)
class Experiments:
    """The experiments; what is running is at most a second old."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    designs: Designs
    results: Results
    recent: Recent[Mapping[tuple[str, str], Running]] = field(init=False)

    def __post_init__(self) -> None:
        """Remember for a moment what is running: every application asks."""
        self.recent = Recent(self._read_running)

    def propose(
        self, actor: Actor, *, name: str, product: str, segment: str, design: Design
    ) -> Experiment:
        """Keep an experiment that could be run; nothing happens until somebody approves it."""
        self._check(product, segment, design)
        experiment_id = self.new_id("exp")
        row = {
            "id": experiment_id,
            "name": name,
            "product": product,
            "segment": segment,
            "state": str(State.DRAFT),
            "design": msgspec.json.encode(design).decode(),
            "salt": secrets.token_hex(SALT_BYTES),
            "created_at": self.clock.now(),
            "created_by": actor.id,
        }
        with self.database.write() as connection:
            if not repository.insert_experiment(connection, _whole(row)):
                raise ExperimentExists(name=name)
            self._record(connection, actor, "experiment.proposed", experiment_id, row)
        return self.get(experiment_id)

    def approve(self, actor: Actor, experiment_id: str) -> Experiment:
        """Let an experiment be started; whoever proposed it cannot."""
        experiment = self.get(experiment_id)
        if actor.id.casefold() == experiment.created_by.casefold():
            raise ApproverProposed(person=actor.id, name=experiment.name)
        self._check(experiment.product, experiment.segment, experiment.design)
        values = {"approved_at": self.clock.now(), "approved_by": actor.id}
        return self._move(actor, experiment, State.APPROVED, values)

    def start(self, actor: Actor, experiment_id: str) -> Experiment:
        """Let the arms decide, each for its share of the applicants."""
        experiment = self.get(experiment_id)
        self._check(experiment.product, experiment.segment, experiment.design)
        champion = self.designs.champion(experiment.product, experiment.segment)
        values = {
            "started_at": self.clock.now(),
            "champion_hash": champion.hash,
            "policy_hash": self.designs.policies.live(experiment.product).hash,
        }
        return self._move(actor, experiment, State.RUNNING, values)

    def stop(self, actor: Actor, experiment_id: str, *, why: str) -> Experiment:
        """Let the champion decide again; what was decided stays decided."""
        values = {"stopped_at": self.clock.now(), "why": why}
        return self._move(actor, self.get(experiment_id), State.STOPPED, values)

    def conclude(self, actor: Actor, experiment_id: str) -> Experiment:
        """Write down what the planned rows show; where they are not ripe, say when they will be."""
        experiment = self.get(experiment_id)
        if experiment.state not in (State.RUNNING, State.STOPPED):
            raise _refused(experiment, State.CONCLUDED)
        found = self.results.compare(experiment)
        early = [one.conclusion for one in found if one.conclusion.found is Found.TOO_EARLY]
        if early:
            days = [str(one.ripe_on) for one in early if one.ripe_on is not None]
            expected = max(days) if len(days) == len(early) else "no day that can be told"
            raise TooEarly(name=experiment.name, ripe_on=expected)
        values = {
            "concluded_at": self.clock.now(),
            "conclusion": msgspec.json.encode(found).decode(),
        }
        return self._move(actor, experiment, State.CONCLUDED, values)

    def result(self, experiment_id: str) -> tuple[Experiment, list[ArmResult]]:
        """Return what can be said of each arm today."""
        experiment = self.get(experiment_id)
        return experiment, self.results.compare(experiment)

    def get(self, experiment_id: str) -> Experiment:
        """Return one experiment, by its id or its name."""
        with self.database.read() as connection:
            found = repository.find(connection, experiment_id)
            found = found or repository.find_by_name(connection, experiment_id)
        if found is None:
            raise ExperimentNotFound(experiment=experiment_id)
        return found

    def list_page(self, **asked: Any) -> Page[Experiment]:
        """Return a page of experiments, the newest first."""
        with self.database.read() as connection:
            return repository.page(connection, **asked)

    def list_assignments(self, experiment_id: str, **asked: Any) -> Page[Assignment]:
        """Return a page of what an experiment decided, the newest first."""
        experiment = self.get(experiment_id)
        with self.database.read() as connection:
            return repository.page_assignments(connection, experiment.id, **asked)

    def arm_of(self, decision_id: str) -> Assignment:
        """Return which arm made a decision."""
        with self.database.read() as connection:
            found = repository.find_assignment(connection, decision_id)
        if found is None:
            raise DecisionNotInExperiment(decision_id=decision_id)
        return found

    def running(self) -> Mapping[tuple[str, str], Running]:
        """Return what runs, by product and segment."""
        return self.recent.get()

    def record(self, connection: Connection, made: Sequence[Assignment]) -> None:
        """Write down, in the transaction of the decisions, which arm made them."""
        if made:
            repository.append(connection, [vars_of(one) for one in made])

    def watch(self) -> int:
        """Stop what must not go on; harmless when repeated. Return how many were stopped."""
        with self.database.read() as connection:
            running = repository.list_in(connection, [State.RUNNING])
        stopped = 0
        for experiment in running:
            why = self.designs.gone(experiment) or self.results.danger(experiment)
            if why is not None and self._halt(experiment, why):
                stopped += 1
        return stopped

    def inspect(self, model: Model) -> list[Check]:
        """Say how a model did in the experiments that tried it."""
        with self.database.read() as connection:
            ended = repository.list_in(connection, [State.CONCLUDED, State.STOPPED])
        tried = [one for one in ended if one.started_at is not None and _tries(one, model)]
        checks = [judge(one, model) for one in tried]
        nothing = Check(
            name="experiment", result=CheckResult.NOT_DONE, said="No experiment has tried it."
        )
        return checks or [nothing]

    def _halt(self, experiment: Experiment, why: str) -> bool:
        try:
            self.stop(WATCH, experiment.id, why=why)
        except ExperimentStateRefused:
            # Somebody was quicker.
            return False
        return True

    def _check(self, product: str, segment: str, design: Design) -> None:
        self.designs.check(product, segment, design)
        for arm in design.others:
            self.designs.check_tried(arm, product, segment)

    def _move(
        self, actor: Actor, experiment: Experiment, to: State, values: Mapping[str, Any]
    ) -> Experiment:
        with self.database.write() as connection:
            if to is State.RUNNING:
                product, segment = experiment.product, experiment.segment
                if repository.is_running(connection, product, segment):
                    raise AnotherIsRunning(product=product, segment=segment)
            if not repository.move(connection, experiment.id, to, values):
                raise _refused(experiment, to)
            self._record(connection, actor, ACTIONS[to], experiment.id, values)
        self.recent.forget()
        return self.get(experiment.id)

    def _record(
        self,
        connection: Connection,
        actor: Actor,
        action: str,
        subject: str,
        after: Mapping[str, Any],
    ) -> None:
        self.audit.record(connection, actor, [Change(action=action, subject=subject, after=after)])

    def _read_running(self) -> Mapping[tuple[str, str], Running]:
        with self.database.read() as connection:
            found = repository.list_in(connection, [State.RUNNING])
        ready = {}
        for one in found:
            try:
                ready[one.product, one.segment] = self.designs.ready(one)
            except (NotFound, Rejected):
                # An arm that is gone decides nothing; the watch will say so.
                continue
        return ready


def _tries(experiment: Experiment, model: Model) -> bool:
    return model.hash in {arm.model_hash for arm in experiment.design.others}


def vars_of(assignment: Assignment) -> dict[str, Any]:
    """Return an assignment as a row."""
    return {name: getattr(assignment, name) for name in Assignment.__slots__}


def _whole(row: Mapping[str, Any]) -> dict[str, Any]:
    later = ("approved", "started", "stopped", "concluded")
    return {
        **{f"{name}_at": None for name in later},
        **dict.fromkeys(("approved_by", "champion_hash", "policy_hash", "why", "conclusion")),
        **row,
    }


def _refused(experiment: Experiment, wanted: State) -> LoanwrightError:
    return ExperimentStateRefused(name=experiment.name, state=experiment.state, wanted=wanted)
