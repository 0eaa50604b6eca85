"""A chart with the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """What the macro `figure` is given; an empty chart is not shown."""

    title: str
    chart: str = field(repr=False)
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
