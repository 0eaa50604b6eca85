"""Which models there are, and which of them decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from loanwright.errors import Conflict, Forbidden, NotFound, Rejected, Unavailable
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.recent import Recent
from loanwright.service.registry import repository
from loanwright.service.registry.checking import Inspector, inspect_package
from loanwright.service.registry.packages import Package, PackageStore
from loanwright.service.registry.schemas import Check, CheckResult, Model, State, Transition

ALLOWED: Mapping[State, frozenset[State]] = {
    State.CANDIDATE: frozenset({State.CHALLENGER, State.CHAMPION, State.RETIRED}),
    State.CHALLENGER: frozenset({State.CHAMPION, State.RETIRED}),
    State.CHAMPION: frozenset({State.CHALLENGER, State.RETIRED}),
    State.RETIRED: frozenset({State.CHALLENGER, State.CHAMPION}),
}

ACTIONS: Mapping[State, str] = {
    State.CANDIDATE: "model.registered",
    State.CHALLENGER: "model.made-challenger",
    State.CHAMPION: "model.promoted",
    State.RETIRED: "model.retired",
}


class ModelNotFound(NotFound):
    """There is no model {model_hash}."""


class NoChampion(Unavailable):
    """No model decides {product} for the segment {segment} yet."""


class ModelUnavailable(Unavailable):
    """The model {model_hash} cannot be used: {why}."""


class TransitionRefused(Conflict):
    """The model {model_hash} is {state} and cannot become {wanted}."""


class SecondPersonNeeded(Forbidden):
    """{person} made or registered the model {model_hash}; somebody else must approve it."""


class ChecksFailed(Conflict):
    """The model {model_hash} cannot be approved, it failed: {failed}."""


class NoEarlierChampion(Conflict):
    """No other model has decided {product} for the segment {segment} before."""


class NameMissing(Rejected):
    """A model is registered, approved and retired by somebody with a name."""


class ModelAmbiguous(Conflict):
    """{count} models begin with {beginning}; give more of the hash."""


class Registry:
    """The models and their states; what decides is at most a second old."""

    def __init__(
        self, *, database: Database, clock: Clock, audit: Audit, packages: PackageStore
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._packages = packages
        self._inspectors: list[Inspector] = []
        self._live = Recent(self._read_live)
        self._challengers = Recent(self._read_challengers)

    def register(self, path: Path, *, by: str, note: str = "") -> Model:
        """Take in the package in a directory as a candidate; a second time changes nothing."""
        by = _named(by)
        package = self._packages.open(path)
        now = self._clock.now()
        row = {
            "hash": package.hash,
            "product": package.product.name,
            "segment": package.segment,
            "family": package.family,
            "path": self._packages.place_of(path),
            "registered_at": now,
        }
        with self._database.write() as connection:
            if repository.insert_model(connection, row):
                change = _transition(package.hash, State.CANDIDATE, by=by, note=note)
                self._append(connection, [{**change, "at": now}], new=row)
            return repository.list_models(connection, hash=package.hash)[0]

    def approve(self, model_hash: str, *, to: State, by: str, note: str = "") -> Model:
        """Make a model challenger or champion, by somebody who neither made nor registered it."""
        package, proposer = self.open(self.get(model_hash)), self._registrar(model_hash)
        if _plain(by) in {_plain(author) for author in (proposer, *_makers(package))}:
            raise SecondPersonNeeded(person=by, model_hash=model_hash)
        checks = self.inspect(model_hash)
        failed = [one.name for one in checks if one.result is CheckResult.FAILED]
        if failed and to is State.CHAMPION:
            raise ChecksFailed(model_hash=model_hash, failed=", ".join(failed))
        return self._move(model_hash, to, by=by, note=note, proposer=proposer, checks=checks)

    def inspect_by(self, inspector: Inspector) -> None:
        """Let somebody else say what they know of a model that is to be approved."""
        self._inspectors.append(inspector)

    def inspect(self, model_hash: str) -> tuple[Check, ...]:
        """Return what is known of a model now; it is stored with its approval."""
        model = self.get(model_hash)
        said = [check for inspector in self._inspectors for check in inspector(model)]
        return (*inspect_package(self.open(model)), *said)

    def list_checks(self, transitions: Sequence[Transition]) -> dict[int, list[Check]]:
        """Return what was checked before some changes of state, by their place."""
        with self._database.read() as connection:
            return repository.list_checks(connection, [one.sequence for one in transitions])

    def promote(self, model_hash: str, *, to: State, by: str, note: str = "") -> Model:
        """Make a model challenger or champion; the champion before it is retired."""
        self.open(self.get(model_hash))
        return self._move(model_hash, to, by=by, note=note)

    def roll_back(self, product: str, segment: str, *, by: str, note: str = "") -> Model:
        """Let the champion before the present one decide again.

        It was approved before, so one person is enough: it must be quick.
        """
        with self._database.read() as connection:
            changes = repository.list_since(connection, product, segment)
        before = list(
            dict.fromkeys(
                one.model_hash for one in reversed(changes) if one.state is State.CHAMPION
            )
        )
        present = self._live.get().get((product, segment))
        earlier = [one for one in before if present is None or one != present.hash]
        if not earlier:
            raise NoEarlierChampion(product=product, segment=segment)
        return self.promote(earlier[0], to=State.CHAMPION, by=by, note=note or "rolled back")

    def list_live_at(self, moment: datetime) -> tuple[tuple[Model, Transition], ...]:
        """Return which models decided at a moment, and the change that made each champion."""
        with self._database.read() as connection:
            known = {model.hash: model for model in repository.list_models(connection)}
            last = {one.model_hash: one for one in repository.list_until(connection, moment)}
        deciding = {
            (known[key].product, known[key].segment): (known[key], one)
            for key, one in sorted(last.items(), key=lambda pair: pair[1].sequence)
            if one.state is State.CHAMPION
        }
        return tuple(deciding[key] for key in sorted(deciding))

    def retire(self, model_hash: str, *, by: str, note: str = "") -> Model:
        """Take a model out of service."""
        return self._move(model_hash, State.RETIRED, by=by, note=note)

    def get(self, model_hash: str) -> Model:
        """Return one model."""
        with self._database.read() as connection:
            found = repository.list_models(connection, hash=model_hash)
        if not found:
            raise ModelNotFound(model_hash=model_hash)
        return found[0]

    def find(self, beginning: str) -> Model:
        """Return the one model whose hash begins like this."""
        found = [model for model in self.list_models() if model.hash.startswith(beginning)]
        if not found:
            raise ModelNotFound(model_hash=beginning)
        if len(found) > 1:
            raise ModelAmbiguous(count=len(found), beginning=beginning)
        return found[0]

    def open(self, model: Model) -> Package:
        """Return the verified package of a model."""
        try:
            return self._packages.get(model.hash, model.path)
        except Rejected as damage:
            # A damaged package is our failure, not that of whoever sends an application.
            raise ModelUnavailable(model_hash=model.hash, why=str(damage)) from damage

    def champion(self, product: str, segment: str) -> Package:
        """Return the package that decides this segment of this product now."""
        live = self._live.get().get((product, segment))
        if live is None:
            raise NoChampion(product=product, segment=segment)
        return self.open(live)

    def live(self) -> Mapping[tuple[str, str], Model]:
        """Return the champions of every product and segment."""
        return self._live.get()

    def challengers(self) -> Mapping[tuple[str, str], tuple[Model, ...]]:
        """Return the challengers of every product and segment that has any."""
        return self._challengers.get()

    def list_live(self) -> tuple[Model, ...]:
        """Return the champions, by product and segment."""
        live = self._live.get()
        return tuple(live[key] for key in sorted(live))

    def list_models(self) -> tuple[Model, ...]:
        """Return every model, the last changed last."""
        with self._database.read() as connection:
            return tuple(repository.list_models(connection))

    def list_transitions(self, model_hash: str) -> tuple[Transition, ...]:
        """Return every change of a model's state, the first one first."""
        with self._database.read() as connection:
            return tuple(repository.list_transitions(connection, model_hash))

    def _registrar(self, model_hash: str) -> str:
        return self.list_transitions(model_hash)[0].by

    def _move(
        self,
        model_hash: str,
        to: State,
        *,
        by: str,
        note: str,
        proposer: str | None = None,
        checks: Sequence[Check] = (),
    ) -> Model:
        by = _named(by)
        with self._database.write() as connection:
            found = repository.list_models(connection, hash=model_hash)
            if not found:
                raise ModelNotFound(model_hash=model_hash)
            model = found[0]
            if to not in ALLOWED[model.state]:
                raise TransitionRefused(model_hash=model_hash, state=model.state, wanted=to)
            changes = [_transition(model_hash, to, by=by, note=note, proposer=proposer)]
            if to is State.CHAMPION:
                beaten = repository.list_models(
                    connection,
                    product=model.product,
                    segment=model.segment,
                    state=State.CHAMPION,
                )
                reason = f"followed by {model_hash}"
                changes = [
                    *(_transition(one.hash, State.RETIRED, by=by, note=reason) for one in beaten),
                    *changes,
                ]
            now = self._clock.now()
            self._append(connection, [{**one, "at": now} for one in changes], checks=checks)
            moved = repository.list_models(connection, hash=model_hash)[0]
        self._live.forget()
        self._challengers.forget()
        return moved

    def _append(
        self,
        connection: Connection,
        rows: Sequence[Mapping[str, Any]],
        *,
        new: Mapping[str, Any] | None = None,
        checks: Sequence[Check] = (),
    ) -> None:
        """Append changes of state, of a new model the first one, and record them."""
        added = {} if new is None else {f"models:{new['hash']}": new}
        sequences = repository.insert_transitions(connection, rows)
        # The last change is the one that was asked for.
        repository.insert_checks(connection, sequences[-1], checks)
        for sequence, row in zip(sequences, rows, strict=True):
            change = Change(
                action=ACTIONS[State(row["state"])],
                subject=row["model_hash"],
                after=row,
                stored={**added, f"model_transitions:{sequence}": row},
            )
            self._audit.record(connection, Actor(id=row["by"]), [change])

    def _read_live(self) -> dict[tuple[str, str], Model]:
        with self._database.read() as connection:
            champions = repository.list_models(connection, state=State.CHAMPION)
        # Two promotions at the same moment may leave two champions: the later one decides.
        return {(one.product, one.segment): one for one in champions}

    def _read_challengers(self) -> dict[tuple[str, str], tuple[Model, ...]]:
        with self._database.read() as connection:
            found = repository.list_models(connection, state=State.CHALLENGER)
        beside: dict[tuple[str, str], tuple[Model, ...]] = {}
        for one in found:
            place = one.product, one.segment
            beside[place] = (*beside.get(place, ()), one)
        return beside


def _named(person: str) -> str:
    name = " ".join(person.split())
    if not name:
        raise NameMissing
    return name


def _plain(person: str) -> str:
    return " ".join(person.split()).casefold()


def _makers(package: Package) -> set[str]:
    """Return who is on record as having changed the model in a package."""
    changed = package.manifest.get("recalibrated", {})
    return {str(changed["by"])} if "by" in changed else set()


def _transition(
    model_hash: str, state: State, *, by: str, note: str, proposer: str | None = None
) -> dict[str, str | None]:
    return {
        "model_hash": model_hash,
        "state": str(state),
        "by": by,
        "note": note,
        "proposer": proposer,
    }
