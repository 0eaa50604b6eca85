"""Chapter 15: whether what is served is what was made."""

import numpy as np

from loanwright.engine.runtime import Runtime
from loanwright.validation.evidence import Evidence, Implementation
from loanwright.validation.judging import Demand
from loanwright.validation.values import Chapter, Figure, said

_ROWS = 200


def implementation_chapter(evidence: Evidence) -> Chapter:
    """Return whether package, golden rows and engine give the same bits."""
    return Chapter(
        number=15,
        name="implementation",
        title=said("Implementation", "Реализация"),
        about=said(
            "Whether the package on disk is the one that was made, and whether it answers with the "
            "same bits alone, in a batch, and as on the day it was made.",
            "Тот ли это пакет, что был создан, и отвечает ли он теми же битами по одному, пакетом "
            "и так же, как в день создания.",
        ),
        figures=(_verified(evidence), _golden(evidence), _alone(evidence), _finite(evidence)),
        notes=(
            said(
                "Golden rows are replayed whenever a package is opened: a service that does not "
                "give the same bits refuses to serve.",
                "Эталонные строки проигрываются при каждом открытии пакета: служба, дающая другие "
                "биты, отказывается работать.",
            ),
        ),
    )


def _verified(evidence: Evidence) -> Figure:
    demand = Demand(
        name="package_verified",
        title=said("Files with the stated hash", "Файлы с заявленным хешем"),
        threshold=said("all", "все"),
        by=Implementation,
        kind="words",
    )
    found = evidence.beside.implementation
    if found is None:
        return demand.absent("a package on disk", "пакет на диске")
    words = said("all", "все") if found.verified else said("not all", "не все")
    return demand.judge(words, ok=found.verified, breach=True)


def _golden(evidence: Evidence) -> Figure:
    demand = Demand(
        name="golden_rows",
        title=said("Golden rows replayed bit for bit", "Эталонные строки, совпавшие до бита"),
        threshold=said("all of them", "все"),
        by=Implementation,
        kind="count",
    )
    found = evidence.beside.implementation
    if found is None:
        return demand.absent("a package on disk", "пакет на диске")
    remark = said(found.difference) if found.difference else None
    return demand.judge(found.golden_rows, ok=found.difference is None, breach=True, remark=remark)


def differing_alone(evidence: Evidence) -> int:
    """Return how many of 200 judged rows have other bits alone than in a batch."""
    rows = evidence.explained[:: max(1, len(evidence.explained) // _ROWS)][:_ROWS]
    together = evidence.model.runtime.log_odds(evidence.matrix[rows])
    alone = [evidence.model.runtime.log_odds(evidence.matrix[[row]])[0] for row in rows]
    return int(np.count_nonzero(np.asarray(alone) != together))


def _alone(evidence: Evidence) -> Figure:
    demand = Demand(
        name="alone_and_in_batch",
        title=said("Rows with other bits alone than in a batch",
                   "Строки, дающие поодиночке другие биты, чем пакетом"),
        threshold=said("none", "нет"),
        by=differing_alone,
        kind="count",
    )  # fmt: skip
    count = differing_alone(evidence)
    return demand.judge(count, ok=count == 0, breach=True)


def _finite(evidence: Evidence) -> Figure:
    demand = Demand(
        name="finite_answers",
        title=said("Answers that are no number", "Ответы, не являющиеся числом"),
        threshold=said("none", "нет"),
        by=Runtime.log_odds,
        kind="count",
    )
    answers = evidence.answers
    count = int(np.count_nonzero(~np.isfinite(answers.log_odds)))
    return demand.judge(count, ok=count == 0, breach=True)
