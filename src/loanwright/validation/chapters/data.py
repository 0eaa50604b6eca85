"""Chapter 2: the sample: its rows, gaps, copies, leaks, dates and units."""

from loanwright.validation import scans
from loanwright.validation.checks import LEAST_DEFAULTS
from loanwright.validation.evidence import Evidence
from loanwright.validation.judging import Demand, headings
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

SAMPLES = {
    "development": said("development", "разработка"),
    "calibration": said("calibration", "калибровка"),
    "holdout": said("holdout", "отложенная"),
    "out_of_time": said("out of time", "вне времени"),
    "fresh": said("fresh", "новая"),
}


def data_chapter(evidence: Evidence) -> Chapter:
    """Return what the sample holds and what is wrong with it."""
    return Chapter(
        number=2,
        name="data",
        title=said("Data", "Данные"),
        about=said(
            "Whether the sample is what it claims to be: enough defaults, no copies, no features "
            "that know the future, no changed units or codes, outcomes old enough.",
            "Такова ли выборка, какой её считают: достаточно дефолтов, нет копий, нет признаков, "
            "знающих будущее, единицы и коды не менялись, исходы созрели.",
        ),
        figures=(
            count_defaults(evidence),
            scans.leaks(evidence),
            scans.dates_of_knowledge(evidence),
            scans.duplicate_rows(evidence),
            scans.shared_people(evidence),
            scans.collapsed_categories(evidence),
            scans.changed_units(evidence),
            scans.outcome_maturity(evidence),
            _missing(evidence),
        ),
        tables=(_sizes(evidence), _gaps(evidence)),
        notes=(
            said(
                f"Default is the column “{evidence.product.sample.default}”, 1 = bad.",
                f"Дефолт — столбец «{evidence.product.sample.default}», 1 = плохой.",
            ),
            said(
                "The sample holds those who were granted credit. How the others would have paid is "
                "a question of chapter 13.",
                "В выборке те, кому выдали кредит. Как платили бы остальные — вопрос главы 13.",
            ),
        ),
    )


def count_defaults(evidence: Evidence) -> Figure:
    """Return how many of the judged rows defaulted."""
    demand = Demand(
        name="enough_defaults",
        title=said("Defaults in the judged sample", "Дефолтов в проверочной выборке"),
        threshold=said(f"{LEAST_DEFAULTS} or more", f"{LEAST_DEFAULTS} или больше"),
        by=count_defaults,
        kind="count",
    )
    found = int(evidence.bad[evidence.judged].sum())
    return demand.judge(found, ok=found >= LEAST_DEFAULTS)


def _missing(evidence: Evidence) -> Figure:
    demand = Demand(
        name="missing",
        title=said("Largest share of missing values", "Наибольшая доля пропусков"),
        threshold=said("no model feature is missing in more than half of the rows",
                       "ни у одного признака модели нет пропусков более чем в половине строк"),
        by=scans.missing_shares,
        kind="share",
    )  # fmt: skip
    shares = scans.missing_shares(evidence.matrix[evidence.judged])
    worst = int(shares.argmax())
    return demand.judge(
        float(shares[worst]),
        ok=shares[worst] <= 0.5,
        remark=said(evidence.specs[worst].name) if shares[worst] else None,
    )


def _sizes(evidence: Evidence) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, chosen in evidence.samples.items():
        bad = int(evidence.bad[chosen].sum())
        rows.append((SAMPLES[name], len(chosen), bad, bad / max(len(chosen), 1)))
    return Table(
        name="samples",
        title=said("Samples", "Выборки"),
        columns=headings(
            ("Sample", "Выборка", "words"),
            ("Rows", "Строк", "count"),
            ("Defaults", "Дефолтов", "count"),
            ("Default rate", "Доля дефолтов", "share"),
        ),
        rows=tuple(rows),
    )


def _gaps(evidence: Evidence) -> Table:
    judged = scans.missing_shares(evidence.matrix[evidence.judged])
    before = evidence.reference_matrix
    earlier = [None] * len(judged) if before is None else scans.missing_shares(before).tolist()
    return Table(
        name="missing",
        title=said("Missing values", "Пропуски"),
        columns=headings(
            ("Feature", "Признак", "words"),
            ("Reference", "Исходная выборка", "share"),
            ("Judged", "Проверочная", "share"),
        ),
        rows=tuple(
            (spec.name, then, float(now))
            for spec, then, now in zip(evidence.specs, earlier, judged, strict=True)
        ),
    )
