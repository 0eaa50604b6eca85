"""Where one score stands on the whole scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from loanwright.charts.canvas import (
    ACCENT,
    INK,
    MARK,
    MUTED,
    RISKIER,
    SAFER,
    Axis,
    Labels,
    Table,
    element,
    path,
    svg,
    text,
)
from loanwright.charts.curves import ChartIsEmpty

GAUGE_LABELS = Labels(
    title="Score", description="The score on its scale; further to the right is safer."
)

_WIDTH, _HEIGHT, _LEFT, _RIGHT = 640, 110, 20, 620
_TONES = {"safer": SAFER, "between": MARK, "riskier": RISKIER, "plain": ACCENT, "muted": MUTED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A named part of the scale; ``tone`` is safer, between, riskier, plain or muted."""

    label: str
    start: float
    end: float
    tone: str = "plain"


def gauge(
    value: float,
    *,
    bands: Sequence[Band],
    labels: Labels = GAUGE_LABELS,
    pointer: str | None = None,
    ticks: bool = True,
) -> str:
    """Return a linear gauge as SVG.

    Parameters
    ----------
    value
        The score; one beyond the bands is drawn at their end, and written as it is.
    bands
        From left to right, joining. The one that holds the value is outlined and of class
        ``chart-current``.
    labels
        The words of the chart.
    pointer
        What is written above the pointer; None writes the value.
    ticks
        Whether the beginning of each band is written below it.

    Examples
    --------
    >>> drawn = gauge(571, bands=[Band(label="decline", start=400, end=560, tone="riskier"),
    ...                           Band(label="refer", start=560, end=600, tone="between")])
    >>> ">571</text>" in drawn
    True
    """
    if not bands:
        raise ChartIsEmpty(chart="gauge")
    axis = Axis(low=bands[0].start, high=bands[-1].end, start=_LEFT, end=_RIGHT)
    current = _current(bands, value)
    parts = [
        _band(axis, band, current=index == current, ticks=ticks) for index, band in enumerate(bands)
    ]
    at = min(max(axis.at(value), _LEFT), _RIGHT)
    parts.append(_pointer(at, f"{value:g}" if pointer is None else pointer))
    return svg(parts, labels=labels, size=(_WIDTH, _HEIGHT), kind="gauge")


def gauge_table(value: float, *, bands: Sequence[Band], labels: Labels = GAUGE_LABELS) -> Table:
    """Return the bands of the gauge, and which of them holds the value."""
    current = _current(bands, value)
    rows = tuple(
        (
            band.label,
            f"{band.start:g} to {band.end:g}",
            f"{value:g}" if index == current else "",
        )
        for index, band in enumerate(bands)
    )
    return Table(caption=labels.title, header=("Band", "Range", labels.title), rows=rows)


def _current(bands: Sequence[Band], value: float) -> int:
    """Return the band that holds the value; the outermost ones hold what lies beyond them."""
    return max((i for i, band in enumerate(bands) if value >= band.start), default=0)


def _pointer(at: float, written: str) -> str:
    arrow = path([(at - 8, 34), (at + 8, 34), (at, 46)]) + "Z"
    anchor = "start" if at < _LEFT + 30 else "end" if at > _RIGHT - 30 else "middle"
    name = text(written, x=at, y=26, text_anchor=anchor, font_size=22, font_weight=600)
    return element("path", d=arrow, fill=INK, class_="chart-pointer") + name


def _band(axis: Axis, band: Band, *, current: bool, ticks: bool) -> str:
    left, right = axis.at(band.start), axis.at(band.end)
    bar = element(
        "rect",
        x=left,
        y=50,
        width=max(right - left - 2, 1),
        height=16,
        fill=_TONES[band.tone],
        stroke=INK if current else None,
        stroke_width=2 if current else None,
    )
    name = text(
        band.label,
        x=(left + right) / 2,
        y=86,
        text_anchor="middle",
        font_weight=700 if current else None,
    )
    start = text(f"{band.start:g}", x=left, y=104, font_size=12, fill=MUTED) if ticks else ""
    kind = f"chart-band chart-{band.tone}" + (" chart-current" if current else "")
    return element("g", bar + name + start, class_=kind)
