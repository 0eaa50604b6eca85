"""Charts of what a model promises: reliability and the ROC curve."""

from collections.abc import Sequence

from loanwright.charts.canvas import (
    ACCENT,
    GRID,
    MUTED,
    Frame,
    Labels,
    Table,
    element,
    path,
    svg,
)
from loanwright.errors import Rejected
from loanwright.metrics.probability import Reliability

RELIABILITY_LABELS = Labels(
    title="Reliability",
    description="Observed default rate against stated probability of default, by tenths of the "
    "sample, with 95% intervals. Points on the diagonal are exactly right.",
    x="Stated probability of default",
    y="Observed default rate",
)
ROC_LABELS = Labels(
    title="ROC curve",
    description="Share of defaults found against share of good applicants refused, for every "
    "cut-off. The further above the diagonal, the better.",
    x="Share of good applicants refused",
    y="Share of defaults found",
)


class ChartIsEmpty(Rejected):
    """There is nothing to draw in the chart {chart}."""


class ChartSeriesDiffer(Rejected):
    """The chart {chart} needs series that fit together; it got lengths {lengths}."""


def reliability(table: Reliability, *, labels: Labels = RELIABILITY_LABELS) -> str:
    """Return a reliability plot as SVG.

    Parameters
    ----------
    table
        What `loanwright.metrics.probability.reliability` returned.
    labels
        The words of the chart.

    Examples
    --------
    >>> from loanwright.metrics.probability import reliability as measure
    >>> reliability(measure([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8], bins=2)).startswith("<svg")
    True
    """
    if not table.bins:
        raise ChartIsEmpty(chart="reliability")
    top = max(max(b.default_rate.upper, b.mean_probability) for b in table.bins)
    high = min(1.0, top * 1.05)
    frame = Frame(x_range=(0.0, high), y_range=(0.0, high))
    points = [
        (frame.x.at(b.mean_probability), frame.y.at(b.default_rate.value)) for b in table.bins
    ]
    parts = [frame.axes(labels, percent="xy"), _diagonal(frame)]
    for b, (x, y) in zip(table.bins, points, strict=True):
        parts.append(
            _whisker(x, frame.y.at(b.default_rate.lower), frame.y.at(b.default_rate.upper))
        )
        parts.append(element("circle", cx=x, cy=y, r=4.5, fill=ACCENT, class_="chart-point"))
    parts.append(_line(points))
    return svg(parts, labels=labels, size=(frame.width, frame.height), kind="reliability")


def reliability_table(table: Reliability, *, labels: Labels = RELIABILITY_LABELS) -> Table:
    """Return the numbers behind the reliability plot."""
    rows = tuple(
        (
            f"{b.lower:.2%} to {b.upper:.2%}",
            str(b.count),
            str(b.defaults),
            f"{b.mean_probability:.2%}",
            f"{b.default_rate.value:.2%}",
            f"{b.default_rate.lower:.2%} to {b.default_rate.upper:.2%}",
        )
        for b in table.bins
    )
    header = ("Stated", "Count", "Defaults", "Mean stated", "Observed", "95% interval")
    return Table(caption=labels.title, header=header, rows=rows)


def roc(goods: Sequence[float], bads: Sequence[float], *, labels: Labels = ROC_LABELS) -> str:
    """Return a ROC curve as SVG.

    Parameters
    ----------
    goods, bads
        Shares of goods and of bads at or above each threshold, from 0 to 1, as
        `loanwright.metrics.discrimination.roc_points` returns them.

    Examples
    --------
    >>> "chart-roc" in roc([0.0, 0.5, 1.0], [0.0, 0.9, 1.0])
    True
    """
    if len(goods) != len(bads):
        raise ChartSeriesDiffer(chart="roc", lengths=[len(goods), len(bads)])
    if len(goods) < 2:
        raise ChartIsEmpty(chart="roc")
    frame = Frame()
    points = [(frame.x.at(x), frame.y.at(y)) for x, y in zip(goods, bads, strict=True)]
    parts = (frame.axes(labels, percent="xy"), _diagonal(frame), _line(points))
    return svg(parts, labels=labels, size=(frame.width, frame.height), kind="roc")


def roc_table(
    goods: Sequence[float], bads: Sequence[float], *, labels: Labels = ROC_LABELS
) -> Table:
    """Return about ten points of the ROC curve."""
    step = max(1, (len(goods) - 1) // 10)
    rows = tuple((f"{goods[i]:.1%}", f"{bads[i]:.1%}") for i in range(0, len(goods), step))
    return Table(caption=labels.title, header=(labels.x, labels.y), rows=rows)


def _diagonal(frame: Frame) -> str:
    low, high = frame.x_range
    return element(
        "line",
        x1=frame.x.at(low),
        y1=frame.y.at(low),
        x2=frame.x.at(high),
        y2=frame.y.at(high),
        stroke=MUTED,
        stroke_dasharray="5 5",
        class_="chart-diagonal",
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    return element(
        "path", d=path(points), fill="none", stroke=ACCENT, stroke_width=2, class_="chart-line"
    )


def _whisker(x: float, low: float, high: float) -> str:
    ends = "".join(
        element("line", x1=x - 4, x2=x + 4, y1=y, y2=y, stroke=ACCENT) for y in (low, high)
    )
    stem = element("line", x1=x, x2=x, y1=low, y2=high, stroke=ACCENT)
    return element("g", stem + ends, class_="chart-whisker", stroke=GRID)
