"""Free text matched to the categories of a feature: a purpose in a person's own words.

A text is matched only when one category fits clearly better than every other one. Whatever is
unknown, ambiguous or denied is `other`, with the candidates beside it: never silently wrong.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from loanwright.errors import Rejected
from loanwright.features.feature import Category, Feature
from loanwright.features.product import Product

OTHER: Final = "other"
LONGEST_TEXT: Final = 300
SAME_WORD: Final = 82.0
EXACT_UP_TO: Final = 3
SURE: Final = 0.75
UNCOVERED: Final = 0.65
_WORDS: Final = re.compile(r"[^\W_]+")
_DENYING: Final = "not no never без не нет ни кроме except"
_EMPTY: Final = (
    "a an the to for of my our and or in on at i we want need buy buying get some loan credit"
    " я мы мне нам на для и или в во с со из по хочу нужен нужна нужно нужны надо купить"
    " покупка покупку покупки взять кредит"
)
_DENIALS: Final = frozenset(_DENYING.split())
_MEANINGLESS: Final = frozenset(_EMPTY.split())
# A Russian word has many endings; what is left of three letters or more says what it means.
_ENDING: Final = re.compile(
    "(?<=[а-я]{3})(?:[ыи]ми|[ое]го|[ое]му|[ая]я|[ую]ю|[ое]е|[ыи]е|[ыиое]й|[оеая]м|[ая]х|[ое]в"
    "|[аяоеиыуюь])$"
)


class FeatureNotMatchable(Rejected):
    """Free text is not matched to {feature}; matchable: {known}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A category that the text may mean."""

    code: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """What a text was taken for.

    Attributes
    ----------
    code
        The category; `other` if none fits clearly, None if the feature has no `other`.
    confidence
        Between 0 and 1: how well the words fit and how much of the text they are; 0 for `other`.
    candidates
        The best categories, best first, whether or not one of them was taken.
    """

    code: str | None
    confidence: float
    candidates: tuple[Candidate, ...]


def match_category(feature: Feature, text: str) -> Match:
    """Return the category that a text means.

    Parameters
    ----------
    feature
        A category feature that the dictionary calls matchable.
    text
        What a person wrote, in English or Russian; only its first 300 characters count.

    Raises
    ------
    FeatureNotMatchable
        If free text is not matched to this feature.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> purpose = bundled_product("instalment-loan").feature("purpose")
    >>> match_category(purpose, "Хочу купить новую машину").code
    'new_car'
    >>> match_category(purpose, "a car").code, match_category(purpose, "quantum llamas").code
    ('other', 'other')
    >>> match_category(purpose, "renovaton of the kitchen").confidence
    0.78
    """
    if not feature.matchable:
        raise FeatureNotMatchable(feature=feature.name, known="none")
    said = _words(text[:LONGEST_TEXT])
    fits = sorted(
        ((code, fit) for code, fit in _fits(feature, said) if fit.confidence > 0),
        key=lambda pair: (-pair[1].words, -pair[1].confidence),
    )
    named = [(code, fit) for code, fit in fits if code != OTHER][:3]
    candidates = tuple(Candidate(code=code, confidence=fit.confidence) for code, fit in named)
    if not fits or _denies(text[:LONGEST_TEXT]) or not _clear(fits):
        return Match(code=_other(feature), confidence=0.0, candidates=candidates)
    code, best = fits[0]
    if code == OTHER:
        return Match(code=OTHER, confidence=0.0, candidates=candidates)
    return Match(code=code, confidence=best.confidence, candidates=candidates)


def match_purpose(product: Product, text: str, feature: str = "purpose") -> Match:
    """Return what a text means for a matchable feature of a product.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> match_purpose(bundled_product("instalment-loan"), "washing machine").code
    'appliances'
    """
    known = [one.name for one in product.features.values() if one.matchable]
    if feature not in known:
        raise FeatureNotMatchable(feature=feature[:80], known=", ".join(known) or "none")
    return match_category(product.features[feature], text)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fit:
    """How well a phrase of a category is found in a text."""

    words: int
    confidence: float


def _clear(fits: list[tuple[str, _Fit]]) -> bool:
    """Tell whether the first fit is good and no other one is as good: more words win."""
    best = fits[0][1]
    rivals = [fit for _, fit in fits[1:] if fit.words == best.words]
    return best.confidence >= SURE and not rivals


def _fits(feature: Feature, said: tuple[str, ...]) -> list[tuple[str, _Fit]]:
    return [
        (code, max((_fit(phrase, said) for phrase in phrases), key=_rank))
        for code, phrases in _phrases(feature)
    ]


def _rank(fit: _Fit) -> tuple[float, float]:
    return (fit.words if fit.confidence > 0 else 0, fit.confidence)


def _fit(phrase: tuple[str, ...], said: tuple[str, ...]) -> _Fit:
    nearest = [max((_alike(word, other) for other in said), default=0.0) for word in phrase]
    if not nearest or min(nearest) < SAME_WORD:
        return _Fit(words=0, confidence=0.0)
    likeness = sum(nearest) / len(nearest) / 100
    covered = min(1.0, len(phrase) / len(said))
    confidence = likeness * (UNCOVERED + (1 - UNCOVERED) * covered)
    return _Fit(words=len(phrase), confidence=round(confidence, 2))


def _alike(word: str, other: str) -> float:
    if min(len(word), len(other)) <= EXACT_UP_TO:
        return 100.0 if word == other else 0.0
    return fuzz.ratio(word, other, score_cutoff=SAME_WORD)


@lru_cache(maxsize=64)
def _phrases(feature: Feature) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    return tuple(
        (
            one.code,
            tuple(words for text in _texts(one) if (words := _words(text))),
        )
        for one in feature.categories
        if _texts(one)
    )


def _texts(category: Category) -> tuple[str, ...]:
    # The title of `other` says nothing; its words are purposes that are known to be none of these.
    titles = (category.code, category.title.en, category.title.ru)
    return category.words if category.code == OTHER else (*titles, *category.words)


def _words(text: str) -> tuple[str, ...]:
    """Return the words that mean something, without their Russian endings."""
    meant = (word for word in _plain_words(text) if word not in _MEANINGLESS)
    return tuple(dict.fromkeys(_ENDING.sub("", word) for word in meant))


def _plain_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").replace("_", " ")
    return _WORDS.findall(plain)


def _denies(text: str) -> bool:
    return not _DENIALS.isdisjoint(_plain_words(text))


def _other(feature: Feature) -> str | None:
    return OTHER if OTHER in feature.codes else None
