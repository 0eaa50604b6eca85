"""Chapter 10: what answers do when features move, go missing, are noisy or extreme."""

from typing import Final

import numpy as np

from loanwright.metrics.comparison import compare_auc, holm
from loanwright.metrics.discrimination import auc
from loanwright.metrics.significance import normal_p_value
from loanwright.models.registry import make_model
from loanwright.validation.evidence import Evidence, Floats, Rows
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.rivals import QUICK
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

NOISE: Final = 0.1
MOST_LOSS: Final = 0.02
MOST_SPREAD: Final = 0.01
SEEDS: Final = 3
LEVEL: Final = 0.05
LEAST_BAD: Final = 30
#: LightGBM takes one thread for fewer than 10,000 rows: quick beside others, too.
_LARGEST_FIT: Final = 9_000


def sensitivity_chapter(evidence: Evidence) -> Chapter:
    """Return how answers react to what happens to data in life."""
    rows, groups = evidence.explained, group_aucs(evidence)
    return Chapter(
        number=10,
        name="sensitivity",
        title=said("Sensitivity", "Чувствительность"),
        about=said(
            "What happens to the answers when a feature moves by a standard deviation, goes "
            "missing, is noisy or extreme; and for whom the ranking is weak.",
            "Что происходит с ответами, когда признак сдвигается на стандартное отклонение, "
            "пропадает, зашумлён или крайний; и для кого ранжирование слабое.",
        ),
        figures=(
            _noise(evidence, rows),
            _missing(evidence, rows),
            _extreme(evidence, rows),
            _seeds(evidence),
            _weak_spots(groups),
        ),
        tables=(_shifts(evidence, rows), _groups(groups)),
        notes=(
            said(
                f"Measured on {len(rows)} judged rows.",
                f"Измерено на {len(rows)} проверочных строках.",
            ),
        ),
    )


def _changed(matrix: Floats, place: int, values: Floats | float) -> Floats:
    changed = matrix.copy()
    changed[:, place] = values
    return changed


def _spread(evidence: Evidence, place: int, rows: Rows) -> Floats:
    """Return present ordinary values of a column: no codes, no gaps."""
    values = evidence.matrix[rows, place]
    return values[np.isfinite(values) & ~np.isin(values, evidence.specs[place].special)]


def _noise(evidence: Evidence, rows: Rows) -> Figure:
    demand = Demand(
        name="noise",
        title=said("AUC lost to noise", "Потеря AUC от шума"),
        threshold=said(
            f"the interval reaches down to {MOST_LOSS} with noise of {NOISE} standard deviations "
            "on every number",
            f"интервал достаёт до {MOST_LOSS} при шуме в {NOISE} стандартного отклонения на "
            "каждом числе",
        ),
        by=compare_auc,
    )

    def make() -> Figure:
        noisy, bad = with_noise(evidence, rows), evidence.bad[rows]
        before, after = evidence.answers.log_odds[rows], evidence.model.runtime.log_odds(noisy)
        loss = compare_auc(bad, before, after).difference
        return demand.judge(loss, ok=loss.lower <= MOST_LOSS)

    return demand.attempt(make)


def with_noise(evidence: Evidence, rows: Rows, *, size: float = NOISE) -> Floats:
    """Return rows whose numbers carry normal noise of this many standard deviations."""
    random = np.random.default_rng(evidence.seed)
    noisy = evidence.matrix[rows].copy()
    for place, spec in enumerate(evidence.specs):
        usual = _spread(evidence, place, rows)
        if spec.kind == "category" or len(np.unique(usual)) < 10:
            continue
        ordinary = np.isfinite(noisy[:, place]) & ~np.isin(noisy[:, place], spec.special)
        step = random.normal(0.0, size * usual.std(), len(noisy))
        noisy[ordinary, place] = np.clip(
            noisy[ordinary, place] + step[ordinary], usual.min(), usual.max()
        )
    return noisy


def _missing(evidence: Evidence, rows: Rows) -> Figure:
    demand = Demand(
        name="missing_feature",
        title=said("Largest AUC lost when one feature goes missing",
                   "Наибольшая потеря AUC, если один признак пропал"),
        threshold=said("at most 0.1: the model does not hang on one feed",
                       "не больше 0,1: модель не держится на одном источнике"),
        by=auc,
    )  # fmt: skip

    def make() -> Figure:
        matrix, bad = evidence.matrix[rows], evidence.bad[rows]
        before = auc(bad, evidence.answers.log_odds[rows]).value
        losses = [
            before
            - auc(bad, evidence.model.runtime.log_odds(_changed(matrix, place, np.nan))).value
            for place in range(len(evidence.specs))
        ]
        worst = int(np.argmax(losses))
        return demand.judge(
            losses[worst], ok=losses[worst] <= 0.1, remark=said(evidence.specs[worst].name)
        )

    return demand.attempt(make)


def _extreme(evidence: Evidence, rows: Rows) -> Figure:
    demand = Demand(
        name="extremes",
        title=said("Answers to extreme values", "Ответы на крайние значения"),
        threshold=said(
            "every answer is a finite number within 15 of log-odds",
            "каждый ответ — конечное число в пределах 15 логарифма шансов",
        ),
        by=extreme_answers,
    )
    largest = extreme_answers(evidence, rows)
    return demand.judge(largest, ok=largest <= 15, breach=not np.isfinite(largest))


def extreme_answers(evidence: Evidence, rows: Rows) -> float:
    """Return the largest absolute log-odds when each number in turn is a thousand times its range.

    Only 200 rows are tried; NaN or infinity anywhere is infinity.
    """
    few = evidence.matrix[rows[:: max(1, len(rows) // 200)]]
    largest = 0.0
    for place, spec in enumerate(evidence.specs):
        usual = _spread(evidence, place, rows)
        if spec.kind == "category" or not len(usual):
            continue
        reach = 1000.0 * max(abs(usual.max()), abs(usual.min()), 1.0)
        for value in (-reach, 0.0, reach):
            found = np.abs(evidence.model.runtime.log_odds(_changed(few, place, value)))
            largest = max(largest, float(found.max()) if np.isfinite(found).all() else np.inf)
    return largest


def _seeds(evidence: Evidence) -> Figure:
    demand = Demand(
        name="seeds",
        title=said("Spread of the AUC over seeds", "Разброс AUC по зёрнам случайности"),
        threshold=said(
            f"at most {MOST_SPREAD} between {SEEDS} seeds of one recipe",
            f"не больше {MOST_SPREAD} между {SEEDS} зёрнами одного рецепта",
        ),
        by=make_model,
    )
    quick = ("scorecard", "logistic", "lightgbm", "forest")
    development = evidence.samples.get("development")
    if development is None or evidence.model.family not in quick:
        return demand.absent(
            f"the development rows and a family that is quickly fitted ({', '.join(quick)})",
            f"строки разработки и быстро обучаемое семейство ({', '.join(quick)})",
        )

    def make() -> Figure:
        rows = development[:: -(-len(development) // _LARGEST_FIT)]
        bad = evidence.bad[evidence.judged]
        areas, family = [], evidence.model.family
        for seed in range(SEEDS):
            model = make_model(family, columns=evidence.specs, seed=seed, **QUICK.get(family, {}))
            defaulted = evidence.bad[rows].astype(np.int8)
            model.fit(evidence.matrix[rows], defaulted, groups=evidence.people(rows))
            risk = model.decision_function(evidence.matrix[evidence.judged])
            areas.append(auc(bad, risk).value)
        spread = max(areas) - min(areas)
        remark = said(f"fitted on {len(rows)} rows", f"обучено на {len(rows)} строках")
        return demand.judge(spread, ok=spread <= MOST_SPREAD, remark=remark)

    return demand.attempt(make)


Groups = list[tuple[str, int, float, float]]


def group_aucs(evidence: Evidence) -> Groups:
    """Return name, rows, AUC and Holm p-value of groups, cut by each feature at its quartiles.

    The p-value is one-sided against the groups of the same feature together: within a group a
    feature ranks no longer, so all its groups rank worse than the whole.
    """
    found: list[tuple[str, int, float, float]] = []
    bad, risk = evidence.bad[evidence.judged], evidence.answers.log_odds[evidence.judged]
    for place, spec in enumerate(evidence.specs):
        values = evidence.matrix[evidence.judged, place]
        parts = [
            (label, chosen, auc(bad[chosen], risk[chosen]))
            for label, chosen in _parts(spec.name, values, spec.kind == "category")
            if LEAST_BAD <= bad[chosen].sum() <= chosen.sum() - LEAST_BAD
        ]
        errors = [max((a.upper - a.lower) / 3.92, 1e-9) for _, _, a in parts]
        if len(parts) < 2:
            continue
        weights = 1 / np.square(errors)
        mean = float(np.average([a.value for _, _, a in parts], weights=weights))
        for (label, chosen, area), error in zip(parts, errors, strict=True):
            p = normal_p_value((area.value - mean) / error, "less")
            found.append((label, int(chosen.sum()), area.value, p))
    corrected = holm([one[3] for one in found]).tolist()
    return [(*one[:3], p) for one, p in zip(found, corrected, strict=True)]


def _parts(name: str, values: Floats, category: bool) -> list[tuple[str, np.ndarray]]:
    if category:
        codes = np.unique(values[np.isfinite(values)])
        return [(f"{name} #{code:g}", values == code) for code in codes]
    present = values[np.isfinite(values)]
    if not len(present):
        return []
    edges = np.unique(np.quantile(present, (0.25, 0.5, 0.75), method="lower"))
    quarter = np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left"))
    shown = []
    for part in np.unique(quarter):
        chosen = quarter == part
        span = "—" if part < 0 else f"{values[chosen].min():.4g} … {values[chosen].max():.4g}"
        shown.append((f"{name}: {span}", chosen))
    return shown


def _weak_spots(found: Groups) -> Figure:
    demand = Demand(
        name="weak_spots",
        title=said("Groups in which the ranking is weak", "Группы со слабым ранжированием"),
        threshold=said(
            f"no group's AUC is below 0.6 and significantly below its neighbours' ({LEVEL:.0%}, "
            "Holm)",
            f"ни в одной группе AUC не ниже 0,6 и при этом значимо ниже соседних ({LEVEL:.0%}, "
            "Холм)",
        ),
        by=group_aucs,
        kind="words",
    )
    if not found:
        return demand.absent(f"groups with {LEAST_BAD} defaults", f"группы с {LEAST_BAD} дефолтами")
    weak = [f"{name} ({area:.3f})" for name, _, area, p in found if p < LEVEL and area < 0.6]
    return demand.judge(named(weak), ok=not weak)


def _shifts(evidence: Evidence, rows: Rows) -> Table:
    matrix, base = evidence.matrix[rows], evidence.answers.probability[rows].mean()
    lines: list[tuple[Cell, ...]] = []
    for place, spec in enumerate(evidence.specs):
        usual = _spread(evidence, place, rows)
        moves: list[float | None] = [None, None]
        if spec.kind != "category" and len(usual):
            ordinary = np.isfinite(matrix[:, place]) & ~np.isin(matrix[:, place], spec.special)
            for side, step in enumerate((-usual.std(), usual.std())):
                moved = np.clip(matrix[:, place] + step, usual.min(), usual.max())
                changed = _changed(matrix, place, np.where(ordinary, moved, matrix[:, place]))
                moves[side] = float(_mean_probability(evidence, changed) - base)
        gone = float(_mean_probability(evidence, _changed(matrix, place, np.nan)) - base)
        lines.append((spec.name, *moves, gone))
    lines.sort(key=lambda line: -max(abs(x) for x in line[1:] if isinstance(x, float)))
    return Table(
        name="shifts",
        title=said("Change of the mean probability of default",
                   "Изменение средней вероятности дефолта"),
        columns=headings(
            ("Feature", "Признак", "words"),
            ("1 SD lower", "на 1 SD ниже", "share"),
            ("1 SD higher", "на 1 SD выше", "share"),
            ("missing", "пропущен", "share"),
        ),
        rows=tuple(lines),
    )  # fmt: skip


def _mean_probability(evidence: Evidence, matrix: Floats) -> float:
    from loanwright.validation.evidence import answers_of

    return float(answers_of(evidence.model, matrix).probability.mean())


def _groups(found: Groups) -> Table:
    worst = sorted(found, key=lambda one: one[2])[:12]
    return Table(
        name="weak_spots",
        title=said("The twelve groups with the lowest AUC", "Двенадцать групп с наименьшей AUC"),
        columns=headings(
            ("Group", "Группа", "words"),
            ("Rows", "Строк", "count"),
            ("AUC", "AUC", "number"),
            ("P-value (Holm)", "P-значение (Холм)", "p_value"),
        ),
        rows=tuple(worst),
    )
