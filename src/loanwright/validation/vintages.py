"""Outcomes by month of application, moves between grades, and how late payments roll on."""

from typing import Final

import numpy as np

from loanwright.metrics.comparison import holm
from loanwright.metrics.discrimination import auc
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.grades import jeffreys_test
from loanwright.metrics.migration import (
    MigrationMatrix,
    bandwidth,
    migration_matrix,
    migration_shape,
)
from loanwright.metrics.significance import normal_p_value
from loanwright.validation.evidence import Evidence, Rows
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.scans import SIGNIFICANCE
from loanwright.validation.values import Cell, Figure, Plot, Series, Table, said

#: With fewer defaults a month is shown and not tested.
LEAST_DEFAULTS: Final = 15
LEAST_MOVES: Final = 100
STATES: Final = (0, 30, 60, 90)


def month_rows(evidence: Evidence, rows: Rows | None = None) -> list[tuple[str, Rows]]:
    """Return name and rows of each month of application, in order."""
    months = evidence.months
    if months is None:
        return []
    chosen = np.arange(len(months)) if rows is None else rows
    return [
        (str(np.datetime64(int(month), "M")), chosen[months[chosen] == month])
        for month in np.unique(months[chosen])
    ]


def vintage_rates(evidence: Evidence) -> Figure:
    """Return the months in which more defaulted than stated."""
    demand = Demand(
        name="vintage_rates",
        title=said("Months with more defaults than stated", "Месяцы с дефолтами чаще заявленного"),
        threshold=said(
            f"none (Jeffreys, one-sided, {SIGNIFICANCE:.0%} over all months by Holm)",
            f"нет (Джеффрис, односторонний, {SIGNIFICANCE:.0%} на все месяцы, Холм)",
        ),
        by=vintage_rates,
        kind="words",
    )
    months = month_rows(evidence, evidence.judged)
    if not months:
        return demand.absent("a date of application", "дата заявки")
    p_values = [
        jeffreys_test(
            int(evidence.bad[rows].sum()),
            len(rows),
            float(evidence.answers.probability[rows].mean()),
        ).p_value
        for _, rows in months
    ]
    corrected = holm(p_values)
    wrong = [name for (name, _), p in zip(months, corrected, strict=True) if p < SIGNIFICANCE]
    return demand.judge(named(wrong), ok=not wrong, breach=min(corrected) < SIGNIFICANCE / 50)


def vintage_auc(evidence: Evidence) -> Figure:
    """Return the months in which the model ranked worse than in all judged months together."""
    demand = Demand(
        name="vintage_auc",
        title=said("Months in which the ranking was worse", "Месяцы с худшим ранжированием"),
        threshold=said(
            f"none below the AUC of the judged rows ({SIGNIFICANCE:.0%}, Holm)",
            f"ни одного ниже AUC проверочных строк ({SIGNIFICANCE:.0%}, Холм)",
        ),
        by=auc,
        kind="words",
    )
    months = [
        (name, rows)
        for name, rows in month_rows(evidence, evidence.judged)
        if _enough(evidence, rows)
    ]
    if len(months) < 2:
        return demand.absent(
            f"two months with {LEAST_DEFAULTS} defaults", f"два месяца с {LEAST_DEFAULTS} дефолтами"
        )
    whole = auc(evidence.bad[evidence.judged], evidence.answers.log_odds[evidence.judged]).value
    p_values = []
    for _, rows in months:
        found = auc(evidence.bad[rows], evidence.answers.log_odds[rows])
        error = (found.upper - found.lower) / (2 * 1.96) or 1e-9
        p_values.append(normal_p_value((found.value - whole) / error, "less"))
    corrected = holm(p_values)
    wrong = [name for (name, _), p in zip(months, corrected, strict=True) if p < SIGNIFICANCE]
    return demand.judge(named(wrong), ok=not wrong)


def _enough(evidence: Evidence, rows: Rows) -> bool:
    bad = int(evidence.bad[rows].sum())
    return LEAST_DEFAULTS <= bad <= len(rows) - LEAST_DEFAULTS


def month_tables(evidence: Evidence) -> tuple[Table, ...]:
    """Return rows, rates, scores and AUC of each month; nothing where rows are not dated."""
    months = month_rows(evidence)
    if not months:
        return ()
    rows: list[tuple[Cell, ...]] = []
    for name, chosen in months:
        bad, answers = evidence.bad[chosen], evidence.answers
        ranked = auc(bad, answers.log_odds[chosen]) if _enough(evidence, chosen) else None
        rows.append((
            name, len(chosen), jeffreys(int(bad.sum()), len(chosen)),
            float(answers.probability[chosen].mean()), float(answers.score[chosen].mean()), ranked,
        ))  # fmt: skip
    return (
        Table(
            name="months",
            title=said("By month of application", "По месяцам заявки"),
            columns=headings(
                ("Month", "Месяц", "words"),
                ("Rows", "Строк", "count"),
                ("Default rate", "Доля дефолтов", "share"),
                ("Stated", "Заявлено", "share"),
                ("Mean score", "Средний балл", "number"),
                ("AUC", "AUC", "number"),
            ),
            rows=tuple(rows),
        ),
    )


def month_plots(evidence: Evidence) -> tuple[Plot, ...]:
    """Return stated and observed default rates by month; nothing where rows are not dated."""
    months = month_rows(evidence)
    if not months:
        return ()
    rates = [jeffreys(int(evidence.bad[rows].sum()), len(rows)) for _, rows in months]
    stated = [float(evidence.answers.probability[rows].mean()) for _, rows in months]
    places = list(range(len(months)))
    return (
        Plot(
            name="months",
            title=said("Default rates by month of application", "Доли дефолтов по месяцам заявки"),
            description=said(
                "Stated probabilities as a line, observed rates with 95% intervals as points. The "
                "latest months fall where outcomes are not yet ripe.",
                "Линия — заявленные вероятности, точки — наблюдаемые доли с 95%-ми интервалами. "
                "Последние месяцы опускаются там, где исходы ещё не созрели.",
            ),
            x=said("Month of application", "Месяц заявки"),
            y=said("Default rate", "Доля дефолтов"),
            percent="y",
            names=tuple(name for name, _ in months),
            series=(
                Series(shape="line", label=said("stated", "заявлено"), tone="muted",
                       x=places, y=stated),
                Series(shape="points", label=said("observed", "наблюдается"), tone="riskier",
                       x=places, y=[r.value for r in rates], lower=[r.lower for r in rates],
                       upper=[r.upper for r in rates]),
            ),
        ),
    )  # fmt: skip


def find_migration(evidence: Evidence) -> MigrationMatrix | None:
    """Return how people who came again moved between grades, or None where too few did."""
    if evidence.applicant is None or evidence.date is None:
        return None
    order = np.lexsort((evidence.date, evidence.applicant))
    people = evidence.applicant[order]
    again = np.flatnonzero(people[1:] == people[:-1])
    if len(again) < LEAST_MOVES:
        return None
    names = [grade.name for grade in evidence.model.scale.grades]
    grade = evidence.model.scale.grade_index(evidence.answers.score)[order]
    before, after = ([names[place] for place in grade[at]] for at in (again, again + 1))
    return migration_matrix(before, after, grades=names)


def migrations(evidence: Evidence) -> Figure:
    """Return how far those moved who moved to a worse grade."""
    demand = Demand(
        name="migration",
        title=said("Far moves between grades", "Дальние переходы между классами"),
        threshold=said(
            f"far moves are not more frequent than near ones ({SIGNIFICANCE:.0%}, Holm)",
            f"дальние переходы не чаще ближних ({SIGNIFICANCE:.0%}, Холм)",
        ),
        by=migration_shape,
        kind="p_value",
    )
    matrix = find_migration(evidence)
    if matrix is None:
        return demand.absent(
            f"{LEAST_MOVES} people who came again, with dates",
            f"{LEAST_MOVES} человек, пришедших снова, с датами",
        )
    moved = bandwidth(matrix)
    found = migration_shape(matrix)
    sides = ["—" if side is None else f"{side.value:.3f}" for side in (moved.upper, moved.lower)]
    remark = said(
        f"matrix-weighted bandwidth to worse {sides[0]}, to better {sides[1]}",
        f"взвешенная ширина переходов: к худшим {sides[0]}, к лучшим {sides[1]}",
    )
    # People who come again need not be alike: a far move asks for a look, it accuses nobody.
    return demand.judge(found.p_value, ok=found.p_value >= SIGNIFICANCE, remark=remark)


def migration_plots(evidence: Evidence) -> tuple[Plot, ...]:
    """Return the shares of moves between grades as a heat map, where there are enough."""
    matrix = find_migration(evidence)
    if matrix is None:
        return ()
    shares = np.nan_to_num(matrix.shares)
    return (
        Plot(
            name="migration",
            title=said("Moves between grades", "Переходы между классами"),
            description=said(
                "Share of those of a grade (row) who came again in each grade (column).",
                "Доля заявителей класса (строка), пришедших снова в каждом классе (столбец).",
            ),
            x=said("Grade after", "Класс после"),
            y=said("Grade before", "Класс до"),
            percent="xy",
            names=matrix.grades,
            rows=matrix.grades,
            series=(Series(shape="cells", label=said("share", "доля"), y=shares.ravel()),),
        ),
    )


def roll_shares(evidence: Evidence) -> np.ndarray | None:
    """Return the shares with which days past due roll on within a month, or None without data.

    A row from which nobody went on to a next month is NaN.

    Returns
    -------
    ndarray or None
        (4, 4) from 0, 30, 60 and 90 days past due to the same a month later.
    """
    table = evidence.beside.outcomes
    if table is None:
        return None
    ordered = table.sort("application", "month_on_book")
    account = ordered["application"].rle_id().to_numpy()
    month = ordered["month_on_book"].to_numpy()
    state = np.searchsorted(STATES, ordered["days_past_due"].to_numpy(), side="right") - 1
    next_month = (account[1:] == account[:-1]) & (month[1:] == month[:-1] + 1)
    counts = np.zeros((len(STATES), len(STATES)))
    np.add.at(counts, (state[:-1][next_month], state[1:][next_month]), 1)
    base = counts.sum(axis=1, keepdims=True)
    return np.where(base > 0, counts / np.maximum(base, 1), np.nan)


def roll_rates(evidence: Evidence) -> Figure:
    """Return the share of 60 days past due that rolls on to 90."""
    demand = Demand(
        name="roll_rates",
        title=said("60 days late that roll on to 90", "Переход просрочки из 60 дней в 90"),
        threshold=said(
            "no fewer than roll on from 30 to 60: the definition of default is late enough",
            "не меньше, чем переходит из 30 в 60: определение дефолта достаточно позднее",
        ),
        by=roll_shares,
        kind="share",
    )
    shares = roll_shares(evidence)
    if shares is None:
        return demand.absent(
            "monthly outcomes (--outcomes): application, month_on_book, days_past_due",
            "помесячные исходы (--outcomes): application, month_on_book, days_past_due",
        )
    if np.isnan([shares[1, 2], shares[2, 3]]).any():
        return demand.absent(
            "accounts at 30 and at 60 days past due, each with the month after it",
            "счета с просрочкой 30 и 60 дней, у каждого — и следующий месяц",
        )
    return demand.judge(float(shares[2, 3]), ok=bool(shares[2, 3] >= shares[1, 2]))


def roll_tables(evidence: Evidence) -> tuple[Table, ...]:
    """Return the roll rates as a table, where monthly outcomes are there."""
    shares = roll_shares(evidence)
    if shares is None:
        return ()
    return (
        Table(
            name="roll_rates",
            title=said("Roll rates from one month to the next", "Переходы просрочки за месяц"),
            columns=headings(
                ("Days past due", "Дней просрочки", "count"),
                *((f"→ {state}", f"→ {state}", "share") for state in STATES),
            ),
            rows=tuple(
                (state, *(None if np.isnan(share) else float(share) for share in row))
                for state, row in zip(STATES, shares, strict=True)
            ),
        ),
    )
