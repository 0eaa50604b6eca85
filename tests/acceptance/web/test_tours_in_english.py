"""Every page in English: accessible in both themes, fitting, light, quiet, strict."""

import pytest
from tests.acceptance.web.touring import inspect, list_stops

STOPS = list_stops()


@pytest.mark.parametrize("name", STOPS)
def test_there_is_nothing_wrong_with_the_page(name, browser, touring_bank):
    assert inspect(STOPS[name], browser, touring_bank, "en") == {}
