"""Chapter 13: those who were refused, and the range in which the truth about all lies."""

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from loanwright.features.columns import columns_from_table, matrix_from_columns
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.validation.chapters.overrides import NEEDED, decisions_of
from loanwright.validation.evidence import Booleans, Evidence, Floats, answers_of
from loanwright.validation.judging import Demand, headings
from loanwright.validation.rejects import LEAST_RANDOMISED, RejectRange, reject_range
from loanwright.validation.values import Cell, Chapter, Figure, Table, said

if TYPE_CHECKING:
    import polars as pl

FLOOR = 0.5


LOT: Final = "accepted_at_random"


class Refused(NamedTuple):
    """What the model says about the refused, and which judged rows were accepted by lot."""

    probability: Floats
    log_odds: Floats
    by_lot: Booleans


def rejection_chapter(evidence: Evidence) -> Chapter:
    """Return what is known of the refused, and the range that assumptions leave."""
    refused = find_refused(evidence)
    found = None if refused is None else _range(evidence, refused)
    return Chapter(
        number=13,
        name="rejection",
        title=said("Refused applicants", "Отклонённые заявители"),
        about=said(
            "The sample holds outcomes of the accepted only. How many were refused, how unlike "
            "the accepted they are, and between which bounds the truth about all lies.",
            "В выборке исходы только принятых. Сколько отклонено, насколько они непохожи на "
            "принятых и в каких границах лежит правда обо всех.",
        ),
        figures=(
            _share(evidence),
            _unlike(evidence, refused),
            _rate(found),
            _rate_by_lot(found),
            _auc(found),
        ),
        tables=() if found is None else (_table(found),),
        notes=(
            said(
                "Figures of the accepted are not figures of all applicants; no method turns the "
                "one into the other without an assumption that the data cannot prove. Only "
                "accepting some by lot can.",
                "Показатели принятых — не показатели всех; ни один метод не превращает одни в "
                "другие без предположения, которое данные доказать не могут. Это может только "
                "приём части заявителей по жребию.",
            ),
        ),
    )


def find_refused(evidence: Evidence) -> Refused | None:
    """Return the model's answers about the refused, where the decisions carry their features."""
    table = decisions_of(evidence)
    needed = {
        evidence.product.feature(name).column
        for feature in evidence.product.model_features(evidence.segment)
        for name in feature.depends_on
    }
    if table is None or not needed <= set(table.columns):
        return None
    refused = table.filter(table["outcome"].cast(str) == "decline")
    if not refused.height:
        return None
    columns = columns_from_table(evidence.product, refused)
    matrix = matrix_from_columns(evidence.product, evidence.segment, columns)
    answers = answers_of(evidence.model, matrix)
    return Refused(
        probability=answers.probability,
        log_odds=answers.log_odds,
        by_lot=accepted_by_lot(evidence, table),
    )


def accepted_by_lot(evidence: Evidence, table: "pl.DataFrame") -> Booleans:
    """Return which judged rows would have been refused and were accepted by lot.

    Decisions and sample share no key: a judged row is found again by its model features. Rows
    that look like someone accepted in the regular way stay with those.
    """
    judged = _keys(evidence.matrix[evidence.judged])
    if LOT not in table.columns:
        return np.zeros(len(judged), dtype=np.bool_)
    accepted = table.filter(table["outcome"].cast(str) == "approve")
    told = accepted[LOT].cast(str).str.to_lowercase().fill_null("")
    drawn = np.isin(told.to_numpy().astype(str), ("true", "yes", "1", "1.0"))
    columns = columns_from_table(evidence.product, accepted)
    keys = _keys(matrix_from_columns(evidence.product, evidence.segment, columns))
    return np.isin(judged, np.setdiff1d(keys[drawn], keys[~drawn]))


def _keys(matrix: Floats) -> np.ndarray:
    """Return one value for each row; equal rows have equal ones, missing values included."""
    # Adding zero makes −0 and 0 the same bytes; one NaN stands for all.
    clean = np.ascontiguousarray(np.where(np.isnan(matrix), np.nan, matrix) + 0.0)
    return np.array([row.tobytes().hex() for row in clean])


def _range(evidence: Evidence, refused: Refused) -> RejectRange:
    rows = evidence.judged
    # As many refused for each accepted one as in all decisions, so that shares stay true.
    of_all = len(refused.probability) * len(rows) / len(evidence.default)
    step = max(1, round(len(refused.probability) / max(of_all, 1)))
    return reject_range(
        evidence.answers.probability[rows],
        evidence.bad[rows],
        refused.probability[::step],
        randomised=refused.by_lot,
        seed=evidence.seed,
    )


_NEEDS = (
    "decisions with the features of the refused (--decisions)",
    "решения с признаками отклонённых (--decisions)",
)


def _share(evidence: Evidence) -> Figure:
    demand = Demand(
        name="share_refused",
        title=said("Share of applicants refused", "Доля отклонённых"),
        threshold=said(
            "at most 50%: beyond, the accepted say little about all",
            "не больше 50 %: дальше принятые мало говорят обо всех",
        ),
        by=jeffreys,
        kind="share",
    )
    table = decisions_of(evidence)
    if table is None:
        wanted = ", ".join(NEEDED)
        return demand.absent(f"a table of decisions (--decisions) with {wanted}",
                             f"таблица решений (--decisions) со столбцами {wanted}")  # fmt: skip
    refused: Booleans = (table["outcome"].cast(str) == "decline").to_numpy()
    rate = jeffreys(int(refused.sum()), len(refused))
    return demand.judge(rate, ok=rate.value <= 0.5)


def beyond_accepted(accepted: Floats, refused: Floats) -> float:
    """Return the share of refused whose risk is above that of 99 % of the accepted.

    Examples
    --------
    >>> beyond_accepted(np.arange(100.0), np.array([50.0, 200.0]))
    0.5
    """
    return float(np.mean(refused > np.quantile(accepted, 0.99)))


def _unlike(evidence: Evidence, refused: Refused | None) -> Figure:
    demand = Demand(
        name="refused_unlike",
        title=said("Refused applicants riskier than 99% of the accepted",
                   "Отклонённые рискованнее 99 % принятых"),
        threshold=said(
            "at most 30%: beyond, the model speaks of people it has not seen",
            "не больше 30 %: дальше модель говорит о людях, которых не видела",
        ),
        by=beyond_accepted,
        kind="share",
    )  # fmt: skip
    if refused is None:
        return demand.absent(*_NEEDS)
    share = beyond_accepted(evidence.answers.log_odds, refused.log_odds)
    return demand.judge(share, ok=share <= 0.3)


def _between(ends: tuple[float, float], middle: float) -> Estimate:
    return Estimate(value=middle, lower=ends[0], upper=ends[1], level=0.95, method="assumptions")


def _middle(found: RejectRange, name: str) -> float:
    values = [getattr(one, name).value for one in found.estimates if one.method != "none"]
    return float(np.median(values))


def _rate(found: RejectRange | None) -> Figure:
    demand = Demand(
        name="bad_rate_of_all",
        title=said("Default rate of all applicants, over all assumptions",
                   "Доля дефолтов всех заявителей по всем предположениям"),
        threshold=said(
            "the range is at most 10 points wide: beyond, accept some by lot",
            "размах не больше 10 пунктов: иначе примите часть по жребию",
        ),
        by=reject_range,
        kind="share",
    )  # fmt: skip
    if found is None:
        return demand.absent(*_NEEDS)
    low, high = found.bad_rate
    return demand.judge(_between(found.bad_rate, _middle(found, "bad_rate")), ok=high - low <= 0.1)


def _rate_by_lot(found: RejectRange | None) -> Figure:
    demand = Demand(
        name="bad_rate_by_lot",
        title=said("Default rate of all applicants, from those accepted by lot",
                   "Доля дефолтов всех заявителей по принятым по жребию"),
        threshold=said(
            "the interval meets the range of the assumptions",
            "интервал пересекается с размахом предположений",
        ),
        by=reject_range,
        kind="share",
    )  # fmt: skip
    if found is None:
        return demand.absent(*_NEEDS)
    drawn = [one.bad_rate for one in found.estimates if one.method == "randomised"]
    if not drawn:
        return demand.absent(
            f"{LEAST_RANDOMISED} judged rows accepted by lot ({LOT} in --decisions)",
            f"{LEAST_RANDOMISED} проверочных строк, принятых по жребию ({LOT} в --decisions)",
        )
    assumed = [one.bad_rate for one in found.estimates if one.method not in ("none", "randomised")]
    low, high = min(one.lower for one in assumed), max(one.upper for one in assumed)
    ok = drawn[0].lower <= high and drawn[0].upper >= low
    remark = said(f"assumptions: {low:.2%} to {high:.2%}",
                  f"предположения: от {low:.2%} до {high:.2%}")  # fmt: skip
    return demand.judge(drawn[0], ok=ok, remark=remark)


def _auc(found: RejectRange | None) -> Figure:
    demand = Demand(
        name="auc_of_all",
        title=said("AUC over all applicants, over all assumptions",
                   "AUC по всем заявителям при всех предположениях"),
        threshold=said(f"the whole range lies above {FLOOR}", f"весь размах выше {FLOOR}"),
        by=reject_range,
    )  # fmt: skip
    if found is None:
        return demand.absent(*_NEEDS)
    return demand.judge(_between(found.auc, _middle(found, "auc")), ok=found.auc[0] > FLOOR)


def _table(found: RejectRange) -> Table:
    methods = {
        "none": said("the refused left out", "отклонённые не учтены"),
        "parcelling": said("parcelling", "по полосам баллов"),
        "fuzzy augmentation": said("fuzzy augmentation", "размытое дополнение"),
        "randomised": said("accepted by lot", "принятые по жребию"),
    }
    rows: list[tuple[Cell, ...]] = [
        (methods.get(one.method, said(one.method)), one.factor, one.bad_rate, one.auc)
        for one in found.estimates
    ]
    bounds = partial(_bounds, found)
    rows.append((said("bounds of any assumption", "границы любых предположений"), None,
                 bounds("bad_rate_bounds"), bounds("auc_bounds")))  # fmt: skip
    return Table(
        name="assumptions",
        title=said(
            "All applicants under each assumption", "Все заявители при каждом предположении"
        ),
        columns=headings(
            ("Assumption", "Предположение", "words"),
            ("Times as risky", "Во сколько раз рискованнее", "number"),
            ("Default rate", "Доля дефолтов", "share"),
            ("AUC", "AUC", "number"),
        ),
        rows=tuple(rows),
    )


def _bounds(found: RejectRange, name: str) -> Estimate:
    ends: tuple[float, float] = getattr(found, name)
    return _between(ends, sum(ends) / 2)
