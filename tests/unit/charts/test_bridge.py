"""The way from one share to another."""

from xml.etree import ElementTree

import pytest

from loanwright.charts.bridge import Step, bridge
from loanwright.charts.canvas import Labels
from loanwright.charts.curves import ChartIsEmpty

LABELS = Labels(title="Approvals", description="From 60% to 55%.")
BEGIN = Step(label="May", added=0.6, written="60%")


def drawn(*parts):
    return bridge(parts, begin=BEGIN, end="June", written="55%", labels=LABELS)


def rects(svg):
    root = ElementTree.fromstring(svg)
    return [one for one in root.iter() if one.tag.endswith("rect")]


def test_steps_hang_together():
    first = Step(label="A", added=-0.1, written="−10")
    second = Step(label="B", added=0.05, written="+5")
    begin, down, up, end = rects(drawn(first, second))

    assert float(down.get("y")) == pytest.approx(float(begin.get("y")), abs=0.1)
    low = float(down.get("y")) + float(down.get("height"))
    assert float(up.get("y")) + float(up.get("height")) == pytest.approx(low, abs=0.2)
    assert float(end.get("y")) == pytest.approx(float(up.get("y")), abs=0.2)
    assert down.get("fill") != up.get("fill")


def test_words_are_escaped_and_a_title_is_there():
    svg = drawn(Step(label="<b>", added=0.1, written="&"))

    assert "<b>" not in svg
    assert "<title" in svg


def test_nothing_to_draw_is_refused():
    with pytest.raises(ChartIsEmpty):
        drawn()
