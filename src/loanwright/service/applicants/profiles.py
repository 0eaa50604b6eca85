"""Profiles: what is known of applicants by source, each edit a version that stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from loanwright.features.errors import ProductUnknown
from loanwright.features.product import Product
from loanwright.features.records import validate_part
from loanwright.service.applicants import repository
from loanwright.service.applicants.profile import (
    FeatureEdit,
    HistoryEntry,
    HistoryWanted,
    Known,
    Profile,
    differences,
)
from loanwright.service.applicants.records import Records
from loanwright.service.applicants.service import BEHAVIOUR, validate_behaviour
from loanwright.service.audit.schemas import Change
from loanwright.service.kit.pagination import Page, read_cursor, write_cursor
from loanwright.service.kit.problem import FieldError, PayloadRejected
from loanwright.service.kit.versions import check_version
from loanwright.service.privacy.keys import MARK, Key
from loanwright.service.users.schemas import Principal


@dataclass(frozen=True, kw_only=True)
class Profiles:
    """What is known of applicants, product by product.

    What a questionnaire or a bureau told is kept here; behaviour stays where decisions read it.
    """

    records: Records
    products: Mapping[str, Product]

    def get(self, principal: Principal, applicant_id: str, product: str) -> Profile:
        """Return what is known of an applicant."""
        dictionary = self._product(product)
        with self.records.database.read() as connection:
            self.records.get_seen(connection, principal, applicant_id)
            return self._newest(connection, applicant_id, dictionary)

    def edit(
        self,
        principal: Principal,
        applicant_id: str,
        product: str,
        *,
        seen: int,
        edits: Mapping[str, FeatureEdit | None],
    ) -> Profile:
        """Write a new version with these features changed; None takes a feature away."""
        with self.records.database.write() as connection:
            return self.edit_in(
                connection, principal, applicant_id, product, seen=seen, edits=edits
            )

    def edit_in(
        self,
        connection: Connection,
        principal: Principal,
        applicant_id: str,
        product: str,
        *,
        seen: int | None = None,
        edits: Mapping[str, FeatureEdit | None],
    ) -> Profile:
        """Write a new version with these features changed, inside a transaction.

        Without `seen` it is whatever version is there.
        """
        dictionary = self._product(product)
        self.records.get_seen(connection, principal, applicant_id, lock=True)
        before = self._newest(connection, applicant_id, dictionary)
        if seen is not None:
            check_version(seen, before.version, before.document())
        after = self._edited(before, dictionary, edits, by=principal.id)
        changes = differences(before.features, after)
        if not changes:
            return before
        self._store(connection, before, after, set(changes), by=principal.id)
        profile = self._newest(connection, applicant_id, dictionary)
        change = Change(
            action="profile.edited",
            subject=applicant_id,
            person=applicant_id,
            before=before.document(),
            after=profile.document(),
        )
        self.records.audit.record(connection, principal.actor, [change])
        return profile

    def list_history(
        self, principal: Principal, applicant_id: str, wanted: HistoryWanted
    ) -> Page[HistoryEntry]:
        """Return the edits, the newest first: who, when, before, after."""
        dictionary, feature = self._product(wanted.product), wanted.feature
        with self.records.database.read() as connection:
            self.records.get_seen(connection, principal, applicant_id)
            entries = self._entries(connection, applicant_id, dictionary)
        told = [one for one in entries if feature is None or feature in one.changes]
        # Counted from the oldest, so that an edit made meanwhile moves nobody's place.
        end = len(told) if wanted.cursor is None else min(read_cursor(wanted.cursor), len(told))
        start = max(0, end - wanted.limit)
        items = [_about(one, feature) for one in reversed(told[start:end])]
        return Page(items=items, next_cursor=write_cursor(start) if start > 0 else None)

    def _product(self, name: str) -> Product:
        if name not in self.products:
            raise ProductUnknown(product=name, known=", ".join(sorted(self.products)))
        return self.products[name]

    def _newest(self, connection: Connection, applicant_id: str, product: Product) -> Profile:
        asked = (connection, applicant_id, product.name)
        stated = repository.list_profiles(*asked, newest=True)
        behaviour = repository.list_behaviours(*asked, newest=True)
        key = self._key(connection, applicant_id)
        known = {**_stated(stated, key), **_behaviour(behaviour, key)}
        return Profile(
            applicant_id=applicant_id,
            product=product.name,
            # Both only grow, one by one: their sum names what was seen of either.
            version=sum(row.version for row in (*stated, *behaviour)),
            today=self.records.clock.now().date(),
            features={name: known[name] for name in product.features if name in known},
            sources={name: one.source for name, one in product.features.items()},
        )

    def _edited(
        self,
        before: Profile,
        product: Product,
        edits: Mapping[str, FeatureEdit | None],
        *,
        by: str,
    ) -> dict[str, Known]:
        values = {n: e.value for n, e in edits.items() if e is not None and "value" in e.sent}
        checked = validate_part(product, {**dict.fromkeys(edits), **values})
        now = self.records.clock.now()
        after, problems = dict(before.features), []
        for name, edit in edits.items():
            if edit is None or ("value" in edit.sent and checked[name] is None):
                after.pop(name, None)
                continue
            known = _changed(after.get(name), edit, value=checked[name], now=now, by=by)
            problem = _problem(name, known, edit, behaviour=before.sources[name] == BEHAVIOUR)
            if problem is not None:
                problems.append(problem)
            elif known is not None:
                after[name] = known
        if problems:
            raise PayloadRejected(problems)
        return after

    def _store(
        self,
        connection: Connection,
        before: Profile,
        after: Mapping[str, Known],
        changed: set[str],
        *,
        by: str,
    ) -> None:
        dictionary = self.products[before.product]
        behaviour = {n for n, source in before.sources.items() if source == BEHAVIOUR}
        if changed & behaviour:
            applicants = self.records.applicants
            record = {name: one.value for name, one in after.items() if name in behaviour}
            known = {before.applicant_id: validate_behaviour(dictionary, record)}
            applicants.append_behaviours(connection, dictionary, known, by=by)
        if changed - behaviour:
            stated = {name: one for name, one in after.items() if name not in behaviour}
            self._store_stated(connection, before, stated, by=by)

    def _store_stated(
        self, connection: Connection, before: Profile, stated: Mapping[str, Known], *, by: str
    ) -> None:
        asked = (connection, before.applicant_id, before.product)
        newest = repository.list_profiles(*asked, newest=True)
        version = newest[0].version + 1 if newest else 1
        key = self.records.key_of(connection, before.applicant_id)
        text = msgspec.json.encode({name: one.document() for name, one in stated.items()}).decode()
        row = {
            "applicant_id": before.applicant_id,
            "product": before.product,
            "version": version,
            "recorded_at": self.records.clock.now(),
            "recorded_by": by,
        }
        place = _place("profile_versions", before.applicant_id, before.product, version)
        repository.insert_profile(connection, {**row, "features": key.seal(text, place=place)})

    def _entries(
        self, connection: Connection, applicant_id: str, product: Product
    ) -> list[HistoryEntry]:
        key = self._key(connection, applicant_id)
        asked = (connection, applicant_id, product.name)
        stated = [(row, _stated([row], key)) for row in repository.list_profiles(*asked)]
        behaviour = [(row, _behaviour([row], key)) for row in repository.list_behaviours(*asked)]
        sources = {name: one.source for name, one in product.features.items()}
        entries = [
            HistoryEntry(
                at=row.recorded_at,
                by=row.recorded_by,
                changes=differences(earlier, known),
                sources=sources,
            )
            for versions in (stated[::-1], behaviour[::-1])
            for (row, known), earlier in zip(
                versions, ({}, *(one for _, one in versions)), strict=False
            )
        ]
        return sorted(entries, key=lambda entry: entry.at)

    def _key(self, connection: Connection, applicant_id: str) -> Key | None:
        return self.records.vault.open(connection, [applicant_id]).get(applicant_id)


def _about(entry: HistoryEntry, feature: str | None) -> HistoryEntry:
    return entry if feature is None else replace(entry, changes={feature: entry.changes[feature]})


def _changed(
    known: Known | None, edit: FeatureEdit, *, value: Any, now: datetime, by: str
) -> Known | None:
    dates = {n: getattr(edit, n) for n in ("valid_from", "valid_until") if n in edit.sent}
    if "value" in edit.sent:
        # A new value begins anew: it does not inherit the end of the one before.
        same = known is not None and (type(known.value), known.value) == (type(value), value)
        if known is None or not same:
            fresh = {"valid_from": now.date(), **dates}
            return Known(value=value, recorded_at=now, recorded_by=by, **fresh)
    if known is None or not dates:
        return known
    return replace(known, **dates, recorded_at=now, recorded_by=by)


def _problem(
    name: str, known: Known | None, edit: FeatureEdit, *, behaviour: bool
) -> FieldError | None:
    field = f"features.{name}"
    if known is None:
        message = "Nothing is known of this feature yet; send its value too."
        return FieldError(field=f"{field}.value", code="missing", message=message)
    if behaviour and edit.sent - {"value"}:
        message = "Behaviour holds until it is recorded anew; send the value alone."
        return FieldError(field=field, code="not_accepted_here", message=message)
    if known.valid_until is not None and known.valid_until < known.valid_from:
        message = "The last day is before the first one; swap them."
        return FieldError(field=f"{field}.valid_until", code="out_of_range", message=message)
    return None


def _stated(rows: Iterable[Row[Any]], key: Key | None) -> dict[str, Known]:
    opened = (_opened("profile_versions", row, key) for row in rows)
    return {name: Known.from_document(document) for one in opened for name, document in one.items()}


def _behaviour(rows: Iterable[Row[Any]], key: Key | None) -> dict[str, Known]:
    return {
        name: Known(
            value=value,
            valid_from=row.recorded_at.date(),
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
        )
        for row in rows
        for name, value in _opened("behaviours", row, key).items()
        if value is not None
    }


def _opened(table: str, row: Row[Any], key: Key | None) -> dict[str, Any]:
    text = row.features
    if text.startswith(MARK):
        if key is None:
            return {}
        text = key.open(text, place=_place(table, row.applicant_id, row.product, row.version))
    opened: dict[str, Any] = msgspec.json.decode(text)
    return opened


def _place(table: str, applicant_id: str, product: str, version: int) -> str:
    return f"{table}.features:{applicant_id}/{product}/{version}"
