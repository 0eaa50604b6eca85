"""Who the lender is, and which features come from which credit bureau: a file of the lender."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

from loanwright.errors import Conflict, Rejected
from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.notices.record import Bureau, BureauScore, LegalBasis, Lender
from loanwright.service.notices.values import value_in_words

DEMO: Final = Lender(name="Loanwright Demo Bank")


class LenderRefused(Rejected):
    """The file that says who the lender is cannot be used: {why}."""


class BureauUnnamed(Conflict):
    """The decision used {feature} of a bureau that LOANWRIGHT_LENDER_FILE does not name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BureauFile:
    """One bureau, and which features hold what it gave.

    Attributes
    ----------
    features
        Every feature that comes from it.
    score, day
        The features with its score and the day of it.
    factors
        Category features whose values are the key factors, the weightiest first.
    inquiries
        Code of the factor that stands for inquiries.
    """

    bureau: Bureau
    features: tuple[str, ...]
    score: str | None = None
    day: str | None = None
    lowest: int = 0
    highest: int = 0
    factors: tuple[str, ...] = ()
    inquiries: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuers:
    """Who signs papers: the lender itself, and the lenders with directories of their own."""

    own: Lender = DEMO
    others: Mapping[str, Lender] = field(default_factory=dict)
    bureaus: tuple[BureauFile, ...] = field(default=(), repr=False)

    def of(self, product: Product | None, language: str, titles: Mapping[str, Text]) -> Lender:
        """Return who lends by a product; of whom only the title is known, only that is told."""
        name = None if product is None else product.lender
        if name is None:
            return self.own
        if name in self.others:
            return self.others[name]
        return Lender(name=titles[name].in_language(language) if name in titles else name)


def read_issuers(path: Path | None) -> Issuers:
    """Read who the lender is, and its bureaus; without a file it is a demo with a name alone."""
    if path is None:
        return Issuers()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        bureaus = tuple(_bureau(one) for one in told.pop("bureau", ()))
        others = {name: _lender(one) for name, one in told.pop("lender", {}).items()}
        return Issuers(own=_lender(told), others=others, bureaus=bureaus)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as problem:
        raise LenderRefused(why=f"{type(problem).__name__}: {problem}") from problem


def _lender(told: Mapping[str, Any]) -> Lender:
    lender = Lender(**told)
    if lender.legal_basis not in (None, *get_args(LegalBasis)):
        raise ValueError("legal_basis is consent or law")
    return lender


def used_bureau(
    product: Product, record: Mapping[str, Any], bureaus: Sequence[BureauFile]
) -> tuple[Bureau | None, BureauScore | None]:
    """Return the bureau whose data a decision used, and the score that it gave, if any."""
    used = [
        name
        for name, value in record.items()
        if value is not None and product.feature(name).source == "bureau"
    ]
    if not used:
        return None, None
    found = next((one for one in bureaus if set(used) & set(one.features)), None)
    if found is None:
        raise BureauUnnamed(feature=used[0])
    return found.bureau, _score(product, record, found)


def _score(product: Product, record: Mapping[str, Any], one: BureauFile) -> BureauScore | None:
    score = None if one.score is None else record.get(one.score)
    day = None if one.day is None else record.get(one.day)
    if score is None or day is None:
        return None
    given = [(name, record.get(name)) for name in one.factors]
    factors = {
        code: value_in_words(product, product.feature(name), code)
        for name, code in given
        if code is not None
    }
    inquiries: Text | None = factors.get(one.inquiries or "")
    return BureauScore(
        score=round(score),
        lowest=one.lowest,
        highest=one.highest,
        day=date.fromisoformat(day),
        factors=tuple(factors.values()),
        inquiries=inquiries,
    )


def _bureau(told: Mapping[str, Any]) -> BureauFile:
    named = ("score", "day", "inquiries")
    features = tuple(told["features"])
    factors = tuple(told.get("factors", ()))
    own = [told[name] for name in ("score", "day") if name in told]
    return BureauFile(
        bureau=Bureau(name=told["name"], address=told["address"], phone=told["phone"]),
        features=(*features, *own, *factors),
        lowest=int(told.get("lowest", 0)),
        highest=int(told.get("highest", 0)),
        factors=factors,
        **{name: told.get(name) for name in named},
    )
