"""Recorded decisions, counted as the chunks of a drift report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.drift.grid import Grid
from loanwright.drift.profile import Profile
from loanwright.drift.profiling import (
    Profiler,
    grid_of_feature,
    watched_columns,
    watched_features,
)
from loanwright.features.columns import encode
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.profiles import answering
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.drift_reports.schemas import By, Days, chunk_of
from loanwright.service.kit.months import Span

#: Decisions that are counted at once: few enough to be held.
BLOCK: Final = 4_096
#: Rows by whose values bins are made where no package has any.
ROWS_FOR_BINS: Final = 20_000

Columns = dict[str, NDArray[np.float64]]
Records = Sequence[Mapping[str, Any]]


@dataclass(kw_only=True)
class Log:
    """The decisions on a segment of a product, counted by the dictionary of a model.

    Parameters
    ----------
    decisions
        The record.
    product
        Whose decisions.
    package
        The model that answers for all of them, and whose segment it is.
    advance
        Is told the share of the days that is counted.
    stopped
        Is asked between blocks.
    """

    decisions: Decisions
    product: str
    package: ModelPackage
    advance: Callable[[float], None] = lambda _share: None
    stopped: Callable[[], bool] = lambda: False
    left_out: int = field(default=0, init=False)

    def profiles(self, days: Days, by: By, grids: Mapping[str, Grid]) -> dict[str, Profile]:
        """Return the profiles of the chunks that have decisions, by name."""
        found: dict[str, Profiler] = {}
        waiting: dict[str, list[Mapping[str, Any]]] = {}
        for name, record in self._records(days, by):
            waiting.setdefault(name, []).append(record)
            if len(waiting[name]) >= BLOCK:
                self._count(found, name, waiting.pop(name), grids)
                if self.stopped():
                    break
        for name, records in waiting.items():
            self._count(found, name, records, grids)
        return {name: one.profile() for name, one in found.items()}

    def grids(self, days: Days) -> dict[str, Grid]:
        """Return bins by the values of the latest decisions of some days."""
        records = [record for _, record in islice(self._records(days, "all"), ROWS_FOR_BINS)]
        product, segment = self._dictionary
        values, _ = watched_columns(product, segment, self._columns(records))
        features = watched_features(product, segment)
        return {one.name: grid_of_feature(one, values[one.name]) for one in features}

    @property
    def _dictionary(self) -> tuple[Product, str]:
        return self.package.product, self.package.segment

    def _records(self, days: Days, by: By) -> Iterator[tuple[str, Mapping[str, Any]]]:
        span = Span(since=days.begin, until=days.end)
        length = (days.end - days.begin).total_seconds()
        for one in self.decisions.read_all(product=self.product, within=span):
            if one.segment != self.package.segment:
                continue
            self.advance((days.end - one.decided_at).total_seconds() / length)
            if isinstance(one, DecisionRecord):
                yield chunk_of(one.decided_at, by), read_snapshot(one.snapshot)["record"]
            else:
                self.left_out += 1

    def _count(
        self, found: dict[str, Profiler], name: str, records: Records, grids: Mapping[str, Grid]
    ) -> None:
        product, segment = self._dictionary
        model = answering(self.package.assessor)
        if name not in found:
            found[name] = Profiler(product=product, segment=segment, grids=grids, model=model)
        columns = self._columns(records)
        if len(next(iter(columns.values()))):
            found[name].add(columns)

    def _columns(self, records: Records) -> Columns:
        """Return encoded columns of the records that this dictionary can read."""
        product, segment = self._dictionary
        inputs = product.inputs(segment)
        rows = []
        for record in records:
            try:
                rows.append([encode(one, record.get(one.name)) for one in inputs])
            except (KeyError, ValueError):
                self.left_out += 1
        table = np.array(rows, dtype=np.float64).reshape(len(rows), len(inputs))
        return {one.name: table[:, place].copy() for place, one in enumerate(inputs)}
