"""A course over named levels, such as bands over the days of decisions."""

from collections.abc import Sequence

from loanwright.charts.canvas import ACCENT, GRID, Labels, element, path, svg, text
from loanwright.charts.curves import ChartIsEmpty, ChartSeriesDiffer

_WIDTH, _LEFT, _RIGHT, _TOP, _ROW, _BOTTOM = 420, 60, 40, 12, 32, 40
_SIZE = 16
_MOST_NAMES = 4


def draw(
    levels: Sequence[str], places: Sequence[int], names: Sequence[str], *, labels: Labels
) -> str:
    """Return a course over levels as SVG.

    Parameters
    ----------
    levels
        Names of the levels, the lowest first.
    places
        The level at each moment, counted from 0, the earliest first.
    names
        What each moment is called.

    Raises
    ------
    ChartIsEmpty, ChartSeriesDiffer
        Where there is nothing to draw, or lengths do not fit.

    Examples
    --------
    >>> draw(["B", "A"], [0, 1], ["May", "June"], labels=Labels(title="T", description="D"))[:4]
    '<svg'
    """
    if not levels or not places:
        raise ChartIsEmpty(chart="steps")
    if len(places) != len(names):
        raise ChartSeriesDiffer(chart="steps", lengths=sorted({len(places), len(names)}))
    base = _TOP + _ROW * len(levels)
    points = [(_across(index, len(places)), _up(place, base)) for index, place in enumerate(places)]
    parts = [_level(name, _up(index, base)) for index, name in enumerate(levels)]
    if len(points) > 1:
        parts.append(element("path", d=path(points), fill="none", stroke=ACCENT, stroke_width=3))
    parts += [element("circle", cx=x, cy=y, r=5, fill=ACCENT) for x, y in points]
    parts += _names(names, base)
    return svg(parts, labels=labels, size=(_WIDTH, base + _BOTTOM), kind="steps")


def _across(index: int, count: int) -> float:
    width = _WIDTH - _LEFT - _RIGHT
    return _LEFT + width * (0.5 if count == 1 else index / (count - 1))


def _up(place: int, base: int) -> float:
    return base - _ROW * (place + 0.5)


def _level(name: str, y: float) -> str:
    line = element("line", x1=_LEFT - 12, x2=_WIDTH - _RIGHT + 12, y1=y, y2=y, stroke=GRID)
    return (
        text(name, x=_LEFT - 24, y=y + 5, text_anchor="end", font_weight=600, font_size=_SIZE)
        + line
    )


def _names(names: Sequence[str], base: int) -> list[str]:
    every = max(1, -(-len(names) // _MOST_NAMES))
    return [
        text(name, x=_across(index, len(names)), y=base + 24, text_anchor="middle", font_size=_SIZE)
        for index, name in enumerate(names)
        if index % every == 0
    ]
