"""Two tables compared: `loanwright drift`, and reports that are ordered over HTTP."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loanwright.batch.choosing import find_segment
from loanwright.decisioning.policy import Policy
from loanwright.drift.grid import Grid
from loanwright.drift.method import METHODS
from loanwright.drift.profile import Chunk, Profile, Reference
from loanwright.drift.report import Subject, drift_report, titles_of
from loanwright.drift.watching import Threshold, Watch
from loanwright.drift.words import DEVELOPMENT
from loanwright.drifting.dictionary import Reading, grids_of_table, profile_of_table
from loanwright.drifting.errors import ReferenceMissing
from loanwright.drifting.frames import Frames
from loanwright.drifting.plain import grids_of_tables, profile_of_plain
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage

Advance = Callable[[str, float], None]
Notes = list[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Comparing:
    """How tables are compared.

    Parameters
    ----------
    product, segment
        Whose rows they are; None where a package says so, or nothing is known of the columns.
    package
        Whose model answers and whose profile is the reference where no table is.
    policy
        Whose cut-off approvals are counted by; None for the starter policy of the package.
    threshold
        When a measure becomes an alert.
    threads
        Columns that are counted side by side; 0 for one per core.
    """

    product: Product | None = None
    segment: str | None = None
    package: ModelPackage | None = None
    policy: Policy | None = None
    threshold: Threshold = field(default_factory=Threshold)
    threads: int = 0

    def compare(
        self,
        reference: Path | None,
        chunk: Path,
        *,
        names: Sequence[str] = (),
        advance: Advance = lambda _what, _share: None,
    ) -> dict[str, Any]:
        """Return the report of a table against another, or against the package's own sample.

        Parameters
        ----------
        reference
            CSV or Parquet; None takes the profile of the package.
        chunk
            CSV or Parquet.
        names
            What to call both; by default the names of their files.
        advance
            Is told what is done, and the share.

        Raises
        ------
        ReferenceMissing, TableHasNoRows, TablesShareNothing
            Where there is nothing to compare.
        ColumnsMissing, TableUnreadable, TableKindUnknown
            Where a table is not what it should be.
        """
        called = [*names] or [_name(reference), chunk.name]
        dictionary = self.package.product if self.package else self.product
        if dictionary is None:
            return self._plain(reference, chunk, called, advance)
        return self._by_dictionary(dictionary, reference, chunk, (called, advance))

    @property
    def _cores(self) -> int:
        return self.threads or len(os.sched_getaffinity(0))

    def _plain(
        self, reference: Path | None, chunk: Path, called: Sequence[str], advance: Advance
    ) -> dict[str, Any]:
        if reference is None:
            raise ReferenceMissing(path="that was not given")
        before, after = Frames(path=reference), Frames(path=chunk)
        advance("bins", 0.0)
        found = grids_of_tables(before, after)
        advance("reference", 0.3)
        first = profile_of_plain(before, found.grids, threads=self._cores, own=True)
        advance("chunk", 0.6)
        second = profile_of_plain(after, found.grids, threads=self._cores)
        notes: Notes = [
            {
                "en": f"{name} is not compared: {why['en']}.",
                "ru": f"{name} не сравнивается: {why['ru']}.",
            }
            for name, why in found.left_out
        ]
        watch = Watch(reference=Reference(name=called[0], profile=first), threshold=self.threshold)
        return _report(watch, called[1], second, Subject(notes=notes))

    def _by_dictionary(
        self,
        product: Product,
        reference: Path | None,
        chunk: Path,
        told: tuple[Sequence[str], Advance],
    ) -> dict[str, Any]:
        called, advance = told
        after = self._reading(product, chunk)
        advance("reference", 0.0)
        before, notes = self._reference(after, reference)
        grids = {name: one.grid for name, one in before.tallies.items()}
        advance("chunk", 0.6)
        assessor = self.package.assessor if self.package else None
        second = profile_of_table(after, grids, assessor, threads=self._cores)
        notes += _unreadable(after)
        watch = self._watch(Reference(name=called[0], profile=before), after.segment)
        subject = Subject(
            product=product.name,
            segment=after.segment,
            model=None if self.package is None else self.package.hash,
            titles=titles_of(product),
            notes=notes,
        )
        return _report(watch, called[1], second, subject)

    def _reading(self, product: Product, path: Path) -> Reading:
        frames = Frames(path=path)
        segment = self.package.segment if self.package else self.segment
        named = segment or find_segment(product, frames.columns)
        product.segment(named)
        return Reading(frames=frames, product=product, segment=named)

    def _reference(self, after: Reading, path: Path | None) -> tuple[Profile, Notes]:
        known = None if self.package is None else self.package.profile
        if path is None:
            if known is None:
                where = "that was not given" if self.package is None else self.package.path
                raise ReferenceMissing(path=where)
            return known, []
        before = Reading(frames=Frames(path=path), product=after.product, segment=after.segment)
        assessor = self.package.assessor if self.package else None
        grids: Mapping[str, Grid]
        if known is not None:
            grids = {name: one.grid for name, one in known.tallies.items()}
        else:
            grids = grids_of_table(before)
        found = profile_of_table(before, grids, assessor, threads=self._cores)
        return found, _unreadable(before)

    def _watch(self, reference: Reference, segment: str) -> Watch:
        return watch_of(self.package, reference, self.threshold, self.policy, segment)


def watch_of(
    package: ModelPackage | None,
    reference: Reference,
    threshold: Threshold,
    policy: Policy | None,
    segment: str,
) -> Watch:
    """Return what chunks are held against, with the model's scale and the policy's cut-off."""
    if package is None:
        return Watch(reference=reference, threshold=threshold)
    book = policy or Policy.from_mapping(package.product.policy)
    cutoffs = book.cutoffs.get(segment)
    return Watch(
        reference=reference,
        threshold=threshold,
        methods=tuple(METHODS),
        model=(package.assessor.calibration, package.assessor.scale),
        approve_from=None if cutoffs is None else cutoffs.approve_from,
    )


def _report(watch: Watch, name: str, profile: Profile, subject: Subject) -> dict[str, Any]:
    return drift_report(watch, [watch.compare(Chunk(name=name, profile=profile))], subject)


def _name(path: Path | None) -> str:
    return DEVELOPMENT if path is None else path.name


def _unreadable(reading: Reading) -> Notes:
    return [
        {
            "en": f"{reading.frames.name}: {count} values of {name} cannot be read; they count as "
            "missing.",
            "ru": f"{reading.frames.name}: значений {name}, которые не удалось прочесть: {count}; "
            "они считаются пропусками.",
        }
        for name, count in reading.unreadable.items()
    ]
