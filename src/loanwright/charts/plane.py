"""One way to draw what reports show: lines, bands, points with whiskers, bars and heat maps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from loanwright.charts.canvas import (
    ACCENT,
    INK,
    MARK,
    MUTED,
    RISKIER,
    SAFER,
    Axis,
    Frame,
    Labels,
    element,
    number,
    path,
    svg,
    text,
    tick,
)
from loanwright.charts.curves import ChartIsEmpty, ChartSeriesDiffer

Shape = Literal["line", "dashed", "band", "points", "bars", "cells"]
TONES: Final = {
    "accent": ACCENT,
    "safer": SAFER,
    "riskier": RISKIER,
    "mark": MARK,
    "muted": MUTED,
}
_WIDTH, _HEIGHT, _LEGEND = 640, 380, 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One series of a plane: its shape, its name, its tone and its numbers.

    Attributes
    ----------
    x, y, lower, upper
        Coordinates of equal length; a band has no y, points may have whiskers from lower to
        upper, bars stand on the places x.
    """

    shape: Shape
    label: str
    tone: str = "accent"
    x: Sequence[float] = ()
    y: Sequence[float] = ()
    lower: Sequence[float] = ()
    upper: Sequence[float] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plane:
    """Series on common axes.

    Attributes
    ----------
    marks
        What is drawn, the first behind the others.
    percent
        Axes whose values are shares: "", "x", "y" or "xy".
    names
        Of the places 0, 1, 2 … of the horizontal axis; empty where it is a line of numbers.
    rows
        Names of the rows of a heat map.
    """

    marks: Sequence[Mark]
    percent: str = ""
    names: Sequence[str] = field(default=())
    rows: Sequence[str] = field(default=())


def draw(plane: Plane, *, labels: Labels) -> str:
    """Return a plane, or a heat map where the first series is one, as SVG.

    Raises
    ------
    ChartIsEmpty, ChartSeriesDiffer
        Where there is nothing to draw, or lengths do not fit.

    Examples
    --------
    >>> line = Mark(shape="line", label="model", x=[0, 1], y=[0.2, 0.8])
    >>> draw(Plane(marks=[line], percent="y"), labels=Labels(title="T", description="D"))[:4]
    '<svg'
    """
    _check(plane)
    if plane.marks[0].shape == "cells":
        return _heat(plane, labels)
    frame = _frame(plane)
    parts = [_axes(frame, plane, labels)]
    bars = [mark for mark in plane.marks if mark.shape == "bars"]
    parts += [_drawn(frame, mark, bars) for mark in plane.marks]
    parts.append(_legend(plane.marks))
    return svg(parts, labels=labels, size=(_WIDTH, frame.height), kind="plane")


def _check(plane: Plane) -> None:
    if not plane.marks or not any(len(mark.x) or len(mark.y) for mark in plane.marks):
        raise ChartIsEmpty(chart="plane")
    for mark in plane.marks:
        lengths = {len(side) for side in (mark.x, mark.y, mark.lower, mark.upper) if len(side)}
        if mark.shape != "cells" and len(lengths) > 1:
            raise ChartSeriesDiffer(chart="plane", lengths=sorted(lengths))


def _frame(plane: Plane) -> Frame:
    xs = [x for mark in plane.marks for x in mark.x]
    ys = [y for mark in plane.marks for side in (mark.y, mark.lower, mark.upper) for y in side]
    if any(mark.shape == "bars" for mark in plane.marks):
        ys.append(0.0)
    low, high = min(ys), max(ys)
    room = 0.05 * ((high - low) or 1.0)
    least = low if low == 0 else low - room
    across = (-0.5, len(plane.names) - 0.5) if plane.names else (min(xs), max(xs))
    slanted = _slanted(plane.names)
    return Frame(
        width=_WIDTH,
        height=_HEIGHT + (52 if slanted else 0),
        top=20 + _LEGEND,
        bottom=108 if slanted else 56,
        x_range=across,
        y_range=(least, high + room),
    )


def _slanted(names: Sequence[str]) -> bool:
    return any(len(name) > max(2, 64 // max(len(names), 1)) for name in names)


def _axes(frame: Frame, plane: Plane, labels: Labels) -> str:
    if not plane.names:
        return frame.axes(labels, percent=plane.percent)
    base = frame.height - frame.bottom
    grid = "".join(
        element("line", x1=frame.left, x2=frame.width - frame.right, y1=frame.y.at(value),
                y2=frame.y.at(value), stroke="var(--chart-grid, #80808055)")
        + text(tick(value, percent="y" in plane.percent), x=frame.left - 8,
               y=frame.y.at(value) + 4, text_anchor="end")
        for value in frame.y.ticks()
    )  # fmt: skip
    # So many names as there is room for; the table has all of them.
    every = -(-len(plane.names) // 24)
    names = "".join(
        _place(name, frame.x.at(float(at)), base, slanted=_slanted(plane.names))
        for at, name in enumerate(plane.names)
        if at % every == 0
    )
    return grid + names + _titles(frame, labels)


def _place(name: str, x: float, base: float, *, slanted: bool) -> str:
    shown = name if len(name) <= 20 else f"{name[:19]}…"
    if not slanted:
        return text(shown, x=x, y=base + 20, text_anchor="middle")
    turn = f"translate({number(x + 4)} {number(base + 14)}) rotate(-40)"
    return text(shown, x=0, y=0, text_anchor="end", transform=turn, font_size=12)


def _titles(frame: Frame, labels: Labels) -> str:
    middle = (frame.left + frame.width - frame.right) / 2
    turn = f"translate(16 {number((frame.top + frame.height - frame.bottom) / 2)}) rotate(-90)"
    return text(labels.x, x=middle, y=frame.height - 8, text_anchor="middle") + text(
        labels.y, x=0, y=0, text_anchor="middle", transform=turn
    )


def _drawn(frame: Frame, mark: Mark, bars: Sequence[Mark]) -> str:
    if mark.shape in ("line", "dashed"):
        return _line(frame, mark)
    if mark.shape == "band":
        return _band(frame, mark)
    if mark.shape == "points":
        return _points(frame, mark)
    return _bars(frame, mark, place=list(bars).index(mark), of=len(bars))


def _at(frame: Frame, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
    return [(frame.x.at(x), frame.y.at(y)) for x, y in zip(xs, ys, strict=True)]


def _line(frame: Frame, mark: Mark) -> str:
    dashes = "5 5" if mark.shape == "dashed" else None
    return element(
        "path",
        d=path(_at(frame, mark.x, mark.y)),
        fill="none",
        stroke=TONES[mark.tone],
        stroke_width=2,
        stroke_dasharray=dashes,
    )


def _band(frame: Frame, mark: Mark) -> str:
    there = _at(frame, mark.x, mark.upper)
    back = _at(frame, mark.x, mark.lower)[::-1]
    return element(
        "path", d=path(there + back) + "Z", fill=TONES[mark.tone], fill_opacity=0.22, stroke="none"
    )


def _points(frame: Frame, mark: Mark) -> str:
    colour = TONES[mark.tone]
    parts = []
    if len(mark.lower):
        for x, low, high in zip(mark.x, mark.lower, mark.upper, strict=True):
            at = frame.x.at(x)
            ends = (frame.y.at(low), frame.y.at(high))
            parts.append(element("line", x1=at, x2=at, y1=ends[0], y2=ends[1], stroke=colour))
            parts += [
                element("line", x1=at - 4, x2=at + 4, y1=end, y2=end, stroke=colour) for end in ends
            ]
    parts += [
        element("circle", cx=x, cy=y, r=4, fill=colour) for x, y in _at(frame, mark.x, mark.y)
    ]
    return element("g", "".join(parts))


def _bars(frame: Frame, mark: Mark, *, place: int, of: int) -> str:
    step = frame.x.at(1.0) - frame.x.at(0.0)
    width = 0.78 * step / of
    floor = frame.y.at(max(0.0, frame.y_range[0]))
    drawn = []
    for x, y in zip(mark.x, mark.y, strict=True):
        left = frame.x.at(x) - 0.39 * step + place * width
        top, bottom = sorted((frame.y.at(y), floor))
        drawn.append(element("rect", x=left, y=top, width=width * 0.96, height=bottom - top))
    return element("g", "".join(drawn), fill=TONES[mark.tone], fill_opacity=0.75)


def _legend(marks: Sequence[Mark]) -> str:
    parts, at = [], 64.0
    for mark in marks:
        colour = TONES[mark.tone]
        if mark.shape in ("line", "dashed"):
            dashes = "4 3" if mark.shape == "dashed" else None
            parts.append(
                element("line", x1=at, x2=at + 14, y1=14, y2=14, stroke=colour, stroke_width=2,
                        stroke_dasharray=dashes)
            )  # fmt: skip
        elif mark.shape == "points":
            parts.append(element("circle", cx=at + 7, cy=14, r=4, fill=colour))
        else:
            shade = 0.22 if mark.shape == "band" else 0.75
            parts.append(
                element("rect", x=at, y=8, width=14, height=12, fill=colour, fill_opacity=shade)
            )
        parts.append(text(mark.label, x=at + 19, y=18, font_size=12))
        at += 38 + 7 * len(mark.label)
    return element("g", "".join(parts), class_="chart-legend")


def _heat(plane: Plane, labels: Labels) -> str:
    values, columns, rows = plane.marks[0].y, len(plane.names), len(plane.rows)
    if not columns or len(values) != columns * rows:
        raise ChartSeriesDiffer(chart="heat map", lengths=[len(values), columns, rows])
    left, top = 110, 48
    width = (_WIDTH - left - 16) / columns
    height = 34
    most = max(*values, 1e-12)
    shade = Axis(low=0.0, high=most, start=0.0, end=0.8)
    parts = []
    for at, value in enumerate(values):
        row, column = divmod(at, columns)
        x, y = left + column * width, top + row * height
        parts.append(
            element("rect", x=x, y=y, width=width - 2, height=height - 2, fill=ACCENT,
                    fill_opacity=round(shade.at(value), 2), stroke="var(--chart-grid, #80808055)")
        )  # fmt: skip
        shown = f"{value:.0%}" if plane.percent else f"{value:.3g}"
        parts.append(text(shown, x=x + width / 2, y=y + 21, text_anchor="middle", font_size=12))
    parts += [
        text(name, x=left + (at + 0.5) * width, y=top - 8, text_anchor="middle")
        for at, name in enumerate(plane.names)
    ]
    parts += [
        text(name, x=left - 8, y=top + at * height + 21, text_anchor="end")
        for at, name in enumerate(plane.rows)
    ]
    size = (_WIDTH, top + rows * height + 12)
    middle = (left + _WIDTH) / 2
    parts.append(text(labels.x, x=middle, y=18, text_anchor="middle", fill=INK))
    turn = f"translate(18 {number(top + rows * height / 2)}) rotate(-90)"
    parts.append(text(labels.y, x=0, y=0, text_anchor="middle", transform=turn))
    return svg(parts, labels=labels, size=size, kind="heat")
