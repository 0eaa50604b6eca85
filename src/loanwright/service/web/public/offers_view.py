"""What lenders have answered to an application, as its applicant reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from loanwright.service.enquiries.schemas import AnswerState, Enquiry, LenderAnswer
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Tone

SAID: Final[Mapping[str, tuple[str, Tone]]] = {
    "approve": (N_("Approved"), "good"),
    "refer": (N_("A person decides"), "warn"),
    "decline": (N_("Not offered"), "bad"),
}
STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    AnswerState.WAITING: (N_("Is asked…"), "quiet"),
    AnswerState.TIMED_OUT: (N_("Did not answer in time"), "quiet"),
    AnswerState.FAILED: (N_("Could not be asked"), "quiet"),
}
PSK: Final = N_("Full cost of the credit (PSK)")
APR: Final = N_("APR")


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a credit costs, in words."""

    amount: str
    months: int
    monthly: str
    total_cost: str
    rate: str
    rate_name: str
    heavy: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LenderLine:
    """One lender's answer.

    Attributes
    ----------
    wished
        The credit that was asked for, None where it is not lent.
    best
        Another one that would be approved, None where it is the same or there is none.
    chance
        How likely an approval is where a person decides, None elsewhere.
    """

    lender: str
    said: str
    tone: Tone
    rank: int | None
    wished: Price | None = None
    best: Price | None = None
    chance: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Market:
    """Every lender's answer, and how many are waited for."""

    lines: tuple[LenderLine, ...]
    waiting: int
    asked: int


def present_market(enquiry: Enquiry, language: Language) -> Market:
    """Return what lenders have answered until now: ranked in the end, before as they come."""
    waiting = sum(one.state is AnswerState.WAITING for one in enquiry.answers)
    lines = tuple(_line(one, language) for one in enquiry.answers)
    return Market(lines=lines, waiting=waiting if enquiry.ended_at is None else 0, asked=len(lines))


def _line(answer: LenderAnswer, language: Language) -> LenderLine:
    told = answer.told
    if answer.state is not AnswerState.ANSWERED or told is None:
        said, tone = STATES.get(answer.state, STATES[AnswerState.FAILED])
        name = answer.title.in_language(language.code)
        return LenderLine(lender=name, said=language.gettext(said), tone=tone, rank=None)
    said, tone = SAID[told["decision"]["outcome"]]
    wished, best = (_price(told[name], told["currency"], language) for name in ("wished", "best"))
    return LenderLine(
        lender=answer.title.in_language(language.code),
        said=language.gettext(said),
        tone=tone,
        rank=answer.rank,
        wished=wished,
        best=None if best == wished else best,
        chance=_chance(told, language),
        reason=_reason(told, language) if tone != "good" else "",
    )


def _reason(told: Mapping[str, Any], language: Language) -> str:
    reasons = told["decision"]["reasons"]
    return str(reasons[0]["text"].get(language.code, "")) if reasons else ""


def _chance(told: Mapping[str, Any], language: Language) -> str | None:
    chance = told["chance"]
    if told["decision"]["outcome"] != "refer" or chance["value"] is None:
        return None
    return language.gettext("%(chance)s, between %(low)s and %(high)s") % {
        "chance": language.percent(chance["value"], 0),
        "low": language.percent(chance["low"], 0),
        "high": language.percent(chance["high"], 0),
    }


def _price(told: Mapping[str, Any] | None, currency: str, language: Language) -> Price | None:
    if told is None:
        return None
    russian = told["psk"] is not None
    rate = told["psk"] if russian else told["apr"]
    return Price(
        amount=language.minor(told["amount"], currency),
        months=told["term_months"],
        monthly=language.minor(told["monthly_payment"], currency),
        total_cost=language.minor(told["total_cost"], currency),
        rate="—" if rate is None else language.percent(rate / 100),
        rate_name=language.gettext(PSK if russian else APR),
        heavy=bool(told["burden_warning"]),
    )
