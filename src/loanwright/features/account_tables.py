"""The table of a product file that says how accounts are repaid, judged and offered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from loanwright.decisioning.behaviour import Measure, MeasureRefused
from loanwright.decisioning.booking import AccountTerms, AffordabilityTerms, OfferTerms
from loanwright.decisioning.burden import WARNING_ABOVE_BP
from loanwright.decisioning.costs import NO_FEES, Fees
from loanwright.decisioning.performance import (
    STANDARD,
    DefinitionRefused,
    PerformanceDefinition,
)
from loanwright.decisioning.schedule import BASIS_POINTS, HIGHEST_RATE, LONGEST_TERM, Repayment
from loanwright.features.feature import Feature
from loanwright.features.reading import Reader

EPOCH: Final = date(1970, 1, 1)


def read_accounts(
    table: Reader | None, features: Mapping[str, Feature], grades: tuple[str, ...]
) -> AccountTerms:
    """Read what a product file lays down for accounts; without the table, what is usual."""
    if table is None:
        return AccountTerms()
    terms = AccountTerms(
        repayment=Repayment(table.choice("repayment", tuple(Repayment), Repayment.ANNUITY)),
        performance=_read_definitions(table),
        behaviour=_read_behaviour(table.child("behaviour"), features),
        offers=_read_offers(table.child("offers"), features, grades),
    )
    table.finish()
    return terms


def _read_definitions(table: Reader) -> tuple[PerformanceDefinition, ...]:
    found = []
    for one in table.children("performance"):
        definition = _read_definition(one)
        one.finish()
        if definition is not None:
            found.append(definition)
    for earlier, later in pairwise(found):
        if earlier.valid_from >= later.valid_from:
            table.refuse("performance", f"{later.name} must begin after {earlier.name}")
    return tuple(found) or STANDARD


def _read_definition(one: Reader) -> PerformanceDefinition | None:
    name, day = one.name("name"), one.day("valid_from", required=True)
    numbers = {key: one.integer(key) for key in ("months", "bad_from", "indeterminate_from")}
    cure = one.integer("cure_payments") if one.has("cure_payments") else None
    if day is None or None in numbers.values():
        return None
    try:
        return PerformanceDefinition(
            name=name,
            valid_from=EPOCH + timedelta(days=day),
            cure_payments=cure,
            **{key: number for key, number in numbers.items() if number is not None},
        )
    except DefinitionRefused as refusal:
        one.refuse("name", f"the definition cannot be used: {refusal.problem}")
        return None


def _read_behaviour(table: Reader | None, features: Mapping[str, Feature]) -> dict[str, Measure]:
    measures = {}
    for name in table.names() if table is not None else ():
        one = table.child(name) if table is not None else None
        feature = features.get(name)
        if one is None or table is None:
            continue
        if feature is None or feature.source != "behaviour" or feature.derived:
            table.refuse(name, "is not a raw feature whose source is behaviour")
        measure = _read_measure(one)
        one.finish()
        if measure is not None and feature is not None:
            for problem in _misfits(feature, measure):
                table.refuse(name, problem)
            measures[name] = measure
    return measures


def _read_measure(one: Reader) -> Measure | None:
    told = {key: one.integer(key) for key in ("month", "months") if one.has(key)}
    steps = one.child("steps") if one.has("steps") else None
    try:
        return Measure(
            name=one.string("measure"),
            steps=None if steps is None else _read_steps(steps),
            month=told.get("month"),
            months=told.get("months"),
        )
    except MeasureRefused as refusal:
        one.refuse("measure", refusal.problem)
        return None


def _read_steps(steps: Reader) -> dict[str, float]:
    found = {code: steps.number(code, required=True) for code in steps.names()}
    return {code: number for code, number in found.items() if number is not None}


def _misfits(feature: Feature, measure: Measure) -> Iterator[str]:
    category = feature.type == "category"
    if category and measure.steps is None:
        yield "is a category; add steps = { code = number, ... }"
    if not category and (measure.steps is not None or not feature.numeric):
        yield "must be a category for steps, and a number without them"
    unknown = set(measure.steps or {}) - set(feature.codes)
    if category and unknown:
        yield f"has steps that are no categories: {', '.join(sorted(unknown))}"


def _read_offers(
    table: Reader | None, features: Mapping[str, Feature], grades: tuple[str, ...]
) -> OfferTerms | None:
    if table is None:
        return None
    terms = OfferTerms(
        amount=_number_feature(table, "amount", table.string("amount"), features),
        highest=_whole(table, "highest", highest=10**12),
        term_months=_read_term(table, features),
        rates=_read_rates(table.child("rates", required=True), grades),
        valid_days=_whole(table, "valid_days", highest=365),
        fees=_read_fees(table.child("fees")),
        cooling_off=table.boolean("cooling_off", True),
    )
    table.finish()
    return terms


def _read_fees(table: Reader | None) -> Fees:
    if table is None:
        return NO_FEES
    highest = {"upfront": 10**15, "upfront_bp": BASIS_POINTS - 1, "monthly": 10**15}
    told = {
        key: _whole(table, key, highest=most) for key, most in highest.items() if table.has(key)
    }
    table.finish()
    return Fees(**told)


def read_affordability(
    table: Reader | None, features: Mapping[str, Feature]
) -> AffordabilityTerms | None:
    """Read which features say what an applicant can afford; None where nobody is asked."""
    if table is None:
        return None
    told = {key: table.string(key) for key in ("income", "payments") if table.has(key)}
    if "income" not in told:
        table.refuse("income", "is missing; name the feature with the income of a month")
    for key, name in told.items():
        _refuse_unlike_money(table, key, features.get(name))
    has_cap = table.has("cap_bp")
    cap = _whole(table, "cap_bp", highest=BASIS_POINTS) if has_cap else WARNING_ABOVE_BP
    table.finish()
    return AffordabilityTerms(
        income=told.get("income", ""), payments=told.get("payments"), cap_bp=cap
    )


def _refuse_unlike_money(table: Reader, key: str, feature: Feature | None) -> None:
    if feature is None or not feature.numeric or feature.derived or feature.protected:
        table.refuse(key, "must name a raw number of the dictionary that is not protected")
    elif feature.source not in ("questionnaire", "bureau"):
        table.refuse(key, "must be stated by the questionnaire or a bureau")
    elif not feature.missing.allowed:
        table.refuse(key, "must be allowed to be missing: missing = { allowed = true }")


def _read_term(table: Reader, features: Mapping[str, Feature]) -> str | int:
    told = table.raw("term_months")
    if isinstance(told, str):
        return _number_feature(table, "term_months", told, features)
    return _whole(table, "term_months", highest=LONGEST_TERM)


def _number_feature(table: Reader, key: str, name: str, features: Mapping[str, Feature]) -> str:
    feature = features.get(name)
    if feature is None or not feature.numeric or feature.source != "questionnaire":
        table.refuse(key, "must name a number of the questionnaire")
    return name


def _whole(table: Reader, key: str, *, highest: int) -> int:
    number = table.integer(key)
    if number is not None and not 1 <= number <= highest:
        table.refuse(key, f"must be from 1 to {highest}")
    return number or 1


def _read_rates(table: Reader | None, grades: tuple[str, ...]) -> dict[str, int]:
    rates = {}
    for grade in table.names() if table is not None else ():
        rate = table.integer(grade) if table is not None else None
        if table is not None and (rate is None or not 0 <= rate <= HIGHEST_RATE):
            table.refuse(grade, f"must be basis points from 0 to {HIGHEST_RATE}")
        if table is not None and grade not in grades:
            table.refuse(grade, f"is not a grade of the scale ({', '.join(grades)})")
        rates[grade] = rate or 0
    return rates
