"""The models among which a less discriminatory alternative is searched for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.load import load_runtime
from loanwright.engine.runtime import Runtime
from loanwright.models.registry import make_model

if TYPE_CHECKING:
    from loanwright.fairness.alternatives import Applicants, SearchPlan

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

#: A weight is halved at each step, and this small it is nothing.
LEAST_WEIGHT: Final = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One model: fewer features, or weaker contributions.

    Attributes
    ----------
    kind
        ``as it is``, ``fewer features`` or ``weights``.
    left_out
        Features that it does without.
    weights
        Features and the factors of their contributions, where they are not 1.
    """

    kind: str
    left_out: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Fits and answers, all from the learned rows.

    Attributes
    ----------
    base, contributions
        Of the model as it is, out of fold: (n,) and (n, p).
    """

    applicants: "Applicants"
    learned: Rows
    plan: "SearchPlan"
    fold: Rows
    base: Floats
    contributions: Floats
    whole: Runtime

    @classmethod
    def of(cls, applicants: "Applicants", learned: Rows, plan: "SearchPlan") -> "Candidates":
        """Fit the model as it is, on each fold's rest and on all learned rows."""
        fold = _folds(applicants, learned, plan)
        base = np.empty(len(learned))
        contributions = np.empty((len(learned), len(applicants.columns)))
        everything = tuple(range(len(applicants.columns)))
        for number in range(plan.folds):
            held = fold == number
            runtime = _fit(applicants, plan, learned[~held], everything)
            base[held] = runtime.base
            contributions[held] = runtime.explain(applicants.matrix[learned[held]])[1]
        return cls(
            applicants=applicants,
            learned=learned,
            plan=plan,
            fold=fold,
            base=base,
            contributions=contributions,
            whole=_fit(applicants, plan, learned, everything),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the features."""
        return tuple(spec.name for spec in self.applicants.columns)

    @property
    def even_weights(self) -> Floats:
        """Return the weights of the model as it is."""
        return np.ones(len(self.applicants.columns))

    def refitted(self) -> Iterator[tuple[Candidate, Floats]]:
        """Yield the model as it is, and models of fewer features, with answers out of fold."""
        yield Candidate(kind="as it is"), self.base + self.contributions.sum(axis=1)
        for kept in self._subsets():
            answers = np.empty(len(self.learned))
            for number in range(self.plan.folds):
                held = self.fold == number
                runtime = _fit(self.applicants, self.plan, self.learned[~held], kept)
                rows = self.learned[held]
                answers[held] = runtime.log_odds(self.applicants.matrix[rows][:, kept])
            left_out = tuple(name for i, name in enumerate(self.names) if i not in kept)
            yield Candidate(kind="fewer features", left_out=left_out), answers

    def _subsets(self) -> Iterator[tuple[int, ...]]:
        count = len(self.applicants.columns)
        if count < 2:
            return
        seen = {tuple(range(count))}
        alone = (tuple(i for i in range(count) if i != out) for out in range(count))
        random = np.random.default_rng(self.plan.seed)
        drawn = (
            tuple(np.flatnonzero(random.random(count) < random.uniform(0.4, 0.9)).tolist())
            for _ in range(self.plan.subsets)
        )
        for kept in (*alone, *drawn):
            if kept and kept not in seen:
                seen.add(kept)
                yield kept

    def weakened(self, weights: Floats, place: int) -> tuple[Candidate, Floats]:
        """Return the candidate with one weight halved, and its answers out of fold."""
        changed = weights.copy()
        changed[place] = 0.0 if changed[place] / 2 < LEAST_WEIGHT else changed[place] / 2
        named = tuple(
            (name, float(weight))
            for name, weight in zip(self.names, changed, strict=True)
            if weight != 1
        )
        candidate = Candidate(kind="weights", weights=named)
        return candidate, self.base + self.contributions @ changed

    def weights_of(self, candidate: Candidate) -> Floats:
        """Return the weight of every feature."""
        named = dict(candidate.weights)
        return np.array([named.get(name, 1.0) for name in self.names])

    def answer(self, candidate: Candidate, rows: Rows) -> Floats:
        """Return log-odds of rows that were not learned from, by a fit on all learned rows."""
        matrix = self.applicants.matrix[rows]
        if candidate.left_out:
            kept = tuple(i for i, name in enumerate(self.names) if name not in candidate.left_out)
            runtime = _fit(self.applicants, self.plan, self.learned, kept)
            return runtime.log_odds(matrix[:, kept])
        contributions = self.whole.explain(matrix)[1]
        weighted: Floats = self.whole.base + contributions @ self.weights_of(candidate)
        return weighted


def _fit(
    applicants: "Applicants", plan: "SearchPlan", rows: Rows, kept: tuple[int, ...]
) -> Runtime:
    columns = tuple(applicants.columns[place] for place in kept)
    model = make_model(plan.family, columns=columns, seed=plan.seed)
    people = None if applicants.people is None else applicants.people[rows]
    model.fit(applicants.matrix[rows][:, kept], applicants.default[rows], groups=people)
    return load_runtime(plan.family, model.native_files())


def _folds(applicants: "Applicants", learned: Rows, plan: "SearchPlan") -> Rows:
    people = learned if applicants.people is None else applicants.people[learned]
    _, person = np.unique(people, return_inverse=True)
    drawn = np.random.default_rng(plan.seed).permutation(person.max() + 1) % plan.folds
    return drawn[person]
