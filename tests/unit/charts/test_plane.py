"""Tests of the one way to draw lines, bands, points, bars and heat maps."""

from xml.etree import ElementTree

import pytest

from loanwright.charts.canvas import Labels
from loanwright.charts.curves import ChartIsEmpty, ChartSeriesDiffer
from loanwright.charts.plane import Mark, Plane, draw

LABELS = Labels(title="Rates & months", description="What happened.", x="Month", y="Rate")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*marks, **settings):
    return ElementTree.fromstring(draw(Plane(marks=marks, **settings), labels=LABELS))


def test_a_chart_has_a_title_and_a_description_for_those_who_do_not_see_it():
    picture = drawn(Mark(shape="line", label="a", x=[0, 1], y=[0, 1]))
    assert picture.find(f"{SVG}title").text == "Rates & months"
    assert picture.find(f"{SVG}desc").text == "What happened."
    assert picture.get("role") == "img"


def test_points_have_whiskers_where_intervals_are_given():
    bare = drawn(Mark(shape="points", label="a", x=[0, 1], y=[1, 2]))
    whole = drawn(Mark(shape="points", label="a", x=[0, 1], y=[1, 2], lower=[0, 1], upper=[2, 3]))
    assert len(list(whole.iter(f"{SVG}line"))) > len(list(bare.iter(f"{SVG}line")))


def test_bars_stand_on_zero_and_beside_each_other():
    one = Mark(shape="bars", label="a", x=[0, 1], y=[2, 4])
    other = Mark(shape="bars", label="b", x=[0, 1], y=[1, 3])
    groups = [
        list(group.iter(f"{SVG}rect"))
        for group in drawn(one, other, names=["x", "y"]).iter(f"{SVG}g")
        if group.get("fill")
    ]
    bottoms = {
        round(float(bar.get("y")) + float(bar.get("height")), 1) for bars in groups for bar in bars
    }
    assert len(bottoms) == 1
    assert float(groups[0][0].get("x")) < float(groups[1][0].get("x"))


def test_a_band_is_closed_and_a_dashed_line_dashed():
    picture = drawn(
        Mark(shape="band", label="b", x=[0, 1], lower=[0, 0], upper=[1, 1]),
        Mark(shape="dashed", label="d", x=[0, 1], y=[0, 1]),
    )
    band, line = picture.findall(f"{SVG}path")
    assert band.get("d").endswith("Z")
    assert line.get("stroke-dasharray")


def test_a_heat_map_writes_every_share():
    cells = Mark(shape="cells", label="share", y=[0.75, 0.25, 0.5, 0.5])
    texts = [
        one.text for one in drawn(cells, names="AB", rows="AB", percent="xy").iter(f"{SVG}text")
    ]
    assert texts.count("50%") == 2
    assert "75%" in texts


def test_nothing_and_unequal_series_are_refused():
    with pytest.raises(ChartIsEmpty):
        drawn(Mark(shape="line", label="a"))
    with pytest.raises(ChartSeriesDiffer):
        drawn(Mark(shape="line", label="a", x=[0, 1], y=[1]))
    with pytest.raises(ChartSeriesDiffer):
        drawn(Mark(shape="cells", label="a", y=[1.0]), names="AB", rows="AB")
