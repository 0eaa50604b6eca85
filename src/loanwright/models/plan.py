"""How families are compared, and the comparison of one segment told from top to bottom."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from loanwright.errors import Unavailable
from loanwright.models.blending import FAMILY as BLEND
from loanwright.models.blending import blend
from loanwright.models.choosing import NOISE, Comparison, compare, not_installed
from loanwright.models.contest import Pace, compete, final_seconds
from loanwright.models.criteria import AUC, Criterion
from loanwright.models.crossfit import Candidate, OutOfFold, Task
from loanwright.models.registry import FAMILIES, find_family, installed_families

Tell = Callable[[str, float], None]

#: Looks for better settings: segment, task, what the defaults reached, time, progress; returns,
#: for each family that came to it, the better of the two.
Tune = Callable[[str, Task, Sequence[OutOfFold], Pace, Tell], Sequence[OutOfFold]]

MANY_ROWS: Final = 20_000
FOLDS: Final = 5
FOLDS_OF_MANY_ROWS: Final = 3
"""With dates as well: there every fold costs a share of the earliest rows."""
COMPARING_SHARE: Final = 0.7
"""Of the time, at most, where the rest is spent on the search and the final fits."""


class NothingToCompare(Unavailable):
    """None of the wanted families is installed here: {remedies}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How the families of a product are to be compared.

    Attributes
    ----------
    models_dir
        Where the packages are written.
    seed
        Of everything that chance decides.
    segments, families
        Which to train; None trains all, and every family that is installed.
    settings
        Family to the parameters of its estimator that differ from their defaults.
    criterion, noise
        By which figure families are compared, and how many paired standard errors are noise.
    folds
        Inner folds; None takes 5, and 3 from 20,000 rows on or where the product names a date.
    budget
        Seconds for all of it; families that would need too much of it are skipped. None waits.
    tune
        Looks for better settings of the contenders; None keeps the given ones.
    full_report
        Whether the chosen models get the report in sixteen chapters.
    """

    models_dir: Path
    seed: int = 0
    segments: tuple[str, ...] | None = None
    families: tuple[str, ...] | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    criterion: Criterion = field(default_factory=AUC)
    noise: float = NOISE
    folds: int | None = None
    budget: float | None = None
    tune: Tune | None = None
    full_report: bool = True

    def fold_count(self, rows: int, *, dated: bool) -> int:
        """Return into how many folds so many rows are divided."""
        if self.folds is not None:
            return self.folds
        return FOLDS_OF_MANY_ROWS if dated or rows >= MANY_ROWS else FOLDS

    def candidates(self, names: Collection[str]) -> tuple[Candidate, ...]:
        """Return the installed families that are wanted, the easiest to read first.

        Bins that were given for features that are not among these names are left out: they are
        those of another segment.
        """
        wanted = set(FAMILIES if self.families is None else self.families)
        for family in wanted:
            find_family(family)
        return tuple(
            Candidate(family=family, settings=_own(self.settings.get(family, {}), names))
            for family in installed_families()
            if family in wanted
        )


def _own(settings: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    if "bins" not in settings:
        return settings
    bins = {name: one for name, one in settings["bins"].items() if name in names}
    return {**settings, "bins": bins}


def _remedies(families: Iterable[str]) -> str:
    return "; ".join(f"{name}: {FAMILIES[name].remedy}" for name in families) or "none is named"


def run_contest(task: Task, segment: str, plan: Plan, *, pace: Pace, tell: Tell) -> Comparison:
    """Let the wanted families compete on the folds of a task, and choose one.

    Parameters
    ----------
    task, segment
        Rows, labels and folds, and the segment they belong to.
    plan
        What is compared, by what.
    pace
        How much time there is.
    tell
        Called with what is being done and the share that is done, from 0 to 1.

    Returns
    -------
    Comparison
        Families with default settings, or with better ones where the plan tunes; a blend of
        them, weighed on the same folds; and those that were skipped.

    Raises
    ------
    NothingToCompare
        If no wanted family is installed.
    """
    candidates = plan.candidates([spec.name for spec in task.columns])
    if not candidates:
        raise NothingToCompare(
            remedies=_remedies(FAMILIES if plan.families is None else plan.families)
        )
    blended = len(candidates) > 1 and any(one.family == BLEND for one in candidates)
    candidates = tuple(one for one in candidates if one.family != BLEND or not blended)

    def announce(candidate: Candidate, place: int) -> None:
        part = 0.3 if plan.tune else 1.0
        tell(f"comparing {candidate.family}", part * place / len(candidates))

    found = compete(
        task, candidates, pace=pace.share(COMPARING_SHARE) if plan.tune else pace, tell=announce
    )
    results: Sequence[OutOfFold] = found.results
    if plan.tune is not None:
        results = plan.tune(
            segment,
            task,
            results,
            pace.less(final_seconds(results)),
            lambda what, share: tell(what, 0.3 + 0.7 * share),
        )
    if blended and (mixed := blend(task, results)) is not None:
        results = (*results, mixed)
    wanted = tuple(FAMILIES) if plan.families is None else plan.families
    return compare(
        task,
        results,
        criterion=plan.criterion,
        noise=plan.noise,
        skipped=(*not_installed(wanted), *found.skipped),
    )
