"""How a model treats protected groups: a first table, measured apart from the model."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.metrics.discrimination import auc
from loanwright.metrics.distributions import jeffreys

#: Fewer people with, or without, a default say nothing about a ranking.
LEAST_FOR_AUC: Final = 20

_MISSING: Final = Text(en="not stated", ru="не указано")


def protected_groups(
    product: Product,
    columns: Mapping[str, NDArray[np.float64]],
    default: NDArray[Any],
    probability: NDArray[np.float64],
) -> list[dict[str, Any]]:
    """Return what the model says about each protected group of the judged sample.

    Parameters
    ----------
    product
        Its dictionary tells which features are protected.
    columns
        Encoded raw columns of the judged sample, each (n,).
    default
        (n,) labels, 1 is bad.
    probability
        (n,) calibrated probabilities of default.

    Returns
    -------
    list of dict
        One a protected raw feature that the sample holds: its title, whether a model may use it,
        and for each group its rows, default rate, mean probability and AUC. Numbers are grouped
        by their quartiles.
    """
    allowed = {use.feature for use in product.protected_allowed if "model" in use.uses}
    return [
        {
            "feature": feature.name,
            "title": feature.title.to_mapping(),
            "in_model_allowed": feature.name in allowed,
            "groups": [
                _measured(title, default[rows], probability[rows])
                for title, rows in _groups(feature, columns[feature.name])
            ],
        }
        for feature in product.features.values()
        if feature.protected and not feature.derived and feature.name in columns
    ]


def _groups(
    feature: Feature, column: NDArray[np.float64]
) -> Iterator[tuple[Text, NDArray[np.bool_]]]:
    missing = np.isnan(column)
    named = _categories(feature, column) if feature.codes else _quartiles(column, ~missing)
    for title, rows in (*named, (_MISSING, missing)):
        if rows.any():
            yield title, rows


def _categories(
    feature: Feature, column: NDArray[np.float64]
) -> list[tuple[Text, NDArray[np.bool_]]]:
    return [(one.title, column == place) for place, one in enumerate(feature.categories)]


def _quartiles(
    column: NDArray[np.float64], present: NDArray[np.bool_]
) -> list[tuple[Text, NDArray[np.bool_]]]:
    if not present.any():
        return []
    edges = np.unique(np.quantile(column[present], (0.25, 0.5, 0.75), method="lower"))
    quarter = np.searchsorted(edges, column, side="left")
    groups = []
    for place in range(len(edges) + 1):
        rows = present & (quarter == place)
        if rows.any():
            span = f"{column[rows].min():g}–{column[rows].max():g}"
            groups.append((Text(en=span, ru=span), rows))
    return groups


def _measured(
    title: Text, default: NDArray[Any], probability: NDArray[np.float64]
) -> dict[str, Any]:
    bad = int(np.count_nonzero(default))
    ranked = min(bad, len(default) - bad) >= LEAST_FOR_AUC
    return {
        "title": title.to_mapping(),
        "rows": len(default),
        "defaults": bad,
        "default_rate": jeffreys(bad, len(default)).to_mapping(),
        "mean_probability": round(float(probability.mean()), 6),
        "auc": auc(default, probability).to_mapping() if ranked else None,
    }
