"""What every estimator of the probability of default is, and what all of them share."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from loanwright.errors import Rejected
from loanwright.features.columns import ColumnSpec
from loanwright.models.early_stopping import people_of
from loanwright.scaling import logistic

Matrix = NDArray[np.float64]


class ColumnsDiffer(Rejected):
    """The matrix has {given} columns, but {described} are described."""


@runtime_checkable
class DefaultModel(Protocol):
    """A fitted or unfitted estimator of the probability of default.

    Attributes
    ----------
    family
        Its name in packages and reports.
    classes_
        After fitting, the two labels; the second one is default.
    """

    family: ClassVar[str]
    classes_: NDArray[Any]

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Learn from the development sample; ``groups`` is the person of each row."""
        ...

    def predict_proba(self, X: ArrayLike) -> Matrix:
        """Return (n, 2) probabilities, not yet calibrated."""
        ...

    def decision_function(self, X: ArrayLike) -> Matrix:
        """Return (n,) raw log-odds of default."""
        ...

    def native_files(self) -> dict[str, bytes]:
        """Return the files from which the engine can serve this model."""
        ...

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the model's work; shares sum to 1, or are all 0."""
        ...


class DefaultClassifier(ClassifierMixin, BaseEstimator):
    """Input checks and probabilities, shared by all families.

    Subclasses have ``columns`` among their parameters and define `_learn` and `_log_odds`. While
    `_learn` works, ``_groups`` is the person of each row, None where each has one of its own.
    """

    family: ClassVar[str]
    columns: tuple[ColumnSpec, ...] | None
    classes_: NDArray[Any]
    columns_: tuple[ColumnSpec, ...]
    _groups: NDArray[np.int64] | None = None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, groups: ArrayLike | None = None) -> Self:
        """Learn from the development sample.

        Parameters
        ----------
        X
            (n, p) matrix in the order of ``columns``; NaN is missing, categories are codes.
        y
            (n,) labels; the greater one is default.
        groups
            (n,) the person of each row, as numbers or names. Wherever rows are held out inside
            the sample, all rows of a person are. None is another person in every row.

        Returns
        -------
        self
        """
        checked, labels = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan")
        check_classification_targets(labels)
        self.classes_, default = np.unique(labels, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(_classes_message(self.classes_))
        self.columns_ = _columns(self.columns, checked)
        check_consistent_length(checked, groups)
        self._groups = _repeated_people(groups)
        try:
            self._learn(np.ascontiguousarray(checked), default.astype(np.bool_))
        finally:
            del self._groups
        return self

    def decision_function(self, X: ArrayLike) -> Matrix:
        """Return (n,) raw log-odds of default."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return self._log_odds(np.ascontiguousarray(X))

    def predict_proba(self, X: ArrayLike) -> Matrix:
        """Return (n, 2) probabilities of the two classes, not yet calibrated."""
        bad = logistic(self.decision_function(X))
        return np.column_stack([1 - bad, bad])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likelier class. Decisions are made by a policy, not by this."""
        likelier = (self.decision_function(X) > 0).astype(np.int64)
        return self.classes_[likelier]

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        raise NotImplementedError

    def _log_odds(self, X: Matrix) -> Matrix:
        raise NotImplementedError


def _repeated_people(groups: ArrayLike | None) -> NDArray[np.int64] | None:
    if groups is None:
        return None
    person = people_of(column_or_1d(groups))
    return person if person.max() + 1 < len(person) else None


def _classes_message(classes: NDArray[Any]) -> str:
    # The wording is scikit-learn's: its estimator checks look for it.
    if len(classes) < 2:
        return f"Classifier can't train when only one class is present: {classes.tolist()}"
    kind = f"The type of the target is multiclass: {len(classes)} classes."
    return f"Only binary classification is supported. {kind}"


def _columns(given: tuple[ColumnSpec, ...] | None, X: Matrix) -> tuple[ColumnSpec, ...]:
    if given is None:
        return tuple(
            ColumnSpec(name=f"x{index}", kind="numeric", direction=0, special=(), categories=0)
            for index in range(X.shape[1])
        )
    if len(given) != X.shape[1]:
        raise ColumnsDiffer(given=X.shape[1], described=len(given))
    return tuple(given)
