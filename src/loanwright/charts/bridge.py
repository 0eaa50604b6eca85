"""The way from one share to another, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from loanwright.charts.canvas import (
    INK,
    MUTED,
    RISKIER,
    SAFER,
    Frame,
    Labels,
    element,
    svg,
    text,
    tick,
)
from loanwright.charts.curves import ChartIsEmpty

_WIDTH, _HEIGHT = 640, 340
_ROOM: Final = 0.12
_BAR: Final = 0.62


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One cause in words, what it adds to the share, and how that is written."""

    label: str
    added: float
    written: str


def bridge(parts: Sequence[Step], *, begin: Step, end: str, written: str, labels: Labels) -> str:
    """Return the way from a share to another one as SVG; what adds is safer, what takes riskier.

    Parameters
    ----------
    parts
        In the order in which they are added.
    begin
        The share to begin with.
    end, written
        Name of the share that comes out, and how it is written.
    labels
        The words of the chart.

    Examples
    --------
    >>> begin = Step(label="September", added=0.6, written="60%")
    >>> part = Step(label="Policy", added=-0.1, written="−10")
    >>> drawn = bridge([part], begin=begin, end="October", written="50%",
    ...               labels=Labels(title="Approvals", description="From 60% to 50%."))
    >>> "Policy" in drawn, "−10" in drawn
    (True, True)
    """
    if not parts:
        raise ChartIsEmpty(chart="bridge")
    levels = list(accumulate([begin.added, *(one.added for one in parts)]))
    frame = _frame(levels, len(parts) + 2)
    grid = [
        element("line", x1=frame.left, x2=frame.width - frame.right, y1=frame.y.at(value),
                y2=frame.y.at(value), stroke="var(--chart-grid, #80808055)")
        + text(tick(value, percent=True), x=frame.left - 8, y=frame.y.at(value) + 4,
               text_anchor="end")
        for value in frame.y.ticks()
    ]  # fmt: skip
    floor = frame.y_range[0]
    drawn = [_bar(frame, 0, (floor, begin.added), MUTED, begin.label, begin.written)]
    for place, one in enumerate(parts):
        ends = levels[place], levels[place + 1]
        tone = SAFER if one.added >= 0 else RISKIER
        drawn.append(_bar(frame, place + 1, ends, tone, one.label, one.written))
    drawn.append(_bar(frame, len(parts) + 1, (floor, levels[-1]), MUTED, end, written))
    return svg([*grid, *drawn], labels=labels, size=(_WIDTH, _HEIGHT), kind="bridge")


def _frame(levels: Sequence[float], columns: int) -> Frame:
    low, high = min(levels), max(levels)
    room = max(_ROOM * (high - low), 0.02)
    return Frame(
        width=_WIDTH,
        height=_HEIGHT,
        left=56,
        top=28,
        bottom=44,
        x_range=(-0.5, columns - 0.5),
        y_range=(max(0.0, low - 3 * room), min(1.0, high + room)),
    )


def _bar(
    frame: Frame, place: int, ends: tuple[float, float], tone: str, label: str, written: str
) -> str:
    width = (frame.x.at(1.0) - frame.x.at(0.0)) * _BAR
    middle = frame.x.at(float(place))
    top, bottom = sorted(frame.y.at(end) for end in ends)
    return element(
        "g",
        element("rect", x=middle - width / 2, y=top, width=width, height=max(bottom - top, 2),
                fill=tone, fill_opacity=0.8, rx=2)
        + text(written, x=middle, y=top - 6, text_anchor="middle", font_size=13, fill=INK)
        + text(label, x=middle, y=frame.height - frame.bottom + 22, text_anchor="middle"),
    )  # fmt: skip
