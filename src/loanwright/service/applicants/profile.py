"""What is known of an applicant for one product, feature by feature, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from loanwright.features.feature import Source
from loanwright.service.kit.clock import from_iso, iso


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The value of one feature: from when until when it holds, and who recorded it.

    Attributes
    ----------
    valid_from, valid_until
        First and last day; without a last day it holds until somebody changes it.
    recorded_by
        None where a part of the system recorded it without being asked by anybody.
    """

    value: Any = field(repr=False)
    valid_from: date
    valid_until: date | None = None
    recorded_at: datetime
    recorded_by: str | None

    def holds(self, day: date) -> bool:
        """Tell whether the value holds on this day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def document(self) -> dict[str, Any]:
        """Return the value as it is sealed."""
        until = self.valid_until
        return {
            "value": self.value,
            "valid_from": self.valid_from.isoformat(),
            "valid_until": None if until is None else until.isoformat(),
            "recorded_at": iso(self.recorded_at),
            "recorded_by": self.recorded_by,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Known":
        """Return the value that a document holds."""
        until = document["valid_until"]
        return cls(
            value=document["value"],
            valid_from=date.fromisoformat(document["valid_from"]),
            valid_until=None if until is None else date.fromisoformat(until),
            recorded_at=from_iso(document["recorded_at"]),
            recorded_by=document["recorded_by"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Everything that is known of an applicant for one product; versions only grow."""

    applicant_id: str
    product: str
    version: int
    today: date
    features: Mapping[str, Known] = field(repr=False)
    sources: Mapping[str, Source]

    def valid(self) -> dict[str, Any]:
        """Return the values that hold today."""
        return {name: one.value for name, one in self.features.items() if one.holds(self.today)}

    def document(self) -> dict[str, Any]:
        """Return the profile as it is answered."""
        return {
            "applicant_id": self.applicant_id,
            "product": self.product,
            "version": self.version,
            "features": {
                name: {
                    "source": self.sources[name],
                    **one.document(),
                    "valid": one.holds(self.today),
                }
                for name, one in self.features.items()
            },
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureEdit:
    """What somebody wants changed of one feature; what is not among `sent` stays as it is."""

    sent: frozenset[str]
    value: Any = field(default=None, repr=False)
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryWanted:
    """Which edits are asked for: of one product, perhaps of one feature alone."""

    product: str
    feature: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """One edit: who, when, and what each feature was before and after."""

    at: datetime
    by: str | None
    changes: Mapping[str, tuple[Known | None, Known | None]] = field(repr=False)
    sources: Mapping[str, Source]

    def document(self) -> dict[str, Any]:
        """Return the entry as it is answered."""
        return {
            "at": iso(self.at),
            "by": self.by,
            "changes": [
                {
                    "feature": name,
                    "source": self.sources.get(name),
                    "before": None if before is None else _held(before),
                    "after": None if after is None else _held(after),
                }
                for name, (before, after) in self.changes.items()
            ],
        }


def _held(known: Known) -> dict[str, Any]:
    held = known.document()
    return {name: held[name] for name in ("value", "valid_from", "valid_until")}


def differences(
    before: Mapping[str, Known], after: Mapping[str, Known]
) -> dict[str, tuple[Known | None, Known | None]]:
    """Return what each feature was and is, for those that are not the same."""
    names = dict.fromkeys((*before, *after))
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if _told(pair[0]) != _told(pair[1])}


def _told(known: Known | None) -> Any:
    # With its type: 1, 1.0 and True are not the same answer.
    return known and (
        type(known.value),
        known.value,
        known.valid_from,
        known.valid_until,
    )
