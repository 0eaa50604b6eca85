"""What others would do with the same columns: no derived features, no directions, defaults."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

THREADS: Final = 2


def _lightgbm(X: Any, y: Any, held: Any, categories: list[int]) -> Any:
    from lightgbm import LGBMClassifier

    model = LGBMClassifier(verbose=-1, n_jobs=THREADS, random_state=0)
    model.fit(X, y, categorical_feature=categories)
    return _log_odds(model.predict_proba(held)[:, 1])


def _optbinning(X: Any, y: Any, held: Any, categories: list[int]) -> Any:
    from optbinning import BinningProcess
    from sklearn.linear_model import LogisticRegression

    names = [f"x{index}" for index in range(X.shape[1])]
    binning = BinningProcess(names, categorical_variables=[names[i] for i in categories])
    told = {"metric": "woe", "metric_missing": "empirical", "metric_special": "empirical"}
    weighed = binning.fit(X, y).transform(X, **told)
    model = LogisticRegression(max_iter=1000).fit(weighed, y)
    return model.decision_function(binning.transform(held, **told))


def _ebm(X: Any, y: Any, held: Any, categories: list[int]) -> Any:
    from interpret.glassbox import ExplainableBoostingClassifier

    types = ["nominal" if i in categories else "continuous" for i in range(X.shape[1])]
    model = ExplainableBoostingClassifier(feature_types=types, n_jobs=THREADS, random_state=0)
    return model.fit(X, y).decision_function(held)


def _log_odds(risk: Any) -> Any:
    risk = np.clip(risk, 1e-9, 1 - 1e-9)
    return np.log(risk / (1 - risk))


#: Name to a function of (X, y, rows held out, positions of categories) that returns log-odds.
PEERS: Final[Mapping[str, Callable[[Any, Any, Any, list[int]], Any]]] = MappingProxyType(
    {
        "plain LightGBM": _lightgbm,
        "optbinning scorecard": _optbinning,
        "plain EBM": _ebm,
    }
)
