"""Chapter 5: whether defaults are as frequent as the model says."""

from functools import partial

import numpy as np

from loanwright.metrics.calibration_error import calibration_error
from loanwright.metrics.calibration_tests import hosmer_lemeshow, murphy, spiegelhalter
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.probability import (
    brier,
    brier_skill,
    calibration_line,
    log_loss,
    reliability,
)
from loanwright.validation.balancing import balancing_tables
from loanwright.validation.checks import MOST_SHIFT, SLOPE_RANGE
from loanwright.validation.evidence import Evidence
from loanwright.validation.judging import Demand, headings, p_words
from loanwright.validation.values import Chapter, Figure, Plot, Series, Table, said

SEVERE = 0.001
MOST_ERROR = 0.015


_BALANCING = said(
    "Balancing the classes by weights, SMOTE or under-sampling ranks no better and "
    "ruins the probabilities; the table shows by how much. Cutoffs belong to the "
    "policy.",
    "Выравнивание классов весами, SMOTE или прореживанием не улучшает ранжирование и "
    "портит вероятности; таблица показывает насколько. Пороги — дело политики.",
)


def calibration_chapter(evidence: Evidence) -> Chapter:
    """Return whether stated probabilities come true, over all and along the range."""
    default = evidence.bad[evidence.judged]
    stated = evidence.answers.probability[evidence.judged]
    return Chapter(
        number=5,
        name="calibration",
        title=said("Calibration", "Калибровка"),
        about=said(
            "Whether default is as frequent as stated: over all applicants, and for the safe and "
            "the risky ones alike.",
            "Случается ли дефолт так часто, как заявлено: в целом и отдельно у надёжных и "
            "рискованных.",
        ),
        figures=(
            *_line(default, stated),
            _error(default, stated),
            *_tests(default, stated),
            *_losses(default, stated),
        ),
        tables=(
            _murphy(default, stated),
            _reliability_table(default, stated),
            *balancing_tables(evidence),
        ),
        plots=(_reliability(default, stated),),
        notes=(
            said(
                "With many rows the tests find gaps too small to matter, with few they miss large "
                "ones: read them beside slope, shift and the size of the error.",
                "При большом числе строк критерии находят ничтожные отклонения, при малом — "
                "пропускают крупные: читайте их вместе с наклоном, сдвигом и величиной ошибки.",
            ),
            _BALANCING,
            said(
                f"Calibrated by: {evidence.model.calibration.method}.",
                f"Метод калибровки: {evidence.model.calibration.method}.",
            ),
        ),
    )


def _line(default: np.ndarray, stated: np.ndarray) -> tuple[Figure, ...]:
    slope = Demand(
        name="calibration_slope",
        title=said("Calibration slope", "Наклон калибровки"),
        threshold=said(
            f"{SLOPE_RANGE[0]} to {SLOPE_RANGE[1]}, or the interval holds 1",
            f"от {SLOPE_RANGE[0]} до {SLOPE_RANGE[1]}, или интервал содержит 1",
        ),
        by=calibration_line,
    )
    shift = Demand(
        name="calibration_in_the_large",
        title=said("Calibration in the large", "Общий сдвиг калибровки"),
        threshold=said(
            f"within ±{MOST_SHIFT}, or the interval holds 0",
            f"в пределах ±{MOST_SHIFT}, или интервал содержит 0",
        ),
        by=calibration_line,
    )

    def judge_slope() -> Figure:
        found = calibration_line(default, stated).slope
        near = SLOPE_RANGE[0] <= found.value <= SLOPE_RANGE[1]
        far = not 0.8 <= found.value <= 1.25
        return slope.judge(found, ok=near or found.lower <= 1 <= found.upper, breach=far)

    def judge_shift() -> Figure:
        found = calibration_line(default, stated).in_the_large
        near = abs(found.value) <= MOST_SHIFT or found.lower <= 0 <= found.upper
        return shift.judge(found, ok=near, breach=abs(found.value) > 3 * MOST_SHIFT)

    return slope.attempt(judge_slope), shift.attempt(judge_shift)


def _error(default: np.ndarray, stated: np.ndarray) -> Figure:
    demand = Demand(
        name="calibration_error",
        title=said("Expected calibration error", "Ожидаемая ошибка калибровки"),
        threshold=said(
            f"at most {MOST_ERROR}, or no more than chance gives",
            f"не больше {MOST_ERROR} или не больше, чем даёт случай",
        ),
        by=calibration_error,
    )

    def make() -> Figure:
        found = calibration_error(default, stated)
        ok = found.ece.value <= MOST_ERROR or found.p_value >= 0.05
        remark = said(f"by chance alone {found.chance:.4f}; {p_words(found.p_value)}",
                      f"от одного случая {found.chance:.4f}; {p_words(found.p_value)}")  # fmt: skip
        return demand.judge(found.ece, ok=ok, breach=found.ece.lower > 0.05, remark=remark)

    return demand.attempt(make)


def _tests(default: np.ndarray, stated: np.ndarray) -> tuple[Figure, ...]:
    z = Demand(
        name="spiegelhalter",
        title=said("Spiegelhalter's test", "Критерий Шпигельхальтера"),
        threshold=said(
            f"p at least 0.05; below {SEVERE} a breach",
            "p не меньше 0,05; ниже 0,001 — нарушение",
        ),
        by=spiegelhalter,
        kind="p_value",
    )
    groups = Demand(
        name="hosmer_lemeshow",
        title=said("Hosmer–Lemeshow test", "Критерий Хосмера — Лемешоу"),
        threshold=said(
            "p at least 0.05 against gaps that matter (0.02 standard deviations); below "
            f"{SEVERE} a breach",
            "p не меньше 0,05 против значимых отклонений (0,02 стандартного отклонения); ниже "
            "0,001 — нарушение",
        ),
        by=hosmer_lemeshow,
        kind="p_value",
    )

    def judge_z() -> Figure:
        found = spiegelhalter(default, stated)
        return z.judge(found.p_value, ok=found.p_value >= 0.05, breach=found.p_value < SEVERE)

    def judge_groups() -> Figure:
        found = hosmer_lemeshow(default, stated)
        remark = said(
            f"χ² = {found.statistic:.2f} over {found.groups} groups; against any gap at all "
            f"{p_words(found.p_value)}",
            f"χ² = {found.statistic:.2f} по {found.groups} группам; против любого отклонения "
            f"{p_words(found.p_value)}",
        )
        p = found.p_value_tolerant
        return groups.judge(p, ok=p >= 0.05, breach=p < SEVERE, remark=remark)

    return z.attempt(judge_z), groups.attempt(judge_groups)


def _losses(default: np.ndarray, stated: np.ndarray) -> tuple[Figure, ...]:
    rate = float(default.mean())
    plain = rate * (1 - rate)
    entropy = -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate)) if 0 < rate < 1 else 0.0
    losses = (
        ("brier", said("Brier score", "Оценка Брайера"), brier, plain),
        ("log_loss", said("Log loss", "Логарифмические потери"), log_loss, entropy),
    )
    figures = [
        Demand(
            name=name,
            title=title,
            threshold=said(
                f"below {least:.4f}, which the plain default rate reaches",
                f"ниже {least:.4f}, чего достигает просто доля дефолтов",
            ),
            by=make,
        ).hold(partial(make, default, stated), ok=partial(_below, least))
        for name, title, make, least in losses
    ]
    skill = Demand(
        name="brier_skill",
        title=said("Brier skill", "Выигрыш по Брайеру"),
        threshold=said("the whole interval lies above 0", "весь интервал выше 0"),
        by=brier_skill,
    )

    def judge_skill() -> Figure:
        found = brier_skill(default, stated)
        return skill.judge(found, ok=found.lower > 0, breach=found.upper < 0)

    return (*figures, skill.attempt(judge_skill))


def _below(least: float, found: Estimate) -> bool:
    return found.value < least


def _murphy(default: np.ndarray, stated: np.ndarray) -> Table:
    parts = murphy(default, stated)
    names = (
        (said("Brier score", "Оценка Брайера"), parts.brier),
        (said("reliability (lower is better)", "ненадёжность (меньше — лучше)"), parts.reliability),
        (said("resolution (higher is better)", "разрешение (больше — лучше)"), parts.resolution),
        (said("uncertainty of the sample", "неопределённость выборки"), parts.uncertainty),
        (said("spread within groups", "разброс внутри групп"), parts.within),
    )
    return Table(
        name="murphy",
        title=said("Murphy's decomposition of the Brier score",
                   "Разложение Мёрфи оценки Брайера"),
        columns=headings(("Part", "Часть", "words"), ("Value", "Значение", "number")),
        rows=names,
    )  # fmt: skip


def _reliability_table(default: np.ndarray, stated: np.ndarray) -> Table:
    return Table(
        name="reliability",
        title=said("Stated and observed default rates", "Заявленные и наблюдаемые доли дефолтов"),
        columns=headings(
            ("Group", "Группа", "count"),
            ("Rows", "Строк", "count"),
            ("Defaults", "Дефолтов", "count"),
            ("Stated", "Заявлено", "share"),
            ("Observed", "Наблюдается", "share"),
        ),
        rows=tuple(
            (place, b.count, b.defaults, b.mean_probability, b.default_rate)
            for place, b in enumerate(reliability(default, stated).bins, 1)
        ),
    )


def _reliability(default: np.ndarray, stated: np.ndarray) -> Plot:
    bins = reliability(default, stated).bins
    x = [b.mean_probability for b in bins]
    rates = [b.default_rate for b in bins]
    lower, upper = [one.lower for one in rates], [one.upper for one in rates]
    highest = min(1.0, max(*x, *upper))
    return Plot(
        name="reliability",
        title=said("Reliability", "Надёжность вероятностей"),
        description=said(
            "Observed default rate against the stated probability, by tenths of the judged "
            "sample, with 95% intervals. Points on the diagonal are exactly right.",
            "Наблюдаемая доля дефолтов против заявленной вероятности по десятым долям "
            "проверочной выборки, с 95%-ми интервалами. Точки на диагонали точны.",
        ),
        x=said("Stated probability of default", "Заявленная вероятность дефолта"),
        y=said("Observed default rate", "Наблюдаемая доля дефолтов"),
        percent="xy",
        series=(
            Series(shape="dashed", label=said("exactly right", "точно"), tone="muted",
                   x=(0.0, highest), y=(0.0, highest)),
            Series(shape="band", label=said("95% band", "95%-я полоса"), tone="muted",
                   x=x, lower=lower, upper=upper),
            Series(shape="points", label=said("tenths of the sample", "десятые доли выборки"),
                   x=x, y=[one.value for one in rates], lower=lower, upper=upper),
        ),
    )  # fmt: skip
