"""What a simulation is given: blocks of applications, and the versions to try on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.batch.facts import Column
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.simulation.errors import VersionTwice

Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """A column to group by: (n,) places in the names of its values."""

    places: Whole
    names: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedCredit:
    """What n applications ask for; None is left to the policy's terms.

    Attributes
    ----------
    amounts
        In minor units.
    rates_bp
        A year.
    terms
        Months.
    """

    amounts: Whole | None = None
    rates_bp: Whole | None = None
    terms: Whole | None = None

    def only(self, chosen: NDArray[np.bool_]) -> AskedCredit:
        """Return what some of the rows ask for."""
        named = ("amounts", "rates_bp", "terms")
        kept = {name: getattr(self, name) for name in named}
        return AskedCredit(**{n: None if v is None else v[chosen] for n, v in kept.items()})


@dataclass(frozen=True, kw_only=True, slots=True)
class Applications:
    """Some applications of one segment.

    Attributes
    ----------
    segment
        Theirs.
    columns
        By the hash of a dictionary: raw feature to (n,) float64 encoded by it.
    known
        (n,) int8: 0 good, 1 bad, 2 outcome unknown.
    answers
        What a model has said of them already; for versions without a model.
    before
        (n,) int8: severities of what was decided then, 3 where nothing was.
    groups
        Columns to group by.
    asked
        What they ask for.
    share
        How much of all is read when these are done, for progress.
    rejected
        Rows beside these that could not be read.
    """

    segment: str
    columns: Mapping[str, Mapping[str, Column]] = field(repr=False)
    known: NDArray[np.int8] = field(repr=False)
    answers: Assessed | None = field(default=None, repr=False)
    before: NDArray[np.int8] | None = field(default=None, repr=False)
    groups: Mapping[str, Values] = field(default_factory=dict, repr=False)
    asked: AskedCredit = field(default_factory=AskedCredit, repr=False)
    share: float = 0.0
    rejected: int = 0

    def __len__(self) -> int:
        return len(self.known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A policy, and the models it is tried with.

    Attributes
    ----------
    name
        What to call it; unique among those that are compared.
    policy
        The rule book.
    packages
        A model for each segment; a segment without one takes the answers that the applications
        came with.
    product
        The dictionary of facts where there is no model.
    """

    name: str
    policy: Policy = field(repr=False)
    packages: Mapping[str, ModelPackage] = field(default_factory=dict, repr=False)
    product: Product = field(repr=False)

    def dictionary(self, segment: str) -> Product:
        """Return the dictionary that the applications of a segment are read by."""
        package = self.packages.get(segment)
        return self.product if package is None else package.product


def check_names(versions: Sequence[Version]) -> None:
    """Refuse versions that nobody could tell apart."""
    names = [one.name for one in versions]
    for name in names:
        if names.count(name) > 1:
            raise VersionTwice(name=name)
