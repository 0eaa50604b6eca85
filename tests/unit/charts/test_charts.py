"""Tests of all charts: what every one of them must be, and what each must show."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanwright.charts.canvas import Axis, Labels, Table, element, number, svg
from loanwright.charts.contributions import (
    Contribution,
    bars,
    contributions_table,
    signed,
    waterfall,
)
from loanwright.charts.curves import (
    ChartIsEmpty,
    ChartSeriesDiffer,
    reliability,
    reliability_table,
    roc,
    roc_table,
)
from loanwright.charts.distribution import Mark, Series, histogram, histogram_table
from loanwright.charts.gauge import Band, gauge, gauge_table
from loanwright.metrics.probability import reliability as measure

SVG = "{http://www.w3.org/2000/svg}"
RANDOM = np.random.default_rng(0)
STATED = RANDOM.uniform(0.02, 0.6, 500)
MEASURED = measure(RANDOM.random(500) < STATED, STATED)
MOVES = [
    Contribution(label="Worst delay", value=0.83),
    Contribution(label="Limit & use <50%", value=-0.2),
]
BANDS = [
    Band(label="decline", start=400, end=560, tone="riskier"),
    Band(label="refer", start=560, end=600, tone="between"),
    Band(label="approve", start=600, end=700, tone="safer"),
]
COUNTS = [
    Series(label="paid", counts=[3, 5, 9], tone="safer"),
    Series(label="defaulted", counts=[4, 2, 0], tone="riskier"),
]
EDGES = [500, 550, 600, 650]

DRAWN = {
    "reliability": reliability(MEASURED),
    "roc": roc([0.0, 0.2, 1.0], [0.0, 0.7, 1.0]),
    "histogram": histogram(EDGES, COUNTS, marks=[Mark(at=560, label="cut-off 560")]),
    "bars": bars(MOVES),
    "waterfall": waterfall(MOVES, base=Contribution(label="Average", value=-1.2), total="You"),
    "gauge": gauge(571, bands=BANDS),
}
TABLES = {
    "reliability": reliability_table(MEASURED),
    "roc": roc_table([0.0, 0.2, 1.0], [0.0, 0.7, 1.0]),
    "histogram": histogram_table(EDGES, COUNTS),
    "bars": contributions_table(MOVES),
    "gauge": gauge_table(571, bands=BANDS),
}
EVERY = pytest.mark.parametrize("kind", sorted(DRAWN))


def parsed(kind):
    return ElementTree.fromstring(DRAWN[kind])


@EVERY
def test_a_chart_is_well_formed_and_scales_with_its_page(kind):
    root = parsed(kind)
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert root.get("width") is None


@EVERY
def test_a_chart_names_and_describes_itself(kind):
    root = parsed(kind)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title.text
    assert description.text
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]


@EVERY
def test_a_chart_stands_in_a_page_that_allows_neither_script_nor_inline_style(kind):
    root = parsed(kind)
    assert not {one.tag for one in root.iter()} & {f"{SVG}script", f"{SVG}style"}
    for one in root.iter():
        assert "style" not in one.attrib
        assert not any(name.startswith("on") or "href" in name for name in one.attrib)


@EVERY
def test_every_colour_of_a_chart_has_a_fallback(kind):
    for colour in re.findall(r"var\([^)]*\)", DRAWN[kind]):
        assert re.fullmatch(r"var\(--chart-[a-z]+, (#[0-9a-f]{6,8}|currentColor)\)", colour)


@EVERY
def test_nothing_in_a_chart_is_drawn_outside_of_it(kind):
    root = parsed(kind)
    _, _, width, height = map(float, root.get("viewBox").split())
    for one in root.iter():
        for name, end in (("x", width), ("x1", width), ("x2", width), ("cx", width)):
            assert -0.5 <= float(one.get(name, 0)) <= end + 0.5
        for name in ("y", "y1", "y2", "cy"):
            assert -0.5 <= float(one.get(name, 0)) <= height + 0.5


@EVERY
def test_a_chart_is_the_same_each_time(kind):
    assert DRAWN["bars"] == bars(MOVES)
    assert len({one.get("id") for one in parsed(kind).iter() if one.get("id")}) == 2


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_the_table_behind_a_chart_has_a_caption_and_named_columns(kind):
    root = ElementTree.fromstring(TABLES[kind].to_html())
    assert root.find("caption").text
    names = [cell.text for cell in root.iter("th") if cell.get("scope") == "col"]
    assert all(names)
    for row in root.find("tbody"):
        assert len(row) == len(names)


def test_charts_of_different_content_have_different_names():
    other = bars(MOVES, labels=Labels(title="Other", description="Another one."))
    assert re.search(r'id="(.*?)"', other)[1] != re.search(r'id="(.*?)"', DRAWN["bars"])[1]


def test_words_from_outside_cannot_become_markup():
    wicked = "<script>alert(1)</script>"
    drawn = bars(
        [Contribution(label=wicked, value=1.0)],
        labels=Labels(title=wicked, description='"><b>', x=wicked),
    )
    assert "<script" not in drawn
    assert "<script" not in Table(caption=wicked, header=(wicked,), rows=((wicked,),)).to_html()
    ElementTree.fromstring(drawn)


def test_bars_go_right_for_risk_and_left_for_safety():
    root = parsed("bars")
    zero = float(next(one for one in root.iter(f"{SVG}line")).get("x1"))
    right, left = root.iter(f"{SVG}rect")
    assert float(right.get("x")) == pytest.approx(zero)
    assert float(left.get("x")) + float(left.get("width")) == pytest.approx(zero, abs=0.02)
    assert "riskier" in right.get("fill")
    assert "safer" in left.get("fill")


def test_the_waterfall_ends_at_the_sum():
    written = [one.text for one in parsed("waterfall").iter(f"{SVG}text")]
    assert written[:8:2] == ["Average", "Worst delay", "Limit & use <50%", "You"]
    assert written[1:8:2] == ["−1.20", "+0.83", "−0.20", "−0.57"]


def test_bars_of_the_histogram_are_stacked_without_overlap():
    rects = [
        one
        for one in parsed("histogram").iter(f"{SVG}rect")
        if (one.get("width"), one.get("height")) != ("12", "12")
    ]
    spans = {}
    for one in rects:
        top = float(one.get("y"))
        spans.setdefault(one.get("x"), []).append((top, top + float(one.get("height"))))
    assert len(rects) == 5
    for stack in spans.values():
        for (_, low), (high, _) in zip(sorted(stack)[:-1], sorted(stack)[1:], strict=True):
            assert low == pytest.approx(high, abs=0.02)


def test_the_cut_off_stands_at_its_score():
    line = next(one for one in parsed("histogram").iter(f"{SVG}line") if one.get("stroke-width"))
    left, right = 64, 620
    assert float(line.get("x1")) == pytest.approx(left + (right - left) * 60 / 150, abs=0.01)


@pytest.mark.parametrize(
    ("score", "name"), [(399, "decline"), (559, "decline"), (560, "refer"), (800, "approve")]
)
def test_the_gauge_outlines_the_band_that_holds_the_score(score, name):
    root = ElementTree.fromstring(gauge(score, bands=BANDS))
    current = [one for one in root.iter(f"{SVG}g") if "chart-current" in one.get("class", "")]
    assert [one.find(f"{SVG}text").text for one in current] == [name]
    marked = [row[0] for row in gauge_table(score, bands=BANDS).rows if row[2]]
    assert marked == [name]


def test_the_gauge_may_say_something_else_than_the_score():
    drawn = gauge(571, bands=BANDS, pointer="you", ticks=False)
    assert ">you<" in drawn
    assert "571" not in drawn
    assert ">560<" not in drawn


def test_charts_of_nothing_are_refused():
    for draw in (
        lambda: bars([]),
        lambda: roc([], []),
        lambda: histogram([1], []),
        lambda: gauge(1, bands=[]),
    ):
        with pytest.raises(ChartIsEmpty):
            draw()


def test_series_that_do_not_fit_together_are_refused():
    with pytest.raises(ChartSeriesDiffer):
        roc([0, 1], [0, 0.5, 1])
    with pytest.raises(ChartSeriesDiffer):
        histogram([1, 2, 3], [Series(label="all", counts=[1])])


@given(st.floats(-1e4, 1e4), st.floats(0.001, 1e4), st.integers(2, 8))
@settings(max_examples=100, deadline=None)
def test_ticks_are_few_round_and_inside(low, width, about):
    axis = Axis(low=low, high=low + width, start=0, end=100)
    ticks = axis.ticks(about)
    assert len(ticks) <= 3 * about
    assert all(low - 1e-6 * width <= tick <= low + width * (1 + 1e-6) for tick in ticks)


@given(st.floats(-1e6, 1e6))
@settings(max_examples=100, deadline=None)
def test_coordinates_are_short_and_near(value):
    assert float(number(value)) == pytest.approx(value, abs=0.00501)
    assert not number(value).startswith("-0") or float(number(value)) != 0


def test_signs_are_true_minus_signs():
    assert (signed(1), signed(-1), signed(0)) == ("+1.00", "−1.00", "0.00")


def test_attributes_that_are_none_are_left_out():
    assert element("g", rx=None, fill="x") == '<g fill="x"/>'
    empty = svg([], labels=Labels(title="t", description="d"), size=(1, 1), kind="k")
    assert empty.startswith("<svg")
