"""What raised and what lowered the risk of one applicant, as bars and as a waterfall."""

from collections.abc import Sequence
from dataclasses import dataclass

from loanwright.charts.canvas import (
    GRID,
    INK,
    MUTED,
    RISKIER,
    SAFER,
    Axis,
    Labels,
    Table,
    element,
    svg,
    text,
)
from loanwright.charts.curves import ChartIsEmpty

CONTRIBUTION_LABELS = Labels(
    title="What moved the risk",
    description="Contributions to the log-odds of default. Bars to the right raise the risk, "
    "bars to the left lower it.",
    x="Lower risk ← → higher risk",
)

_WIDTH, _ROW, _NAMES, _NUMBERS, _TOP = 640, 28, 236, 64, 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """One feature in words and what it adds to the log-odds of default."""

    label: str
    value: float


def bars(contributions: Sequence[Contribution], *, labels: Labels = CONTRIBUTION_LABELS) -> str:
    """Return horizontal bars with signs, in the order given, as SVG.

    Parameters
    ----------
    contributions
        Positive raises the risk.

    Examples
    --------
    >>> drawn = bars([Contribution(label="Worst delay", value=0.83)])
    >>> "+0.83" in drawn, "Worst delay" in drawn
    (True, True)
    """
    spans = [(one.label, 0.0, one.value, _tone(one.value)) for one in contributions]
    return _rows(spans, labels=labels, kind="bars")


def waterfall(
    contributions: Sequence[Contribution],
    *,
    base: Contribution,
    total: str,
    labels: Labels = CONTRIBUTION_LABELS,
) -> str:
    """Return the way from the average applicant to this one as SVG.

    Parameters
    ----------
    contributions
        In the order in which they are to be added.
    base
        Name and log-odds of the beginning.
    total
        Name of the sum in the last row.

    Examples
    --------
    >>> drawn = waterfall([Contribution(label="Delay", value=0.5)],
    ...                   base=Contribution(label="Average", value=-1.0), total="You")
    >>> "−0.50" in drawn
    True
    """
    spans = [(base.label, 0.0, base.value, MUTED)]
    level = base.value
    for one in contributions:
        spans.append((one.label, level, level + one.value, _tone(one.value)))
        level += one.value
    spans.append((total, 0.0, level, MUTED))
    return _rows(spans, labels=labels, kind="waterfall")


def contributions_table(
    contributions: Sequence[Contribution],
    *,
    labels: Labels = CONTRIBUTION_LABELS,
    heading: str = "Feature",
) -> Table:
    """Return the numbers behind the bars or the waterfall; ``heading`` is over the names."""
    rows = tuple((one.label, signed(one.value)) for one in contributions)
    return Table(caption=labels.title, header=(heading, labels.x or labels.title), rows=rows)


def signed(value: float) -> str:
    """Return a number with its sign, a true minus, and two digits.

    Examples
    --------
    >>> signed(0.831), signed(-0.2), signed(-0.001)
    ('+0.83', '−0.20', '0.00')
    """
    written = f"{value:+.2f}"
    return "0.00" if written in ("+0.00", "-0.00") else written.replace("-", "−")


_Span = tuple[str, float, float, str]


def _tone(value: float) -> str:
    return RISKIER if value > 0 else SAFER


def _rows(spans: Sequence[_Span], *, labels: Labels, kind: str) -> str:
    if not spans:
        raise ChartIsEmpty(chart=kind)
    ends = [0.0, *(start for _, start, _, _ in spans), *(end for _, _, end, _ in spans)]
    axis = Axis(low=min(ends), high=max(ends), start=_NAMES, end=_WIDTH - _NUMBERS)
    height = _TOP + _ROW * len(spans) + 34
    parts = [_zero(axis, height)]
    parts += [_row(axis, span, _TOP + _ROW * index) for index, span in enumerate(spans)]
    middle = (_NAMES + _WIDTH - _NUMBERS) / 2
    parts.append(text(labels.x, x=middle, y=height - 8, text_anchor="middle", font_size=12))
    return svg(parts, labels=labels, size=(_WIDTH, height), kind=kind)


def _zero(axis: Axis, height: int) -> str:
    at = axis.at(0.0)
    return element("line", x1=at, x2=at, y1=_TOP - 4, y2=height - 28, stroke=INK)


def _row(axis: Axis, span: _Span, top: float) -> str:
    label, start, end, colour = span
    left, right = sorted((axis.at(start), axis.at(end)))
    bar = element(
        "rect", x=left, y=top + 4, width=max(right - left, 1), height=18, rx=2, fill=colour
    )
    line = element("line", x1=_NAMES, x2=_WIDTH, y1=top + _ROW, y2=top + _ROW, stroke=GRID)
    # MUTED bars are levels; all others are steps from one level to the next.
    value = end if colour == MUTED else end - start
    amount = text(signed(value), x=_WIDTH - 4, y=top + 18, text_anchor="end")
    return element("g", line + bar + text(_shortened(label), x=0, y=top + 18) + amount)


def _shortened(label: str, most: int = 32) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"
