"""Facts of many applications: encoded columns, and what their numbers stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.decisioning.burden import FACTS as AFFORDABILITY
from loanwright.decisioning.evaluating import read_date
from loanwright.decisioning.policy import Policy
from loanwright.features.affordable_columns import Applied, affordability_columns
from loanwright.features.columns import decode
from loanwright.features.feature import Feature
from loanwright.features.product import Product

Column = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One fact of n applications.

    Attributes
    ----------
    values
        (n,) float64: a number, 0 or 1, days, or the place of a code; NaN is missing.
    decode
        From one of the values to what it stands for.
    numeric
        Whether the values are the numbers themselves.
    codes
        Of a category; empty for anything else.
    texts
        Whether what it stands for is a text: a code or a day.
    """

    values: Column = field(repr=False)
    decode: Callable[[float], object] = field(repr=False)
    numeric: bool = False
    codes: tuple[str, ...] = ()
    texts: bool = False

    @property
    def numbers(self) -> Column:
        """Return what an expression reads as a number: no code is one, unless it is a day."""
        if not self.codes:
            return self.values
        days = [read_date(code) for code in self.codes]
        return _looked_up(self.values, [np.nan if day is None else day for day in days])

    def among(self, codes: tuple[str, ...]) -> Column:
        """Return whether the text is one of these: 1.0 or 0.0, NaN where there is no text."""
        if not self.texts:
            return np.full(len(self.values), np.nan)
        if self.codes:
            return _looked_up(self.values, [float(code in codes) for code in self.codes])
        distinct, places = np.unique(self.values, return_inverse=True)
        found = [float(self.decode(value) in codes) for value in distinct.tolist()]
        return np.where(np.isnan(self.values), np.nan, np.array(found)[places])


def facts_of(columns: Mapping[str, Column], dictionary: Mapping[str, Feature]) -> dict[str, Fact]:
    """Return encoded features as facts."""
    return {name: _of_feature(dictionary[name], values) for name, values in columns.items()}


def given_facts(
    product: Product, policy: Policy, columns: Mapping[str, Column], assessed: Assessed
) -> dict[str, Fact]:
    """Return what a policy reads of means and payments.

    Parameters
    ----------
    product
        Lays down the credits that grades get.
    policy
        What it does not read is not computed.
    columns
        Raw feature to (n,) encoded values; what is not there was not stated.
    assessed
        With the grades of the rows.
    """
    names = policy.names().intersection(AFFORDABILITY)
    if not names:
        return {}
    applied = Applied(columns=columns, grades=assessed.grades, names=assessed.names)
    found = affordability_columns(product, applied, names)
    return {name: numbers(column) for name, column in found.items()}


def numbers(values: Column) -> Fact:
    """Return plain numbers as a fact."""
    return Fact(values=np.asarray(values, dtype=np.float64), decode=_plain, numeric=True)


def truths(values: Column) -> Fact:
    """Return zeros and ones as a fact."""
    return Fact(values=values, decode=_truth)


def coded(places: NDArray[np.int64] | Column, codes: tuple[str, ...]) -> Fact:
    """Return places in a list of codes as a fact."""
    values = np.asarray(places, dtype=np.float64)
    return Fact(values=values, decode=partial(_code, codes), codes=codes, texts=True)


def _of_feature(feature: Feature, values: Column) -> Fact:
    return Fact(
        values=values,
        decode=partial(decode, feature),
        numeric=feature.numeric,
        codes=feature.codes,
        texts=feature.type in ("category", "date"),
    )


def _looked_up(places: Column, answers: list[float]) -> Column:
    missing = np.isnan(places)
    at = np.where(missing, len(answers), places).astype(np.int64)
    return np.array([*answers, np.nan])[at]


def _plain(value: float) -> object:
    return None if value != value else value


def _truth(value: float) -> object:
    return None if value != value else bool(value)


def _code(codes: tuple[str, ...], value: float) -> object:
    return None if value != value else codes[int(value)]
