"""The histogram of scores with its cut-offs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loanwright.charts.canvas import (
    ACCENT,
    MARK,
    RISKIER,
    SAFER,
    Frame,
    Labels,
    Table,
    element,
    svg,
    text,
)
from loanwright.charts.curves import ChartIsEmpty, ChartSeriesDiffer

HISTOGRAM_LABELS = Labels(
    title="Scores",
    description="Number of applicants by score. Higher scores are safer.",
    x="Score",
    y="Applicants",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A vertical line with a name, such as a cut-off."""

    at: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Counts per interval; ``tone`` is "accent", "safer" or "riskier"."""

    label: str
    counts: Sequence[float]
    tone: str = "accent"


_TONES = {"accent": ACCENT, "safer": SAFER, "riskier": RISKIER}


def histogram(
    edges: Sequence[float],
    series: Sequence[Series],
    *,
    marks: Sequence[Mark] = (),
    labels: Labels = HISTOGRAM_LABELS,
) -> str:
    """Return a stacked histogram as SVG.

    Parameters
    ----------
    edges
        (k + 1,) rising ends of the intervals.
    series
        One or more rows of k counts, stacked from the bottom.
    marks
        Cut-offs, drawn as named lines.

    Examples
    --------
    >>> drawn = histogram([500, 550, 600], [Series(label="all", counts=[3, 5])],
    ...                   marks=[Mark(at=560, label="approve from 560")])
    >>> "approve from 560" in drawn
    True
    """
    _check(edges, series)
    totals = [sum(column) for column in zip(*(one.counts for one in series), strict=True)]
    frame = Frame(
        top=44,
        x_range=(float(edges[0]), float(edges[-1])),
        y_range=(0.0, max(*totals, 1.0) * 1.05),
    )
    parts = [frame.axes(labels)]
    floor = [0.0] * len(totals)
    for one in series:
        parts.append(_bars(frame, edges, floor, one))
        floor = [low + count for low, count in zip(floor, one.counts, strict=True)]
    parts += [_mark(frame, mark, index) for index, mark in enumerate(marks)]
    if len(series) > 1:
        parts.append(_legend(frame, series))
    return svg(parts, labels=labels, size=(frame.width, frame.height), kind="histogram")


def histogram_table(
    edges: Sequence[float], series: Sequence[Series], *, labels: Labels = HISTOGRAM_LABELS
) -> Table:
    """Return the counts behind the histogram."""
    _check(edges, series)
    rows = tuple(
        (f"{low:g} to {high:g}", *(f"{one.counts[index]:g}" for one in series))
        for index, (low, high) in enumerate(pairwise(edges))
    )
    header = (labels.x or "From", *(one.label for one in series))
    return Table(caption=labels.title, header=header, rows=rows)


def _check(edges: Sequence[float], series: Sequence[Series]) -> None:
    if len(edges) < 2 or not series:
        raise ChartIsEmpty(chart="histogram")
    lengths = [len(edges), *(len(one.counts) for one in series)]
    if any(length != len(edges) - 1 for length in lengths[1:]):
        raise ChartSeriesDiffer(chart="histogram", lengths=lengths)


def _bars(frame: Frame, edges: Sequence[float], floor: Sequence[float], one: Series) -> str:
    drawn = []
    for (low, high), base, count in zip(pairwise(edges), floor, one.counts, strict=True):
        if not count:
            continue
        left, right = frame.x.at(low), frame.x.at(high)
        top, bottom = frame.y.at(base + count), frame.y.at(base)
        width = max(right - left - 1, 0.5)
        drawn.append(element("rect", x=left, y=top, width=width, height=bottom - top))
    return element("g", "".join(drawn), fill=_TONES[one.tone], class_=f"chart-{one.tone}")


def _mark(frame: Frame, mark: Mark, index: int) -> str:
    at = frame.x.at(mark.at)
    late = at > (frame.left + frame.width - frame.right) / 2
    line = element(
        "line",
        x1=at,
        x2=at,
        y1=frame.top - 8,
        y2=frame.height - frame.bottom,
        stroke=MARK,
        stroke_width=2,
        stroke_dasharray="6 3",
    )
    y = frame.top - 12 - 15 * (index % 2)
    name = text(
        mark.label, x=at - 4 if late else at + 4, y=y, text_anchor="end" if late else "start"
    )
    return element("g", line + name, class_="chart-mark")


def _legend(frame: Frame, series: Sequence[Series]) -> str:
    parts = []
    for index, one in enumerate(series):
        y = frame.top + 10 + 20 * index
        parts.append(
            element("rect", x=frame.left + 10, y=y, width=12, height=12, fill=_TONES[one.tone])
        )
        parts.append(text(one.label, x=frame.left + 28, y=y + 11))
    return element("g", "".join(parts), class_="chart-legend")
