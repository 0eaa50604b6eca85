"""Chapter 11: whether the stated reasons are the model's own, and hold still."""

from typing import Final

import numpy as np

from loanwright.explanation.proof import Explained, ReasonProof, prove_reasons
from loanwright.explanation.reasons import never_named
from loanwright.validation.chapters.sensitivity import with_noise
from loanwright.validation.evidence import Evidence, Floats
from loanwright.validation.judging import Demand, headings
from loanwright.validation.values import Cell, Chapter, Figure, Plot, Series, Table, said

EXACT: Final = 1e-9
REASONS: Final = 4
LEAST_OVERLAP: Final = 0.7
MOST_OF_ONE_REASON: Final = 0.8
LEAST_TRUE: Final = 0.9
_TRIED: Final = 500


def explainability_chapter(evidence: Evidence) -> Chapter:
    """Return whether reasons are exact, stable, various, and true when acted upon."""
    return Chapter(
        number=11,
        name="explainability",
        title=said("Explainability", "Объяснимость"),
        about=said(
            "Whether the reasons given to applicants add up to the score, stay the same when data "
            "is slightly off, are not always the same one, and are true when the feature improves.",
            "Складываются ли причины, называемые заявителям, в балл, остаются ли теми же при "
            "мелких неточностях, не одинаковы ли у всех и верны ли, если признак улучшить.",
        ),
        figures=(
            _exact(evidence),
            _stable(evidence),
            _various(evidence),
            _true(evidence),
            _proved(evidence),
        ),
        tables=(_shares(evidence),),
        plots=(_importance(evidence),),
        notes=(
            said(
                "A contribution is on the log-odds of default: positive raises the risk. Reasons "
                "say what weighed in the score, not what causes default.",
                "Вклад — в логарифме шансов дефолта: положительный повышает риск. Причины говорят, "
                "что весило в балле, а не что вызывает дефолт.",
            ),
        ),
    )


def largest_gap(evidence: Evidence) -> float:
    """Return the largest difference between the log-odds and base plus contributions."""
    log_odds, contributions = evidence.contributions
    summed = evidence.model.runtime.base + contributions.sum(axis=1)
    return float(np.abs(log_odds - summed).max())


def _exact(evidence: Evidence) -> Figure:
    demand = Demand(
        name="exactness",
        title=said("Largest gap between score and summed contributions",
                   "Наибольший разрыв между баллом и суммой вкладов"),
        threshold=said(f"at most {EXACT:g} of log-odds", f"не больше {EXACT:g} логарифма шансов"),
        by=largest_gap,
        kind="p_value",
    )  # fmt: skip
    gap = largest_gap(evidence)
    rows = len(evidence.explained)
    return demand.judge(
        gap, ok=gap <= EXACT, breach=True, remark=said(f"{rows} rows", f"{rows} строк")
    )


def leading_reasons(contributions: Floats, *, count: int = REASONS) -> list[frozenset[int]]:
    """Return for each row the columns of its largest risk-raising contributions.

    Examples
    --------
    >>> leading_reasons(np.array([[0.5, -1.0, 0.2], [-1.0, -2.0, -0.1]]), count=2)
    [frozenset({0, 2}), frozenset()]
    """
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :count]
    return [
        frozenset(int(place) for place in places if row[place] > 0)
        for row, places in zip(contributions, order, strict=True)
    ]


def reason_overlap(evidence: Evidence) -> float:
    """Return the mean share of leading reasons that small noise leaves as they were."""
    rows = evidence.explained[:: max(1, len(evidence.explained) // _TRIED)]
    _, before = evidence.model.runtime.explain(evidence.matrix[rows])
    noisy = with_noise(evidence, evidence.explained, size=0.05)
    _, after = evidence.model.runtime.explain(noisy[:: max(1, len(evidence.explained) // _TRIED)])
    shares = [
        len(one & other) / len(one | other)
        for one, other in zip(leading_reasons(before), leading_reasons(after), strict=True)
        if one | other
    ]
    return float(np.mean(shares)) if shares else 1.0


def _stable(evidence: Evidence) -> Figure:
    demand = Demand(
        name="reason_stability",
        title=said(f"Share of the {REASONS} leading reasons that small noise leaves",
                   f"Доля из {REASONS} главных причин, которые не меняет малый шум"),
        threshold=said(f"at least {LEAST_OVERLAP:.0%} with noise of 0.05 standard deviations",
                       f"не меньше {LEAST_OVERLAP:.0%} при шуме в 0,05 стандартного отклонения"),
        by=reason_overlap,
        kind="share",
    )  # fmt: skip
    overlap = reason_overlap(evidence)
    return demand.judge(overlap, ok=overlap >= LEAST_OVERLAP)


def first_reasons(evidence: Evidence) -> dict[str, float]:
    """Return how often each feature is the first reason among the riskier half of the rows."""
    log_odds, contributions = evidence.contributions
    risky = contributions[log_odds >= np.median(log_odds)]
    first = risky.argmax(axis=1)
    share = np.bincount(first, minlength=len(evidence.specs)) / len(first)
    return {spec.name: float(one) for spec, one in zip(evidence.specs, share, strict=True)}


def _various(evidence: Evidence) -> Figure:
    demand = Demand(
        name="reason_share",
        title=said("Share of the most frequent first reason", "Доля самой частой первой причины"),
        threshold=said(
            f"at most {MOST_OF_ONE_REASON:.0%} of the riskier half, where there are three features",
            f"не больше {MOST_OF_ONE_REASON:.0%} более рискованной половины, если признаков три",
        ),
        by=first_reasons,
        kind="share",
    )
    shares = first_reasons(evidence)
    name = max(shares, key=shares.__getitem__)
    few = len(evidence.specs) < 3
    return demand.judge(
        shares[name], ok=shares[name] <= MOST_OF_ONE_REASON or few, remark=said(name)
    )


def true_reasons(evidence: Evidence) -> float:
    """Return how often the answer improves when the first reason takes its safest usual value.

    The safest of the deciles of the feature, or of its codes, as the model itself sees them.
    """
    log_odds, contributions = evidence.contributions
    risky = np.flatnonzero(log_odds >= np.median(log_odds))
    risky = risky[:: max(1, len(risky) // _TRIED)]
    first = contributions[risky].argmax(axis=1)
    improved = np.zeros(len(risky), dtype=np.bool_)
    matrix = evidence.matrix[evidence.explained[risky]]
    for place in np.unique(first):
        chosen = first == place
        usual = evidence.matrix[evidence.judged, place]
        usual = usual[np.isfinite(usual)]
        for value in np.unique(np.quantile(usual, np.linspace(0, 1, 11), method="nearest")):
            changed = matrix[chosen].copy()
            changed[:, place] = value
            better = evidence.model.runtime.log_odds(changed) < log_odds[risky][chosen] - 1e-12
            improved[np.flatnonzero(chosen)[better]] = True
    return float(improved.mean())


def _true(evidence: Evidence) -> Figure:
    demand = Demand(
        name="counterfactuals",
        title=said("First reasons whose improvement lowers the risk",
                   "Первые причины, улучшение которых снижает риск"),
        threshold=said(f"at least {LEAST_TRUE:.0%}", f"не меньше {LEAST_TRUE:.0%}"),
        by=true_reasons,
        kind="share",
    )  # fmt: skip
    share = true_reasons(evidence)
    return demand.judge(share, ok=share >= LEAST_TRUE)


def proved_reasons(evidence: Evidence) -> ReasonProof:
    """Return what moving named and unnamed features does to the score, on the explained rows."""
    model, (_, contributions) = evidence.model, evidence.contributions
    named = never_named(evidence.product, evidence.segment)
    return prove_reasons(
        Explained(
            matrix=evidence.matrix[evidence.explained],
            contributions=contributions,
            points=lambda rows: (
                model.scale.offset
                - model.scale.factor * model.calibration.apply(model.runtime.log_odds(rows))
            ),
            nameable=np.array([spec.name not in named for spec in evidence.specs]),
        ),
        cutoff=evidence.product.policy["cutoffs"][evidence.segment]["approve_from"],
        seed=evidence.seed,
    )


def _proved(evidence: Evidence) -> Figure:
    demand = Demand(
        name="reason_proof",
        title=said("Applicants whose named features move the score more than unnamed ones",
                   "Заявители, у которых названные признаки двигают балл сильнее неназванных"),
        threshold=said("more than half, chance set aside, and more points on average",
                       "больше половины с поправкой на случай, и в среднем больше баллов"),
        by=proved_reasons,
        kind="share",
    )  # fmt: skip

    def made() -> Figure:
        proof = proved_reasons(evidence)
        points = f"{proof.difference.value:+.1f}"
        return demand.judge(
            proof.share,
            ok=proof.faithful,
            remark=said(
                f"{proof.rows} rows below the starter policy's cut-off; {points} points more",
                f"{proof.rows} строк ниже границы начальной политики; на {points} балла больше",
            ),
        )

    return demand.attempt(made)


def _shares(evidence: Evidence) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (name, evidence.product.feature(name).title, share)
        for name, share in sorted(first_reasons(evidence).items(), key=lambda one: -one[1])
    ]
    return Table(
        name="first_reasons",
        title=said("How often each feature is the first reason",
                   "Как часто каждый признак — первая причина"),
        columns=headings(
            ("Feature", "Признак", "words"),
            ("Title", "Название", "words"),
            ("Share of the riskier half", "Доля более рискованной половины", "share"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _importance(evidence: Evidence) -> Plot:
    _, contributions = evidence.contributions
    weight = np.abs(contributions).mean(axis=0)
    order = np.argsort(-weight)[:12]
    return Plot(
        name="contributions",
        title=said("Mean size of the contributions", "Средняя величина вкладов"),
        description=said(
            "How much each of the twelve heaviest features moves the log-odds of default.",
            "Насколько каждый из двенадцати самых весомых признаков двигает логарифм шансов.",
        ),
        x=said("Feature", "Признак"),
        y=said("Log-odds of default", "Логарифм шансов дефолта"),
        names=tuple(evidence.specs[place].name for place in order),
        series=(
            Series(shape="bars", label=said("mean size", "средняя величина"),
                   x=range(len(order)), y=weight[order]),
        ),
    )  # fmt: skip
