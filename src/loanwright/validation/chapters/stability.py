"""Chapter 7: whether applicants, scores, outcomes and grades hold still over time."""

import numpy as np

from loanwright.metrics.comparison import holm
from loanwright.metrics.distributions import chi_squared_cdf
from loanwright.metrics.significance import normal_p_value
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
SEVERE = 0.001


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
        title=said(
            "Largest change in a share of missing values", "Наибольшее изменение доли пропусков"
        ),
        threshold=said(
            f"none significantly ({SIGNIFICANCE:.0%} over all features by Holm) and by more than "
            f"{MISSING_SHIFT:.0%} of the rows; {SEVERE:.1%} and {5 * MISSING_SHIFT:.0%} a breach",
            f"ни одного значимо ({SIGNIFICANCE:.0%} на все признаки, Холм) и больше чем на "
            f"{MISSING_SHIFT:.0%} строк; {SEVERE:.1%} и {5 * MISSING_SHIFT:.0%} — нарушение",
        ),
        by=missing_changes,
        kind="share",
    )
    before = evidence.reference_matrix
    if before is None:
        return demand.absent("a reference sample (--reference)", "исходная выборка (--reference)")
    change, p_values = missing_changes(before, evidence.matrix[evidence.judged])
    moved = (p_values < SIGNIFICANCE) & (np.abs(change) > MISSING_SHIFT)
    # What chance explains is shown only where nothing else is.
    worst = int(np.where(moved, 1 + np.abs(change), np.abs(change)).argmax())
    value, p, name = float(change[worst]), float(p_values[worst]), evidence.specs[worst].name
    return demand.judge(
        value,
        ok=not moved.any(),
        breach=abs(value) > 5 * MISSING_SHIFT and p < SEVERE,
        remark=said(f"{name}; {p_words(p)} (Holm)", f"{name}; {p_words(p)} (Холм)")
        if value
        else None,
    )


def missing_changes(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Return by how much each column's share of missing values rose, and p-values by Holm.

    Notes
    -----
    The two-sided test of two equal proportions, with a pooled variance and Yates's correction.

    Examples
    --------
    >>> before, now = np.array([[np.nan], [1.0]] * 100), np.array([[1.0], [1.0]] * 100)
    >>> change, p_values = missing_changes(before, now)
    >>> change.tolist(), bool(p_values[0] < 1e-9)
    ([-0.5], True)
    """
    shares = missing_shares(before), missing_shares(now)
    sizes = len(before), len(now)
    pooled = (shares[0] * sizes[0] + shares[1] * sizes[1]) / sum(sizes)
    error = np.sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1]))
    change = shares[1] - shares[0]
    least = (1 / sizes[0] + 1 / sizes[1]) / 2
    reach = np.maximum(np.abs(change) - least, 0.0)
    z = np.divide(reach, error, out=np.zeros_like(change), where=error > 0)
    return change, holm([normal_p_value(float(one)) for one in z])


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
