"""Chapter 13: those who were refused, and how they might have paid."""

import numpy as np

from loanwright.features.columns import matrix_from_columns
from loanwright.metrics.distributions import jeffreys
from loanwright.validation.chapters.overrides import NEEDED, decisions_of
from loanwright.validation.evidence import Evidence, Floats, answers_of
from loanwright.validation.judging import Demand
from loanwright.validation.values import Chapter, Figure, said


def rejection_chapter(evidence: Evidence) -> Chapter:
    """Return what is known of the refused, and the range that assumptions leave."""
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
        figures=(_share(evidence), _unlike(evidence)),
        notes=(
            said(
                "Figures of the accepted are not figures of all applicants; no method turns the "
                "one into the other without an assumption that the data cannot prove.",
                "Показатели принятых — не показатели всех; ни один метод не превращает одни в "
                "другие без предположения, которое данные доказать не могут.",
            ),
        ),
    )


def refused_matrix(evidence: Evidence) -> Floats | None:
    """Return the model's matrix of refused applicants, where the decisions carry the features."""
    from loanwright.features.columns import columns_from_table

    table = decisions_of(evidence)
    needed = {
        name
        for feature in evidence.product.model_features(evidence.segment)
        for name in feature.depends_on
    }
    held = {evidence.product.feature(name).column for name in needed}
    if table is None or not held <= set(table.columns):
        return None
    refused = table.filter(table["outcome"].cast(str) == "decline")
    if not refused.height:
        return None
    columns = columns_from_table(evidence.product, refused)
    return matrix_from_columns(evidence.product, evidence.segment, columns)


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
    refused = int((table["outcome"].cast(str) == "decline").sum())
    rate = jeffreys(refused, table.height)
    return demand.judge(rate, ok=rate.value <= 0.5)


def beyond_accepted(accepted: Floats, refused: Floats) -> float:
    """Return the share of refused whose risk is above that of 99 % of the accepted.

    Examples
    --------
    >>> beyond_accepted(np.arange(100.0), np.array([50.0, 200.0]))
    0.5
    """
    return float(np.mean(refused > np.quantile(accepted, 0.99)))


def _unlike(evidence: Evidence) -> Figure:
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
    refused = refused_matrix(evidence)
    if refused is None:
        return demand.absent("decisions with the features of the refused",
                             "решения с признаками отклонённых")  # fmt: skip
    risk = answers_of(evidence.model, refused).log_odds
    share = beyond_accepted(evidence.answers.log_odds, risk)
    return demand.judge(share, ok=share <= 0.3)
