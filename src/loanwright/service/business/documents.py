"""Figures of the business as they are told over HTTP."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from loanwright.metrics.estimate import Estimate
from loanwright.service.business.schemas import (
    Assumed,
    BusinessFigures,
    DecisionFigures,
    MoneyFigures,
    MonthFigures,
    Scope,
)
from loanwright.service.business.service import MOST_MONTHS
from loanwright.service.kit.clock import iso

BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
Name = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Asked(Strict):
    """Which figures are asked for."""

    months: int = Field(default=12, ge=1, le=MOST_MONTHS, description="Until the present one.")
    product: Name | None = None
    segment: Name | None = Field(default=None, description="Of decisions; money is of products.")
    lender: Name | None = None
    loss_given_default_bp: BasisPoints = 6_000
    cost_of_funds_bp: BasisPoints = 800

    @property
    def scope(self) -> Scope:
        """Return whose figures are wanted."""
        return Scope(product=self.product, segment=self.segment, lender=self.lender)

    @property
    def assumed(self) -> Assumed:
        """Return what is assumed."""
        return Assumed(
            loss_given_default_bp=self.loss_given_default_bp,
            cost_of_funds_bp=self.cost_of_funds_bp,
        )


AskedFigures = Annotated[Asked, Query()]


class RateDocument(Strict):
    """A share with the ends of its 95% interval."""

    value: float
    lower: float
    upper: float


class DecisionFiguresDocument(Strict):
    """What was decided on the applications of a month."""

    decided: int
    approved: int
    referred: int
    declined: int
    approved_in_the_end: int = Field(description="After what people decided until today.")
    approval_rate: RateDocument | None
    final_approval_rate: RateDocument | None


class MoneyFiguresDocument(Strict):
    """What was lent, earned and lost in a month, in minor units of one currency."""

    currency: str
    booked: int
    lent: int
    average_amount: int | None
    open: int
    balance: int
    late: int = Field(description="Open accounts 30 days past due or more.")
    late_balance: int
    arrears_rate: float | None
    interest: int
    funding: int
    net_interest_income: int
    newly_bad: int
    cost_of_risk: int
    cost_of_risk_rate: float | None = Field(description="Of the balance, of a year.")


class MonthDocument(Strict):
    """One month; money by currency, never summed over currencies."""

    month: str = Field(examples=["2026-10"])
    decisions: DecisionFiguresDocument
    money: list[MoneyFiguresDocument]


class BusinessFiguresDocument(Strict):
    """Months, the earliest first; the last one may not be over yet."""

    counted_at: str
    loss_given_default_bp: int
    cost_of_funds_bp: int
    months: list[MonthDocument]


def describe_figures(figures: BusinessFigures) -> BusinessFiguresDocument:
    """Return the figures as a document."""
    return BusinessFiguresDocument(
        counted_at=iso(figures.counted_at),
        loss_given_default_bp=figures.assumed.loss_given_default_bp,
        cost_of_funds_bp=figures.assumed.cost_of_funds_bp,
        months=[_month(one) for one in figures.months],
    )


def _month(one: MonthFigures) -> MonthDocument:
    money = [_money(currency, figures) for currency, figures in one.money.items()]
    return MonthDocument(month=one.month, decisions=_decisions(one.decisions), money=money)


def _decisions(one: DecisionFigures) -> DecisionFiguresDocument:
    return DecisionFiguresDocument(
        decided=one.decided,
        approved=one.approved,
        referred=one.referred,
        declined=one.declined,
        approved_in_the_end=one.approved_in_the_end,
        approval_rate=_rate(one.approval_rate),
        final_approval_rate=_rate(one.final_approval_rate),
    )


def _rate(one: Estimate | None) -> RateDocument | None:
    if one is None:
        return None
    ends = {name: round(getattr(one, name), 6) for name in ("value", "lower", "upper")}
    return RateDocument(**ends)


def _money(currency: str, one: MoneyFigures) -> MoneyFiguresDocument:
    return MoneyFiguresDocument(
        currency=currency,
        booked=one.booked,
        lent=one.lent,
        average_amount=one.average_amount,
        open=one.open,
        balance=one.balance,
        late=one.late,
        late_balance=one.late_balance,
        arrears_rate=_rounded(one.arrears_rate),
        interest=one.interest,
        funding=one.funding,
        net_interest_income=one.net_interest_income,
        newly_bad=one.newly_bad,
        cost_of_risk=one.cost_of_risk,
        cost_of_risk_rate=_rounded(one.cost_of_risk_rate),
    )


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 6)
