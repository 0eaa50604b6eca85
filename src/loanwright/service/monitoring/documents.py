"""Figures of booked credit as they appear over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.metrics.estimate import Estimate
from loanwright.performance.expected import Expected
from loanwright.performance.realised import Realised
from loanwright.performance.rolling import STATES, RollRates
from loanwright.performance.trust import Doubt
from loanwright.performance.vintages import EarlyArrears, VintageCurve
from loanwright.service.monitoring.schemas import (
    Asked,
    FirstSaid,
    GradeMoves,
    VintageOutlook,
    VintagePerformance,
)

DIGITS = 6
Month = Annotated[str, Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")]
Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2199, 12, 31))]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class MonitoringQuery(Strict):
    """Which accounts are looked at, and from when."""

    product: Annotated[str, Field(pattern="^[a-z0-9.-]{1,64}$")]
    segment: Annotated[str, Field(pattern="^[a-z0-9_.-]{1,40}$")] | None = Field(
        default=None, description="Left out, all of them."
    )
    since: Month | None = Field(default=None, description="The first vintage.")
    until: Month | None = Field(default=None, description="The last vintage.")
    as_of: Day | None = Field(
        default=None, description="Nothing that happened later counts. Left out, today (UTC)."
    )
    known_on: Day | None = Field(
        default=None,
        description="Nothing that was recorded or corrected after this day counts. Left out, what "
        "is known now.",
    )

    def asked(self) -> Asked:
        """Return which accounts are asked for."""
        return Asked(**{name: getattr(self, name) for name in Asked.__dataclass_fields__})


class VintageQuery(MonitoringQuery):
    """Which curves are asked for."""

    days: int = Field(default=90, ge=1, le=720, description="Days past due that are bad.")
    months: int = Field(default=24, ge=1, le=120, description="How far the curves go.")
    interval: Literal["jeffreys", "clopper_pearson"] = "jeffreys"


class RollQuery(MonitoringQuery):
    """Which months of accounts are counted."""

    last_months: Annotated[int, Field(ge=1, le=600)] | None = Field(
        default=None, description="Only months that ended within so many; left out, all."
    )


class EarlyQuery(MonitoringQuery):
    """What counts as early arrears."""

    days: int = Field(default=30, ge=1, le=720, description="Days past due.")
    months: int = Field(default=3, ge=1, le=24, description="On book.")


class IntervalDocument(Strict):
    """A figure with its interval."""

    value: float
    lower: float
    upper: float
    level: float
    method: str


class PointDocument(Strict):
    """What was bad after some months."""

    month: int
    accounts: int = Field(description="Seen for so long.")
    bad: int
    rate: IntervalDocument
    mature: bool = Field(description="Whether every account of the vintage was seen for so long.")


class CurveDocument(Strict):
    """One vintage."""

    vintage: str
    accounts: int
    mature_months: int
    points: list[PointDocument]


class CurveList(Strict):
    """Vintages, the oldest first."""

    items: list[CurveDocument]


class RollRowDocument(Strict):
    """Where accounts of one state were a month later."""

    state: str
    accounts: int
    repaid: int
    to: dict[str, IntervalDocument | None] = Field(description="Shares by state.")


class RollDocument(Strict):
    """Moves between states of arrears from month to month."""

    states: list[str]
    months_counted: int
    rows: list[RollRowDocument]


class EarlyArrearsDocument(Strict):
    """Early arrears of one vintage."""

    vintage: str
    accounts: int
    first_payment: IntervalDocument | None
    first_payment_accounts: int
    early: IntervalDocument | None
    early_accounts: int
    mature: bool


class EarlyList(Strict):
    """Vintages, the oldest first."""

    items: list[EarlyArrearsDocument]


class MigrationDocument(Strict):
    """How applicants who came again moved between grades, from the safest to the riskiest."""

    grades: list[str]
    counts: list[list[int]] = Field(description="Rows: the grade before; columns: the one after.")
    to_worse: IntervalDocument | None = Field(description="Matrix-weighted bandwidth.")
    to_better: IntervalDocument | None
    left_out: int = Field(description="Pairs with a grade that the present scale does not have.")


class GradeDocument(Strict):
    """One grade, stated and observed."""

    grade: str
    accounts: int
    bad: int
    stated: float
    rate: IntervalDocument | None
    p_value: float | None = Field(description="Jeffreys, one-sided, Holm over the grades.")


class RealisedDocument(Strict):
    """What happened, beside what was stated."""

    accounts: int = Field(description="Whose label is good or bad.")
    bad: int
    rate: IntervalDocument
    stated: float
    auc: IntervalDocument | None
    ks: IntervalDocument | None
    slope: IntervalDocument | None
    in_the_large: IntervalDocument | None
    grades: list[GradeDocument]


class VintagePerformanceDocument(Strict):
    """How a vintage turned out, as far as labels are ripe."""

    vintage: str
    accounts: int
    ripe: int
    realised: RealisedDocument | None


class PerformanceList(Strict):
    """Vintages, the oldest first."""

    items: list[VintagePerformanceDocument]


class FirstSaidDocument(Strict):
    """What was written down first."""

    as_of: date
    accounts: int
    rate: IntervalDocument
    auc: IntervalDocument | None
    doubts: list[Doubt]


class OutlookDocument(Strict):
    """What was expected of a vintage, and what happened."""

    vintage: str
    accounts: int
    rate: IntervalDocument = Field(description="Expected bad rate; the interval is for the label.")
    auc: IntervalDocument | None
    doubts: list[Doubt] = Field(description="Empty where it can be trusted.")
    learnt_from: int = Field(description="Matured vintages it was corrected by.")
    first_said: FirstSaidDocument | None
    happened: RealisedDocument | None


class OutlookList(Strict):
    """Vintages, the oldest first."""

    items: list[OutlookDocument]


def describe_estimate(one: Estimate | None) -> IntervalDocument | None:
    """Return a figure with its interval, or None."""
    return None if one is None else IntervalDocument(**one.to_mapping(digits=DIGITS))


def _sure(one: Estimate) -> IntervalDocument:
    return IntervalDocument(**one.to_mapping(digits=DIGITS))


def describe_curves(curves: Sequence[VintageCurve]) -> CurveList:
    """Return vintage curves."""
    items = [
        CurveDocument(
            vintage=curve.vintage,
            accounts=curve.accounts,
            mature_months=curve.mature_months,
            points=[
                PointDocument(
                    month=one.month,
                    accounts=one.rows,
                    bad=one.bad,
                    rate=_sure(one.rate),
                    mature=one.mature,
                )
                for one in curve.points
            ],
        )
        for curve in curves
    ]
    return CurveList(items=items)


def describe_rolls(rates: RollRates) -> RollDocument:
    """Return roll rates."""
    matrix = rates.matrix
    rows = [
        RollRowDocument(
            state=state,
            accounts=int(matrix.before[place]),
            repaid=int(matrix.left[place]),
            to={other: describe_estimate(rates.rate(state, other)) for other in STATES},
        )
        for place, state in enumerate(STATES)
    ]
    return RollDocument(states=list(STATES), months_counted=rates.months, rows=rows)


def describe_early(found: Sequence[EarlyArrears]) -> EarlyList:
    """Return early arrears."""
    items = [
        EarlyArrearsDocument(
            vintage=one.vintage,
            accounts=one.accounts,
            first_payment=describe_estimate(one.first_payment),
            first_payment_accounts=one.first_payment_rows,
            early=describe_estimate(one.early),
            early_accounts=one.early_rows,
            mature=one.mature,
        )
        for one in found
    ]
    return EarlyList(items=items)


def describe_moves(moves: GradeMoves) -> MigrationDocument:
    """Return moves between grades."""
    matrix, width = moves.matrix, moves.bandwidth
    return MigrationDocument(
        grades=[] if matrix is None else list(matrix.grades),
        counts=[] if matrix is None else [[int(one) for one in row] for row in matrix.counts],
        to_worse=None if width is None else describe_estimate(width.upper),
        to_better=None if width is None else describe_estimate(width.lower),
        left_out=moves.left_out,
    )


def describe_realised(one: Realised) -> RealisedDocument:
    """Return what happened, beside what was stated."""
    line = one.line
    return RealisedDocument(
        accounts=one.rows,
        bad=one.bad,
        rate=_sure(one.rate),
        stated=round(one.stated, DIGITS),
        auc=describe_estimate(one.auc),
        ks=describe_estimate(one.ks),
        slope=None if line is None else describe_estimate(line.slope),
        in_the_large=None if line is None else describe_estimate(line.in_the_large),
        grades=[
            GradeDocument(
                grade=name,
                accounts=check.rows,
                bad=check.defaults,
                stated=round(check.stated, DIGITS),
                rate=describe_estimate(check.default_rate),
                p_value=check.jeffreys_holm,
            )
            for name, check in one.grades.items()
        ],
    )


def describe_performance(found: Sequence[VintagePerformance]) -> PerformanceList:
    """Return how vintages turned out."""
    items = [
        VintagePerformanceDocument(
            vintage=one.vintage,
            accounts=one.accounts,
            ripe=one.ripe,
            realised=None if one.realised is None else describe_realised(one.realised),
        )
        for one in found
    ]
    return PerformanceList(items=items)


def _first_said(said: FirstSaid | None) -> FirstSaidDocument | None:
    if said is None:
        return None
    return FirstSaidDocument(
        as_of=said.as_of,
        accounts=said.rows,
        rate=_sure(said.rate),
        auc=describe_estimate(said.auc),
        doubts=list(said.doubts),
    )


def describe_outlooks(found: Sequence[VintageOutlook]) -> OutlookList:
    """Return what was expected, and what happened."""
    return OutlookList(items=[_outlook(one, one.expected) for one in found])


def _outlook(one: VintageOutlook, expected: Expected) -> OutlookDocument:
    return OutlookDocument(
        vintage=one.vintage,
        accounts=one.accounts,
        rate=_sure(expected.rate),
        auc=describe_estimate(expected.auc),
        doubts=list(one.doubts),
        learnt_from=one.learnt_from,
        first_said=_first_said(one.first_said),
        happened=None if one.happened is None else describe_realised(one.happened),
    )
