"""The families of models, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from loanwright.errors import NotFound
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier
from loanwright.models.lightgbm import LightGBMClassifier
from loanwright.models.scorecard import ScorecardClassifier

FAMILIES: Mapping[str, type[LightGBMClassifier] | type[ScorecardClassifier]] = MappingProxyType(
    {"scorecard": ScorecardClassifier, "lightgbm": LightGBMClassifier}
)


class FamilyUnknown(NotFound):
    """There is no model family {family}; known: {known}."""


def make_model(family: str, *, columns: tuple[ColumnSpec, ...], seed: int = 0) -> DefaultClassifier:
    """Return an unfitted model of this family.

    Parameters
    ----------
    family
        A key of `FAMILIES`.
    columns
        What the dictionary says about the columns of the matrix.
    seed
        Of everything that chance decides.

    Raises
    ------
    FamilyUnknown
        Where there is no such family.

    Examples
    --------
    >>> make_model("scorecard", columns=()).family
    'scorecard'
    """
    if family not in FAMILIES:
        raise FamilyUnknown(family=family, known=", ".join(sorted(FAMILIES)))
    return FAMILIES[family](columns=columns, random_state=seed)
