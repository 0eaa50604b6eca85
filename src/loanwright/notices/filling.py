"""Which facts a record has, and the words in braces that they fill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from loanwright.decisioning.money import minor_units
from loanwright.features.text import Text
from loanwright.law.pack import Deadline, Duty, Pack
from loanwright.notices.record import BureauScore, Lender, OfferFacts, Record
from loanwright.notices.words import day_in_words, money_in_words, share_in_words, word

BASIS_POINTS: Final = 10_000
PER_CENT: Final = 100
PSK_DIGITS: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Filling:
    """The facts and words of one paper in one language."""

    facts: frozenset[str]
    words: Mapping[str, str]
    debt_burden: float | None

    def prints(self, duty: Duty, occasion: str) -> bool:
        """Tell whether a duty is printed: its occasion, its facts, its border."""
        if occasion not in duty.occasions or not self.facts.issuperset(duty.needs):
            return False
        return duty.over is None or (self.debt_burden or 0.0) > duty.over

    def missing(self, duty: Duty) -> list[str]:
        """Return the facts without which the paper may not go out."""
        return [one for one in duty.requires if one not in self.facts]

    def fill(self, duty: Duty, language: str) -> tuple[str, ...]:
        """Return the texts of a duty with every word in its place."""
        clock = {} if duty.deadline is None else {"time": duty.deadline.in_language(language)}
        words = {**self.words, **clock}
        return tuple(one.in_language(language).format_map(words) for one in duty.text)


def filling_of(record: Record, lender: Lender, pack: Pack, language: str) -> Filling:
    """Return what a record, its lender and the law of its day say in a language."""
    hours = _cooling_hours(record.offer, pack)
    given: dict[str, Mapping[str, str] | None] = {
        **_lender(lender),
        "legal_basis": _basis(lender, language),
        "bureau": None if record.bureau is None else _bureau(record),
        "bureau_score": _score(record.bureau_score, language),
        "reasons": _flag(bool(specific_reasons(record))),
        "weights": _flag(bool(record.weights)),
        "paths": _flag(bool(record.paths)),
        "no_path": _flag(record.paths == ()),
        "automated": _flag(record.automated),
        "person": _flag(not record.automated),
        "debt_burden": _burden(record, language),
        "offer": _offer(record.offer, language),
        "full_cost": _full_cost(record.offer, language),
        "cooling": {"cooling_hours": str(hours)} if hours else None,
    }
    always = {
        "lender": lender.name,
        "product": record.product.in_language(language),
        "decision_id": record.decision_id,
        "decided_on": day_in_words(record.decided_on, language),
        "received_on": day_in_words(record.received_on, language),
    }
    known = {name: words for name, words in given.items() if words is not None}
    filled = {word: text for words in known.values() for word, text in words.items()}
    return Filling(
        facts=frozenset(known), words={**always, **filled}, debt_burden=record.debt_burden
    )


def specific_reasons(record: Record) -> tuple[Text, ...]:
    """Return the reasons that say something; that a score was too low says nothing."""
    return tuple(one.text for one in record.reasons if not one.general)


def lists_of(record: Record, language: str) -> Mapping[str, Callable[[int | None], list[str]]]:
    """Return what can be listed beneath a text, each shortened to the most that is allowed."""

    def told(texts: tuple[Text, ...]) -> Callable[[int | None], list[str]]:
        return lambda most: [one.in_language(language) for one in texts[:most]]

    return {
        "reasons": told(specific_reasons(record)),
        "paths": told(record.paths or ()),
        "weights": lambda most: _weights(record, language)[:most],
        "bureau_factors": lambda most: _factors(record.bureau_score, most, language),
    }


def _weights(record: Record, language: str) -> list[str]:
    known = [one for one in record.weights if one.contribution is not None]
    known.sort(key=lambda one: (-abs(one.contribution or 0.0), one.feature))
    return [
        f"{one.title.in_language(language)}: {one.value.in_language(language)} "
        f"({word(one.towards, language)})"
        for one in known
    ]


def _factors(score: BureauScore | None, most: int | None, language: str) -> list[str]:
    """Return the key factors; inquiries are added even where the others are at the limit."""
    if score is None:
        return []
    chosen = list(score.factors[:most])
    if score.inquiries is not None and score.inquiries not in chosen:
        chosen.append(score.inquiries)
    return [one.in_language(language) for one in chosen]


def _flag(holds: bool) -> Mapping[str, str] | None:
    return {} if holds else None


def _lender(lender: Lender) -> dict[str, Mapping[str, str] | None]:
    told = {
        "lender_address": lender.address,
        "lender_contact": lender.contact,
        "agency": lender.agency,
        "authority": lender.authority,
    }
    return {name: None if text is None else {name: text} for name, text in told.items()}


def _basis(lender: Lender, language: str) -> Mapping[str, str] | None:
    if lender.legal_basis is None:
        return None
    return {"legal_basis": word(f"basis_{lender.legal_basis}", language)}


def _bureau(record: Record) -> Mapping[str, str]:
    bureau = record.bureau
    if bureau is None:
        return {}
    return {
        "bureau_name": bureau.name,
        "bureau_address": bureau.address,
        "bureau_phone": bureau.phone,
    }


def _score(score: BureauScore | None, language: str) -> Mapping[str, str] | None:
    if score is None:
        return None
    return {
        "bureau_score": str(score.score),
        "bureau_lowest": str(score.lowest),
        "bureau_highest": str(score.highest),
        "bureau_date": day_in_words(score.day, language),
    }


def _burden(record: Record, language: str) -> Mapping[str, str] | None:
    if record.debt_burden is None:
        return None
    return {"debt_burden": share_in_words(record.debt_burden, language)}


def _offer(offer: OfferFacts | None, language: str) -> Mapping[str, str] | None:
    if offer is None:
        return None
    return {
        "amount": money_in_words(offer.amount, offer.currency, language),
        "rate": share_in_words(offer.annual_rate_bp / BASIS_POINTS, language, digits=2),
        "term": Deadline(event="term", months=offer.term_months).in_language(language),
        "payment": money_in_words(offer.monthly_payment, offer.currency, language),
    }


def _full_cost(offer: OfferFacts | None, language: str) -> Mapping[str, str] | None:
    """Return the full cost only where both of its figures exist."""
    if offer is None or offer.full_cost_percent is None or offer.full_cost_amount is None:
        return None
    share = offer.full_cost_percent / PER_CENT
    return {
        "full_cost_percent": share_in_words(share, language, digits=PSK_DIGITS),
        "full_cost_money": money_in_words(offer.full_cost_amount, offer.currency, language),
    }


def _cooling_hours(offer: OfferFacts | None, pack: Pack) -> int:
    if offer is None:
        return 0
    return pack.cooling_hours(offer.amount / minor_units(offer.currency), offer.currency)
