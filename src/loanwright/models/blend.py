"""A blend: the weighted mean of what several families say, weighed on rows none of them saw."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.blend import FAMILY, BlendMember, BlendTable, write_blend
from loanwright.errors import Rejected
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.early_stopping import fold_of_rows
from loanwright.models.registry import FAMILIES, make_model

PREFERRED = ("lightgbm", "xgboost", "catboost")
"""Members by default, as far as they are installed."""
VOTES = 20
FIRST_VOTES = 6
FEW_ROWS = 5000
ROWS_FOR_ONE_SPLIT = 10_000
ROWS_FOR_THREE_FOLDS = 2_000


class BlendOfBlends(Rejected):
    """A blend may not be a member of a blend."""


class BlendHasNoMembers(Rejected):
    """A blend needs members; it was given none, or the same one twice."""


class BlendClassifier(DefaultClassifier):
    """The weighted mean of the log-odds of several families.

    Weights are shares of twenty votes, given one by one to the member whose vote lowers the log
    loss most, on log-odds of rows that the members did not learn from (Caruana et al., 2004,
    *Ensemble selection from libraries of models*). So they are non-negative, sum to one, and
    come in steps of 0.05 that a person can read. A blend of monotone members is monotone. Below
    5,000 rows, which cannot tell boosters apart, each booster has six votes to begin with.

    Below 2,000 rows the unseen log-odds come from five seeded, stratified folds, below 10,000
    from three; from there on from one split of the rows, 2 to 1, because every fold costs a fit
    of every member. The rows of a person are unseen together. Afterwards the members with votes
    learn from all rows.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    members
        Families; None takes LightGBM, XGBoost and CatBoost as far as they are installed. A
        blend may not be a member. Members that are not monotone make a blend that is not.
    settings
        Parameters of the members' estimators, by family; None leaves all at their defaults.
    weights
        Family to weight, where they are known already, as `blend_weights` finds them; then they
        say who the members are, and none is looked for. None finds them.
    random_state
        Seed of the folds and of every member.

    Attributes
    ----------
    models_
        The fitted member of each family that has a weight.
    weights_
        Their weights, in the order of the members; they sum to 1.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(1000, 2))
    >>> y = random.random(1000) < 1 / (1 + np.exp(-X[:, 0]))
    >>> settings = {"lightgbm": {"trees": 20}}
    >>> model = BlendClassifier(members=("scorecard", "lightgbm"), settings=settings).fit(X, y)
    >>> round(sum(model.weights_.values()), 12), sorted(model.native_files())
    (1.0, ['blend.json'])
    """

    family: ClassVar[str] = "blend"
    #: That of the least exact member: XGBoost answers in single precision.
    tolerance: ClassVar[float] = 1e-5

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        members: Sequence[str] | None = None,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        weights: Mapping[str, float] | None = None,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.members = members
        self.settings = settings
        self.weights = weights
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        if self.weights is not None:
            families = _families(tuple(self.weights))
            weights = dict(self.weights)
        else:
            families = _families(self.members)
            alone = len(families) == 1
            weights = {families[0]: 1.0} if alone else self._weigh(families, X, default)
        self.weights_ = {family: weight for family, weight in weights.items() if weight}
        everyone = np.ones(len(default), np.bool_)
        self.models_ = {family: self._fit(family, X, default, everyone) for family in self.weights_}

    def _weigh(
        self, families: tuple[str, ...], X: Matrix, default: NDArray[np.bool_]
    ) -> dict[str, float]:
        fold = _folds(default, seed=int(self.random_state), groups=self._groups)
        log_odds = np.zeros((len(families), len(default)))
        for number in range(fold.max() + 1):
            unseen = fold == number
            if len(np.unique(default[~unseen])) < 2 or len(np.unique(default[unseen])) < 2:
                return dict.fromkeys(families, 1.0 / len(families))
            for place, family in enumerate(families):
                model = self._fit(family, X, default, ~unseen)
                log_odds[place, unseen] = model.decision_function(X[unseen])
        judged = fold >= 0
        first = first_votes(families, len(default))
        weights = blend_weights(log_odds[:, judged], default[judged], first)
        return dict(zip(families, weights, strict=True))

    def _fit(
        self, family: str, X: Matrix, default: NDArray[np.bool_], rows: NDArray[np.bool_]
    ) -> DefaultClassifier:
        settings = (self.settings or {}).get(family, {})
        groups = None if self._groups is None else self._groups[rows]
        model = make_model(family, columns=self.columns_, seed=int(self.random_state), **settings)
        return model.fit(X[rows], default[rows], groups)

    def _log_odds(self, X: Matrix) -> Matrix:
        total = np.zeros(len(X))
        for family, model in self.models_.items():
            total += self.weights_[family] * model.decision_function(X)
        return total

    def importance(self) -> Mapping[str, float]:
        """Return the weighted mean of what each feature does in the members."""
        shares = {spec.name: 0.0 for spec in self.columns_}
        for family, model in self.models_.items():
            for name, share in model.importance().items():
                shares[name] += self.weights_[family] * share
        total = sum(shares.values()) or 1.0
        return {name: share / total for name, share in shares.items()}

    def native_files(self) -> dict[str, bytes]:
        """Return ``blend.json``: family, weight and native text of each member."""
        members = []
        for family, model in self.models_.items():
            (content,) = model.native_files().values()
            weight = self.weights_[family]
            members.append(BlendMember(family=family, weight=weight, text=content.decode()))
        return {"blend.json": write_blend(BlendTable(members=tuple(members))).encode()}


def _families(members: Sequence[str] | None) -> tuple[str, ...]:
    if members is None:
        return tuple(one for one in PREFERRED if one in FAMILIES and FAMILIES[one].installed)
    if FAMILY in members:
        raise BlendOfBlends
    if not members or len(set(members)) != len(members):
        raise BlendHasNoMembers
    return tuple(members)


def _folds(
    default: NDArray[np.bool_], *, seed: int, groups: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Return for each row the fold in which it is unseen, -1 for never; defaults are spread."""
    rows = len(default)
    count = 5 if rows < ROWS_FOR_THREE_FOLDS else 3
    fold = fold_of_rows(default, count=count, seed=seed, groups=groups)
    return fold if rows < ROWS_FOR_ONE_SPLIT else np.where(fold == 0, 0, -1)


def first_votes(families: Sequence[str], rows: int) -> tuple[int, ...]:
    """Return the votes that members have before any is cast.

    Few rows cannot tell boosters apart: below 5,000 each of them has six of the twenty.

    Examples
    --------
    >>> first_votes(("scorecard", "lightgbm", "xgboost"), 1000)
    (0, 6, 6)
    """
    few = rows < FEW_ROWS
    return tuple(FIRST_VOTES if few and family in PREFERRED else 0 for family in families)


def blend_weights(
    log_odds: Matrix, default: NDArray[np.bool_], first: Sequence[int] = ()
) -> tuple[float, ...]:
    """Return the weight of each member, by twenty votes that each lower the log loss most.

    Parameters
    ----------
    log_odds
        (m, n) what m members say about n rows that they did not learn from.
    default
        (n,) labels, True is bad.
    first
        Votes of the twenty that members have already; none where empty.

    Examples
    --------
    >>> blend_weights(np.array([[2.0, -2.0], [-1.0, 1.0]]), np.array([True, False]))
    (1.0, 0.0)
    """
    votes = list(first) or [0] * len(log_odds)
    total = np.array(votes, np.float64) @ log_odds
    for cast in range(sum(votes) + 1, VOTES + 1):
        losses = [_log_loss((total + one) / cast, default) for one in log_odds]
        best = int(np.argmin(losses))
        votes[best] += 1
        total += log_odds[best]
    return tuple(count / VOTES for count in votes)


def _log_loss(log_odds: Matrix, default: NDArray[np.bool_]) -> float:
    return float(np.mean(np.logaddexp(0.0, np.where(default, -log_odds, log_odds))))
