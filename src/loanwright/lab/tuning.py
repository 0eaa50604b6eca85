"""Spending the time that is left on the families that may still win."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loanwright.lab.duration import tell_duration
from loanwright.lab.search import Search, TriedSettings, search
from loanwright.lab.spaces import Space
from loanwright.models.choosing import better_of
from loanwright.models.contest import Pace
from loanwright.models.criteria import Criterion, fold_gap, fold_values
from loanwright.models.crossfit import Candidate, OutOfFold, Task

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

#: Families further than this from the best, in standard errors, are not searched.
OUT_OF_REACH: Final = 3.0
#: At most so many families are searched where nobody names them.
CONTENDERS: Final = 3

Tell = Callable[[str, float], None]
Noted = Callable[[str, str, TriedSettings], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuner:
    """Searches the contenders of each segment.

    Attributes
    ----------
    experiment
        Name of the studies.
    storage
        Where they are kept.
    spaces
        Family to where its search looks.
    criterion, noise
        What is made better, and how many standard errors better tuned settings must be to take
        the place of the defaults.
    trials
        At most so many for each segment and family.
    noted
        Called with segment, family and trial.
    all_families
        Whether every family is searched, not only those within reach of the best.
    """

    experiment: str
    storage: "BaseStorage"
    spaces: Mapping[str, Space]
    criterion: Criterion
    noise: float
    trials: int
    noted: Noted
    all_families: bool = False

    def __call__(
        self, segment: str, task: Task, results: Sequence[OutOfFold], pace: Pace, tell: Tell
    ) -> tuple[OutOfFold, ...]:
        """Return, for each family, the default settings or clearly better ones."""
        contenders = self._contenders(task, results)
        tuned = {result.family: result for result in results}
        for place, result in enumerate(contenders):
            part = pace.share(1 / (len(contenders) - place))
            share = (place / len(contenders), 1 / len(contenders))
            found = self._search(segment, task, result, part, _Teller(tell, *share))
            if found is not None:
                tuned[result.family] = better_of(
                    task, result, found, self.criterion, noise=self.noise
                )
        return tuple(tuned[result.family] for result in results)

    def _contenders(self, task: Task, results: Sequence[OutOfFold]) -> list[OutOfFold]:
        labels = task.judged_labels()
        searched = [result for result in results if self.spaces.get(result.family)]
        means = {
            result.family: self.criterion.sign
            * float(fold_values(self.criterion, labels, result.log_odds).mean())
            for result in searched
        }
        ordered = sorted(searched, key=lambda result: -means[result.family])
        if self.all_families or not ordered:
            return ordered
        best = ordered[0].log_odds
        gaps = [fold_gap(self.criterion, labels, best, one.log_odds) for one in ordered]
        near = [
            one
            for one, gap in zip(ordered, gaps, strict=True)
            if gap.value <= OUT_OF_REACH * gap.error
        ]
        return near[:CONTENDERS]

    def _search(
        self, segment: str, task: Task, result: OutOfFold, pace: Pace, teller: "_Teller"
    ) -> OutOfFold | None:
        family = result.family

        def told(tried: TriedSettings, finished: int, best: float | None) -> None:
            self.noted(segment, family, tried)
            figure = "" if best is None else f", best {self.criterion.name} {best:.4f}"
            left = f", {tell_duration(pace.left())} left" if pace.limited else ""
            what = f"searching {family}: trial {finished} of {self.trials}{figure}{left}"
            teller.tell(what, finished / self.trials)

        space = self.spaces[family]
        # What is tried on other rows, or by another figure, is another study.
        own = fingerprint(task, self.criterion, space, result.candidate)
        return search(
            Search(
                study=f"{self.experiment}/{segment}/{family}/{own[:12]}",
                storage=self.storage,
                candidate=result.candidate,
                space=space,
                criterion=self.criterion,
                trials=self.trials,
            ),
            task,
            pace=pace,
            told=told,
        )


@dataclass(frozen=True, slots=True)
class _Teller:
    """A part of the progress, from ``begin`` on."""

    whole: Tell
    begin: float
    share: float

    def tell(self, what: str, done: float) -> None:
        self.whole(what, self.begin + self.share * min(done, 1.0))


def fingerprint(task: Task, criterion: Criterion, space: Space, candidate: Candidate) -> str:
    """Return the SHA-256 of everything that must not change while a study goes on."""
    digest = hashlib.sha256(repr((criterion, task.seed)).encode())
    digest.update(json.dumps(candidate.plain_settings, sort_keys=True).encode())
    told = {name: dimension.to_mapping() for name, dimension in sorted(space.items())}
    digest.update(json.dumps(told, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(task.matrix).astype("<f8").tobytes())
    digest.update(task.default.astype(np.int8).tobytes())
    for fold in task.folds:
        digest.update(fold.judged.astype("<i8").tobytes())
        digest.update(fold.fit.astype("<i8").tobytes())
    return digest.hexdigest()
