"""The model of a package as a plain value, from which every format is written."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from loanwright.engine.additive import AdditiveTable, parse_additive
from loanwright.engine.blend import parse_blend
from loanwright.engine.ensemble import TreeEnsemble
from loanwright.engine.lightgbm_text import parse_lightgbm
from loanwright.engine.load import FILES
from loanwright.engine.neural import NeuralTable, parse_neural
from loanwright.engine.scorecard import ScorecardTable
from loanwright.engine.trees_json import parse_trees
from loanwright.errors import Rejected
from loanwright.packaging.layout import PackageRefused
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.verify import VerifiedFiles, read_verified


class FormatUnfit(Rejected):
    """A model of the family {family} cannot be exported as {format}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blend:
    """Weights and models, in the order of summation."""

    parts: tuple[tuple[float, "Model"], ...]


Model: TypeAlias = TreeEnsemble | ScorecardTable | AdditiveTable | NeuralTable | Blend


def _scorecard(text: str) -> Model:
    return ScorecardTable.from_mapping(json.loads(text))


def _blend(text: str) -> Model:
    members = parse_blend(text).members
    return Blend(parts=tuple((one.weight, parse_model(one.family, one.text)) for one in members))


_PARSERS: Final[Mapping[str, Callable[[str], Any]]] = MappingProxyType(
    {
        "scorecard": _scorecard,
        "logistic": parse_additive,
        "additive": parse_additive,
        "lightgbm": parse_lightgbm,
        "xgboost": parse_trees,
        "catboost": parse_trees,
        "forest": parse_trees,
        "neural": parse_neural,
        "blend": _blend,
    }
)


def parse_model(family: str, text: str) -> Model:
    """Return the model whose native text this is.

    Raises
    ------
    FormatUnfit
        Where the family has no plain structure.
    """
    if family not in _PARSERS:
        raise FormatUnfit(family=family, format="a plain structure")
    parsed: Model = _PARSERS[family](text)
    return parsed


def read_files(package: ModelPackage) -> VerifiedFiles:
    """Return the files of a package, still those that were opened.

    Raises
    ------
    PackageRefused
        If they have changed since.
    """
    verified = read_verified(package.path)
    if verified.hash != package.hash:
        raise PackageRefused(path=package.path, cause="it was exchanged while it was open")
    return verified


def read_model(package: ModelPackage) -> Model:
    """Return the model of a package as a plain value."""
    text = read_files(package).contents[FILES[package.family]].decode()
    return parse_model(package.family, text)
