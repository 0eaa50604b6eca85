"""Chapter 7: whether applicants, scores, outcomes and grades hold still over time."""

import numpy as np

from loanwright.metrics.comparison import holm
from loanwright.metrics.distributions import chi_squared_cdf
from loanwright.metrics.stability import PopulationStability, psi
from loanwright.validation import vintages
from loanwright.validation.evidence import Evidence, Floats
from loanwright.validation.judging import Demand, headings, named, p_words
from loanwright.validation.scans import SIGNIFICANCE, missing_shares
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

LARGE_PSI = 0.25
SMALL_PSI = 0.02
USUAL_PSI = 0.1
MISSING_SHIFT = 0.02


def stability_chapter(evidence: Evidence) -> Chapter:
    """Return whether the population and its outcomes have moved."""
    drifts = feature_drifts(evidence)
    return Chapter(
        number=7,
        name="stability",
        title=said("Stability", "Устойчивость"),
        about=said(
            "Whether the applicants, their scores and their outcomes are like those for whom the "
            "model was made, month by month.",
            "Похожи ли заявители, их баллы и исходы на тех, для кого делалась модель, по месяцам.",
        ),
        figures=(
            _score(evidence),
            _features(drifts),
            _gaps(evidence),
            vintages.vintage_rates(evidence),
            vintages.vintage_auc(evidence),
            vintages.migrations(evidence),
            vintages.roll_rates(evidence),
        ),
        tables=(
            _table(drifts),
            *vintages.month_tables(evidence),
            *vintages.roll_tables(evidence),
        ),
        plots=(*vintages.month_plots(evidence), *vintages.migration_plots(evidence)),
        notes=(
            said(
                "A PSI is held against the value that chance reaches at these sizes, not against "
                "0.1: 200 rows reach 0.17 by chance, 10,000 reach 0.003.",
                "PSI сравнивается со значением, которого достигает случай при таких размерах, а "
                "не с 0,1: на 200 строках случай даёт 0,17, на 10 000 — 0,003.",
            ),
        ),
    )


def psi_p_value(found: PopulationStability, sizes: tuple[int, int]) -> float:
    """Return how often two samples of one population have so large a PSI.

    Notes
    -----
    PSI / (1/n + 1/m) is chi-squared with one degree of freedom less than bins (Yurdakul 2018).
    """
    degrees = max(len(found.reference) - 1, 1)
    return 1 - chi_squared_cdf(found.psi.value / (1 / sizes[0] + 1 / sizes[1]), degrees)


def _score(evidence: Evidence) -> Figure:
    demand = Demand(
        name="score_drift",
        title=said("PSI of the scores", "PSI баллов"),
        threshold=said(
            f"below its critical value at these sizes ({SIGNIFICANCE:.0%}), or below {USUAL_PSI} "
            f"against rows the model learned from; above {USUAL_PSI} a breach",
            f"ниже критического значения при таких размерах ({SIGNIFICANCE:.0%}) или ниже "
            f"{USUAL_PSI} против строк, на которых модель училась; выше {USUAL_PSI} — нарушение",
        ),
        by=psi,
    )
    before = _reference_scores(evidence)
    if before is None:
        return demand.absent(
            "the scores of those the model was made for (--reference)",
            "баллы тех, для кого делалась модель (--reference)",
        )

    def make() -> Figure:
        now = evidence.answers.score[evidence.judged]
        found = psi(before, now)
        p = psi_p_value(found, (len(before), len(now)))
        remark = said(f"critical value {found.critical:.4f}; {p_words(p)}",
                      f"критическое значение {found.critical:.4f}; {p_words(p)}")  # fmt: skip
        value = found.psi.value
        # A model scores rows it has learned from apart from all others: then only size counts.
        learned = evidence.beside.reference is None and "calibration" not in evidence.samples
        ok = p >= SIGNIFICANCE or (learned and value < USUAL_PSI)
        return demand.judge(found.psi, ok=ok, breach=value > USUAL_PSI, remark=remark)

    return demand.attempt(make)


def _reference_scores(evidence: Evidence) -> Floats | None:
    if evidence.beside.reference is not None and evidence.reference_matrix is not None:
        from loanwright.validation.evidence import answers_of

        return answers_of(evidence.model, evidence.reference_matrix).score.astype(np.float64)
    rows = evidence.reference
    return None if rows is None else evidence.answers.score[rows].astype(np.float64)


Drifts = list[tuple[str, PopulationStability, float]]


def feature_drifts(evidence: Evidence) -> Drifts:
    """Return for each feature its PSI against the reference and the p-value by Holm."""
    before = evidence.reference_matrix
    if before is None:
        return []
    now = evidence.matrix[evidence.judged]
    found = []
    for place, spec in enumerate(evidence.specs):
        if np.isfinite(before[:, place]).any():
            one = psi(before[:, place], now[:, place])
            found.append((spec.name, one, psi_p_value(one, (len(before), len(now)))))
    corrected = holm([p for _, _, p in found]).tolist()
    return [(name, one, p) for (name, one, _), p in zip(found, corrected, strict=True)]


def _features(found: Drifts) -> Figure:
    demand = Demand(
        name="feature_drift",
        title=said("Features that have moved", "Сдвинувшиеся признаки"),
        threshold=said(
            f"none significantly ({SIGNIFICANCE:.0%} over all features by Holm) and by a PSI of "
            f"{SMALL_PSI} or more",
            f"ни одного значимо ({SIGNIFICANCE:.0%} на все признаки, Холм) и с PSI от {SMALL_PSI}",
        ),
        by=feature_drifts,
        kind="words",
    )
    if not found:
        return demand.absent("a reference sample (--reference)", "исходная выборка (--reference)")
    moved = sorted(
        (one.psi.value, name)
        for name, one, p in found
        if p < SIGNIFICANCE and one.psi.value >= SMALL_PSI
    )
    shown = [f"{name} ({value:.3f})" for value, name in reversed(moved)]
    large = bool(moved) and moved[-1][0] > LARGE_PSI
    return demand.judge(named(shown), ok=not moved, breach=large)


def _gaps(evidence: Evidence) -> Figure:
    demand = Demand(
        name="missing_drift",
        title=said("Largest change in a share of missing values",
                   "Наибольшее изменение доли пропусков"),
        threshold=said(f"at most {MISSING_SHIFT:.0%} of the rows",
                       f"не больше {MISSING_SHIFT:.0%} строк"),
        by=missing_shares,
        kind="share",
    )  # fmt: skip
    before = evidence.reference_matrix
    if before is None:
        return demand.absent("a reference sample (--reference)", "исходная выборка (--reference)")
    change = missing_shares(evidence.matrix[evidence.judged]) - missing_shares(before)
    worst = int(np.abs(change).argmax())
    value = float(change[worst])
    return demand.judge(
        value,
        ok=abs(value) <= MISSING_SHIFT,
        breach=abs(value) > 5 * MISSING_SHIFT,
        remark=said(evidence.specs[worst].name) if value else None,
    )


def _table(found: Drifts) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (name, one.psi, one.critical, p)
        for name, one, p in sorted(found, key=lambda d: -d[1].psi.value)
    ]
    return Table(
        name="feature_drift",
        title=said("PSI of every feature", "PSI каждого признака"),
        columns=headings(
            ("Feature", "Признак", "words"),
            ("PSI", "PSI", "number"),
            ("Critical value", "Критическое значение", "number"),
            ("P-value (Holm)", "P-значение (Холм)", "p_value"),
        ),
        rows=tuple(rows),
    )
