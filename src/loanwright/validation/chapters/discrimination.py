"""Chapter 4: whether the model ranks those who default above those who do not."""

from functools import partial

import numpy as np

from loanwright.metrics.comparison import auc_against_development
from loanwright.metrics.discrimination import auc, gini, ks, pr_auc, roc_points
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.profit import h_measure
from loanwright.metrics.rank import auc_bootstrap, cap, somers_d
from loanwright.validation.chapters.data import SAMPLES
from loanwright.validation.evidence import Evidence
from loanwright.validation.judging import Demand, headings, p_words
from loanwright.validation.report import round_edges
from loanwright.validation.values import Cell, Chapter, Figure, Plot, Series, Table, said

REPLICATES = 200


def discrimination_chapter(evidence: Evidence) -> Chapter:
    """Return how well the model ranks, with intervals, on every sample."""
    default, risk = _judged(evidence)
    return Chapter(
        number=4,
        name="discrimination",
        title=said("Discrimination", "Различающая способность"),
        about=said(
            "Whether those who default are ranked as riskier than those who pay, and whether the "
            "model still ranks as it did when it was made.",
            "Ставит ли модель тех, кто допустит дефолт, выше по риску, чем платящих, и ранжирует "
            "ли она так же, как при создании.",
        ),
        figures=(
            *_above_chance(default, risk),
            _ks(default, risk),
            _precision(default, risk),
            _h(default, risk),
            _fall(evidence, default, risk),
        ),
        tables=(_samples(evidence),),
        plots=(_roc(default, risk), _cap(default, risk), _scores(evidence)),
        notes=() if evidence.judged_name == "out_of_time" else (
            said(
                "The judged rows are not later than those the model learned from: how it will rank "
                "in time is not shown here.",
                "Проверочные строки не позже тех, на которых модель училась: как она будет "
                "ранжировать со временем, здесь не видно.",
            ),
        ),
    )  # fmt: skip


def _judged(evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    return evidence.bad[evidence.judged], evidence.answers.log_odds[evidence.judged]


def _above_chance(default: np.ndarray, risk: np.ndarray) -> tuple[Figure, ...]:
    above = said("the whole interval lies above 0.5", "весь интервал выше 0,5")
    zero = said("the whole interval lies above 0", "весь интервал выше 0")

    made = (
        ("discrimination", said("AUC (DeLong)"), auc, above, 0.5),
        ("auc_bootstrap", said("AUC (bootstrap)", "AUC (бутстреп)"), auc_bootstrap, above, 0.5),
        ("gini", said("Gini", "Джини"), gini, zero, 0.0),
        ("somers_d", said("Somers' D", "D Сомерса"), somers_d, zero, 0.0),
    )
    return tuple(
        Demand(name=name, title=title, threshold=threshold, by=make).hold(
            partial(make, default, risk), ok=partial(_above, chance), breach=True
        )
        for name, title, make, threshold, chance in made
    )


def _above(chance: float, found: Estimate) -> bool:
    return found.lower > chance


def _ks(default: np.ndarray, risk: np.ndarray) -> Figure:
    demand = Demand(
        name="ks",
        title=said("KS"),
        threshold=said("at least 0.2", "не меньше 0,2"),
        by=ks,
    )

    make = partial(ks, default, risk, replicates=REPLICATES)
    return demand.hold(make, ok=lambda found: found.value >= 0.2)


def _precision(default: np.ndarray, risk: np.ndarray) -> Figure:
    demand = Demand(
        name="pr_auc",
        title=said("Area under precision and recall", "Площадь под точностью и полнотой"),
        threshold=said(
            f"the whole interval lies above the default rate, {default.mean():.4f}",
            f"весь интервал выше доли дефолтов, {default.mean():.4f}",
        ),
        by=pr_auc,
    )
    rate = float(default.mean())
    make = partial(pr_auc, default, risk, replicates=REPLICATES)
    return demand.hold(make, ok=partial(_above, rate), breach=True)


def _h(default: np.ndarray, risk: np.ndarray) -> Figure:
    demand = Demand(
        name="h_measure",
        title=said("H-measure", "H-мера"),
        threshold=said("the whole interval lies above 0", "весь интервал выше 0"),
        by=h_measure,
    )
    make = partial(h_measure, default, risk, replicates=REPLICATES // 2)
    return demand.hold(make, ok=partial(_above, 0.0), breach=True)


def _fall(evidence: Evidence, default: np.ndarray, risk: np.ndarray) -> Figure:
    demand = Demand(
        name="steadiness",
        title=said("AUC less the AUC when it was made", "AUC минус AUC при создании"),
        threshold=said(
            "not lower by more than chance explains (one-sided, 5%; a breach below 0.1%)",
            "не ниже больше, чем объясняет случай (односторонний критерий, 5 %; нарушение — "
            "ниже 0,1 %)",
        ),
        by=auc_against_development,
    )
    earlier = _earlier_auc(evidence)
    if earlier is None:
        return demand.absent(
            "the AUC of rows held out when it was made", "AUC на строках, отложенных при создании"
        )
    now = auc(default, risk)
    error = (earlier.upper - earlier.lower) / (2 * 1.96)
    test = auc_against_development(
        default, risk, development_auc=earlier.value, development_error=error
    )
    remark = said(f"{p_words(test.p_value)}; then {earlier.value:.4f}",
                  f"{p_words(test.p_value)}; тогда {earlier.value:.4f}")  # fmt: skip
    p = test.p_value
    return demand.judge(now.value - earlier.value, ok=p >= 0.05, breach=p < 0.001, remark=remark)


def _earlier_auc(evidence: Evidence) -> Estimate | None:
    """Return the AUC of rows that neither the fit nor this judgement has seen."""
    if "calibration" in evidence.samples:
        rows = evidence.samples["calibration"]
        return auc(evidence.bad[rows], evidence.answers.log_odds[rows])
    stored = evidence.beside.stored
    if stored is None:
        return None
    # Rows held out by folds where these calibrated the model; else those on which it was judged.
    same = evidence.judged_name != "fresh" and "calibration" in stored["samples"]
    return Estimate(**stored["samples"]["calibration" if same else stored["judged"]]["auc"])


def _samples(evidence: Evidence) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, chosen in evidence.samples.items():
        bad, risk = evidence.bad[chosen], evidence.answers.log_odds[chosen]
        if 0 < bad.sum() < len(bad):
            rows.append((SAMPLES[name], auc(bad, risk), gini(bad, risk), somers_d(bad, risk)))
    return Table(
        name="by_sample",
        title=said("Discrimination by sample", "Различающая способность по выборкам"),
        columns=headings(
            ("Sample", "Выборка", "words"),
            ("AUC", "AUC", "number"),
            ("Gini", "Джини", "number"),
            ("Somers' D", "D Сомерса", "number"),
        ),
        rows=tuple(rows),
    )


def _diagonal() -> Series:
    return Series(shape="dashed", label=said("chance", "случай"), tone="muted", x=(0, 1), y=(0, 1))


def _roc(default: np.ndarray, risk: np.ndarray) -> Plot:
    goods, bads = roc_points(default, risk)
    return Plot(
        name="roc",
        title=said("ROC curve", "ROC-кривая"),
        description=said(
            "Share of defaults found against share of good applicants refused, for every cut-off.",
            "Доля найденных дефолтов против доли отклонённых надёжных при каждом пороге.",
        ),
        x=said("Share of good applicants refused", "Доля отклонённых надёжных"),
        y=said("Share of defaults found", "Доля найденных дефолтов"),
        percent="xy",
        series=(_diagonal(), Series(shape="line", label=said("model", "модель"), x=goods, y=bads)),
    )


def _cap(default: np.ndarray, risk: np.ndarray) -> Plot:
    curve = cap(default, risk)
    return Plot(
        name="cap",
        title=said("CAP curve", "CAP-кривая"),
        description=said(
            "Share of defaults found among the riskiest applicants, against their share.",
            "Доля дефолтов среди самых рискованных заявителей против доли этих заявителей.",
        ),
        x=said("Share of applicants, riskiest first", "Доля заявителей, начиная с рискованных"),
        y=said("Share of defaults found", "Доля найденных дефолтов"),
        percent="xy",
        series=(
            _diagonal(),
            Series(
                shape="dashed",
                label=said("perfect", "идеал"),
                tone="safer",
                x=curve.share,
                y=curve.perfect,
            ),
            Series(shape="line", label=said("model", "модель"), x=curve.share, y=curve.captured),
        ),
    )


def _scores(evidence: Evidence) -> Plot:
    score, bad = evidence.answers.score[evidence.judged], evidence.bad[evidence.judged]
    edges = round_edges(int(score.min()), int(score.max()))
    series = []
    for label, tone, chosen in (
        (said("paid", "вернули"), "safer", ~bad),
        (said("defaulted", "дефолт"), "riskier", bad),
    ):
        counts, _ = np.histogram(score[chosen], bins=edges)
        share = counts / max(int(chosen.sum()), 1)
        series.append(Series(shape="bars", label=label, tone=tone, x=range(len(share)), y=share))  # type: ignore[arg-type]
    return Plot(
        name="scores",
        title=said("Scores of those who paid and of those who defaulted",
                   "Баллы вернувших и допустивших дефолт"),
        description=said(
            "Share of each group by score. Higher scores are safer; the further the groups lie "
            "apart, the better.",
            "Доля каждой группы по баллам. Выше балл — надёжнее; чем дальше группы, тем лучше.",
        ),
        x=said("Score from", "Балл от"),
        y=said("Share of the group", "Доля группы"),
        percent="y",
        names=tuple(str(edge) for edge in edges[:-1]),
        series=tuple(series),
    )  # fmt: skip
