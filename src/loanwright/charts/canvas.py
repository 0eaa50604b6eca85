"""Drawing on an SVG canvas: elements, axes, colours and names that a screen reader can say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10
from zlib import crc32

Attribute = str | float | int

# Every colour has a fallback with contrast of 3 : 1 or more on white and on near-black.
ACCENT = "var(--chart-accent, #3a7ebf)"
SAFER = "var(--chart-safer, #2e8b57)"
RISKIER = "var(--chart-riskier, #c9553d)"
MARK = "var(--chart-mark, #b07a1a)"
INK = "var(--chart-ink, currentColor)"
GRID = "var(--chart-grid, #80808055)"
MUTED = "var(--chart-muted, #808890)"


def number(value: float) -> str:
    """Return a coordinate with at most two digits after the point.

    Examples
    --------
    >>> number(1.50000001), number(-0.001)
    ('1.5', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def element(name: str, content: str = "", **attributes: Attribute | None) -> str:
    """Return one SVG element; underscores in attribute names become hyphens.

    Examples
    --------
    >>> element("line", x1=0, x2=10.5, stroke_width=2, class_="axis")
    '<line x1="0" x2="10.5" stroke-width="2" class="axis"/>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _attribute(value: Attribute) -> str:
    return escape(value, quote=True) if isinstance(value, str) else number(float(value))


def text(content: str, *, x: float, y: float, **attributes: Attribute | None) -> str:
    """Return a text element in the ink of the page."""
    settings: dict[str, Attribute | None] = {"fill": INK, "font_size": 13, **attributes}
    return element("text", escape(content), x=x, y=y, **settings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """A linear map from values to canvas coordinates.

    Examples
    --------
    >>> Axis(low=0, high=1, start=50, end=250).at(0.25)
    100.0
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the coordinate of this value."""
        width = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / width * (self.end - self.start)

    def ticks(self, about: int = 5) -> tuple[float, ...]:
        """Return round values within the axis, about so many."""
        raw = (self.high - self.low) / max(about, 1)
        if raw <= 0:
            return (self.low,)
        power = 10.0 ** floor(log10(raw))
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return tuple(round(index * step, 12) + 0.0 for index in range(first, last + 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The words of a chart.

    Attributes
    ----------
    title, description
        Its name, and what it shows in a sentence: read aloud in place of the picture.
    x, y
        Titles of the axes.
    """

    title: str
    description: str
    x: str = ""
    y: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """The plotting area of a chart with two axes."""

    width: int = 640
    height: int = 360
    left: int = 64
    right: int = 20
    top: int = 20
    bottom: int = 56
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)

    @property
    def x(self) -> Axis:
        """Return the horizontal axis."""
        low, high = self.x_range
        return Axis(low=low, high=high, start=self.left, end=self.width - self.right)

    @property
    def y(self) -> Axis:
        """Return the vertical axis, whose values rise upwards."""
        low, high = self.y_range
        return Axis(low=low, high=high, start=self.height - self.bottom, end=self.top)

    def axes(self, labels: Labels, *, percent: str = "") -> str:
        """Return grid, ticks and titles; ``percent`` names the axes whose values are shares."""
        parts = [self._x_tick(value, percent="x" in percent) for value in self.x.ticks()]
        parts += [self._y_tick(value, percent="y" in percent) for value in self.y.ticks()]
        middle = (self.left + self.width - self.right) / 2
        parts.append(text(labels.x, x=middle, y=self.height - 12, text_anchor="middle"))
        turn = f"translate(16 {number((self.top + self.height - self.bottom) / 2)}) rotate(-90)"
        parts.append(text(labels.y, x=0, y=0, text_anchor="middle", transform=turn))
        return "".join(parts)

    def _x_tick(self, value: float, *, percent: bool) -> str:
        at, base = self.x.at(value), self.height - self.bottom
        return element(
            "line", x1=at, x2=at, y1=self.top, y2=base, stroke=GRID, class_="chart-grid"
        ) + text(tick(value, percent=percent), x=at, y=base + 20, text_anchor="middle")

    def _y_tick(self, value: float, *, percent: bool) -> str:
        at = self.y.at(value)
        return element(
            "line",
            x1=self.left,
            x2=self.width - self.right,
            y1=at,
            y2=at,
            stroke=GRID,
            class_="chart-grid",
        ) + text(tick(value, percent=percent), x=self.left - 8, y=at + 4, text_anchor="end")


def tick(value: float, *, percent: bool) -> str:
    """Return a value as axes write it.

    Examples
    --------
    >>> tick(0.25, percent=True), tick(600.0, percent=False), tick(12000.0, percent=False)
    ('25%', '600', '12k')
    """
    if percent:
        return f"{value * 100:.6g}%"
    return f"{value / 1000:.6g}k" if abs(value) >= 10_000 else f"{value:.6g}"


def svg(parts: Iterable[str], *, labels: Labels, size: tuple[int, int], kind: str) -> str:
    """Return the whole picture with its title, description and role.

    Nothing in it needs a script or an inline style, so it may stand in a page whose content
    security policy allows neither.
    """
    identity = f"chart-{crc32(repr((labels, kind, size)).encode()):08x}"
    names = element("title", escape(labels.title), id=f"{identity}-title")
    names += element("desc", escape(labels.description), id=f"{identity}-desc")
    return element(
        "svg",
        names + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {size[0]} {size[1]}",
        role="img",
        aria_labelledby=f"{identity}-title {identity}-desc",
        class_=f"chart chart-{kind}",
        font_family="system-ui, sans-serif",
    )


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return path data of a line through these coordinates."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """The numbers behind a chart, for those who cannot or would rather not look at it."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(default=())

    def to_html(self) -> str:
        """Return an HTML table; the first cell of each row is its heading."""
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.header)
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        return (
            f"<table><caption>{escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
