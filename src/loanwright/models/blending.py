"""The blend of families that were judged already: weighed on the rows they held out."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from loanwright.models.blend import BlendClassifier, blend_weights, first_votes
from loanwright.models.crossfit import Candidate, Floats, OutOfFold, Task

FAMILY: Final = BlendClassifier.family
#: A forest's file is too large to be carried twice, and a network has no exact contributions.
LEFT_OUT: Final = frozenset({"forest", "neural", FAMILY})


def blend(task: Task, results: Sequence[OutOfFold]) -> OutOfFold | None:
    """Return what a blend of these candidates says about the rows held out.

    Parameters
    ----------
    task
        The folds that judged them.
    results
        One a family; forests and networks are left out.

    Returns
    -------
    OutOfFold or None
        None with fewer than two members. The weights that judge a fold were found on the other
        folds alone; those in the settings, for the model to be fitted, on all folds.

    Examples
    --------
    >>> from loanwright.sampling import Fold
    >>> rows, random = np.arange(400), np.random.default_rng(0)
    >>> default = (rows % 2).astype(np.int8)
    >>> folds = (Fold(fit=rows[200:], judged=rows[:200]), Fold(fit=rows[:200], judged=rows[200:]))
    >>> task = Task(matrix=np.empty((400, 0)), default=default, columns=(), folds=folds)
    >>> said = [
    ...     OutOfFold(
    ...         candidate=Candidate(family=name),
    ...         log_odds=tuple(default[fold.judged] + random.normal(size=200) for fold in folds),
    ...         seconds=1.0,
    ...     )
    ...     for name in ("scorecard", "lightgbm")
    ... ]
    >>> sum(blend(task, said).candidate.settings["weights"].values())
    1.0
    """
    members = [result for result in results if result.family not in LEFT_OUT]
    if len(members) < 2:
        return None
    labels = [label.astype(np.bool_) for label in task.judged_labels()]
    said = [np.stack([one.log_odds[number] for one in members]) for number in range(len(labels))]
    first = first_votes([one.family for one in members], sum(map(len, labels)))
    log_odds = []
    for number, fold in enumerate(said):
        others = [place for place in range(len(said)) if place != number] or [number]
        weights = _weights(
            [said[place] for place in others], [labels[place] for place in others], first
        )
        log_odds.append(weights @ fold)
    final = _weights(said, labels, first)
    weighed = {one.family: float(weight) for one, weight in zip(members, final, strict=True)}
    kept = {family: weight for family, weight in weighed.items() if weight}
    settings = {one.family: dict(one.candidate.settings) for one in members if one.family in kept}
    return OutOfFold(
        candidate=Candidate(family=FAMILY, settings={"weights": kept, "settings": settings}),
        log_odds=tuple(log_odds),
        seconds=sum(one.seconds for one in members),
    )


def _weights(said: Sequence[Floats], labels: Sequence[np.ndarray], first: Sequence[int]) -> Floats:
    log_odds, default = np.concatenate(said, axis=1), np.concatenate(labels)
    return np.array(blend_weights(log_odds, default, first))
