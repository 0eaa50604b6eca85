"""Chapter 3: the model's features: what each knows, which way it points, and for whom it stands."""

import numpy as np

from loanwright.binning.fit import fit_binning
from loanwright.metrics.estimate import Estimate
from loanwright.validation import proxies
from loanwright.validation.evidence import Evidence
from loanwright.validation.judging import Demand, headings, named
from loanwright.validation.scans import SIGNIFICANCE, Trends, single_aucs, trends
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

MOST_CORRELATION = 0.9


def inputs_chapter(evidence: Evidence) -> Chapter:
    """Return what each feature knows, and whether it works the way the dictionary says."""
    rows = evidence.samples.get("development", evidence.judged)
    told = proxies.proxy_aucs(evidence)
    observed = trends(evidence, rows)
    return Chapter(
        number=3,
        name="inputs",
        title=said("Features", "Признаки"),
        about=said(
            "What each feature knows alone, whether the sample agrees with the direction that the "
            "product file states, whether features repeat each other, and whether together they "
            "give away a protected feature.",
            "Что знает каждый признак в одиночку, согласна ли выборка с направлением из файла "
            "продукта, не повторяют ли признаки друг друга и не выдают ли вместе защищённый "
            "признак.",
        ),
        figures=(
            _directions(observed),
            _model_directions(evidence),
            _collinearity(evidence),
            _correlation(evidence),
            proxies.strongest_proxy(told),
        ),
        tables=(_table(evidence, rows), _trend_table(observed), proxies.proxy_table(told)),
        notes=(
            said(
                "Information value: 0.02 weak, 0.1 medium, 0.3 strong; above 0.5 look twice.",
                "Информационная ценность: 0,02 слабая, 0,1 средняя, 0,3 сильная; выше 0,5 "
                "присмотритесь.",
            ),
        ),
    )


def _directions(found: Trends) -> Figure:
    demand = Demand(
        name="directions",
        title=said("Features that work against their direction",
                   "Признаки, работающие против своего направления"),
        threshold=said(
            f"no feature significantly contradicts the product file ({SIGNIFICANCE:.0%}, Holm)",
            f"ни один признак значимо не противоречит файлу продукта ({SIGNIFICANCE:.0%}, Холм)",
        ),
        by=trends,
        kind="words",
    )  # fmt: skip
    if not found:
        return demand.absent("a feature with a direction", "признак с направлением")
    wrong = [name for name, _, _, p in found if p < SIGNIFICANCE]
    return demand.judge(named(wrong), ok=not wrong, breach=True)


def _model_directions(evidence: Evidence) -> Figure:
    demand = Demand(
        name="model_directions",
        title=said("Answers that move the wrong way", "Ответы, меняющиеся не в ту сторону"),
        threshold=said(
            "raising a feature never moves the risk against its direction",
            "рост признака никогда не двигает риск против его направления",
        ),
        by=wrong_moves,
        kind="words",
    )
    wrong = wrong_moves(evidence)
    return demand.judge(named(wrong), ok=not wrong)


def wrong_moves(evidence: Evidence) -> list[str]:
    """Return the features of which some rise moved some answer against the stated direction.

    Every directed feature of 200 judged rows is set to nine values of its range in turn.
    """
    rows = evidence.matrix[evidence.explained[:: max(1, len(evidence.explained) // 200)]]
    wrong = []
    for place, spec in enumerate(evidence.specs):
        values = evidence.matrix[:, place]
        usable = values[~np.isnan(values) & ~np.isin(values, spec.special)]
        if not spec.direction or not len(usable):
            continue
        before: np.ndarray | None = None
        for value in np.unique(np.quantile(usable, np.linspace(0, 1, 9), method="nearest")):
            changed = rows.copy()
            changed[:, place] = value
            now = evidence.model.runtime.log_odds(changed)
            if before is not None and ((now - before) * spec.direction < -1e-9).any():
                wrong.append(spec.name)
                break
            before = now
    return wrong


def _collinearity(evidence: Evidence) -> Figure:
    from loanwright.metrics.collinearity import vif

    demand = Demand(
        name="collinearity",
        title=said(
            "Largest variance inflation factor", "Наибольший коэффициент инфляции дисперсии"
        ),
        threshold=said(
            "at most 10 where coefficients are read (logistic, scorecard); 5 is comfortable",
            "не больше 10 там, где читают коэффициенты (логистика, скоркарта); 5 — спокойно",
        ),
        by=vif,
    )

    def make() -> Figure:
        columns, names = quantities(evidence)
        if len(names) < 2:
            return demand.absent(*_NEEDS)
        factors = vif(columns)
        worst = int(np.nanargmax(factors))
        linear = evidence.model.family in ("logistic", "scorecard")
        value = min(float(factors[worst]), 1e6)
        return demand.judge(value, ok=value <= 10 or not linear, remark=said(names[worst]))

    return demand.attempt(make)


_NEEDS = ("two numeric features that vary", "два меняющихся числовых признака")


def quantities(evidence: Evidence) -> tuple[np.ndarray, list[str]]:
    """Return the judged rows of varying numbers, and their names.

    Codes of categories are no quantities and are left out. Missing and special values, no
    quantities either, are put at the median of the others.
    """
    judged = evidence.matrix[evidence.judged]
    chosen, names = [np.empty((len(judged), 0))], []
    for place, spec in enumerate(evidence.specs):
        values = judged[:, place]
        usable = ~np.isnan(values) & ~np.isin(values, spec.special)
        if spec.kind == "numeric" and usable.any() and np.ptp(values[usable]) > 0:
            filled = np.where(usable, values, np.median(values[usable]))
            chosen.append(filled[:, np.newaxis])
            names.append(spec.name)
    return np.hstack(chosen), names


def _correlation(evidence: Evidence) -> Figure:
    demand = Demand(
        name="correlation",
        title=said("Largest correlation of two features", "Наибольшая корреляция двух признаков"),
        threshold=said(
            f"at most {MOST_CORRELATION} in ranks where coefficients are read",
            f"не больше {MOST_CORRELATION} по рангам там, где читают коэффициенты",
        ),
        by=rank_correlations,
    )
    columns, names = quantities(evidence)
    if len(names) < 2:
        return demand.absent(*_NEEDS)
    found = np.abs(rank_correlations(columns))
    np.fill_diagonal(found, 0.0)
    one, other = np.unravel_index(int(found.argmax()), found.shape)
    linear = evidence.model.family in ("logistic", "scorecard")
    largest = float(found.max())
    return demand.judge(
        largest,
        ok=largest <= MOST_CORRELATION or not linear,
        remark=said(f"{names[one]}, {names[other]}"),
    )


def rank_correlations(columns: np.ndarray) -> np.ndarray:
    """Return Spearman's correlations of the columns, ties at their middle rank."""
    from scipy.stats import rankdata

    return np.asarray(np.atleast_2d(np.corrcoef(rankdata(columns, axis=0), rowvar=False)))


def _table(evidence: Evidence, rows: np.ndarray) -> Table:
    alone = single_aucs(evidence, rows)
    default = evidence.bad[rows].astype(np.int8)
    lines: list[tuple[Cell, ...]] = []
    for place, spec in enumerate(evidence.specs):
        binning = fit_binning(evidence.matrix[rows, place], default, spec=spec)
        worth: Estimate = binning.information_value()
        direction = {1: said("raises", "повышает"), -1: said("lowers", "снижает")}
        lines.append((
            spec.name,
            evidence.product.feature(spec.name).title,
            direction.get(spec.direction, said("free", "свободно")),
            worth,
            alone[spec.name],
            len(binning.bins),
        ))  # fmt: skip
    lines.sort(key=lambda line: -line[3].value)  # type: ignore[union-attr]
    return Table(
        name="features",
        title=said("What each feature knows alone", "Что знает каждый признак"),
        columns=headings(
            ("Feature", "Признак", "words"),
            ("Title", "Название", "words"),
            ("Risk as it rises", "Риск с ростом", "words"),
            ("Information value", "Информационная ценность", "number"),
            ("AUC alone", "AUC в одиночку", "number"),
            ("Bins", "Групп", "count"),
        ),
        rows=tuple(lines),
    )


def _trend_table(found: Trends) -> Table:
    signs = {1: said("riskier", "рискованнее"), -1: said("safer", "надёжнее")}
    return Table(
        name="directions",
        title=said("Stated and observed directions", "Заявленные и наблюдаемые направления"),
        columns=headings(
            ("Feature", "Признак", "words"),
            ("More is", "Больше — значит", "words"),
            ("AUC of the raw value", "AUC самого значения", "number"),
            ("P-value against the direction (Holm)", "P-значение против направления (Холм)",
             "p_value"),
        ),
        rows=tuple((name, signs[sign], area, p) for name, sign, area, p in found),
    )  # fmt: skip
