"""Whether the model's features give away a protected feature."""

from typing import Final

import numpy as np

from loanwright.metrics.discrimination import auc
from loanwright.metrics.estimate import Estimate
from loanwright.validation.evidence import Evidence, Floats, Rows
from loanwright.validation.judging import Demand, headings
from loanwright.validation.values import Figure, Table, said

MOST_PROXY: Final = 0.8
LEAST_OF_GROUP: Final = 50
_ROWS: Final = 10_000


Told = list[tuple[str, Estimate]]


def strongest_proxy(found: Told) -> Figure:
    """Return how well the features tell the protected group that they tell best."""
    demand = Demand(
        name="proxies",
        title=said(
            "Largest AUC with which the features tell a protected group",
            "Наибольшая AUC, с которой признаки выдают защищённую группу",
        ),
        threshold=said(
            f"at most {MOST_PROXY}: more, and the features together stand for the group",
            f"не больше {MOST_PROXY}: иначе признаки вместе заменяют группу",
        ),
        by=proxy_auc,
    )
    if not found:
        return demand.absent("protected features in the sample", "защищённые признаки в выборке")
    name, area = max(found, key=lambda one: one[1].value)
    return demand.judge(area, ok=area.value <= MOST_PROXY, remark=said(name))


def proxy_table(found: Told) -> Table:
    """Return the AUC of every protected group, told from the model's features."""
    return Table(
        name="proxies",
        title=said("How well features tell protected groups",
                   "Насколько признаки выдают защищённые группы"),
        columns=headings(("Group", "Группа", "words"), ("AUC", "AUC", "number")),
        rows=tuple(found),
    )  # fmt: skip


def proxy_aucs(evidence: Evidence) -> list[tuple[str, Estimate]]:
    """Return for each protected group how well the features tell it from the rest."""
    rows = evidence.judged[:_ROWS]
    matrix = evidence.matrix[rows]
    return [
        (name, proxy_auc(matrix, member))
        for name, member in protected_members(evidence, rows)
        if LEAST_OF_GROUP <= member.sum() <= len(member) - LEAST_OF_GROUP
    ]


def protected_members(evidence: Evidence, rows: Rows) -> list[tuple[str, np.ndarray]]:
    """Return name and membership of each protected group; numbers are cut at their median."""
    groups = []
    for feature in evidence.product.features.values():
        if not feature.protected or feature.derived or feature.name not in evidence.columns:
            continue
        column = evidence.columns[feature.name][rows]
        if feature.codes:
            codes = feature.codes[1:] if len(feature.codes) == 2 else feature.codes
            groups += [(f"{feature.name}={code}", column == feature.codes.index(code))
                       for code in codes]  # fmt: skip
        elif np.isfinite(column).any():
            middle = float(np.nanmedian(column))
            groups.append((f"{feature.name} > {middle:g}", column > middle))
    return groups


def proxy_auc(matrix: Floats, member: np.ndarray) -> Estimate:
    """Return the cross-fitted AUC of a logistic regression of membership on the features.

    Parameters
    ----------
    matrix
        (n, p) features, NaN is missing; values enter as they are, in ranks, and as missing or not.
    member
        (n,) whether a row belongs to the group.
    """
    from scipy.stats import rankdata
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    missing = np.isnan(matrix)
    filled = np.where(missing, np.nanmedian(np.where(missing.all(0), 0.0, matrix), axis=0), matrix)
    ranks = rankdata(filled, axis=0) / len(matrix) - 0.5
    design = np.column_stack([ranks, ranks**2, missing[:, missing.any(0)]])
    folds = StratifiedKFold(n_splits=3, shuffle=True, random_state=0)
    model = LogisticRegression(C=1.0, max_iter=300)
    told = cross_val_predict(model, design, member, cv=folds, method="decision_function")
    return auc(member, told)
