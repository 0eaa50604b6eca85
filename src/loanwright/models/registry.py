"""The families of models, by name: what each needs, and whether it is installed here."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from loanwright.errors import NotFound, Unavailable
from loanwright.features.columns import ColumnSpec
from loanwright.models.contract import DefaultClassifier


class FamilyUnknown(NotFound):
    """There is no model family {family}; known: {known}."""


class FamilyNotInstalled(Unavailable):
    """The family {family} needs {needs}, which is not installed here: {remedy}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """A kind of model.

    Attributes
    ----------
    name
        In packages, reports and experiment files.
    title
        In words, by language.
    place
        Module and class of its estimator.
    needs
        The package it cannot do without, or None.
    extra
        The extra that brings it.
    rank
        How hard it is to read: of two families that rank people equally well, the one with the
        lower rank is chosen.
    monotone
        Whether the dictionary's directions bind it.
    """

    name: str
    title: Mapping[str, str]
    place: tuple[str, str]
    needs: str | None = None
    extra: str = "train"
    rank: int
    monotone: bool = True

    @property
    def installed(self) -> bool:
        """Return whether its package is there."""
        return self.needs is None or find_spec(self.needs) is not None

    @property
    def remedy(self) -> str:
        """Return how to add it."""
        if self.extra == "neural":
            return "add it with make neural, or pip install torch"
        return f"add it with pip install 'loanwright[{self.extra}]'"

    def load(self) -> type[DefaultClassifier]:
        """Return its estimator class.

        Raises
        ------
        FamilyNotInstalled
            Where its package is absent.
        """
        if not self.installed:
            raise FamilyNotInstalled(family=self.name, needs=str(self.needs), remedy=self.remedy)
        module, name = self.place
        found: type[DefaultClassifier] = getattr(import_module(module), name)
        return found


def _family(name: str, english: str, russian: str, place: str, **facts: Any) -> Family:
    module, _, estimator = place.partition(":")
    return Family(
        name=name,
        title=MappingProxyType({"en": english, "ru": russian}),
        place=(f"loanwright.models.{module}", estimator),
        **facts,
    )


#: Every family, the easiest to read first.
FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        one.name: one
        for one in (
            _family(
                "scorecard",
                "Points scorecard",
                "Балльная скоринговая карта",
                "scorecard:ScorecardClassifier",
                rank=0,
            ),
            _family(
                "logistic",
                "Logistic regression",
                "Логистическая регрессия",
                "linear:LogisticClassifier",
                rank=1,
            ),
            _family(
                "additive",
                "Additive model with pairs",
                "Аддитивная модель с парами",
                "additive:AdditiveClassifier",
                needs="interpret",
                extra="ebm",
                rank=2,
            ),
            _family(
                "lightgbm",
                "Boosted trees (LightGBM)",
                "Бустинг деревьев (LightGBM)",
                "lightgbm:LightGBMClassifier",
                rank=3,
            ),
            _family(
                "xgboost",
                "Boosted trees (XGBoost)",
                "Бустинг деревьев (XGBoost)",
                "xgboost:XGBoostClassifier",
                needs="xgboost",
                rank=4,
            ),
            _family(
                "catboost",
                "Boosted trees (CatBoost)",
                "Бустинг деревьев (CatBoost)",
                "catboost:CatBoostClassifier",
                needs="catboost",
                extra="catboost",
                rank=5,
            ),
            _family("forest", "Random forest", "Случайный лес", "forest:ForestClassifier", rank=6),
            _family("blend", "Blend of the best", "Смесь лучших", "blend:BlendClassifier", rank=7),
            _family(
                "neural",
                "TabTransformer (PyTorch)",
                "Нейросеть TabTransformer (PyTorch)",
                "neural:NeuralClassifier",
                needs="torch",
                extra="neural",
                rank=8,
                monotone=False,
            ),
        )
    }
)


def installed_families() -> tuple[str, ...]:
    """Return the families that can be trained here, the easiest to read first.

    Examples
    --------
    >>> installed_families()[0]
    'scorecard'
    """
    return tuple(name for name, family in FAMILIES.items() if family.installed)


def skipped_families() -> tuple[Family, ...]:
    """Return the families whose packages are absent; each says how to add it."""
    return tuple(family for family in FAMILIES.values() if not family.installed)


def find_family(name: str) -> Family:
    """Return the family of this name.

    Raises
    ------
    FamilyUnknown
        Where there is none.
    """
    if name not in FAMILIES:
        raise FamilyUnknown(family=name, known=", ".join(sorted(FAMILIES)))
    return FAMILIES[name]


def make_model(
    family: str, *, columns: tuple[ColumnSpec, ...], seed: int = 0, **settings: Any
) -> DefaultClassifier:
    """Return an unfitted model of this family.

    Parameters
    ----------
    family
        A key of `FAMILIES`.
    columns
        What the dictionary says about the columns of the matrix.
    seed
        Of everything that chance decides.
    **settings
        Parameters of its estimator; those not given keep their defaults.

    Raises
    ------
    FamilyUnknown
        Where there is no such family.
    FamilyNotInstalled
        Where the package it needs is absent.

    Examples
    --------
    >>> make_model("scorecard", columns=(), penalty=2.0).penalty
    2.0
    """
    estimator: Any = find_family(family).load()
    made: DefaultClassifier = estimator(columns=columns, random_state=seed, **settings)
    return made
