"""The figures of the page about money are computed anew."""

import doctest

from tests.docs.repository import DOCS


def test_every_example_of_the_page_about_money_gives_what_it_says():
    page = DOCS / "explanation" / "money.md"
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted >= 15
    assert result.failed == 0
