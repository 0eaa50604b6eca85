"""Chapter 6: whether each grade defaults as it says, and whether the grades are in order."""

from typing import Final

import numpy as np

from loanwright.metrics.grades import GradeCheck, check_grades
from loanwright.metrics.scale import grade_sizes, herfindahl, pluto_tasche, rate_order
from loanwright.metrics.years import Light, traffic_light
from loanwright.validation.checks import MOST_IN_ONE_GRADE
from loanwright.validation.evidence import Evidence, Rows
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.values import Cell, Chapter, Figure, Plot, Series, Table, said

#: The correlation that Basel gives to qualifying revolving retail; a lender's own may differ.
ASSET_CORRELATION: Final = 0.04
LEVEL: Final = 0.05
_NEVER: Final = 1e-9


def grades_chapter(evidence: Evidence) -> Chapter:
    """Return the tests of every grade of the scale."""
    tested = _checks(evidence, evidence.judged)
    return Chapter(
        number=6,
        name="grades",
        title=said("Grades", "Классы"),
        about=said(
            "Whether each grade of the scale defaults as often as stated, whether safer grades "
            "default less, and whether applicants are spread over them.",
            "Случаются ли дефолты в каждом классе так часто, как заявлено, реже ли они в более "
            "надёжных классах и распределены ли заявители по классам.",
        ),
        figures=(
            _stated(evidence, tested),
            _too_safe(evidence, tested),
            _lights(tested),
            _order(evidence, tested),
            _concentration(evidence),
            _sizes(evidence, tested),
        ),
        tables=(_table(evidence, tested), _low_default(evidence, tested)),
        plots=(_plot(evidence, tested),),
        notes=(
            said(
                "Jeffreys and binomial tests take defaults to be independent; the normal test lets "
                f"them move together with an asset correlation of {ASSET_CORRELATION}.",
                "Критерий Джеффриса и биномиальный считают дефолты независимыми; нормальный "
                f"допускает общую динамику с корреляцией активов {ASSET_CORRELATION}.",
            ),
        ),
    )


def _names(evidence: Evidence) -> list[str]:
    return [grade.name for grade in evidence.model.scale.grades]


def _counts(evidence: Evidence, rows: Rows) -> tuple[list[int], list[int], list[float]]:
    """Return defaults, rows and mean stated probability of each grade."""
    names = _names(evidence)
    place = evidence.model.scale.grade_index(evidence.answers.score[rows])
    size = np.bincount(place, minlength=len(names))
    bad = np.bincount(place, weights=evidence.bad[rows], minlength=len(names))
    total = np.bincount(place, weights=evidence.answers.probability[rows], minlength=len(names))
    stated = np.clip(total / np.maximum(size, 1), _NEVER, 1 - _NEVER)
    return bad.astype(int).tolist(), size.tolist(), stated.tolist()


def _checks(evidence: Evidence, rows: Rows) -> tuple[GradeCheck, ...]:
    return check_grades(*_counts(evidence, rows), asset_correlation=ASSET_CORRELATION)


def _stated(evidence: Evidence, tested: tuple[GradeCheck, ...]) -> Figure:
    demand = Demand(
        name="grade_probability",
        title=said("Grades that default more than stated", "Классы с дефолтами чаще заявленного"),
        threshold=said(
            f"none (Jeffreys test, one-sided, {LEVEL:.0%} over all grades by Holm)",
            f"нет (критерий Джеффриса, односторонний, {LEVEL:.0%} на все классы, Холм)",
        ),
        by=check_grades,
        kind="words",
    )
    wrong = [
        f"{name} (p = {one.jeffreys_holm:.2g})"
        for name, one in zip(_names(evidence), tested, strict=True)
        if one.jeffreys_holm is not None and one.jeffreys_holm < LEVEL
    ]
    worst = min((one.jeffreys_holm for one in tested if one.jeffreys_holm is not None), default=1.0)
    return demand.judge(named(wrong), ok=not wrong, breach=worst < 0.001)


def _too_safe(evidence: Evidence, tested: tuple[GradeCheck, ...]) -> Figure:
    from loanwright.metrics.comparison import holm
    from loanwright.metrics.grades import jeffreys_test

    demand = Demand(
        name="grade_caution",
        title=said("Grades that default less than stated", "Классы с дефолтами реже заявленного"),
        threshold=said(f"none ({LEVEL:.0%}, Holm)", f"нет ({LEVEL:.0%}, Холм)"),
        by=jeffreys_test,
        kind="words",
    )
    used = [(n, one) for n, one in zip(_names(evidence), tested, strict=True) if not one.empty]
    p = [jeffreys_test(g.defaults, g.rows, g.stated, alternative="less").p_value for _, g in used]
    wrong = [name for (name, _), one in zip(used, holm(p), strict=True) if one < LEVEL]
    return demand.judge(named(wrong), ok=not wrong)


def _lights(tested: tuple[GradeCheck, ...]) -> Figure:
    demand = Demand(
        name="traffic_light",
        title=said("Traffic light of all grades together", "Светофор по всем классам вместе"),
        threshold=said(
            "green: below 95% of what chance gives; red from 99.9%",
            "зелёный: ниже 95 % того, что даёт случай; красный с 99,9 %",
        ),
        by=traffic_light,
        kind="words",
    )
    used = [one for one in tested if not one.empty]
    found = traffic_light(
        [one.defaults for one in used],
        [one.rows for one in used],
        [one.stated for one in used],
        asset_correlation=ASSET_CORRELATION,
    )
    words = {
        Light.GREEN: said("green", "зелёный"),
        Light.YELLOW: said("yellow", "жёлтый"),
        Light.RED: said("red", "красный"),
    }
    remark = said(f"{found.defaults} defaults, {found.expected:.0f} expected",
                  f"дефолтов {found.defaults}, ожидалось {found.expected:.0f}")  # fmt: skip
    green, red = found.light == Light.GREEN, found.light == Light.RED
    return demand.judge(words[found.light], ok=green, breach=red, remark=remark)


def _order(evidence: Evidence, tested: tuple[GradeCheck, ...]) -> Figure:
    demand = Demand(
        name="grade_order",
        title=said("Grades out of order", "Классы не по порядку"),
        threshold=said(
            f"no safer grade defaults significantly more than the next ({LEVEL:.0%}, Holm)",
            "ни в одном более надёжном классе дефолтов не больше значимо, чем в следующем "
            f"({LEVEL:.0%}, Холм)",
        ),
        by=rate_order,
        kind="words",
    )

    def make() -> Figure:
        found = rate_order([g.defaults for g in tested], [g.rows for g in tested])
        names = _names(evidence)
        wrong = [
            f"{names[better]} > {names[worse]}"
            for (better, worse), p in zip(found.inversions, found.p_values, strict=True)
            if p < LEVEL
        ]
        return demand.judge(named(wrong), ok=not wrong, breach=True)

    return demand.attempt(make)


def _concentration(evidence: Evidence) -> Figure:
    demand = Demand(
        name="herfindahl",
        title=said("Herfindahl index of the grades", "Индекс Херфиндаля по классам"),
        threshold=said(
            "at most 0.5 (0 is even, 1 is all in one grade)",
            "не больше 0,5 (0 — поровну, 1 — все в одном классе)",
        ),
        by=herfindahl,
    )

    def make() -> Figure:
        _, now, _ = _counts(evidence, evidence.judged)
        before = evidence.reference
        reference = None if before is None else _counts(evidence, before)[1]
        found = herfindahl(now, reference=reference)
        remark = None
        if found.p_value is not None:
            remark = said(f"risen against the reference: p = {found.p_value:.3f}",
                          f"рост против исходной выборки: p = {found.p_value:.3f}")  # fmt: skip
        return demand.judge(found.index, ok=found.index <= 0.5, remark=remark)

    return demand.attempt(make)


def _sizes(evidence: Evidence, tested: tuple[GradeCheck, ...]) -> Figure:
    demand = Demand(
        name="grade_sizes",
        title=said("Grades that are empty or crowded", "Пустые и переполненные классы"),
        threshold=said(
            f"no grade is empty, none holds more than {MOST_IN_ONE_GRADE:.0%}",
            f"нет пустых, и ни один не содержит больше {MOST_IN_ONE_GRADE:.0%}",
        ),
        by=grade_sizes,
        kind="words",
    )
    found = grade_sizes([one.rows for one in tested], largest_share=MOST_IN_ONE_GRADE)
    names = _names(evidence)
    wrong = [names[place] for place in (*found.empty, *found.crowded)]
    return demand.judge(named(wrong), ok=not wrong)


def _table(evidence: Evidence, tested: tuple[GradeCheck, ...]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    total = max(sum(one.rows for one in tested), 1)
    for grade, one in zip(evidence.model.scale.grades, tested, strict=True):
        stated = None if one.empty else one.stated
        rows.append((
            grade.name, grade.score_from, one.rows, one.rows / total, one.defaults, stated,
            one.default_rate, one.jeffreys, one.jeffreys_holm, one.binomial, one.normal,
        ))  # fmt: skip
    return Table(
        name="grades",
        title=said("Tests of every grade", "Проверки каждого класса"),
        columns=headings(
            ("Grade", "Класс", "words"),
            ("Score from", "Балл от", "count"),
            ("Rows", "Строк", "count"),
            ("Share", "Доля", "share"),
            ("Defaults", "Дефолтов", "count"),
            ("Stated", "Заявлено", "share"),
            ("Observed", "Наблюдается", "share"),
            ("Jeffreys p", "Джеффрис, p", "p_value"),
            ("by Holm", "по Холму", "p_value"),
            ("Binomial p", "Биномиальный, p", "p_value"),
            ("Normal p", "Нормальный, p", "p_value"),
        ),
        rows=tuple(rows),
    )


def _low_default(evidence: Evidence, tested: tuple[GradeCheck, ...]) -> Table:
    counts = [one.defaults for one in tested], [one.rows for one in tested]
    half, prudent = (pluto_tasche(*counts, confidence=one) for one in (0.5, 0.75))
    return Table(
        name="pluto_tasche",
        title=said(
            "Prudent upper bounds for grades with few defaults (Pluto–Tasche)",
            "Осторожные верхние границы для классов с редкими дефолтами (Плуто — Таше)",
        ),
        columns=headings(
            ("Grade", "Класс", "words"),
            ("Stated", "Заявлено", "share"),
            ("Bound, 50%", "Граница, 50 %", "share"),
            ("Bound, 75%", "Граница, 75 %", "share"),
        ),
        rows=tuple(
            (name, None if one.empty else one.stated, low, high)
            for name, one, low, high in zip(_names(evidence), tested, half, prudent, strict=True)
        ),
    )


def _plot(evidence: Evidence, tested: tuple[GradeCheck, ...]) -> Plot:
    used = [(place, one) for place, one in enumerate(tested) if one.default_rate is not None]
    places = [float(place) for place, _ in used]
    rates = [one.default_rate for _, one in used if one.default_rate is not None]
    return Plot(
        name="grades",
        title=said("Default rates of the grades against stated probabilities",
                   "Доли дефолтов по классам против заявленных вероятностей"),
        description=said(
            "Bars are the stated probabilities of default; points with 95% intervals are what "
            "happened.",
            "Столбцы — заявленные вероятности дефолта; точки с 95%-ми интервалами — что "
            "произошло.",
        ),
        x=said("Grade, the safest first", "Класс, начиная с надёжного"),
        y=said("Default rate", "Доля дефолтов"),
        percent="y",
        names=tuple(_names(evidence)),
        series=(
            Series(shape="bars", label=said("stated", "заявлено"), tone="muted",
                   x=places, y=[one.stated for _, one in used]),
            Series(shape="points", label=said("observed", "наблюдается"), tone="riskier",
                   x=places, y=[r.value for r in rates], lower=[r.lower for r in rates],
                   upper=[r.upper for r in rates]),
        ),
    )  # fmt: skip
