"""How a model treats protected groups: a first table, measured apart from the model."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.fairness.groups import Group, groups_of
from loanwright.features.product import Product
from loanwright.metrics.discrimination import auc
from loanwright.metrics.distributions import jeffreys

#: Fewer people with, or without, a default say nothing about a ranking.
LEAST_FOR_AUC: Final = 20


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
                _measured(group, default[group.rows], probability[group.rows])
                for group in groups_of(feature, columns[feature.name])
            ],
        }
        for feature in product.features.values()
        if feature.protected and not feature.derived and feature.name in columns
    ]


def _measured(
    group: Group, default: NDArray[Any], probability: NDArray[np.float64]
) -> dict[str, Any]:
    bad = int(np.count_nonzero(default))
    ranked = min(bad, len(default) - bad) >= LEAST_FOR_AUC
    return {
        "title": group.title.to_mapping(),
        "rows": len(default),
        "defaults": bad,
        "default_rate": jeffreys(bad, len(default)).to_mapping(),
        "mean_probability": round(float(probability.mean()), 6),
        "auc": auc(default, probability).to_mapping() if ranked else None,
    }
