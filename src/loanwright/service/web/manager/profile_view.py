"""What the profile of an applicant shows: by source, from when until when, who told it."""

from collections.abc import Sequence
from dataclasses import dataclass

from loanwright.features.feature import SOURCES
from loanwright.features.product import Product
from loanwright.service.applicants.profile import HistoryEntry, Known, Profile
from loanwright.service.web.languages import Language
from loanwright.service.web.manager.parties import Who, short_day
from loanwright.service.web.manager.questions import SOURCE_TITLES, features_of, written


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRow:
    """One feature and what is known of it."""

    title: str
    value: str
    known: bool
    valid: bool
    since: str
    until: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownGroup:
    """What one source has told."""

    title: str
    rows: Sequence[KnownRow]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """What an edit did to one feature."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EditCard:
    """One edit."""

    when: str
    by: str
    changes: Sequence[ChangeRow]


def groups_known(
    profile: Profile, product: Product, who: Who, language: Language
) -> list[KnownGroup]:
    """Return what is known by source, and what is not."""
    features = features_of(product)
    found = []
    for source in SOURCES:
        rows = [
            _row(profile, name, product, who, language)
            for name, one in features.items()
            if one.source == source
        ]
        if rows:
            found.append(KnownGroup(title=language.gettext(SOURCE_TITLES[source]), rows=rows))
    return found


def _row(profile: Profile, name: str, product: Product, who: Who, language: Language) -> KnownRow:
    feature, known = product.features[name], profile.features.get(name)
    title = feature.title.in_language(language.code)
    if known is None:
        unknown = language.gettext("Not known")
        return KnownRow(
            title=title, value=unknown, known=False, valid=True, since="", until="", by=""
        )
    until = known.valid_until
    return KnownRow(
        title=title,
        value=written(feature, known.value, product, language),
        known=True,
        valid=known.holds(profile.today),
        since=short_day(known.valid_from, language),
        until="" if until is None else short_day(until, language),
        by=who.name(known.recorded_by),
    )


def present_edit(entry: HistoryEntry, product: Product, who: Who, language: Language) -> EditCard:
    """Say one edit in a language."""
    changes = [
        ChangeRow(
            title=_title(product, name, language),
            before=_held(product, name, before, language),
            after=_held(product, name, after, language),
        )
        for name, (before, after) in entry.changes.items()
    ]
    return EditCard(when=language.moment(entry.at), by=who.name(entry.by), changes=changes)


def _title(product: Product, name: str, language: Language) -> str:
    known = product.features.get(name)
    return name if known is None else known.title.in_language(language.code)


def _held(product: Product, name: str, known: Known | None, language: Language) -> str:
    feature = product.features.get(name)
    if known is None or feature is None:
        return "—"
    text = written(feature, known.value, product, language)
    until = known.valid_until
    if until is None:
        return text
    return language.gettext("%(value)s, until %(day)s") % {
        "value": text,
        "day": short_day(until, language),
    }
