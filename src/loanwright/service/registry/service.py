"""Which models there are, and which of them decide."""

from collections.abc import Mapping
from pathlib import Path

from loanwright.errors import Conflict, Forbidden, NotFound, Rejected, Unavailable
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.recent import Recent
from loanwright.service.registry import repository
from loanwright.service.registry.packages import Package, PackageStore
from loanwright.service.registry.schemas import Model, State, Transition

ALLOWED: Mapping[State, frozenset[State]] = {
    State.CANDIDATE: frozenset({State.CHALLENGER, State.CHAMPION, State.RETIRED}),
    State.CHALLENGER: frozenset({State.CHAMPION, State.RETIRED}),
    State.CHAMPION: frozenset({State.CHALLENGER, State.RETIRED}),
    State.RETIRED: frozenset({State.CHALLENGER, State.CHAMPION}),
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


class NameMissing(Rejected):
    """A model is registered, approved and retired by somebody with a name."""


class ModelAmbiguous(Conflict):
    """{count} models begin with {beginning}; give more of the hash."""


class Registry:
    """The models and their states; what decides is at most a second old."""

    def __init__(self, *, database: Database, clock: Clock, packages: PackageStore) -> None:
        self._database = database
        self._clock = clock
        self._packages = packages
        self._live = Recent(self._read_live)

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
                repository.insert_transitions(connection, [{**change, "at": now}])
            return repository.list_models(connection, hash=package.hash)[0]

    def approve(self, model_hash: str, *, to: State, by: str, note: str = "") -> Model:
        """Make a model challenger or champion, by somebody who neither made nor registered it."""
        model = self.get(model_hash)
        authors = {self.list_transitions(model_hash)[0].by, *_makers(self.open(model))}
        if _plain(by) in {_plain(author) for author in authors}:
            raise SecondPersonNeeded(person=by, model_hash=model_hash)
        return self.promote(model_hash, to=to, by=by, note=note)

    def promote(self, model_hash: str, *, to: State, by: str, note: str = "") -> Model:
        """Make a model challenger or champion; the champion before it is retired."""
        self.open(self.get(model_hash))
        return self._move(model_hash, to, by=by, note=note)

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

    def _move(self, model_hash: str, to: State, *, by: str, note: str) -> Model:
        by = _named(by)
        with self._database.write() as connection:
            found = repository.list_models(connection, hash=model_hash)
            if not found:
                raise ModelNotFound(model_hash=model_hash)
            model = found[0]
            if to not in ALLOWED[model.state]:
                raise TransitionRefused(model_hash=model_hash, state=model.state, wanted=to)
            changes = [_transition(model_hash, to, by=by, note=note)]
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
            repository.insert_transitions(connection, [{**one, "at": now} for one in changes])
            moved = repository.list_models(connection, hash=model_hash)[0]
        self._live.forget()
        return moved

    def _read_live(self) -> dict[tuple[str, str], Model]:
        with self._database.read() as connection:
            champions = repository.list_models(connection, state=State.CHAMPION)
        # Two promotions at the same moment may leave two champions: the later one decides.
        return {(one.product, one.segment): one for one in champions}


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


def _transition(model_hash: str, state: State, *, by: str, note: str) -> dict[str, str]:
    return {"model_hash": model_hash, "state": str(state), "by": by, "note": note}
