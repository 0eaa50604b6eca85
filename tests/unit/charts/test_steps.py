"""A course over named levels: one place for each moment, readable without seeing it."""

import xml.etree.ElementTree as ET

import pytest

from loanwright.charts.canvas import Labels
from loanwright.charts.curves import ChartIsEmpty, ChartSeriesDiffer
from loanwright.charts.steps import draw

LABELS = Labels(title="Band <over> time", description="Higher is better.")
SVG = "{http://www.w3.org/2000/svg}"
BANDS = ("C", "B", "A")


def drawn(places, names):
    return ET.fromstring(draw(BANDS, places, names, labels=LABELS))


def test_every_moment_is_a_point_and_the_higher_level_is_further_up():
    points = drawn([0, 2, 1], ["May", "June", "July"]).iter(f"{SVG}circle")
    heights = [float(one.get("cy")) for one in points]
    assert heights[1] < heights[2] < heights[0]


def test_one_moment_is_a_point_without_a_line():
    picture = drawn([1], ["May"])
    assert list(picture.iter(f"{SVG}path")) == []
    assert len(list(picture.iter(f"{SVG}circle"))) == 1


def test_levels_and_moments_are_named_and_many_moments_only_now_and_then():
    texts = [one.text for one in drawn([0] * 40, [f"d{n}" for n in range(40)]).iter(f"{SVG}text")]
    assert set(BANDS) <= set(texts)
    assert 2 <= len([one for one in texts if one.startswith("d")]) <= 5


def test_it_can_be_heard_and_says_what_it_was_given_as_text():
    picture = drawn([0], ["May"])
    assert picture.find(f"{SVG}title").text == "Band <over> time"
    assert picture.find(f"{SVG}desc").text == "Higher is better."


def test_nothing_and_what_does_not_fit_is_refused():
    with pytest.raises(ChartIsEmpty):
        draw(BANDS, [], [], labels=LABELS)
    with pytest.raises(ChartSeriesDiffer):
        draw(BANDS, [0, 1], ["May"], labels=LABELS)
