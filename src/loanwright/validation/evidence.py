"""Everything that the chapters of a full report may look at, in memory and computed once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.curve import Calibration
from loanwright.engine.runtime import Runtime
from loanwright.features.columns import ColumnSpec, column_specs, matrix_from_columns
from loanwright.features.product import Product
from loanwright.scaling import Scale
from loanwright.validation.beside import check_decisions, check_outcomes
from loanwright.validation.samples import JUDGED, SamplesUnfit

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Rows = NDArray[np.int64]

#: Explaining more rows than this changes no figure of the report by more than its last digit.
EXPLAINED_ROWS: Final = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """What answers: the compiled model, its calibration and its scale."""

    family: str
    runtime: Runtime
    calibration: Calibration
    scale: Scale


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What a model says about some rows."""

    log_odds: Floats
    probability: Floats
    score: NDArray[np.int64]


def answers_of(model: Model, matrix: Floats) -> Answers:
    """Return raw log-odds, calibrated probabilities and scores of an (n, p) matrix."""
    log_odds = model.runtime.log_odds(matrix)
    calibrated = model.calibration.apply(log_odds)
    return Answers(
        log_odds=log_odds,
        probability=model.scale.probability(calibrated),
        score=model.scale.score(calibrated),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Implementation:
    """What replaying a package found.

    Attributes
    ----------
    verified
        Whether every file has the hash that the manifest states.
    golden_rows
        How many golden rows were replayed.
    difference
        The first difference in words, or None.
    """

    verified: bool
    golden_rows: int
    difference: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What lies beside model and sample; every part of it may be absent.

    Attributes
    ----------
    report_date
        Day of the report, ``YYYY-MM-DD``; due dates count from it. There is no clock inside.
    owner, validator
        Who answers for the model, and who validated it.
    tier
        Materiality: ``high``, ``medium`` or ``low``.
    jurisdiction
        Whose fairness rules apply, such as ``us-federal``, ``eu``, ``ru`` or ``off``.
    decisions
        polars table of decisions; see ``docs/howto/validate-a-model.md`` for its columns.
    outcomes
        polars table of monthly performance: account, month on book, months overdue.
    reference
        polars table of the applicants the model was made for, where the sample is another one.
    champion
        The model to beat, on the same features or on others of the same product.
    implementation
        What replaying the package found.
    stored
        The report that the package carries, for what its own samples said.
    """

    report_date: str | None = None
    owner: str | None = None
    validator: str | None = None
    tier: str | None = None
    jurisdiction: str = "off"
    decisions: "pl.DataFrame | None" = None
    outcomes: "pl.DataFrame | None" = None
    reference: "Mapping[str, Floats] | None" = None
    champion: "Rival | None" = None
    implementation: Implementation | None = None
    stored: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.decisions is not None:
            check_decisions(self.decisions)
        if self.outcomes is not None:
            check_outcomes(self.outcomes)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rival:
    """Another model of the same product, to be compared on the same rows."""

    name: str
    segment: str
    model: Model


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A model, a sample and what lies beside them.

    Attributes
    ----------
    product, segment, model
        What is validated.
    identity
        Facts such as hashes, versions and the seed, as plain values.
    columns
        Encoded raw columns by feature, each (n,), protected ones included.
    default
        (n,) labels, 1 is bad.
    applicant, date
        (n,) numbers, or None where the product names no such column.
    samples
        Sample name to row numbers: development and calibration where the model has seen rows of
        this table, and the judged one.
    seed
        Of everything that chance decides.
    """

    product: Product
    segment: str
    model: Model
    identity: Mapping[str, Any]
    columns: Mapping[str, Floats]
    default: NDArray[Any]
    applicant: Rows | None = None
    date: Floats | None = None
    samples: Mapping[str, Rows]
    seed: int = 0
    beside: Circumstances = field(default_factory=Circumstances)

    def people(self, rows: Rows) -> Rows | None:
        """Return who stands behind these rows, for models that hold rows out while they learn."""
        return None if self.applicant is None else self.applicant[rows]

    def __post_init__(self) -> None:
        if not any(name in self.samples for name in JUDGED):
            raise SamplesUnfit(problem="no judged sample is there")

    @cached_property
    def specs(self) -> tuple[ColumnSpec, ...]:
        """Return what the dictionary says about the columns of the matrix."""
        return column_specs(self.product, self.segment)

    @cached_property
    def matrix(self) -> Floats:
        """Return the model's (n, p) matrix of all rows."""
        return matrix_from_columns(self.product, self.segment, self.columns)

    @cached_property
    def answers(self) -> Answers:
        """Return what the model says about all rows."""
        return answers_of(self.model, self.matrix)

    @cached_property
    def bad(self) -> Booleans:
        """Return the labels as booleans."""
        return np.asarray(self.default, dtype=np.bool_)

    @property
    def judged_name(self) -> str:
        """Return the name of the judged sample."""
        return next(name for name in JUDGED if name in self.samples)

    @cached_property
    def judged(self) -> Rows:
        """Return the rows on which the model is judged."""
        return self.samples[self.judged_name]

    @cached_property
    def reference(self) -> Rows | None:
        """Return rows of applicants the model was made for, which it did not learn by heart."""
        for name in ("calibration", "development"):
            if name in self.samples:
                return self.samples[name]
        return None

    @cached_property
    def reference_matrix(self) -> Floats | None:
        """Return the (m, p) matrix of the reference rows: of this table, or of one given beside."""
        if self.beside.reference is not None:
            return matrix_from_columns(self.product, self.segment, self.beside.reference)
        development = self.samples.get("development")
        return None if development is None else self.matrix[development]

    @cached_property
    def explained(self) -> Rows:
        """Return judged rows for what takes long to compute, evenly over the sample."""
        if len(self.judged) <= EXPLAINED_ROWS:
            return self.judged
        places = np.linspace(0, len(self.judged) - 1, EXPLAINED_ROWS).round().astype(np.int64)
        return self.judged[places]

    @cached_property
    def contributions(self) -> tuple[Floats, Floats]:
        """Return raw log-odds and contributions of the explained rows."""
        return self.model.runtime.explain(self.matrix[self.explained])

    @cached_property
    def days(self) -> Floats | None:
        """Return for each row its day since 1970-01-01; None undated, or where dates are no days.

        A row without a date is NaN.
        """
        if self.date is None or not _are_days(self.date[np.isfinite(self.date)]):
            return None
        return self.date

    @cached_property
    def months(self) -> NDArray[np.int64] | None:
        """Return for each row its calendar month, counted from January 1970; None undated."""
        if self.days is None or not np.isfinite(self.days).all():
            return None
        return self.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _are_days(date: Floats) -> bool:
    # Days since 1970 of this and the last generation; a plain number such as 202405 is no day.
    return bool(len(date) and (date > 3650).all() and (date < 36500).all())
