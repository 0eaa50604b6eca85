"""A drift report as plain values: what was compared, what moved, what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from loanwright.drift.effect import SCORE
from loanwright.drift.profile import Profile
from loanwright.drift.tally import Tally
from loanwright.drift.watching import Comparison, Watch, Watched
from loanwright.features.product import Product

SCHEMA: Final = 1
KIND: Final = "drift"
LANGUAGES: Final = ("en", "ru")
SCORE_TITLE: Final = {"en": "Score", "ru": "Балл"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What a report is about.

    Attributes
    ----------
    product, segment, model
        Names, and the hash of the model; None where there is none.
    titles
        Feature to its title by language.
    notes
        What is to be said beside the figures, by language.
    """

    product: str | None = None
    segment: str | None = None
    model: str | None = None
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: Sequence[Mapping[str, str]] = ()


def titles_of(product: Product) -> dict[str, dict[str, str]]:
    """Return the titles of a product's features by language.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> titles_of(bundled_product("credit-card"))["limit"]["en"]
    'Credit limit'
    """
    return {
        name: {language: one.title.in_language(language) for language in LANGUAGES}
        for name, one in product.features.items()
    }


def drift_report(
    watch: Watch, comparisons: Sequence[Comparison], subject: Subject | None = None
) -> dict[str, Any]:
    """Return a report as plain values, ready to be JSON.

    Parameters
    ----------
    watch
        What the chunks were held against.
    comparisons
        One for each chunk, the oldest first.
    subject
        What the report is about.

    Returns
    -------
    dict
        ``schema``, ``kind``, ``subject``, ``reference``, ``threshold``, ``chunks`` with their
        ``features`` ranked by effect, ``alerts`` and ``drifted``.
    """
    about = subject or Subject()
    alerts = [one.to_mapping() for found in comparisons for one in found.alerts]
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "subject": {
            "product": about.product,
            "segment": about.segment,
            "model": about.model,
        },
        "reference": _sample(watch.reference.name, watch.reference.profile, watch),
        "threshold": watch.threshold.to_mapping(),
        "methods": list(watch.methods),
        "approve_from": watch.approve_from,
        "chunks": [_chunk(one, watch, about) for one in comparisons],
        "alerts": alerts,
        "drifted": bool(alerts),
        "notes": [dict(one) for one in about.notes],
    }


def _sample(name: str, profile: Profile, watch: Watch) -> dict[str, Any]:
    answers = profile.answers
    rate = None
    if answers is not None and watch.approve_from is not None:
        rate = answers.approval_rate(watch.approve_from)
    return {
        "name": name,
        "rows": profile.rows,
        "assessed": None if answers is None else answers.rows,
        "probability_of_default": None if answers is None else answers.mean_probability,
        "approval_rate": rate,
    }


def _chunk(found: Comparison, watch: Watch, about: Subject) -> dict[str, Any]:
    return {
        **_sample(found.chunk.name, found.chunk.profile, watch),
        "tests": found.tests,
        "alerts": len(found.alerts),
        "score": None if found.score is None else _watched(found.score, about),
        "features": [_watched(one, about) for one in found.features],
    }


def _watched(one: Watched, about: Subject) -> dict[str, Any]:
    plain = dict.fromkeys(LANGUAGES, one.feature)
    title = SCORE_TITLE if one.feature == SCORE else about.titles.get(one.feature, plain)
    return {
        "feature": one.feature,
        "title": dict(title),
        "kind": one.reference.grid.kind,
        "alerts": list(one.alerts),
        "measures": {
            name: {**found.to_mapping(), "p_corrected": one.corrected.get(name)}
            for name, found in one.measured.items()
        },
        "effect": None if one.effect is None else one.effect.to_mapping(),
        "mean": [one.reference.mean, one.chunk.mean],
        "missing": [one.reference.missing, one.chunk.missing],
        "bins": {
            "labels": one.reference.grid.labels(),
            "reference": _shares(one.reference),
            "chunk": _shares(one.chunk),
        },
    }


def _shares(tally: Tally) -> list[float]:
    counts = tally.bin_counts
    return [round(one, 6) for one in (counts / max(counts.sum(), 1)).tolist()]
