"""Logistic regression over held, standardised numbers and one column for each category."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.additive import AdditiveTable, additive_runtime, write_additive
from loanwright.engine.additive_numpy import logarithm
from loanwright.engine.additive_terms import CategoryTerm, LinearTerm, SpecialLogOdds, Term
from loanwright.features.columns import ColumnSpec
from loanwright.metrics.samples import ParameterOutOfRange
from loanwright.models.contract import DefaultClassifier, Matrix
from loanwright.models.logistic import fit_constrained

MANY_ROWS: Final = 5000
DIGITS: Final = 6
"""Digits after the point of coefficients: a model of this kind is made to be read."""


class LogisticClassifier(DefaultClassifier):
    """A regression whose every coefficient can be read.

    Numbers are held within two quantiles, very skewed ones that are never negative take their
    logarithm, and all are standardised. Missing values and each special value have coefficients
    of their own, and so has each category; rare categories share one. A number with a direction
    in the dictionary may not go against it: its coefficient is held at zero and it is named in
    ``dropped_``. Special values do not disturb the direction of the others.

    Parameters
    ----------
    columns
        What the dictionary says about the columns; None treats all as free numbers.
    penalty
        L2 penalty on the coefficients, per unit of development log-likelihood.
    tail
        Share of the ordinary values, on either side, that are held at the quantile there; below
        0.5. None takes 1 % below 5,000 rows and 3 % from there on, where a straight line is bent
        by its ends more than by chance.
    log_skewness
        Skewness of the held values above which ln(1 + x) is taken; None never does.
    rare_rows
        Categories with fewer rows share one coefficient.
    random_state
        Not used: the fit has no chance in it. Here because every family takes a seed.

    Attributes
    ----------
    table_
        The `AdditiveTable`: one line, or one number a category, for each feature.
    dropped_
        Names of the features that would have had the wrong sign.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(2000, 2))
    >>> y = random.random(2000) < 1 / (1 + np.exp(-X[:, 0]))
    >>> model = LogisticClassifier().fit(X, y)
    >>> [round(term.coefficient, 1) for term in model.table_.terms]
    [0.9, -0.0]
    """

    family: ClassVar[str] = "logistic"

    def __init__(
        self,
        *,
        columns: tuple[ColumnSpec, ...] | None = None,
        penalty: float = 3.0,
        tail: float | None = None,
        log_skewness: float | None = 1.0,
        rare_rows: int = 30,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.penalty = penalty
        self.tail = tail
        self.log_skewness = log_skewness
        self.rare_rows = rare_rows
        self.random_state = random_state

    def _learn(self, X: Matrix, default: NDArray[np.bool_]) -> None:
        tail = _tail(len(X)) if self.tail is None else self.tail
        if not 0 <= tail < 0.5:
            raise ParameterOutOfRange(name="tail", value=tail, demand="it must be 0 to 0.5")
        blocks = [self._block(spec, X[:, index], tail) for index, spec in enumerate(self.columns_)]
        fitted = fit_constrained(
            np.column_stack([block.design for block in blocks]),
            default,
            penalty=self.penalty,
            bound=np.concatenate([block.bound for block in blocks]),
        )
        self.dropped_ = tuple(_names(blocks, fitted.dropped))
        terms: list[Term] = []
        begin = 0
        for block in blocks:
            end = begin + block.design.shape[1]
            terms.append(block.term(fitted.coefficients[begin:end].round(DIGITS) + 0.0))
            begin = end
        self.table_ = _centred(round(fitted.intercept, DIGITS), self.columns_, terms, X)
        self.spread_ = additive_runtime(self.table_).explain(X)[1].std(axis=0)

    def _block(
        self, spec: ColumnSpec, values: Matrix, tail: float
    ) -> "NumberBlock | CategoryBlock":
        if spec.kind == "category":
            return CategoryBlock.of(spec, values, rare_rows=self.rare_rows)
        return NumberBlock.of(spec, values, tail=tail, log_skewness=self.log_skewness)

    def _log_odds(self, X: Matrix) -> Matrix:
        return np.asarray(additive_runtime(self.table_).log_odds(X))

    def importance(self) -> Mapping[str, float]:
        """Return each feature's share of the spread of contributions over the sample."""
        shares = self.spread_ / (self.spread_.sum() or 1.0)
        return {spec.name: float(share) for spec, share in zip(self.columns_, shares, strict=True)}

    def native_files(self) -> dict[str, bytes]:
        """Return ``additive.json``."""
        return {"additive.json": write_additive(self.table_).encode()}


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberBlock:
    """The columns of one number: the line, then its special values, then missing.

    Attributes
    ----------
    spec
        Its feature.
    line
        Its line with nothing in it yet.
    design
        (n, k) columns of the regression; the line is turned so that riskier is up.
    """

    spec: ColumnSpec
    line: LinearTerm
    design: Matrix

    @classmethod
    def of(
        cls, spec: ColumnSpec, values: Matrix, *, tail: float, log_skewness: float | None
    ) -> "NumberBlock":
        """Return the columns that these values make."""
        plain = ~np.isnan(values) & ~np.isin(values, spec.special)
        line = _line(spec, values[plain], tail=tail, log_skewness=log_skewness)
        ordinary = np.zeros(len(values))
        ordinary[plain] = (_held(line, values[plain]) - line.centre) / line.scale
        own = [values == special for special in spec.special]
        columns = [ordinary * _turn(spec), *own, np.isnan(values)]
        return cls(spec=spec, line=line, design=np.column_stack(columns).astype(np.float64))

    @property
    def bound(self) -> NDArray[np.bool_]:
        """Return which columns may not have negative coefficients."""
        return np.array([self.spec.direction != 0] + [False] * (self.design.shape[1] - 1))

    def term(self, coefficients: Matrix) -> LinearTerm:
        """Return the line with its coefficients."""
        slope, *special, missing = coefficients.tolist()
        return replace(
            self.line,
            coefficient=slope * _turn(self.spec) + 0.0,
            missing=missing,
            special=tuple(
                SpecialLogOdds(value=value, log_odds=weight)
                for value, weight in zip(self.spec.special, special, strict=True)
            ),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryBlock:
    """The columns of one category: its frequent codes, then the rare ones, then missing."""

    spec: ColumnSpec
    frequent: tuple[int, ...]
    share: Matrix
    design: Matrix

    @classmethod
    def of(cls, spec: ColumnSpec, values: Matrix, *, rare_rows: int) -> "CategoryBlock":
        """Return the columns that these codes make."""
        count = np.array([np.count_nonzero(values == code) for code in range(spec.categories)])
        frequent = tuple(np.flatnonzero(count >= max(rare_rows, 1)).tolist())
        missing = np.isnan(values)
        rare = ~missing & ~np.isin(values, frequent)
        columns = [*(values == code for code in frequent), rare, missing]
        design = np.column_stack(columns).astype(np.float64)
        return cls(spec=spec, frequent=frequent, share=count / len(values), design=design)

    @property
    def bound(self) -> NDArray[np.bool_]:
        """Return which columns may not have negative coefficients: none."""
        return np.zeros(self.design.shape[1], np.bool_)

    def term(self, coefficients: Matrix) -> CategoryTerm:
        """Return what each code adds; those never seen count as rare ones."""
        *frequent, rare, missing = coefficients.tolist()
        weight = dict(zip(self.frequent, frequent, strict=True))
        return CategoryTerm(
            feature=self.spec.name,
            log_odds=tuple(weight.get(code, rare) for code in range(self.spec.categories)),
            share=tuple(self.share.tolist()),
            missing=missing,
            other=rare,
            mean=0.0,
        )


def _line(
    spec: ColumnSpec, values: Matrix, *, tail: float, log_skewness: float | None
) -> LinearTerm:
    low, high = map(float, np.quantile(values, [tail, 1 - tail])) if len(values) else (0.0, 0.0)
    line = LinearTerm(
        feature=spec.name,
        low=min(low, high),
        high=high,
        centre=0.0,
        scale=1.0,
        coefficient=0.0,
        missing=0.0,
        mean=0.0,
    )
    if not low < high:
        return line
    held = _held(line, values)
    if log_skewness is not None and low >= 0 and _skewness(held) > log_skewness:
        line = replace(line, transform="log")
        held = _held(line, values)
    return replace(line, centre=_short(held.mean()), scale=_short(held.std()) or 1.0)


def _held(line: LinearTerm, values: Matrix) -> Matrix:
    held = np.clip(values, line.low, line.high)
    return logarithm(1.0 + held) if line.transform == "log" else held


def _skewness(values: Matrix) -> float:
    spread = float(values.std())
    return float(np.mean((values - values.mean()) ** 3)) / spread**3 if spread else 0.0


def _short(number: Any) -> float:
    return float(f"{float(number):.6g}")


def _tail(rows: int) -> float:
    return 0.03 if rows >= MANY_ROWS else 0.01


def _turn(spec: ColumnSpec) -> int:
    return spec.direction or 1


def _names(
    blocks: Sequence[NumberBlock | CategoryBlock], dropped: tuple[int, ...]
) -> Iterator[str]:
    begin = 0
    for block in blocks:
        end = begin + block.design.shape[1]
        if any(begin <= index < end for index in dropped):
            yield block.spec.name
        begin = end


def _centred(
    intercept: float, specs: tuple[ColumnSpec, ...], terms: Sequence[Term], X: Matrix
) -> AdditiveTable:
    """Return the table whose terms know their means over the development sample."""
    names = tuple(spec.name for spec in specs)
    bare = AdditiveTable(intercept=intercept, features=names, terms=tuple(terms))
    values = additive_runtime(bare).explain(X)[1]
    means = [fsum(column) / len(X) for column in values.T.tolist()]
    centred = [replace(term, mean=mean) for term, mean in zip(terms, means, strict=True)]
    return replace(bare, terms=tuple(centred))
